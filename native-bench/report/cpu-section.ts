import { figure, thousands } from '../../bench/report/figures.js';
import { pairedRatios, type Summary, summarise } from '../../bench/report/statistics.js';
import { left, right } from '../../bench/report/table.js';
import { judge, type Verdict, verdictWord, withSpread } from '../../bench/report/verdict.js';
import type { CpuFinding, CpuRow } from '../contracts.js';
import type { Section } from './section.js';
import { cpuMicros, middle } from './windows.js';

const columns = [
  left('proxy'),
  right('CPU µs/request'),
  right('user'),
  right('system'),
  right('requests/s'),
  right('failed'),
  right('Sluice ÷ it'),
  right('goal'),
  left('verdict'),
];

export function cpuSection(row: CpuRow, findings: readonly CpuFinding[]): Section {
  const ours = findings.find((finding) => finding.peer === 'sluice');
  const verdicts: Verdict[] = [];
  const rows = findings.map((finding) => {
    const ratio = ours === undefined || ours === finding ? undefined : ratioTo(ours, finding);
    const verdict = ratio === undefined ? undefined : verdictOf(row, finding, ratio);
    if (verdict !== undefined) verdicts.push(verdict);
    return [
      ...figuresOf(finding),
      ratio === undefined ? '' : withSpread(ratio),
      ...goalOf(row, finding, verdict),
    ];
  });
  const bars = findings.map(({ peer, windows }) => ({
    series: peer,
    value: middle(windows, cpuMicros),
    solid: middle(windows, (window) => window.userMicros),
  }));
  return {
    title: row.title,
    load: row.load.describe,
    table: { columns, rows },
    bars: { title: row.title, bars },
    verdicts,
  };
}

function ratioTo(ours: CpuFinding, theirs: CpuFinding): Summary {
  return pairedRatios(ours.windows.map(cpuMicros), theirs.windows.map(cpuMicros));
}

function verdictOf(row: CpuRow, finding: CpuFinding, ratio: Summary): Verdict | undefined {
  const goal = row.goals[finding.peer];
  if (goal === undefined) return undefined;
  return judge({ row: row.name, against: finding.peer, measure: 'CPU ratio', value: ratio.median, goal });
}

function figuresOf({ peer, windows }: CpuFinding): string[] {
  return [
    peer,
    withSpread(summarise(windows.map(cpuMicros))),
    figure(middle(windows, (window) => window.userMicros)),
    figure(middle(windows, (window) => window.systemMicros)),
    thousands(middle(windows, (window) => window.requestsPerSecond)),
    String(windows.reduce((sum, window) => sum + window.failed, 0)),
  ];
}

function goalOf(row: CpuRow, finding: CpuFinding, verdict: Verdict | undefined): string[] {
  const goal = row.goals[finding.peer];
  return [goal === undefined ? '' : `≤ ${goal}`, verdictWord(verdict)];
}
