import type { RunningProxy } from './proxy.js';

/** Every counter of the process by name. */
export async function counters(proxy: RunningProxy): Promise<Map<string, number>> {
  const text = await proxy.admin('/stats?type=Counters');
  const found = new Map<string, number>();
  for (const [, name, value] of text.matchAll(/^(\S+): (\d+)$/gm)) found.set(name as string, Number(value));
  return found;
}

/** Polls the counters until told to stop, and keeps what went backwards. */
export class CounterWatch {
  private readonly proxy: RunningProxy;
  private readonly done: Promise<void>;
  private last: Map<string, number>;
  private isStopping: boolean;
  polls: number;
  readonly backwards: string[];

  constructor(proxy: RunningProxy) {
    this.proxy = proxy;
    this.last = new Map();
    this.isStopping = false;
    this.polls = 0;
    this.backwards = [];
    this.done = this.run();
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await this.done;
  }

  private async run(): Promise<void> {
    while (!this.isStopping) {
      const now = await counters(this.proxy);
      for (const [name, before] of this.last) {
        const after = now.get(name) ?? 0;
        if (after < before) this.backwards.push(`${name}: ${before} -> ${after}`);
      }
      this.last = now;
      this.polls++;
    }
  }
}
