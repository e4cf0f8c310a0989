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
import { Http1Connection, type Http1ConnectionOwner } from './http1-connection.js';
import { PendingRequests } from './pending-requests.js';
import type { PoolCluster } from './pool-cluster.js';
import type { PoolResources } from './pool-resources.js';

/** Connections opened at most for one request that finds none ready. */
const maxDialsPerEvent = 3;

/**
 * HTTP/1.1 connections of one host and routing priority in this thread. One request at a time per connection; the
 * most recently used idle one goes first, so that spare ones grow old and close.
 */
export class Http1Pool implements HostPool, Http1ConnectionOwner {
  readonly cluster: PoolCluster;
  readonly host: Host;
  readonly breaker: CircuitBreaker;
  readonly resources: PoolResources;
  readonly transport: UpstreamTransport | null;
  readonly options: TransportOptions | null;
  private readonly ready: Http1Connection[];
  private readonly pending: PendingRequests;
  private readonly connections: Set<Http1Connection>;
  private connecting: number;
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
    this.ready = [];
    this.pending = new PendingRequests(cluster, host, breaker);
    this.connections = new Set();
    this.connecting = 0;
    this.isDraining = false;
  }

  newStream(decoder: ResponseDecoder, callbacks: HttpPoolCallbacks): Cancellable | null {
    const connection = this.ready.pop();
    if (connection !== undefined) {
      this.attach(connection, decoder, callbacks);
      return null;
    }
    const request = this.pending.add(decoder, callbacks);
    if (request !== null) this.dialAsNeeded();
    return request;
  }

  /** A connection stands, or has finished a request and can take the next. */
  onReady(connection: Http1Connection, wasConnecting: boolean): void {
    if (wasConnecting) this.connecting--;
    if (this.isDraining && this.pending.size === 0) {
      connection.close();
      return;
    }
    const request = this.pending.shift();
    if (request === undefined) {
      this.ready.push(connection);
      connection.becomeIdle();
      return;
    }
    this.attach(connection, request.decoder, request.callbacks);
  }

  /** A connection is gone. A failure to connect fails every waiting request: the host is at fault, not the request. */
  onClosed(connection: Http1Connection, wasConnecting: boolean, failure: PoolFailure | null): void {
    this.connections.delete(connection);
    const at = this.ready.indexOf(connection);
    if (at >= 0) this.ready.splice(at, 1);
    this.breaker.releaseConnection();
    if (wasConnecting) this.connecting--;
    if (failure !== null) this.pending.failAll(failure);
    else if (this.pending.size > 0) this.dialAsNeeded();
  }

  drain(): void {
    this.isDraining = true;
    this.closeIdle();
    for (const connection of this.connections) connection.closeWhenIdle();
  }

  closeIdle(): void {
    for (const connection of this.ready.splice(0)) connection.close();
  }

  private attach(connection: Http1Connection, decoder: ResponseDecoder, callbacks: HttpPoolCallbacks): void {
    if (!this.breaker.tryRequest()) {
      this.ready.push(connection);
      connection.becomeIdle();
      this.cluster.stats.inc(C.upstream_rq_active_overflow);
      callbacks.onPoolFailure({ reason: 'overflow', transportFailure: '' });
      return;
    }
    callbacks.onPoolReady(connection.start(decoder), connection);
  }

  private dialAsNeeded(): void {
    for (let i = 0; i < maxDialsPerEvent && this.pending.size > this.connecting; i++) {
      if (!this.breaker.tryConnection()) {
        this.cluster.stats.inc(C.upstream_cx_overflow);
        if (this.connections.size > 0) return;
        this.breaker.forceConnection();
      }
      this.connecting++;
      this.connections.add(new Http1Connection(this));
    }
  }
}
