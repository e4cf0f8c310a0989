/** CPU lists for taskset; undefined where there is nothing to choose. */
export interface Cpus {
  readonly cores: number;
  readonly proxy: string | undefined;
  /** Load generator and origin share what the proxy leaves. */
  readonly load: string | undefined;
  readonly twoWorkers: string | undefined;
  readonly twoWorkersLoad: string | undefined;
  /** Two workers have two cores to themselves. */
  readonly canScale: boolean;
  /** Said in the report. */
  readonly note: string;
}

/** The proxy alone on the first core, load and origin on the second; two workers want four cores. */
export function chooseCpus(cores: number): Cpus {
  if (cores < 2) {
    const note = 'One core: proxy, load and origin share it, and figures are those of a crowded machine.';
    return {
      cores,
      proxy: undefined,
      load: undefined,
      twoWorkers: undefined,
      twoWorkersLoad: undefined,
      canScale: false,
      note,
    };
  }
  const canScale = cores >= 4;
  return {
    cores,
    proxy: '0',
    load: cores > 2 ? `1-${cores - 1}` : '1',
    twoWorkers: '0-1',
    twoWorkersLoad: canScale ? `2-${cores - 1}` : '1',
    canScale,
    note: `Proxy pinned to core 0, load generator and origin to ${cores > 2 ? `cores 1–${cores - 1}` : 'core 1'}.`,
  };
}
