import {
  type ConnectionControl,
  type NetworkFilter,
  type NetworkFilterFactory,
  NetworkStatus,
} from '../../../../api/network-filter.js';
import { type BoundStats, statBlock } from '../../../../api/stats.js';
import type { ThreadScope } from '../../../../api/thread-scope.js';
import { SharedCount } from '../../../../network/shared-count.js';
import { isOn } from '../../../../runtime/feature-flag.js';
import { type ConnectionLimitConfig, parseConnectionLimit } from './config.js';

/** `connection_limit.<stat_prefix>.` */
const L = statBlock({ counters: ['limited_connections'], gauges: ['active_connections'] });

/** Refuses connections beyond a number that all workers count together. */
export const connectionLimit: NetworkFilterFactory<ConnectionLimitConfig> = {
  name: 'envoy.filters.network.connection_limit',
  typeUrl: 'envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit',
  isTerminal: false,
  parse: parseConnectionLimit,
  build(config, scope) {
    const limiter = new Limiter(config, scope);
    return (connection) => new ConnectionLimitFilter(limiter, connection);
  },
};

class Limiter {
  readonly config: ConnectionLimitConfig;
  readonly stats: BoundStats;
  readonly count: SharedCount;
  private readonly scope: ThreadScope;

  constructor(config: ConnectionLimitConfig, scope: ThreadScope) {
    this.config = config;
    this.scope = scope;
    this.stats = scope.stats.bind(`connection_limit.${config.statPrefix}`, L);
    this.count = new SharedCount(scope.shared, config.place, scope.threadIndex);
  }

  get isEnabled(): boolean {
    return isOn(this.config.enabled, this.scope.runtime);
  }
}

class ConnectionLimitFilter implements NetworkFilter {
  private readonly limiter: Limiter;
  private readonly control: ConnectionControl;
  private isCounted: boolean;
  private isRefused: boolean;

  constructor(limiter: Limiter, control: ConnectionControl) {
    this.limiter = limiter;
    this.control = control;
    this.isCounted = false;
    this.isRefused = false;
  }

  onNewConnection(): NetworkStatus {
    const { limiter } = this;
    if (!limiter.isEnabled) return NetworkStatus.Continue;
    if (limiter.count.take(limiter.config.maxConnections)) {
      this.isCounted = true;
      limiter.stats.add(L.active_connections, 1);
      return NetworkStatus.Continue;
    }
    limiter.stats.inc(L.limited_connections);
    this.isRefused = true;
    this.refuse(limiter.config.delayMs);
    return NetworkStatus.Stop;
  }

  onData(): NetworkStatus {
    return this.isRefused ? NetworkStatus.Stop : NetworkStatus.Continue;
  }

  onClose(): void {
    if (!this.isCounted) return;
    this.isCounted = false;
    this.limiter.count.release();
    this.limiter.stats.add(L.active_connections, -1);
  }

  private refuse(delayMs: number): void {
    const { control } = this;
    if (delayMs === 0) {
      control.close('no-flush', 'over_connection_limit');
      return;
    }
    const timer = control.timer(() => control.close('no-flush', 'over_connection_limit'));
    control.scope.timers.schedule(timer, delayMs);
  }
}
