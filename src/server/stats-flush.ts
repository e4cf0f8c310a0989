import type { StatSink, StatSinkFactory, StatSnapshot } from '../api/stat-sink.js';
import { unhealthyMask } from '../api/upstream.js';
import { systemClock } from '../base/clock.js';
import type { BootstrapModel } from '../config/bootstrap.js';
import { extensionRegistry } from '../extensions/index.js';
import { type StreamTarget, tcpSender } from '../extensions/stat-sinks/tcp-sender.js';
import { udpSender } from '../extensions/stat-sinks/udp-sender.js';
import { latch } from '../stats/latch.js';
import type { StatStore } from '../stats/store.js';
import type { ClusterRegistry } from '../upstream/membership/registry.js';

/** Whose stats are flushed, and where sinks find hosts. */
export interface StatsOwner {
  readonly store: StatStore;
  readonly clusters: ClusterRegistry;
}

/** Any host of a cluster that is not failed, in turn. */
function hostsInTurn({ clusters }: StatsOwner, name: string): () => StreamTarget | null {
  let turn = 0;
  return () => {
    const members = [...(clusters.get(name)?.members() ?? [])];
    const healthy = members.filter(({ health }) => (health & unhealthyMask) === 0);
    const choice = healthy.length > 0 ? healthy : members;
    const record = choice[turn++ % Math.max(1, choice.length)]?.record;
    return record === undefined ? null : { ip: record.ip, port: record.port };
  };
}

/** Flushes the stats to every sink at the configured interval, in parts so that main stays responsive. */
export class StatsFlush {
  private readonly store: StatStore;
  private readonly intervalMs: number;
  private readonly sinks: StatSink[];
  private timer: NodeJS.Timeout | null;
  private parts: Generator<StatSnapshot, void> | null;

  constructor(owner: StatsOwner, model: BootstrapModel, exactStatsd: boolean) {
    this.store = owner.store;
    this.intervalMs = model.flushOnAdmin ? 0 : model.statsFlushMs;
    this.timer = null;
    this.parts = null;
    const registry = extensionRegistry();
    this.sinks = model.statsSinks.map((sink) => {
      const factory = registry.find('stat.sink', sink.typeUrl) as StatSinkFactory;
      return factory.build(sink.config, {
        role: 'main',
        clock: systemClock,
        stats: owner.store.lane,
        exactStatsd,
        datagrams: udpSender,
        stream: (cluster, onOverflow) => {
          if (!model.clusters.some(({ name }) => name === cluster)) {
            throw new Error(`stats sink: there is no cluster '${cluster}'`);
          }
          return tcpSender(hostsInTurn(owner, cluster), onOverflow);
        },
      });
    });
  }

  start(): void {
    if (this.intervalMs > 0) this.timer = setInterval(() => this.flush(), this.intervalMs);
  }

  /** Ends a flush in progress, makes the last one, and waits until the sinks have sent it. */
  async stop(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    while (this.parts !== null) this.step();
    this.parts = latch(this.store);
    while (this.parts !== null) this.step();
    await Promise.all(this.sinks.map((sink) => sink.close()));
  }

  flush(): void {
    if (this.parts !== null) return;
    this.parts = latch(this.store);
    const next = (): void => {
      this.step();
      if (this.parts !== null) setImmediate(next);
    };
    next();
  }

  private step(): void {
    const part = this.parts?.next();
    if (part === undefined || part.done === true) this.parts = null;
    else for (const sink of this.sinks) sink.flush(part.value);
  }
}
