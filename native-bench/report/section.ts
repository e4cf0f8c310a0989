import type { BarGroup } from '../../bench/report/bar-chart.js';
import type { Table } from '../../bench/report/table.js';
import type { Verdict } from '../../bench/report/verdict.js';

/** A row as the report shows it. */
export interface Section {
  readonly title: string;
  /** What was asked of the proxies: load, connections. */
  readonly load: string;
  readonly table: Table;
  readonly bars: BarGroup;
  readonly verdicts: readonly Verdict[];
}
