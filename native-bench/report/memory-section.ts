import { bytes, thousands } from '../../bench/report/figures.js';
import { median, type Summary, summarise } from '../../bench/report/statistics.js';
import { left, right } from '../../bench/report/table.js';
import { judge, type Verdict, verdictWord } from '../../bench/report/verdict.js';
import type { MemoryFinding, MemoryRow } from '../contracts.js';
import type { Section } from './section.js';

const loads = {
  'http1-connections': 'connections, one request each, then idle',
  'http2-connections': 'HTTP/2 connections, one request each, then idle',
  'http2-streams': 'HTTP/2 streams, 50 a connection, their answers begun and not ended',
};

export function memorySection(row: MemoryRow, findings: readonly MemoryFinding[]): Section {
  const ours = findings.find((finding) => finding.peer === 'sluice');
  const verdicts: Verdict[] = [];
  const rows = findings.map((finding) => {
    const summary = summarise(finding.bytesEach);
    const judged = judgedBy(row, ours, finding);
    if (judged !== undefined) verdicts.push(judged.verdict);
    return [finding.peer, ...figures(summary), judged?.goal ?? '', verdictWord(judged?.verdict)];
  });
  const each = row.opens === 'http2-streams' ? 'per stream' : 'per connection';
  const columns = [left('proxy'), right(each), right('spread'), right('goal'), left('verdict')];
  const bars = findings.map((finding) => ({
    series: finding.peer,
    value: median(finding.bytesEach) / 1024,
  }));
  return {
    title: row.title,
    load: `${thousands(row.count)} ${loads[row.opens]}; growth of resident memory`,
    table: { columns, rows },
    bars: { title: `${row.title}, KB`, bars },
    verdicts,
  };
}

function figures(summary: Summary): string[] {
  return [bytes(summary.median), `${bytes(summary.min)}–${bytes(summary.max)}`];
}

/** The absolute limit stands in Sluice's own line, a goal against a peer in that peer's. */
function judgedBy(
  row: MemoryRow,
  ours: MemoryFinding | undefined,
  finding: MemoryFinding,
): { readonly verdict: Verdict; readonly goal: string } | undefined {
  if (ours === undefined) return undefined;
  const own = median(ours.bytesEach);
  if (finding === ours) {
    if (row.limitBytes === undefined) return undefined;
    const facts = { against: '(limit)', measure: 'bytes each', value: own, goal: row.limitBytes };
    return { verdict: judge({ row: row.name, ...facts }), goal: `≤ ${bytes(row.limitBytes)}` };
  }
  const goal = row.goals?.[finding.peer];
  if (goal === undefined) return undefined;
  const value = own / median(finding.bytesEach);
  const facts = { against: finding.peer, measure: 'memory ratio', value, goal };
  return { verdict: judge({ row: row.name, ...facts }), goal: `≤ ${goal} × it` };
}
