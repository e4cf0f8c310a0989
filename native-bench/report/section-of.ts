import type { RowResult } from '../contracts.js';
import { cpuSection } from './cpu-section.js';
import { extraCostSection } from './extra-cost-section.js';
import { latencySection } from './latency-section.js';
import { memorySection } from './memory-section.js';
import type { Section } from './section.js';
import { workersSection } from './workers-section.js';

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
