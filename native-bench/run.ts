import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Children } from '../bench/process/children.js';
import { machine } from '../bench/report/machine.js';
import { writeResults } from '../bench/report/results.js';
import { textTable } from '../bench/report/table.js';
import type { Peer, PeerName, Row, RowResult } from './contracts.js';
import { chooseCpus } from './measure/cpus.js';
import { startOrigins } from './measure/origin.js';
import { measureRow } from './measure/row.js';
import type { Run } from './measure/run.js';
import { type Options, parseOptions, usage } from './options.js';
import { commandOutput } from './peers/find-command.js';
import { nativeReport, type RunFacts } from './report/report.js';
import { sectionOf } from './report/section-of.js';

const log = (line: string) => process.stdout.write(`${line}\n`);

interface Found {
  readonly peers: readonly Peer[];
  readonly versions: Partial<Record<PeerName, string>>;
  readonly missing: Partial<Record<PeerName, string>>;
}

async function findPeers(asked: readonly Peer[]): Promise<Found> {
  const peers: Peer[] = [];
  const versions: Found['versions'] = {};
  const missing: Found['missing'] = {};
  for (const peer of asked) {
    const found = await peer.find();
    if ('missing' in found) {
      missing[peer.name] = found.missing;
      log(`missing: ${peer.name}: ${found.missing}`);
    } else {
      versions[peer.name] = found.version;
      peers.push(peer);
    }
  }
  return { peers, versions, missing };
}

/** The report is written anew after every row, so that an interrupted run leaves what it found. */
async function measureRows(run: Run, rows: readonly Row[], facts: RunFacts): Promise<void> {
  const results: RowResult[] = [];
  let written: string[] = [];
  for (const row of rows) {
    log(`\n${row.title} (${row.name})`);
    const result = await measureRow(run, row);
    results.push(result);
    for (const problem of result.problems) log(`not measured: ${problem}`);
    log(textTable(sectionOf(result).table));
    written = writeResults('native', nativeReport(facts, results));
  }
  for (const path of written) log(path);
}

async function runAll(options: Options, children: Children, folder: string): Promise<void> {
  const cpu = chooseCpus(cpus().length);
  log(cpu.note);
  const before = machine();
  const found = await findPeers(options.peers);
  const origins = await startOrigins(children, folder, cpu.load);
  const run: Run = {
    children,
    peers: found.peers,
    originPorts: origins.ports,
    cpus: cpu,
    pairs: options.pairs,
    seconds: options.seconds,
    warmUpSeconds: 2,
    folder,
  };
  await measureRows(run, options.rows, {
    machine: before,
    pairs: options.pairs,
    seconds: options.seconds,
    origin: origins.describe,
    cpuNote: cpu.note,
    versions: found.versions,
    missing: found.missing,
  });
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') {
    log(usage);
    return 0;
  }
  if ((await commandOutput('which', ['wrk'])) === undefined) {
    log('wrk is not installed (apt-get install wrk): nothing can be measured');
    return 1;
  }
  const children = new Children();
  children.stopOnSignals();
  const folder = mkdtempSync(join(tmpdir(), 'native-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  try {
    await runAll(options, children, folder);
    return 0;
  } finally {
    await children.stopAll();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`native-bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
