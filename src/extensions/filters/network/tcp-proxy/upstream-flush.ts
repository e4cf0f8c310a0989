import type { UpstreamTcpConnection } from '../../../../api/upstream.js';
import { IdleWatch } from './idle-watch.js';
import type { TcpProxy } from './tcp-proxy.js';
import { T } from './tcp-stats.js';

/**
 * The rest of a session whose client is gone: what the client had sent is still on its way to the upstream. Ends with
 * the upstream's connection, or when nothing moves for the idle timeout.
 */
export class UpstreamFlush {
  private readonly proxy: TcpProxy;
  private readonly upstream: UpstreamTcpConnection;
  private readonly idle: IdleWatch | null;

  constructor(proxy: TcpProxy, upstream: UpstreamTcpConnection, idleMs: number) {
    const { scope, stats } = proxy;
    this.proxy = proxy;
    this.upstream = upstream;
    stats.inc(T.upstream_flush_total);
    stats.add(T.upstream_flush_active, 1);
    const onIdle = (): void => {
      stats.inc(T.idle_timeout);
      upstream.close('no-flush');
    };
    this.idle = idleMs > 0 ? new IdleWatch(scope.timers, idleMs, upstream, onIdle) : null;
    upstream.close('flush');
  }

  /** Nobody is left to take what the upstream says. */
  onData(): void {
    this.upstream.close('no-flush');
  }

  onClosed(): void {
    this.idle?.cancel();
    this.proxy.stats.add(T.upstream_flush_active, -1);
  }
}
