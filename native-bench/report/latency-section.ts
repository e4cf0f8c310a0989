import { duration, thousands } from '../../bench/report/figures.js';
import type { Latency } from '../../bench/report/latency.js';
import { median } from '../../bench/report/statistics.js';
import { left, right } from '../../bench/report/table.js';
import type { LatencyFinding, LatencyRow } from '../contracts.js';
import type { Section } from './section.js';

function middle(finding: LatencyFinding, pick: (latency: Latency) => number): number {
  return median(finding.rounds.map(pick));
}

/** Report only: no goal is judged on machines where the generator has no core of its own. */
export function latencySection(row: LatencyRow, findings: readonly LatencyFinding[]): Section {
  const name = (finding: LatencyFinding) => `${finding.peer}, ${finding.share * 100} %`;
  const rows = findings.map((finding) => [
    name(finding),
    thousands(finding.requestsPerSecond),
    duration(middle(finding, (latency) => latency.p50)),
    duration(middle(finding, (latency) => latency.p90)),
    duration(middle(finding, (latency) => latency.p99)),
    duration(middle(finding, (latency) => latency.p999)),
    duration(middle(finding, (latency) => latency.max)),
    duration(median(finding.lagP99)),
    String(finding.failed),
  ]);
  const columns = [
    left('proxy, share of capacity'),
    right('requests/s'),
    right('p50'),
    right('p90'),
    right('p99'),
    right('p99.9'),
    right('max'),
    right('generator late, p99'),
    right('failed'),
  ];
  const bars = findings.map((finding) => ({
    series: name(finding),
    value: middle(finding, (latency) => latency.p99),
  }));
  return {
    title: row.title,
    load: `GET ${row.path} at a fixed rate over ${row.connections} connections, counted from when each was due`,
    table: { columns, rows },
    bars: { title: `${row.title}, p99 in µs`, bars },
    verdicts: [],
  };
}
