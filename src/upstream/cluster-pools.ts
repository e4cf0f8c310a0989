import type { CircuitBreaker, Host, RoutingPriority } from '../api/upstream.js';
import type { TransportOptions } from '../network/transport-socket.js';
import { C } from './cluster-stats.js';
import type { PoolProtocol } from './http-protocol.js';
import { NamedPools } from './named-pools.js';
import { HostPool } from './pool/host-pool.js';
import type { PoolCluster } from './pool/pool-cluster.js';
import type { PoolResources } from './pool/pool-resources.js';

/** The HTTP pools of one cluster in one thread, by host, routing priority and protocol. */
export class ClusterPools {
  private readonly cluster: PoolCluster;
  private readonly breakers: readonly [CircuitBreaker, CircuitBreaker];
  private readonly resources: PoolResources;
  /** HTTP/1 by priority, then the other protocol: a cluster has one at most besides. */
  private readonly plain: readonly Map<Host, HostPool>[];
  /** Null as long as the connections of all requests are alike. */
  private named: NamedPools<HostPool, Host> | null;

  constructor(
    cluster: PoolCluster,
    breakers: readonly [CircuitBreaker, CircuitBreaker],
    resources: PoolResources,
  ) {
    this.cluster = cluster;
    this.breakers = breakers;
    this.resources = resources;
    this.plain = [new Map(), new Map(), new Map(), new Map()];
    this.named = null;
  }

  /** Null: there are too many pools. */
  find(host: Host, priority: RoutingPriority, spoken: PoolProtocol): HostPool | null {
    const pools = this.plain[kindOf(priority, spoken)] as Map<Host, HostPool>;
    let pool = pools.get(host);
    if (pool === undefined) {
      if (!this.takePool(host, priority)) return null;
      pool = this.newPool(host, priority, spoken, null);
      pools.set(host, pool);
    }
    return pool;
  }

  /** The pool whose connections were made with such options. */
  findNamed(
    host: Host,
    priority: RoutingPriority,
    spoken: PoolProtocol,
    options: TransportOptions,
  ): HostPool | null {
    this.named ??= new NamedPools();
    return this.named.find(host, `${kindOf(priority, spoken)} ${host.slot}`, options, () =>
      this.takePool(host, priority) ? this.newPool(host, priority, spoken, options) : null,
    );
  }

  /** Pools of hosts that are gone drain. */
  keep(hosts: ReadonlySet<Host>): void {
    for (const pools of this.plain) {
      for (const [host, pool] of pools) {
        if (hosts.has(host)) continue;
        pools.delete(host);
        pool.drain();
      }
    }
    this.named?.keep(hosts);
  }

  noteHealth(): void {
    for (const pools of this.plain) for (const pool of pools.values()) pool.noteHealth();
    if (this.named !== null) for (const [, pool] of this.named.all()) pool.noteHealth();
  }

  /** Closes what is idle and lets the rest finish. */
  drain(): void {
    for (const pools of this.plain) {
      for (const pool of pools.values()) pool.drain();
      pools.clear();
    }
    this.named?.drain();
  }

  /** Where there are too many pools, an idle one of the same host and priority gives way, as in Envoy. */
  private takePool(host: Host, priority: RoutingPriority): boolean {
    const breaker = this.breakers[priority];
    if (breaker.tryPool()) return true;
    for (const pool of this.poolsOf(host)) {
      if (pool.breaker === breaker && pool.closeIfIdle() && breaker.tryPool()) return true;
    }
    this.cluster.stats.inc(C.upstream_cx_pool_overflow);
    return false;
  }

  private *poolsOf(host: Host): Generator<HostPool, void> {
    for (const pools of this.plain) {
      const pool = pools.get(host);
      if (pool !== undefined) yield pool;
    }
    if (this.named === null) return;
    for (const [owner, pool] of this.named.all()) if (owner === host) yield pool;
  }

  private newPool(
    host: Host,
    priority: RoutingPriority,
    protocol: PoolProtocol,
    options: TransportOptions | null,
  ): HostPool {
    if (protocol !== 'http2') this.cluster.listHttp1Stats();
    const { cluster, breakers, resources } = this;
    return new HostPool(cluster, host, breakers[priority], resources, protocol, options, (pool) =>
      this.onPoolEmpty(pool),
    );
  }

  /** The pool has no connection any more; it may have been replaced already. */
  private onPoolEmpty(pool: HostPool): void {
    pool.breaker.releasePool();
    for (const pools of this.plain) if (pools.get(pool.host) === pool) pools.delete(pool.host);
    this.named?.forget(pool);
  }
}

function kindOf(priority: RoutingPriority, spoken: PoolProtocol): number {
  return spoken === 'http1' ? priority : priority + 2;
}
