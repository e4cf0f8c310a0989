import { ResponseFlag } from '../../../../api/response-flags.js';
import type { StreamInfo } from '../../../../api/stream-info.js';
import type {
  Cancellable,
  Cluster,
  Host,
  LoadBalancerContext,
  PoolFailure,
  TcpConnectionCallbacks,
  UpstreamTcpConnection,
} from '../../../../api/upstream.js';
import { defaultPriority } from '../../../../api/upstream.js';
import { Timer } from '../../../../base/timer-wheel.js';
import { C } from '../../../../upstream/cluster-stats.js';
import { noteConnectFailure } from './connect-autopsy.js';
import type { TcpProxy } from './tcp-proxy.js';
import type { TunnelMaker } from './tunnel.js';

/** Why no upstream came about, by the number that the close reason ends in. */
export const InitFailure = { connectFailed: 0, noHealthyUpstream: 1, limitExceeded: 2, noRoute: 3 } as const;
export type InitFailure = (typeof InitFailure)[keyof typeof InitFailure];

/** The session that wants the upstream. `guard` runs what a timer does as a turn of the client's connection. */
export interface UpstreamOwner {
  guard(body: () => void): void;
  onInitFailure(failure: InitFailure): void;
  onUpstreamConnected(upstream: UpstreamTcpConnection): void;
  onUpstreamData(buffer: Buffer, start: number, end: number): void;
  onUpstreamEnd(): void;
  onUpstreamClose(isReset: boolean): void;
  onUpstreamAboveWatermark(): void;
  onUpstreamBelowWatermark(): void;
}

/**
 * The upstream half of a session. Attempts to connect, one host after the other, until one succeeds or all attempts
 * are used up, and writes what happened into the record; once connected it passes on what the upstream does.
 */
export class UpstreamSide implements TcpConnectionCallbacks {
  private readonly proxy: TcpProxy;
  private readonly record: StreamInfo;
  private readonly owner: UpstreamOwner;
  private readonly retry: Timer;
  private cluster: Cluster | null;
  private balancing: LoadBalancerContext | null;
  /** Of the attempt that is under way; the record has it when it is known what comes of it. */
  private host: Host | null;
  private pending: Cancellable | null;
  private tunnel: TunnelMaker | null;
  private isDialling: boolean;

  constructor(proxy: TcpProxy, record: StreamInfo, owner: UpstreamOwner) {
    this.proxy = proxy;
    this.record = record;
    this.owner = owner;
    this.retry = new Timer(() => owner.guard(() => this.attempt()));
    this.cluster = null;
    this.balancing = null;
    this.host = null;
    this.pending = null;
    this.tunnel = null;
    this.isDialling = false;
  }

  /** The upstream is a stream among others on its connection. */
  get isTunnel(): boolean {
    return this.tunnel !== null;
  }

  start(): void {
    const { proxy, record } = this;
    const target = proxy.drawTarget(record);
    const { name } = target;
    this.isDialling = true;
    this.cluster = proxy.scope.clusters.get(name);
    if (this.cluster === null) {
      record.responseFlags |= ResponseFlag.noClusterFound;
      this.fail(InitFailure.noRoute);
      return;
    }
    record.upstreamClusterName = name;
    record.upstreamClusterStatName = this.cluster.info.statName;
    record.clusterMetadata = this.cluster.info.metadata;
    this.balancing = proxy.balancingOf(target, record);
    this.tunnel = proxy.tunnelOf(record);
    this.attempt();
  }

  /** The client is gone: no further attempt, and none that is under way. */
  cancel(): void {
    this.isDialling = false;
    this.proxy.scope.timers.cancel(this.retry);
    this.pending?.cancel();
    this.pending = null;
  }

  // TcpConnectionCallbacks

  onConnected(connection: UpstreamTcpConnection): void {
    this.isDialling = false;
    this.pending = null;
    this.notePool();
    this.record.upstreamHost = this.host;
    this.owner.onUpstreamConnected(connection);
  }

  onConnectFailure(failure: PoolFailure): void {
    this.pending = null;
    if (!this.isDialling) return;
    const { record, cluster, proxy } = this;
    this.notePool();
    const isOverflow = failure.reason === 'overflow';
    // Nobody was chosen for what may not even wait.
    record.upstreamHost = failure.limit === 'max_pending_requests' ? null : this.host;
    const isFull = isOverflow && this.tunnel === null;
    const isRetried = !isFull && record.attemptCount < proxy.config.maxConnectAttempts;
    if (cluster !== null) noteConnectFailure(record, cluster, failure, isRetried, proxy.scope);
    if (isFull) {
      this.failFull();
      return;
    }
    if (!isOverflow && failure.reason !== 'local-connection-failure')
      record.responseFlags |= ResponseFlag.upstreamConnectionFailure;
    record.upstreamTransportFailureReason = failure.transportFailure;
    if (isRetried) {
      proxy.scope.timers.schedule(this.retry, proxy.drawBackoffMs(record.attemptCount));
      return;
    }
    record.responseFlags |= ResponseFlag.upstreamRetryLimitExceeded;
    cluster?.info.stats.inc(C.upstream_cx_connect_attempts_exceeded);
    this.fail(InitFailure.connectFailed);
  }

  onData(buffer: Buffer, start: number, end: number): void {
    this.owner.onUpstreamData(buffer, start, end);
  }

  onEnd(): void {
    this.owner.onUpstreamEnd();
  }

  onClose(isReset: boolean): void {
    this.owner.onUpstreamClose(isReset);
  }

  onAboveWatermark(): void {
    this.owner.onUpstreamAboveWatermark();
  }

  onBelowWatermark(): void {
    this.owner.onUpstreamBelowWatermark();
  }

  private attempt(): void {
    const { cluster, record, balancing } = this;
    if (cluster === null || balancing === null || !this.isDialling) return;
    if (!this.hasRoom(cluster)) return;
    const host: Host | null = cluster.chooseHost(balancing);
    this.host = host;
    if (host === null) {
      record.responseFlags |= ResponseFlag.noHealthyUpstream;
      noteConnectFailure(record, cluster, null, false, this.proxy.scope);
      this.fail(InitFailure.noHealthyUpstream);
      return;
    }
    record.attemptCount++;
    record.hostsAttempted = [...record.hostsAttempted, host];
    const client = cluster.separatesClients ? this.proxy.clientOf(record) : undefined;
    const pending =
      this.tunnel === null
        ? cluster.connectTcp(host, defaultPriority, this, client, record.connection.upstreamSource)
        : this.tunnel.open(cluster, host, record, this, client);
    if (this.isDialling) this.pending = pending;
  }

  /** A cluster that is full is not even tried, not for a tunnel either that would share a connection. */
  private hasRoom(cluster: Cluster): boolean {
    const breaker = cluster.breaker(defaultPriority);
    if (breaker.tryConnection()) {
      breaker.releaseConnection();
      return true;
    }
    cluster.info.stats.inc(C.upstream_cx_overflow);
    const failure: PoolFailure = { reason: 'overflow', transportFailure: '', limit: 'max_connections' };
    noteConnectFailure(this.record, cluster, failure, false, this.proxy.scope);
    this.failFull();
    return false;
  }

  private failFull(): void {
    this.record.responseFlags |= ResponseFlag.upstreamOverflow;
    this.fail(InitFailure.limitExceeded);
  }

  /** What came of the first attempts is overwritten by what came of the last. */
  private notePool(): void {
    const { relay } = this.record;
    if (relay !== null) relay.poolReadyMs = this.proxy.scope.clock.now();
  }

  private fail(failure: InitFailure): void {
    this.isDialling = false;
    if (failure !== InitFailure.noRoute) this.notePool();
    this.owner.onInitFailure(failure);
  }
}
