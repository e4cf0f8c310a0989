import type { CpuTime } from '../process/process-tree.js';
import { bytes, duration, figure, thousands } from '../report/figures.js';
import { type Latency, latencyOf, percentileSeries } from '../report/latency.js';
import { describeMachine, type Machine } from '../report/machine.js';
import { type PercentileSeries, percentileChart } from '../report/percentile-chart.js';
import type { Results } from '../report/results.js';
import { left, markdownTable, right, type Table } from '../report/table.js';
import type { Suite, SuiteOutcome } from './suite.js';

/** A suite with what came of it, or why nothing did. */
export interface SuiteFinding {
  readonly name: string;
  readonly title: string;
  readonly describe: string;
  readonly requestsPerSecond: number;
  readonly bytesPerSecond: number;
  readonly failed: number;
  /** CPU of the proxy process per request, in microseconds. */
  readonly cpuMicros: number;
  readonly latency: Latency;
  readonly series: PercentileSeries;
  readonly problem?: string;
}

export function findingOf(suite: Suite, outcome: SuiteOutcome, cpu: CpuTime): SuiteFinding {
  return {
    name: suite.name,
    title: suite.title,
    describe: suite.describe,
    requestsPerSecond: outcome.completed / outcome.seconds,
    bytesPerSecond: outcome.bytes / outcome.seconds,
    failed: outcome.failed,
    cpuMicros: (cpu.userMicros + cpu.systemMicros) / outcome.completed,
    latency: latencyOf(outcome.histogram),
    series: percentileSeries(suite.title, outcome.histogram),
  };
}

export function throughputTable(findings: readonly SuiteFinding[]): Table {
  return {
    columns: [
      left('suite'),
      right('requests/s'),
      right('bytes/s'),
      right('CPU µs/request'),
      right('failed'),
      left('load'),
    ],
    rows: findings.map((finding) => [
      finding.name,
      thousands(finding.requestsPerSecond),
      bytes(finding.bytesPerSecond),
      figure(finding.cpuMicros),
      String(finding.failed),
      finding.describe,
    ]),
  };
}

export function latencyTable(findings: readonly SuiteFinding[]): Table {
  const columns = ['mean', 'p50', 'p90', 'p99', 'p99.9', 'max', 'count'];
  return {
    columns: [left('suite'), ...columns.map(right)],
    rows: findings.map(({ name, latency }) => [
      name,
      duration(latency.mean),
      duration(latency.p50),
      duration(latency.p90),
      duration(latency.p99),
      duration(latency.p999),
      duration(latency.max),
      thousands(latency.count),
    ]),
  };
}

export function loadReport(
  machine: Machine,
  seconds: number,
  findings: readonly SuiteFinding[],
  problems: readonly string[],
): Results {
  const subtitle = `${seconds} s a suite, closed loop: latency as the load generator saw it`;
  return {
    json: { machine, seconds, findings, problems },
    markdown: [
      '# Load suites',
      `- ${describeMachine(machine)}\n- ${seconds} s a suite, one worker, a closed loop; the generator and the origin are Node too`,
      markdownTable(throughputTable(findings)),
      '## Latency',
      markdownTable(latencyTable(findings)),
      '![Latency by percentile](load.svg)',
      problems.map((problem) => `- Not measured: ${problem}`).join('\n'),
      '',
    ].join('\n\n'),
    svg: percentileChart({
      title: 'Latency by percentile',
      subtitle,
      series: findings.filter((finding) => finding.latency.count > 0).map((finding) => finding.series),
    }),
  };
}
