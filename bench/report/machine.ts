import { cpus, loadavg, release, totalmem } from 'node:os';

/** What a reader must know about the machine to compare figures. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly kernel: string;
  readonly node: string;
  /** One-minute load average before the run: others at work make the figures worth less. */
  readonly loadBefore: number;
  readonly startedAt: string;
}

export function machine(): Machine {
  const cores = cpus();
  return {
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    memoryBytes: totalmem(),
    kernel: release(),
    node: process.version,
    loadBefore: loadavg()[0] ?? Number.NaN,
    startedAt: new Date().toISOString(),
  };
}

export function describeMachine(facts: Machine): string {
  const memory = `${Math.round(facts.memoryBytes / 2 ** 30)} GB`;
  return (
    `${facts.cores} × ${facts.cpu}, ${memory}, Linux ${facts.kernel}, Node ${facts.node}; ` +
    `load average before the run ${facts.loadBefore.toFixed(2)}; ${facts.startedAt}`
  );
}
