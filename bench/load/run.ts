import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { freePort } from '../../test/support/free-port.js';
import { type Child, Children } from '../process/children.js';
import { cpuTime } from '../process/process-tree.js';
import { httpProbe, waitUntilServing } from '../process/wait-until-serving.js';
import { machine } from '../report/machine.js';
import { writeResults } from '../report/results.js';
import { textTable } from '../report/table.js';
import { proxyYaml } from './proxy-yaml.js';
import { findingOf, latencyTable, loadReport, type SuiteFinding, throughputTable } from './report.js';
import { routeCount, type Suite, type Target } from './suite.js';
import { suites } from './suites.js';

const usage = `load suites

  --suites a,b   only these: ${suites.map((suite) => suite.name).join(', ')}
  --seconds S    length of one suite (5)
  --binary FILE  another program with the same flags instead of this build
`;

const warmUpSeconds = 2;

function chosenSuites(text: string | undefined): readonly Suite[] {
  if (text === undefined) return suites;
  const names = text.split(',');
  const unknown = names.find((name) => !suites.some((suite) => suite.name === name));
  if (unknown !== undefined) throw new Error(`there is no suite ${unknown}\n${usage}`);
  return suites.filter((suite) => names.includes(suite.name));
}

/** The origin as a worker thread; resolves with its port. */
function startOrigin(): Promise<{ worker: Worker; port: number }> {
  const worker = new Worker(new URL('./origin.js', import.meta.url));
  return new Promise((resolve, reject) => {
    worker.once('message', (port: unknown) => resolve({ worker, port: Number(port) }));
    worker.once('error', reject);
  });
}

interface RunningProxy {
  readonly child: Child;
  readonly target: Target;
}

async function startProxy(
  children: Children,
  binary: string | undefined,
  folder: string,
  originPort: number,
): Promise<RunningProxy> {
  const target = { port: await freePort(), manyRoutesPort: await freePort() };
  const file = join(folder, 'proxy.yaml');
  writeFileSync(file, proxyYaml(target, await freePort(), originPort));
  const main = fileURLToPath(new URL('../../src/main.js', import.meta.url));
  const [command, first] =
    binary === undefined ? [process.execPath, [main]] : [binary, ['--disable-hot-restart']];
  const child = children.start(
    command,
    [...first, '-c', file, '--concurrency', '1', '--log-level', 'error'],
    {
      cpus: cpus().length > 1 ? '0' : undefined,
      limitSeconds: 3600,
    },
  );
  await waitUntilServing(child, 'the proxy', httpProbe(`http://127.0.0.1:${target.port}/small`), 30_000);
  const last = `http://127.0.0.1:${target.manyRoutesPort}/tenant-${routeCount - 1}/small`;
  await waitUntilServing(child, 'the listener with many routes', httpProbe(last), 30_000);
  return { child, target };
}

async function runSuites(chosen: readonly Suite[], proxy: RunningProxy, seconds: number): Promise<void> {
  const facts = machine();
  const findings: SuiteFinding[] = [];
  const problems: string[] = [];
  for (const suite of chosen) {
    try {
      await suite.run(proxy.target, warmUpSeconds);
      const before = cpuTime(proxy.child.pid);
      const outcome = await suite.run(proxy.target, seconds);
      const after = cpuTime(proxy.child.pid);
      const cpu = {
        userMicros: after.userMicros - before.userMicros,
        systemMicros: after.systemMicros - before.systemMicros,
      };
      findings.push(findingOf(suite, outcome, cpu));
      process.stdout.write(`${suite.name}: ${Math.round(outcome.completed / outcome.seconds)} requests/s\n`);
    } catch (error) {
      problems.push(`${suite.name}: ${error instanceof Error ? error.message : String(error)}`);
      process.stdout.write(`not measured: ${problems.at(-1)}\n`);
    }
    if (!proxy.child.isRunning)
      throw new Error(`the proxy ended during ${suite.name}: ${proxy.child.complaint}`);
  }
  process.stdout.write(
    `\n${textTable(throughputTable(findings))}\n\n${textTable(latencyTable(findings))}\n\n`,
  );
  for (const path of writeResults('load', loadReport(facts, seconds, findings, problems))) {
    process.stdout.write(`${path}\n`);
  }
  if (problems.length > 0) process.exitCode = 1;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      suites: { type: 'string' },
      seconds: { type: 'string', default: '5' },
      binary: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const seconds = Number(values.seconds);
  if (!(seconds >= 1)) throw new Error(`--seconds wants a number from 1 on, not ${values.seconds}`);
  const chosen = chosenSuites(values.suites);
  const children = new Children();
  children.stopOnSignals();
  const folder = mkdtempSync(join(tmpdir(), 'load-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const origin = await startOrigin();
  try {
    await runSuites(chosen, await startProxy(children, values.binary, folder, origin.port), seconds);
  } finally {
    await children.stopAll();
    await origin.worker.terminate();
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`load suites: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
