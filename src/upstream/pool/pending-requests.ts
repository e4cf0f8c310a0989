import type { ResponseDecoder } from '../../api/codec.js';
import type {
  Cancellable,
  CircuitBreaker,
  Host,
  HttpPoolCallbacks,
  PoolFailure,
} from '../../api/upstream.js';
import { HostWord } from '../../api/upstream.js';
import { RingQueue } from '../../base/ring-queue.js';
import { C } from '../cluster-stats.js';
import type { PoolCluster } from './pool-cluster.js';

/** A request that waits for a connection. */
export class PendingRequest implements Cancellable {
  readonly decoder: ResponseDecoder;
  readonly callbacks: HttpPoolCallbacks;
  private readonly queue: PendingRequests;

  constructor(queue: PendingRequests, decoder: ResponseDecoder, callbacks: HttpPoolCallbacks) {
    this.queue = queue;
    this.decoder = decoder;
    this.callbacks = callbacks;
  }

  cancel(): void {
    this.queue.cancel(this);
  }
}

/** The requests of one pool that wait for a connection, oldest first, each with its place under the circuit breaker. */
export class PendingRequests {
  private readonly cluster: PoolCluster;
  private readonly host: Host;
  private readonly breaker: CircuitBreaker;
  private readonly requests: RingQueue<PendingRequest>;

  constructor(cluster: PoolCluster, host: Host, breaker: CircuitBreaker) {
    this.cluster = cluster;
    this.host = host;
    this.breaker = breaker;
    this.requests = new RingQueue();
  }

  get size(): number {
    return this.requests.size;
  }

  /** Null: too many wait, and the request has been told. */
  add(decoder: ResponseDecoder, callbacks: HttpPoolCallbacks): PendingRequest | null {
    const { stats } = this.cluster;
    if (!this.breaker.tryPending()) {
      stats.inc(C.upstream_rq_pending_overflow);
      callbacks.onPoolFailure({ reason: 'overflow', transportFailure: '', limit: 'max_pending_requests' });
      return null;
    }
    stats.inc(C.upstream_rq_pending_total);
    stats.add(C.upstream_rq_pending_active, 1);
    this.host.count(HostWord.rqPendingActive, 1);
    const request = new PendingRequest(this, decoder, callbacks);
    this.requests.push(request);
    return request;
  }

  shift(): PendingRequest | undefined {
    const request = this.requests.shift();
    if (request !== undefined) this.release();
    return request;
  }

  cancel(request: PendingRequest): void {
    if (!this.requests.remove(request)) return;
    this.release();
    this.cluster.stats.inc(C.upstream_rq_cancelled);
  }

  /** Fails those that wait now, not those that their failure brings. */
  failAll(failure: PoolFailure): void {
    for (let left = this.requests.size; left > 0; left--) {
      const request = this.shift();
      if (request === undefined) return;
      this.cluster.stats.inc(C.upstream_rq_pending_failure_eject);
      request.callbacks.onPoolFailure(failure);
    }
  }

  private release(): void {
    this.breaker.releasePending();
    this.cluster.stats.add(C.upstream_rq_pending_active, -1);
    this.host.count(HostWord.rqPendingActive, -1);
  }
}
