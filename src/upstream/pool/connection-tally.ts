import type { ConnectionFacts } from '../../api/autopsy.js';
import type { UpstreamConnectionTimes } from '../../api/stream-info.js';
import { HostWord, type PoolFailure } from '../../api/upstream.js';
import type { Connection } from '../../network/connection.js';
import { HandleSocket } from '../../network/handle-socket.js';
import type { UpstreamTransport } from '../../network/transport-socket.js';
import { C } from '../cluster-stats.js';
import { connectErrorText } from './dial.js';
import type { PooledHost } from './pooled-host.js';

/** What only the connection itself knows of its facts. */
export type FactsOfOwner = Pick<
  ConnectionFacts,
  'id' | 'protocol' | 'idleSinceMs' | 'requests' | 'closedBy' | 'errno'
>;

/** What a pooled connection counts whatever its protocol: its own life, and the bytes that it carries. */
export class ConnectionTally implements UpstreamConnectionTimes {
  private readonly pool: PooledHost;
  readonly startMs: number;
  connectedMs: number;
  handshakeMs: number;
  private sentCounted: number;
  private receivedCounted: number;

  constructor(pool: PooledHost) {
    this.pool = pool;
    this.connectedMs = Number.NaN;
    this.handshakeMs = Number.NaN;
    this.startMs = pool.resources.clock.now();
    this.sentCounted = 0;
    this.receivedCounted = 0;
    const { cluster, host } = pool;
    cluster.stats.inc(C.upstream_cx_total);
    cluster.stats.add(C.upstream_cx_active, 1);
    host.count(HostWord.cxTotal, 1);
    host.count(HostWord.cxActive, 1);
  }

  /** A transport socket says only that it is ready; its socket knows when it was connected. */
  watch(connection: Connection): void {
    const { socket } = connection;
    if (this.pool.transport === null || socket instanceof HandleSocket) return;
    socket.once('connect', () => {
      this.connectedMs = this.pool.resources.clock.now();
    });
  }

  /** Clear bytes may flow. */
  onReady(): void {
    const { cluster, resources, transport } = this.pool;
    const now = resources.clock.now();
    if (transport === null) this.connectedMs = now;
    else this.handshakeMs = now;
    cluster.stats.record(C.upstream_cx_connect_ms, now - this.startMs);
  }

  onRequest(): void {
    const { cluster, host } = this.pool;
    cluster.stats.inc(C.upstream_rq_total);
    cluster.stats.add(C.upstream_rq_active, 1);
    host.count(HostWord.rqTotal, 1);
    host.count(HostWord.rqActive, 1);
  }

  onRequestEnd(): void {
    const { cluster, breaker, host } = this.pool;
    breaker.releaseRequest();
    cluster.stats.add(C.upstream_rq_active, -1);
    host.count(HostWord.rqActive, -1);
  }

  countBytes(connection: Connection): void {
    const { stats } = this.pool.cluster;
    const { bytesReceived, bytesSent } = connection;
    stats.add(C.upstream_cx_rx_bytes_total, bytesReceived - this.receivedCounted);
    stats.add(C.upstream_cx_tx_bytes_total, bytesSent - this.sentCounted);
    this.receivedCounted = bytesReceived;
    this.sentCounted = bytesSent;
  }

  /** The life of the connection so far; bytes are those since the last request on it ended. */
  facts(connection: Connection, rest: FactsOfOwner): ConnectionFacts {
    const { startMs, connectedMs, handshakeMs } = this;
    return {
      ...rest,
      startMs,
      connectedMs,
      handshakeMs,
      atMs: this.pool.resources.clock.now(),
      sentBytes: connection.bytesSent - this.sentCounted,
      receivedBytes: connection.bytesReceived - this.receivedCounted,
    };
  }

  connectFailure(
    error: string,
    hasTimedOut: boolean,
    transport: UpstreamTransport | null,
    facts: ConnectionFacts,
  ): PoolFailure {
    const { cluster, host } = this.pool;
    cluster.stats.inc(C.upstream_cx_connect_fail);
    host.count(HostWord.cxConnectFail, 1);
    host.reportLocalFailure(hasTimedOut ? 'timeout' : 'connect');
    return {
      reason: hasTimedOut ? 'connection-timeout' : 'remote-connection-failure',
      transportFailure: hasTimedOut ? '' : connectErrorText(error, transport),
      facts,
    };
  }

  onClosed(connection: Connection, isLocal: boolean, hadRequest: boolean, requests: number): void {
    const { cluster, host, resources } = this.pool;
    const { stats } = cluster;
    this.countBytes(connection);
    host.count(HostWord.cxActive, -1);
    stats.add(C.upstream_cx_active, -1);
    stats.inc(C.upstream_cx_destroy);
    stats.inc(isLocal ? C.upstream_cx_destroy_local : C.upstream_cx_destroy_remote);
    if (hadRequest) {
      stats.inc(C.upstream_cx_destroy_with_active_rq);
      stats.inc(
        isLocal ? C.upstream_cx_destroy_local_with_active_rq : C.upstream_cx_destroy_remote_with_active_rq,
      );
    }
    stats.record(C.upstream_rq_per_cx, requests);
    stats.record(C.upstream_cx_length_ms, resources.clock.now() - this.startMs);
  }
}
