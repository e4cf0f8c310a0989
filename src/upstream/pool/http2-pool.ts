import type { ResponseDecoder } from '../../api/codec.js';
import type {
  Cancellable,
  CircuitBreaker,
  Host,
  HttpPoolCallbacks,
  PoolFailure,
} from '../../api/upstream.js';
import type { TransportOptions, UpstreamTransport } from '../../network/transport-socket.js';
import { C } from '../cluster-stats.js';
import type { HostPool } from './host-pool.js';
import { Http2Connection, type Http2ConnectionOwner } from './http2-connection.js';
import { PendingRequests } from './pending-requests.js';
import type { PoolCluster } from './pool-cluster.js';
import type { PoolResources } from './pool-resources.js';

/** Connections opened at most for one request that finds no room. */
const maxDialsPerEvent = 3;

/**
 * HTTP/2 connections of one host and routing priority in this thread: one as a rule, another when the streams of those
 * that stand are all taken.
 */
export class Http2Pool implements HostPool, Http2ConnectionOwner {
  readonly cluster: PoolCluster;
  readonly host: Host;
  readonly breaker: CircuitBreaker;
  readonly resources: PoolResources;
  readonly transport: UpstreamTransport | null;
  readonly options: TransportOptions | null;
  private readonly pending: PendingRequests;
  /** In the order they were opened, those that are being made included. */
  private readonly connections: Http2Connection[];
  private isDraining: boolean;

  constructor(
    cluster: PoolCluster,
    host: Host,
    breaker: CircuitBreaker,
    resources: PoolResources,
    options: TransportOptions | null,
  ) {
    this.cluster = cluster;
    this.host = host;
    this.breaker = breaker;
    this.resources = resources;
    this.transport = cluster.transports.of(host.metadata);
    this.options = options;
    this.pending = new PendingRequests(cluster, host, breaker);
    this.connections = [];
    this.isDraining = false;
  }

  newStream(decoder: ResponseDecoder, callbacks: HttpPoolCallbacks): Cancellable | null {
    const { connections } = this;
    for (let i = 0; i < connections.length; i++) {
      const connection = connections[i] as Http2Connection;
      if (connection.isConnecting || connection.room <= 0) continue;
      this.attach(connection, decoder, callbacks);
      return null;
    }
    const request = this.pending.add(decoder, callbacks);
    if (request !== null) this.dialAsNeeded();
    return request;
  }

  onRoom(connection: Http2Connection): void {
    while (this.pending.size > 0 && connection.room > 0) {
      const request = this.pending.shift();
      if (request !== undefined) this.attach(connection, request.decoder, request.callbacks);
    }
    if (this.pending.size > 0) this.dialAsNeeded();
    else if (this.isDraining) connection.drain();
  }

  /** A failure to connect fails every waiting request: the host is at fault, not the request. */
  onClosed(connection: Http2Connection, _wasConnecting: boolean, failure: PoolFailure | null): void {
    const at = this.connections.indexOf(connection);
    if (at >= 0) this.connections.splice(at, 1);
    this.breaker.releaseConnection();
    if (failure !== null) this.pending.failAll(failure);
    else if (this.pending.size > 0) this.dialAsNeeded();
  }

  drain(): void {
    this.isDraining = true;
    for (const connection of [...this.connections]) connection.drain();
  }

  closeIdle(): void {
    for (const connection of [...this.connections]) if (connection.isIdle) connection.close();
  }

  private attach(connection: Http2Connection, decoder: ResponseDecoder, callbacks: HttpPoolCallbacks): void {
    if (!this.breaker.tryRequest()) {
      this.cluster.stats.inc(C.upstream_rq_active_overflow);
      callbacks.onPoolFailure({ reason: 'overflow', transportFailure: '' });
      return;
    }
    callbacks.onPoolReady(connection.start(decoder), connection);
  }

  private dialAsNeeded(): void {
    let coming = 0;
    for (const connection of this.connections) if (connection.isConnecting) coming += connection.room;
    for (let i = 0; i < maxDialsPerEvent && this.pending.size > coming; i++) {
      if (!this.breaker.tryConnection()) {
        this.cluster.stats.inc(C.upstream_cx_overflow);
        if (this.connections.length > 0) return;
        this.breaker.forceConnection();
      }
      const connection = new Http2Connection(this);
      this.connections.push(connection);
      coming += connection.room;
    }
  }
}
