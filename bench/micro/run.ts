import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Bench, type Task } from 'tinybench';
import { figure, thousands } from '../report/figures.js';
import { describeMachine, machine } from '../report/machine.js';
import { writeResults } from '../report/results.js';
import { left, markdownTable, right, type Table, textTable } from '../report/table.js';
import { discover } from './discover.js';

/** `run.js [--filter TEXT] [--time MS]`: the files whose name, or the tasks whose name, holds the text. */
const { values } = parseArgs({
  options: { filter: { type: 'string', default: '' }, time: { type: 'string', default: '500' } },
});

interface Finding {
  readonly file: string;
  readonly task: string;
  readonly nanos: number;
  readonly p99Nanos: number;
  readonly callsPerSecond: number;
  readonly error?: string;
}

function findingOf(file: string, task: Task): Finding {
  const { result } = task;
  if (result.state !== 'completed') {
    const error = result.state === 'errored' ? result.error.message : result.state;
    return {
      file,
      task: task.name,
      nanos: Number.NaN,
      p99Nanos: Number.NaN,
      callsPerSecond: Number.NaN,
      error,
    };
  }
  return {
    file,
    task: task.name,
    nanos: result.latency.p50 * 1e6,
    p99Nanos: result.latency.p99 * 1e6,
    callsPerSecond: 1e3 / result.latency.mean,
  };
}

function tableOf(findings: readonly Finding[]): Table {
  return {
    columns: [
      left('file'),
      left('task'),
      right('ns/op (median)'),
      right('p99'),
      right('op/s (mean)'),
      left('error'),
    ],
    rows: findings.map((finding) => [
      finding.file,
      finding.task,
      figure(finding.nanos),
      figure(finding.p99Nanos),
      thousands(finding.callsPerSecond),
      finding.error ?? '',
    ]),
  };
}

async function runFile(name: string, add: (bench: Bench) => void | Promise<void>): Promise<Finding[]> {
  const bench = new Bench({ name, time: Number(values.time), warmupTime: 100, warmupIterations: 64 });
  await add(bench);
  if (!name.includes(values.filter)) {
    for (const task of bench.tasks) if (!task.name.includes(values.filter)) bench.remove(task.name);
  }
  await bench.run();
  return bench.tasks.map((task) => findingOf(name, task));
}

const facts = machine();
const findings: Finding[] = [];
for (const { name, add } of await discover(dirname(fileURLToPath(import.meta.url)), ['run.js'])) {
  const found = await runFile(name, add);
  if (found.length === 0) continue;
  findings.push(...found);
  process.stdout.write(`\n${textTable(tableOf(found))}\n`);
}
const markdown = [
  '# Micro benches',
  `- ${describeMachine(facts)}`,
  markdownTable(tableOf(findings)),
  '',
].join('\n\n');
for (const path of writeResults('micro', { json: { machine: facts, findings }, markdown }))
  process.stdout.write(`${path}\n`);
if (findings.some((finding) => finding.error !== undefined)) process.exitCode = 1;
