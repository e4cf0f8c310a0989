import type { StatSink, StatSinkFactory } from '../api/stat-sink.js';
import { systemClock } from '../base/clock.js';
import type { BootstrapModel } from '../config/bootstrap.js';
import { extensionRegistry } from '../extensions/index.js';
import { udpSender } from '../extensions/stat-sinks/udp-sender.js';
import { latch } from '../stats/latch.js';
import type { StatStore } from '../stats/store.js';

/** Flushes the stats to every sink at the configured interval, in parts so that main stays responsive. */
export class StatsFlush {
  private readonly store: StatStore;
  private readonly intervalMs: number;
  private readonly sinks: StatSink[];
  private timer: NodeJS.Timeout | null;
  private isFlushing: boolean;

  constructor(owner: { readonly store: StatStore }, model: BootstrapModel, exactStatsd: boolean) {
    this.store = owner.store;
    this.intervalMs = model.flushOnAdmin ? 0 : model.statsFlushMs;
    this.timer = null;
    this.isFlushing = false;
    const registry = extensionRegistry();
    this.sinks = model.statsSinks.map((sink) => {
      const factory = registry.find('stat.sink', sink.typeUrl) as StatSinkFactory;
      return factory.build(sink.config, {
        role: 'main',
        clock: systemClock,
        stats: owner.store.lane,
        exactStatsd,
        datagrams: udpSender,
      });
    });
  }

  start(): void {
    if (this.intervalMs > 0) this.timer = setInterval(() => this.flush(), this.intervalMs);
  }

  /** The last flush, to the end, then the sinks close. */
  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    for (const part of latch(this.store)) for (const sink of this.sinks) sink.flush(part);
    for (const sink of this.sinks) sink.close();
  }

  flush(): void {
    if (this.isFlushing) return;
    this.isFlushing = true;
    const parts = latch(this.store);
    const step = (): void => {
      const next = parts.next();
      if (next.done === true) {
        this.isFlushing = false;
        return;
      }
      for (const sink of this.sinks) sink.flush(next.value);
      setImmediate(step);
    };
    step();
  }
}
