import { figure } from '../../bench/report/figures.js';
import { median, summarise } from '../../bench/report/statistics.js';
import { left, right } from '../../bench/report/table.js';
import { judge, type Verdict, verdictWord, withSpread } from '../../bench/report/verdict.js';
import type { ExtraCostFinding, ExtraCostRow } from '../contracts.js';
import type { Section } from './section.js';
import { cpuMicros } from './windows.js';

const columns = [
  left('proxy'),
  right('µs/request without'),
  right('with'),
  right('added'),
  right('Sluice ÷ it'),
  right('goal'),
  left('verdict'),
];

/** What it added in each round. */
function extras(finding: ExtraCostFinding): number[] {
  return finding.with.map((window, i) => {
    const plain = finding.without[i];
    return plain === undefined ? Number.NaN : cpuMicros(window) - cpuMicros(plain);
  });
}

export function extraCostSection(row: ExtraCostRow, findings: readonly ExtraCostFinding[]): Section {
  const our = findings.find((finding) => finding.peer === 'sluice');
  const ourExtra = our === undefined ? Number.NaN : median(extras(our));
  const verdicts: Verdict[] = [];
  const rows = findings.map((finding) => {
    const ratio = finding === our ? Number.NaN : ourExtra / median(extras(finding));
    const verdict = our === undefined ? undefined : verdictOf(row, finding, ourExtra, ratio);
    if (verdict !== undefined) verdicts.push(verdict);
    return [
      finding.peer,
      withSpread(summarise(finding.without.map(cpuMicros))),
      withSpread(summarise(finding.with.map(cpuMicros))),
      withSpread(summarise(extras(finding))),
      Number.isNaN(ratio) ? '' : figure(ratio),
      verdict === undefined ? '' : `≤ ${verdict.goal}${finding === our ? ' µs' : ''}`,
      verdictWord(verdict),
    ];
  });
  const bars = findings.map((finding) => ({ series: finding.peer, value: median(extras(finding)) }));
  return {
    title: row.title,
    load: row.load.describe,
    table: { columns, rows },
    bars: { title: `${row.title}, µs added`, bars },
    verdicts,
  };
}

/** Sluice has a limit of its own; beside a peer the ratio of what both add counts. */
function verdictOf(
  row: ExtraCostRow,
  finding: ExtraCostFinding,
  ourExtra: number,
  ratio: number,
): Verdict | undefined {
  if (finding.peer === 'sluice') {
    const goal = row.limitMicros;
    return judge({ row: row.name, against: '(limit)', measure: 'µs added', value: ourExtra, goal });
  }
  const goal = row.goals[finding.peer];
  if (goal === undefined) return undefined;
  return judge({ row: row.name, against: finding.peer, measure: 'µs added, ratio', value: ratio, goal });
}
