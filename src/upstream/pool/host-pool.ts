import type { ResponseDecoder } from '../../api/codec.js';
import {
  type Cancellable,
  type CircuitBreaker,
  degradedMask,
  type Host,
  type HttpPool,
  type HttpPoolCallbacks,
  hostFailureMask,
  type PoolFailure,
  unhealthyMask,
} from '../../api/upstream.js';
import { MemberList } from '../../base/member-list.js';
import type { TransportOptions, UpstreamTransport } from '../../network/transport-socket.js';
import { C } from '../cluster-stats.js';
import type { PoolProtocol } from '../http-protocol.js';
import { PendingRequests } from './pending-requests.js';
import type { PoolCluster } from './pool-cluster.js';
import type { PoolResources } from './pool-resources.js';
import { PooledConnection, type PooledConnectionOwner } from './pooled-connection.js';
import { lacksRoomAhead, type PoolDemand, type PreparedPool, preconnectAhead } from './preconnect.js';

/** Connections opened at most for one request that finds no room. */
const maxDialsPerEvent = 3;

const noOptions: TransportOptions = {
  key: '',
  serverName: '',
  subjectAltNames: [],
  alpn: [],
  alpnFallback: [],
};

const offered: { readonly [protocol in PoolProtocol]: readonly string[] } = {
  http1: ['http/1.1'],
  http2: ['h2'],
  negotiated: ['h2', 'http/1.1'],
};

/**
 * HTTP connections of one host and routing priority in this thread, of whatever protocol. The one that has had room
 * most recently goes first, so that spare ones grow old and close; another is opened when all are taken.
 */
export class HostPool implements HttpPool, PooledConnectionOwner, PoolDemand, PreparedPool {
  readonly cluster: PoolCluster;
  readonly host: Host;
  readonly breaker: CircuitBreaker;
  readonly resources: PoolResources;
  readonly protocol: PoolProtocol;
  readonly transport: UpstreamTransport | null;
  readonly options: TransportOptions | null;
  /** Requests that a connection which is being made can count on taking. */
  private readonly streamsEach: number;
  /** 1: connections are opened for requests that wait, and no others. */
  private readonly preconnectRatio: number;
  private readonly pending: PendingRequests;
  private readonly connections: MemberList<PooledConnection>;
  /** Those that have had room, last in first out; some may have none any more. */
  private readonly ready: PooledConnection[];
  private connecting: number;
  private isDraining: boolean;
  /** Bits of `hostFailureMask` that were set when last looked at. */
  private failures: number;
  /** Told once, when the last connection is gone and nobody waits. */
  private readonly onEmpty: (pool: HostPool) => void;
  private isOver: boolean;

  constructor(
    cluster: PoolCluster,
    host: Host,
    breaker: CircuitBreaker,
    resources: PoolResources,
    protocol: PoolProtocol,
    options: TransportOptions | null,
    onEmpty: (pool: HostPool) => void,
  ) {
    this.cluster = cluster;
    this.host = host;
    this.breaker = breaker;
    this.resources = resources;
    this.protocol = protocol;
    this.transport = cluster.transports.of(host.metadata, host.localityMetadata);
    this.options = { ...(options ?? noOptions), alpnFallback: offered[protocol] };
    const { http2, maxRequestsPerConnection } = cluster.config;
    const most = maxRequestsPerConnection === 0 ? Number.POSITIVE_INFINITY : maxRequestsPerConnection;
    this.streamsEach = protocol === 'http2' ? Math.min(http2.maxConcurrentStreams, most) : 1;
    this.preconnectRatio = cluster.config.preconnectRatio;
    this.pending = new PendingRequests(cluster, host, breaker);
    this.connections = new MemberList();
    this.ready = [];
    this.connecting = 0;
    this.isDraining = false;
    this.failures = host.health & hostFailureMask;
    this.onEmpty = onEmpty;
    this.isOver = false;
    resources.pools.add(this);
  }

  newStream(decoder: ResponseDecoder, callbacks: HttpPoolCallbacks): Cancellable | null {
    const { predictiveRatio } = this.cluster.config;
    if (predictiveRatio > 1)
      preconnectAhead(this.resources.pools, predictiveRatio, () => this.cluster.poolAhead(this));
    const connection = this.withRoom();
    if (connection !== undefined) {
      this.attach(connection, decoder, callbacks);
      if (this.preconnectRatio > 1) this.dialAsNeeded();
      return null;
    }
    const request = this.pending.add(decoder, callbacks);
    if (request !== null) this.dialAsNeeded();
    else this.endIfEmpty();
    return request;
  }

  onRoom(connection: PooledConnection, wasConnecting: boolean): void {
    if (wasConnecting) this.connecting--;
    while (this.pending.size > 0 && connection.room > 0) {
      const request = this.pending.shift();
      if (request !== undefined) this.attach(connection, request.decoder, request.callbacks);
    }
    if (!connection.isListed && connection.room > 0) {
      connection.isListed = true;
      this.ready.push(connection);
    }
    if (this.pending.size > 0) this.dialAsNeeded();
    else if (this.isDraining) connection.drain();
  }

  /** A connection is gone. A failure to connect fails every waiting request: the host is at fault, not the request. */
  onClosed(connection: PooledConnection, wasConnecting: boolean, failure: PoolFailure | null): void {
    this.connections.delete(connection);
    const at = connection.isListed ? this.ready.indexOf(connection) : -1;
    if (at >= 0) this.ready.splice(at, 1);
    this.breaker.releaseConnection();
    if (wasConnecting) this.connecting--;
    if (failure !== null) this.pending.failAll(failure);
    else if (this.pending.size > 0) this.dialAsNeeded();
    this.endIfEmpty();
  }

  /** No new requests from now on: idle connections close, busy ones after their last request. */
  drain(): void {
    this.isDraining = true;
    this.drainConnections();
    this.endIfEmpty();
  }

  /** A host that begins to fail is left by what is connected to it; new requests find new connections. */
  noteHealth(): void {
    const failures = this.host.health & hostFailureMask;
    const hasNew = (failures & ~this.failures) !== 0;
    this.failures = failures;
    if (hasNew) this.drainConnections();
  }

  /** Makes room for another pool; false: it is in use. */
  closeIfIdle(): boolean {
    if (this.pending.size > 0) return false;
    for (const connection of this.connections) if (!connection.isIdle) return false;
    this.drain();
    return true;
  }

  private drainConnections(): void {
    for (const connection of this.connections) connection.drain();
  }

  private endIfEmpty(): void {
    if (this.isOver || this.connections.size > 0 || this.pending.size > 0) return;
    this.isOver = true;
    this.resources.pools.delete(this);
    this.onEmpty(this);
  }

  /** The newest of the list that has room; those before it that have none leave the list until they do. */
  private withRoom(): PooledConnection | undefined {
    const { ready } = this;
    for (;;) {
      const connection = ready[ready.length - 1];
      if (connection === undefined || connection.room > 0) return connection;
      connection.isListed = false;
      ready.pop();
    }
  }

  private attach(connection: PooledConnection, decoder: ResponseDecoder, callbacks: HttpPoolCallbacks): void {
    if (!this.breaker.tryRequest()) {
      this.cluster.stats.inc(C.upstream_rq_active_overflow);
      callbacks.onPoolFailure({ reason: 'overflow', transportFailure: '', limit: 'max_requests' });
      return;
    }
    callbacks.onPoolReady(connection.start(decoder), connection);
  }

  /** The host's own limit is no hard one: threads look at what they all have, without agreeing. */
  private mayConnect(): boolean {
    const { breaker, host } = this;
    if (breaker.hostConnections !== null && host.activeConnections >= breaker.hostConnections) return false;
    return breaker.tryConnection();
  }

  /** Spare room is kept with hosts that are well; others are spared what is not needed. */
  private lacksRoom(): boolean {
    const { pending, preconnectRatio, host } = this;
    if (preconnectRatio === 1 || (host.health & (unhealthyMask | degradedMask)) !== 0)
      return pending.size > this.connecting * this.streamsEach;
    const { activeStreams } = this;
    return (pending.size + activeStreams) * preconnectRatio > this.room + activeStreams;
  }

  // PoolDemand

  get waiting(): number {
    return this.pending.size;
  }

  get activeStreams(): number {
    let active = 0;
    for (const connection of this.connections) active += connection.activeStreams;
    return active;
  }

  get room(): number {
    let room = this.connecting * this.streamsEach;
    for (const connection of this.connections) room += connection.room;
    return room;
  }

  dialAhead(ratio: number): boolean {
    const isWell = (this.host.health & (unhealthyMask | degradedMask)) === 0;
    const before = this.connections.size;
    if (isWell && lacksRoomAhead(this, ratio)) this.dial();
    this.endIfEmpty();
    return this.connections.size > before;
  }

  private dialAsNeeded(): void {
    for (let i = 0; i < maxDialsPerEvent && this.lacksRoom(); i++) if (!this.dial()) return;
  }

  /** False: there are as many connections as there may be. */
  private dial(): boolean {
    if (!this.mayConnect()) {
      this.cluster.stats.inc(C.upstream_cx_overflow);
      if (this.connections.size > 0) return false;
      this.breaker.forceConnection();
    }
    this.connecting++;
    this.connections.add(new PooledConnection(this));
    return true;
  }
}
