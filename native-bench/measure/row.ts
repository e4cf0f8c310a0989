import type { Row, RowResult } from '../contracts.js';
import { measureCpuRow, measureExtraCostRow, measureWorkersRow } from './cpu-rows.js';
import { measureLatencyRow } from './latency-row.js';
import { measureMemoryRow } from './memory-row.js';
import type { Run } from './run.js';

export function measureRow(run: Run, row: Row): Promise<RowResult> {
  switch (row.kind) {
    case 'cpu':
      return measureCpuRow(run, row);
    case 'extra-cost':
      return measureExtraCostRow(run, row);
    case 'workers':
      return measureWorkersRow(run, row);
    case 'memory':
      return measureMemoryRow(run, row);
    case 'latency':
      return measureLatencyRow(run, row);
  }
}
