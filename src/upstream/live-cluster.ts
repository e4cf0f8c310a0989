import type { RuntimeView } from '../api/runtime.js';
import type { BoundStats } from '../api/stats.js';
import type { ThreadScope } from '../api/thread-scope.js';
import {
  type BalancedCluster,
  type Balancer,
  type Cancellable,
  type CircuitBreaker,
  type Cluster,
  type ClusterHosts,
  type ClusterInfo,
  type Host,
  type HostChooser,
  type HttpPool,
  type LoadBalancerContext,
  type RoutingPriority,
  type TcpConnectionCallbacks,
  unhealthyMask,
} from '../api/upstream.js';
import { Http1 } from '../codec/http1/http1-stats.js';
import { SharedBreaker } from './circuit-breaker.js';
import { C } from './cluster-stats.js';
import { ClusterTransports } from './cluster-transports.js';
import { CodeStats } from './code-stats.js';
import type { ClusterConfig } from './config.js';
import type { HostPool } from './pool/host-pool.js';
import { Http1Pool } from './pool/http1-pool.js';
import type { PoolResources } from './pool/pool-resources.js';
import { TcpDialer } from './pool/tcp-dialer.js';
import { BreakerWord, type ClusterWords } from './shared-words.js';

/** How a cluster gets its balancer. */
export type BalancerMaker = (cluster: BalancedCluster) => Balancer;

/** A cluster in one thread: hosts as last published, a balancer over them, pools per host and priority. */
export class LiveCluster implements Cluster, BalancedCluster {
  readonly name: string;
  readonly info: ClusterInfo;
  readonly config: ClusterConfig;
  private readonly codes: CodeStats;
  private readonly retryCodes: CodeStats;
  private readonly internalCodes: CodeStats;
  private readonly externalCodes: CodeStats;
  private readonly canaryCodes: CodeStats;
  readonly stats: BoundStats;
  readonly transports: ClusterTransports;
  private readonly resources: PoolResources;
  readonly scope: ThreadScope;
  private readonly words: ClusterWords;
  private readonly balancer: Balancer;
  private readonly breakers: readonly [CircuitBreaker, CircuitBreaker];
  private readonly dialer: TcpDialer;
  private readonly maintenanceKey: string;
  private hosts: readonly Host[];
  private chooser: HostChooser | null;
  private generation: number;
  private readonly pools: readonly [Map<Host, HostPool>, Map<Host, HostPool>];

  constructor(
    config: ClusterConfig,
    words: ClusterWords,
    balancerOf: BalancerMaker,
    resources: PoolResources,
    scope: ThreadScope,
  ) {
    const root = `cluster.${config.statName}`;
    this.name = config.name;
    this.config = config;
    this.stats = scope.stats.bind(root, C);
    this.info = {
      name: config.name,
      statName: config.statName,
      stats: this.stats,
      metadata: config.metadata,
      connectTimeoutMs: config.connectTimeoutMs,
      bufferLimitBytes: config.bufferLimitBytes,
      retryPolicy: null,
    };
    this.codes = new CodeStats(scope.stats, root);
    this.retryCodes = new CodeStats(scope.stats, `${root}.retry`);
    this.internalCodes = new CodeStats(scope.stats, `${root}.internal`);
    this.externalCodes = new CodeStats(scope.stats, `${root}.external`);
    this.canaryCodes = new CodeStats(scope.stats, `${root}.canary`);
    this.transports = new ClusterTransports(config, root, scope.extensions, scope);
    this.resources = resources;
    this.scope = scope;
    this.words = words;
    const breaker = (priority: RoutingPriority, runtime: RuntimeView): CircuitBreaker =>
      new SharedBreaker(config.name, priority, config.thresholds[priority], words, runtime);
    this.breakers = [breaker(0, scope.runtime), breaker(1, scope.runtime)];
    this.dialer = new TcpDialer(this, resources);
    this.maintenanceKey = `upstream.maintenance_mode.${config.name}`;
    this.hosts = [];
    this.chooser = null;
    this.generation = -1;
    this.pools = [new Map(), new Map()];
    this.balancer = balancerOf(this);
  }

  /** Replaces the hosts; pools of hosts that are gone drain. */
  setHosts(hosts: readonly Host[]): void {
    this.hosts = hosts;
    this.chooser = null;
    const kept = new Set(hosts);
    for (const pools of this.pools) {
      for (const [host, pool] of pools) {
        if (kept.has(host)) continue;
        pools.delete(host);
        pool.drain();
      }
    }
  }

  get currentHosts(): readonly Host[] {
    return this.hosts;
  }

  get hostsVersion(): number {
    return this.words.generation;
  }

  // BalancedCluster

  get activeRequests(): number {
    return this.words.used(0, BreakerWord.requests) + this.words.used(1, BreakerWord.requests);
  }

  get overprovisioningFactor(): number {
    return this.config.overprovisioningFactor;
  }

  get panicThresholdPercent(): number {
    return this.config.panicThresholdPercent;
  }

  get ignoreNewHostsUntilFirstHc(): boolean {
    return this.config.ignoreNewHostsUntilFirstHc;
  }

  get weightedPriorityHealth(): boolean {
    return this.config.weightedPriorityHealth;
  }

  get localCluster(): ClusterHosts | null {
    const { localCluster } = this.config;
    return localCluster === '' ? null : this.scope.clusters.get(localCluster);
  }

  chooseHost(context: LoadBalancerContext): Host | null {
    const host = this.chooserNow().choose(context);
    if (host === null) this.stats.inc(C.upstream_cx_none_healthy);
    return host;
  }

  breaker(priority: RoutingPriority): CircuitBreaker {
    return this.breakers[priority];
  }

  httpPool(host: Host, priority: RoutingPriority): HttpPool {
    const pools = this.pools[priority];
    let pool = pools.get(host);
    if (pool === undefined) {
      // The codec's stats are listed from here on.
      this.scope.stats.bind(`cluster.${this.config.statName}.http1`, Http1);
      pool = new Http1Pool(this, host, this.breakers[priority], this.resources, null);
      pools.set(host, pool);
    }
    return pool;
  }

  connectTcp(host: Host, priority: RoutingPriority, callbacks: TcpConnectionCallbacks): Cancellable | null {
    return this.dialer.dial(host, this.breakers[priority], callbacks);
  }

  chargeCode(status: number, isInternal: boolean, isCanary: boolean): void {
    this.codes.charge(status);
    (isInternal ? this.internalCodes : this.externalCodes).charge(status);
    if (isCanary) this.canaryCodes.charge(status);
  }

  chargeRetryCode(status: number): void {
    this.retryCodes.charge(status);
  }

  chargeTime(ms: number, isInternal: boolean, isCanary: boolean): void {
    this.codes.chargeTime(ms);
    (isInternal ? this.internalCodes : this.externalCodes).chargeTime(ms);
    if (isCanary) this.canaryCodes.chargeTime(ms);
  }

  inMaintenance(): boolean {
    const percent = this.scope.runtime.number(this.maintenanceKey, 0);
    return percent > 0 && this.scope.random.below(100) < percent;
  }

  /** Closes what is idle and lets the rest finish; the cluster has been removed or the thread drains. */
  drain(): void {
    for (const pools of this.pools) {
      for (const pool of pools.values()) pool.drain();
      pools.clear();
    }
  }

  /** The thread's tick: notices health changes without a request, so that pools of failed hosts close. */
  onTick(): void {
    if (this.generation !== this.words.generation) this.chooserNow();
  }

  private chooserNow(): HostChooser {
    const generation = this.words.generation;
    if (this.chooser !== null && generation === this.generation) return this.chooser;
    this.generation = generation;
    this.closeUnhealthyPools();
    this.chooser = this.balancer(this.hosts);
    return this.chooser;
  }

  private closeUnhealthyPools(): void {
    for (const pools of this.pools) {
      for (const [host, pool] of pools) {
        if ((host.health & unhealthyMask) !== 0) pool.closeIdle();
      }
    }
  }
}
