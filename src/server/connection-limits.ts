import { Overload, type OverloadView, shedPoints } from '../api/overload.js';
import type { RuntimeView } from '../api/runtime.js';
import type { StatScope } from '../api/stats.js';
import { D } from '../network/downstream-stats.js';
import type { ListenerConfig } from '../network/listener-config.js';
import { ShedStats } from '../network/shed-stats.js';

/** Open connections, over all workers and on their way to one. */
export interface ConnectionCounts {
  readonly connections: number;
  connectionsOn(slot: number): number;
}

const globalKey = 'overload.global_downstream_max_connections';
const unlimited = Number.POSITIVE_INFINITY;

/** How many downstream connections there may be, as runtime says at the moment: in all, and per listener. */
export class ConnectionLimits {
  private readonly configured: number;
  private readonly counts: ConnectionCounts;
  private readonly runtime: RuntimeView;
  private readonly stats: StatScope;
  private readonly overload: OverloadView | null;

  /**
   * `configured` is the limit of the overload manager, 0 = none; it stands before that of runtime. `overload` is null
   * where nothing that it does is about accepting.
   */
  constructor(
    counts: ConnectionCounts,
    runtime: RuntimeView,
    stats: StatScope,
    configured = 0,
    overload: OverloadView | null = null,
  ) {
    this.configured = configured;
    this.overload = overload;
    this.counts = counts;
    this.runtime = runtime;
    this.stats = stats;
  }

  /** Nothing is to be counted before a connection of this listener is taken. */
  isUnlimited(listener: ListenerConfig): boolean {
    const { runtime } = this;
    if (this.overload !== null && !listener.bypassesOverload) return false;
    const key = `envoy.resource_limits.listener.${listener.name}.connection_limit`;
    if (runtime.number(key, unlimited) !== unlimited) return false;
    return listener.ignoreGlobalConnLimit || this.globalLimit() === unlimited;
  }

  /** Whether the listener may have one more; a refusal is counted. */
  admits(listener: ListenerConfig, slot: number): boolean {
    const { counts, runtime } = this;
    if (this.isRejected(listener)) return false;
    if (!listener.ignoreGlobalConnLimit) {
      const limit = this.globalLimit();
      if (limit !== unlimited && counts.connections >= limit) {
        this.refuse(listener, D.downstream_global_cx_overflow);
        return false;
      }
    }
    const limit = runtime.number(
      `envoy.resource_limits.listener.${listener.name}.connection_limit`,
      unlimited,
    );
    if (limit === unlimited || counts.connectionsOn(slot) < limit) return true;
    this.refuse(listener, D.downstream_cx_overflow);
    return false;
  }

  /** Connections of that listener wait until the pressure is gone. */
  holds(listener: ListenerConfig): boolean {
    if (this.overload === null || listener.bypassesOverload) return false;
    return this.overload.isFull(Overload.stopAcceptingConnections);
  }

  private isRejected(listener: ListenerConfig): boolean {
    const { overload } = this;
    if (overload === null || listener.bypassesOverload) return false;
    if (overload.applies(Overload.shedAccepting)) {
      this.stats.bind(`overload.${shedPoints[0]}`, ShedStats).inc(ShedStats.shed_load_count);
    } else if (!overload.applies(Overload.rejectConnections)) return false;
    this.refuse(listener, D.downstream_cx_overload_reject);
    return true;
  }

  private globalLimit(): number {
    return this.configured > 0 ? this.configured : this.runtime.number(globalKey, unlimited);
  }

  private refuse(listener: ListenerConfig, slot: number): void {
    this.stats.bind(listener.statPrefix, D).inc(slot);
  }
}
