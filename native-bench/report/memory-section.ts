import { bytes, thousands } from '../../bench/report/figures.js';
import { median, summarise } from '../../bench/report/statistics.js';
import { left, right } from '../../bench/report/table.js';
import { judge, verdictWord } from '../../bench/report/verdict.js';
import type { MemoryFinding, MemoryRow } from '../contracts.js';
import type { Section } from './section.js';

export function memorySection(row: MemoryRow, findings: readonly MemoryFinding[]): Section {
  const verdicts = findings
    .filter((finding) => finding.peer === 'sluice')
    .map((finding) => {
      const value = median(finding.bytesPerConnection);
      return judge({
        row: row.name,
        against: '(limit)',
        measure: 'bytes/connection',
        value,
        goal: row.limitBytes,
      });
    });
  const rows = findings.map(({ peer, bytesPerConnection }) => {
    const summary = summarise(bytesPerConnection);
    return [
      peer,
      bytes(summary.median),
      `${bytes(summary.min)}–${bytes(summary.max)}`,
      peer === 'sluice' ? `≤ ${bytes(row.limitBytes)}` : '',
      peer === 'sluice' ? verdictWord(verdicts[0]) : '',
    ];
  });
  const columns = [left('proxy'), right('per connection'), right('spread'), right('goal'), left('verdict')];
  const bars = findings.map((finding) => ({
    series: finding.peer,
    value: median(finding.bytesPerConnection) / 1024,
  }));
  return {
    title: row.title,
    load: `${thousands(row.connections)} connections, one request each, then idle; growth of resident memory`,
    table: { columns, rows },
    bars: { title: `${row.title}, KB`, bars },
    verdicts,
  };
}
