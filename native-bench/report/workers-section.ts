import { thousands } from '../../bench/report/figures.js';
import { median, summarise } from '../../bench/report/statistics.js';
import { left, right } from '../../bench/report/table.js';
import { judge, type Verdict, verdictWord, withSpread } from '../../bench/report/verdict.js';
import type { WorkersFinding, WorkersRow } from '../contracts.js';
import type { Section } from './section.js';
import { cpuMicros, middle } from './windows.js';

const columns = [
  left('proxy'),
  right('µs/request, one'),
  right('two'),
  right('requests/s, one'),
  right('two'),
  right('gain'),
  left('how'),
  left('verdict'),
];

/** Two workers against one: measured where cores allow, else twice what their CPU per request makes of it. */
function gains(finding: WorkersFinding): number[] {
  return finding.two.map((two, i) => {
    const one = finding.one[i];
    if (one === undefined) return Number.NaN;
    return finding.isThroughput
      ? two.requestsPerSecond / one.requestsPerSecond
      : (2 * cpuMicros(one)) / cpuMicros(two);
  });
}

/** The goal is judged only where two workers had cores of their own. */
function verdictOf(row: WorkersRow, finding: WorkersFinding): Verdict | undefined {
  if (finding.peer !== 'sluice' || !finding.isThroughput) return undefined;
  const value = median(gains(finding));
  return judge(
    { row: row.name, against: '(one worker)', measure: 'gain', value, goal: row.goal },
    'at least',
  );
}

export function workersSection(row: WorkersRow, findings: readonly WorkersFinding[]): Section {
  const rows = findings.map((finding) => [
    finding.peer,
    withSpread(summarise(finding.one.map(cpuMicros))),
    withSpread(summarise(finding.two.map(cpuMicros))),
    thousands(middle(finding.one, (window) => window.requestsPerSecond)),
    thousands(middle(finding.two, (window) => window.requestsPerSecond)),
    withSpread(summarise(gains(finding))),
    finding.isThroughput ? 'throughput' : 'derived from CPU: too few cores',
    verdictWord(verdictOf(row, finding)),
  ]);
  const bars = findings.map((finding) => ({ series: finding.peer, value: median(gains(finding)) }));
  return {
    title: row.title,
    load: row.load.describe,
    table: { columns, rows },
    bars: { title: `${row.title}, gain`, bars },
    verdicts: findings.map((finding) => verdictOf(row, finding)).filter((verdict) => verdict !== undefined),
  };
}
