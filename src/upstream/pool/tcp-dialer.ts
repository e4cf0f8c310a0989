import type { ConnectionFacts } from '../../api/autopsy.js';
import type { Address, UpstreamConnectionTimes } from '../../api/stream-info.js';
import type { TlsInfo } from '../../api/tls-info.js';
import type {
  Cancellable,
  CircuitBreaker,
  Host,
  PoolFailure,
  TcpConnectionCallbacks,
  UpstreamTcpConnection,
} from '../../api/upstream.js';
import { HostWord, hostFailureMask } from '../../api/upstream.js';
import { Timer } from '../../base/timer-wheel.js';
import { unknownAddress } from '../../network/address.js';
import type { Connection, ConnectionEvents } from '../../network/connection.js';
import type { TransportOptions, UpstreamTransport } from '../../network/transport-socket.js';
import { C } from '../cluster-stats.js';

import { connectErrorText, dial, localAddressOf } from './dial.js';
import type { PoolCluster } from './pool-cluster.js';
import type { PoolResources } from './pool-resources.js';
import { unsetOption } from './prepared-socket.js';

/** The TCP connections to one host, for when it fails. */
class HostConnections {
  readonly open: Set<TcpUpstream>;
  failures: number;

  constructor(failures: number) {
    this.open = new Set();
    this.failures = failures;
  }
}

/** Opens TCP connections of a cluster; each is used once and closed. */
export class TcpDialer {
  private readonly cluster: PoolCluster;
  private readonly resources: PoolResources;
  /** Kept where a host's failure closes its connections; else null. */
  private readonly hosts: Map<Host, HostConnections> | null;

  constructor(cluster: PoolCluster, resources: PoolResources) {
    this.cluster = cluster;
    this.resources = resources;
    this.hosts = cluster.config.closesConnectionsOnHostFailure ? new Map() : null;
  }

  /** Hosts that begin to fail lose what is connected to them. */
  noteHealth(): void {
    if (this.hosts === null) return;
    for (const [host, connections] of this.hosts) {
      const failures = host.health & hostFailureMask;
      const hasNew = (failures & ~connections.failures) !== 0;
      connections.failures = failures;
      if (hasNew) for (const connection of [...connections.open]) connection.close('no-flush');
    }
  }

  onClosed(connection: TcpUpstream): void {
    const connections = this.hosts?.get(connection.host);
    connections?.open.delete(connection);
    if (connections?.open.size === 0) this.hosts?.delete(connection.host);
  }

  dial(
    host: Host,
    breaker: CircuitBreaker,
    callbacks: TcpConnectionCallbacks,
    options: TransportOptions | null,
  ): Cancellable | null {
    if (callbacks.requestsUnderWay !== undefined) breaker.forceConnection();
    else if (!breaker.tryConnection()) {
      this.cluster.stats.inc(C.upstream_cx_overflow);
      callbacks.onConnectFailure({ reason: 'overflow', transportFailure: '', limit: 'max_connections' });
      return null;
    }
    const connection = new TcpUpstream(this.cluster, host, breaker, callbacks, this.resources, this, options);
    this.connectionsOf(host)?.open.add(connection);
    return connection;
  }

  private connectionsOf(host: Host): HostConnections | null {
    if (this.hosts === null) return null;
    let connections = this.hosts.get(host);
    if (connections === undefined) {
      connections = new HostConnections(host.health & hostFailureMask);
      this.hosts.set(host, connections);
    }
    return connections;
  }
}

/** One upstream TCP connection from dialling to its close. */
class TcpUpstream implements UpstreamTcpConnection, UpstreamConnectionTimes, ConnectionEvents, Cancellable {
  readonly id: number;
  readonly host: Host;
  localAddress: Address;
  tls: TlsInfo | null;
  private readonly transport: UpstreamTransport | null;
  private readonly dialer: TcpDialer;
  private readonly cluster: PoolCluster;
  private readonly breaker: CircuitBreaker;
  private readonly callbacks: TcpConnectionCallbacks;
  private readonly resources: PoolResources;
  private readonly connection: Connection;
  private readonly connectTimer: Timer;
  readonly startMs: number;
  connectedMs: number;
  handshakeMs: number;
  private isConnected: boolean;
  private isAbandoned: boolean;
  private hasTimedOut: boolean;
  private closedHere: boolean;
  private sawEnd: boolean;
  /** Each connection is a request of its own. */
  private readonly countsRequests: boolean;

  constructor(
    cluster: PoolCluster,
    host: Host,
    breaker: CircuitBreaker,
    callbacks: TcpConnectionCallbacks,
    resources: PoolResources,
    dialer: TcpDialer,
    options: TransportOptions | null,
  ) {
    this.dialer = dialer;
    this.id = resources.nextConnectionId();
    this.host = host;
    this.localAddress = unknownAddress;
    this.tls = null;
    this.transport = cluster.transports.of(host.metadata, host.localityMetadata);
    this.cluster = cluster;
    this.breaker = breaker;
    this.callbacks = callbacks;
    this.resources = resources;
    this.startMs = resources.clock.now();
    this.connectedMs = Number.NaN;
    this.handshakeMs = Number.NaN;
    this.isConnected = false;
    this.isAbandoned = false;
    this.hasTimedOut = false;
    this.closedHere = false;
    this.sawEnd = false;
    const { stats } = cluster;
    stats.inc(C.upstream_cx_total);
    stats.add(C.upstream_cx_active, 1);
    this.countsRequests = callbacks.requestsUnderWay === undefined;
    if (this.countsRequests) stats.inc(C.upstream_rq_pending_total);
    host.count(HostWord.cxTotal, 1);
    host.count(HostWord.cxActive, 1);
    this.connection = dial(
      host,
      cluster.info,
      resources,
      this,
      { transport: this.transport, options },
      (tls) => this.onConnect(tls),
    );
    this.connectTimer = new Timer(() => this.onConnectTimeout());
    resources.timers.schedule(this.connectTimer, cluster.info.connectTimeoutMs);
  }

  cancel(): void {
    if (this.countsRequests) this.cluster.stats.inc(C.upstream_rq_cancelled);
    this.isAbandoned = true;
    this.closedHere = true;
    this.connection.destroy();
  }

  get times(): UpstreamConnectionTimes {
    return this;
  }

  get bufferedBytes(): number {
    return this.connection.bufferedBytes;
  }

  get flushedBytes(): number {
    return this.connection.flushedBytes;
  }

  writeText(text: string): void {
    this.connection.writeText(text);
  }

  writeBytes(buffer: Buffer, start: number, end: number): void {
    this.connection.writeBytes(buffer, start, end);
  }

  writeTextAndBytes(text: string, buffer: Buffer, start: number, end: number): void {
    this.connection.writeTextAndBytes(text, buffer, start, end);
  }

  endWriting(): void {
    // The second FIN ends the connection: it counts as closed by whose FIN that is.
    if (this.sawEnd) this.closedHere = true;
    this.connection.endWriting();
  }

  pauseReading(): void {
    this.cluster.stats.inc(C.upstream_flow_control_paused_reading_total);
    this.connection.pauseReading();
  }

  resumeReading(): void {
    this.cluster.stats.inc(C.upstream_flow_control_resumed_reading_total);
    this.connection.resumeReading();
  }

  close(mode: 'no-flush' | 'flush' | 'abort'): void {
    if (this.countsRequests || !this.sawEnd) this.closedHere = true;
    if (mode === 'flush') this.connection.closeAfterWriting();
    else if (mode === 'abort') this.connection.abort();
    else this.connection.destroy();
  }

  onData(buffer: Buffer, start: number, end: number): void {
    this.callbacks.onData(buffer, start, end);
  }

  onEnd(): void {
    this.sawEnd = true;
    this.callbacks.onEnd();
  }

  onAboveWatermark(): void {
    this.cluster.stats.inc(C.upstream_flow_control_backed_up_total);
    this.callbacks.onAboveWatermark();
  }

  onBelowWatermark(): void {
    this.cluster.stats.inc(C.upstream_flow_control_drained_total);
    this.callbacks.onBelowWatermark();
  }

  onDrained(): void {
    // Only downstream users ask when the last byte has left.
  }

  onClose(error: string): void {
    this.dialer.onClosed(this);
    this.resources.timers.cancel(this.connectTimer);
    if (error === unsetOption) this.closedHere = true;
    this.countClose();
    if (this.isAbandoned) return;
    if (this.isConnected) {
      this.callbacks.onClose(error !== '');
      return;
    }
    const { stats } = this.cluster;
    if (!this.hasTimedOut) stats.inc(C.upstream_cx_connect_fail);
    if (this.countsRequests) stats.inc(C.upstream_rq_pending_failure_eject);
    this.host.count(HostWord.cxConnectFail, 1);
    this.host.reportLocalFailure(this.hasTimedOut ? 'timeout' : 'connect');
    this.callbacks.onConnectFailure({
      reason: this.failureReason(error),
      transportFailure:
        this.hasTimedOut || error === unsetOption ? '' : connectErrorText(error, this.transport),
      facts: this.factsOfDial(error),
    });
  }

  private failureReason(error: string): PoolFailure['reason'] {
    if (error === unsetOption) return 'local-connection-failure';
    return this.hasTimedOut ? 'connection-timeout' : 'remote-connection-failure';
  }

  private factsOfDial(errno: string): ConnectionFacts {
    const { id, startMs } = this;
    return {
      id,
      protocol: '',
      startMs,
      connectedMs: Number.NaN,
      handshakeMs: Number.NaN,
      idleSinceMs: startMs,
      atMs: this.resources.clock.now(),
      requests: 0,
      sentBytes: 0,
      receivedBytes: 0,
      closedBy: this.hasTimedOut ? 'proxy' : 'upstream',
      errno,
    };
  }

  private onConnect(tls: TlsInfo | null): void {
    this.resources.timers.cancel(this.connectTimer);
    if (this.isAbandoned) return;
    this.tls = tls;
    this.isConnected = true;
    this.localAddress = localAddressOf(this.connection.socket, this.host);
    const { stats } = this.cluster;
    const now = this.resources.clock.now();
    this.connectedMs = now;
    if (tls !== null) this.handshakeMs = now;
    stats.record(C.upstream_cx_connect_ms, now - this.startMs);
    if (this.countsRequests) {
      stats.inc(C.upstream_rq_total);
      this.host.count(HostWord.rqTotal, 1);
    }
    this.host.reportReached();
    this.callbacks.onConnected(this);
  }

  private onConnectTimeout(): void {
    this.hasTimedOut = true;
    this.closedHere = true;
    const { stats } = this.cluster;
    stats.inc(C.upstream_cx_connect_timeout);
    stats.inc(C.upstream_cx_connect_fail);
    this.connection.destroy();
  }

  private countClose(): void {
    const { stats } = this.cluster;
    this.breaker.releaseConnection();
    this.host.count(HostWord.cxActive, -1);
    stats.add(C.upstream_cx_active, -1);
    stats.inc(C.upstream_cx_destroy);
    stats.inc(this.closedHere ? C.upstream_cx_destroy_local : C.upstream_cx_destroy_remote);
    if (
      this.callbacks.requestsUnderWay === undefined ? this.isConnected : this.callbacks.requestsUnderWay() > 0
    ) {
      stats.inc(C.upstream_cx_destroy_with_active_rq);
      stats.inc(
        this.closedHere
          ? C.upstream_cx_destroy_local_with_active_rq
          : C.upstream_cx_destroy_remote_with_active_rq,
      );
    }
    if (!this.countsRequests) return;
    stats.add(C.upstream_cx_rx_bytes_total, this.connection.bytesReceived);
    stats.add(C.upstream_cx_tx_bytes_total, this.connection.bytesSent);
    stats.record(C.upstream_cx_length_ms, this.resources.clock.now() - this.startMs);
  }
}
