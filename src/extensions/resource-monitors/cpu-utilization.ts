import { readFileSync } from 'node:fs';
import type { ResourceMonitor, ResourceMonitorFactory } from '../../api/overload.js';

/** How much of a new sample counts, as in Envoy. */
const weight = 0.05;

/** Processor time of the machine since it started, in ticks. */
interface CpuTimes {
  readonly work: number;
  readonly total: number;
}

/** Reads the first line of `/proc/stat`; null when it is none. */
export function readCpuTimes(text: string): CpuTimes | null {
  const [name, ...columns] = text.slice(0, text.indexOf('\n')).trim().split(/\s+/);
  const ticks = columns.map(Number);
  if (name !== 'cpu' || ticks.length < 4 || ticks.some(Number.isNaN)) return null;
  const work = (ticks[0] ?? 0) + (ticks[1] ?? 0) + (ticks[2] ?? 0);
  return { work, total: ticks.reduce((sum, it) => sum + it, 0) };
}

/** The smoothed share of processor time that is worked. */
export class CpuUtilization implements ResourceMonitor {
  private readonly read: () => string;
  private last: CpuTimes | null;
  private share: number;

  constructor(read: () => string) {
    this.read = read;
    this.share = 0;
    this.last = this.sample();
  }

  pressure(): number | null {
    const { last } = this;
    const now = this.sample();
    if (now === null || last === null) return null;
    this.last = now;
    const ticks = now.total - last.total;
    if (ticks < 0 || now.work < last.work) return null;
    const current = ticks === 0 ? 0 : (now.work - last.work) / ticks;
    this.share = current * weight + this.share * (1 - weight);
    return this.share;
  }

  private sample(): CpuTimes | null {
    try {
      return readCpuTimes(this.read());
    } catch {
      return null;
    }
  }
}

/** Of the machine. */
export const cpuUtilization: ResourceMonitorFactory = {
  name: 'envoy.resource_monitors.cpu_utilization',
  typeUrl: 'envoy.extensions.resource_monitors.cpu_utilization.v3.CpuUtilizationConfig',
  parse(node) {
    const mode = node.enum('mode', 'HOST');
    if (mode !== 'HOST') node.unsupportedValue('mode', mode, 'the processors of the machine are looked at');
    return {};
  },
  build: () => new CpuUtilization(() => readFileSync('/proc/stat', 'utf8')),
};
