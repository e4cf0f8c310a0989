import type { BarGroup } from '../../bench/report/bar-chart.js';
import type { Table } from '../../bench/report/table.js';
import type { Verdict } from '../../bench/report/verdict.js';
import type { RowResult } from '../contracts.js';
import { cpuSection } from './cpu-section.js';
import { extraCostSection } from './extra-cost-section.js';
import { latencySection } from './latency-section.js';
import { memorySection } from './memory-section.js';
import { workersSection } from './workers-section.js';

/** A row as the report shows it. */
export interface Section {
  readonly title: string;
  /** What was asked of the proxies: load, connections. */
  readonly load: string;
  readonly table: Table;
  readonly bars: BarGroup;
  readonly verdicts: readonly Verdict[];
}

export function sectionOf(result: RowResult): Section {
  switch (result.kind) {
    case 'cpu':
      return cpuSection(result.row, result.findings);
    case 'extra-cost':
      return extraCostSection(result.row, result.findings);
    case 'workers':
      return workersSection(result.row, result.findings);
    case 'memory':
      return memorySection(result.row, result.findings);
    case 'latency':
      return latencySection(result.row, result.findings);
  }
}
