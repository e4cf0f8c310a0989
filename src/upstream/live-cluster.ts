import type { AttemptAutopsy, ClusterFailures } from '../api/autopsy.js';
import type { HostPolicy } from '../api/messages-upstream.js';
import type { ProxiedClient } from '../api/proxied-client.js';
import type { BoundStats } from '../api/stats.js';
import type { Address } from '../api/stream-info.js';
import type { ThreadScope } from '../api/thread-scope.js';
import {
  type BalancedCluster,
  type Balancer,
  type Cancellable,
  type CircuitBreaker,
  type Cluster,
  type ClusterCodeStats,
  type ClusterHosts,
  type ClusterInfo,
  degradedMask,
  type Host,
  type HostChooser,
  type HttpPool,
  type LoadBalancerContext,
  type OverloadDrop,
  type PoolFailure,
  type RoutingPriority,
  type TcpConnectionCallbacks,
  unhealthyMask,
} from '../api/upstream.js';
import type { UpstreamSource } from '../api/upstream-source.js';
import type { RequestHeaders, ResponseHeaders } from '../base/header-map.js';
import { Http1 } from '../codec/http1/http1-stats.js';
import { Http2 } from '../codec/http2/http2-stats.js';
import type { HeaderPredicate } from '../match/header-matcher.js';
import { buildMessagePredicate } from '../match/message-predicate.js';
import { withClient, withSource } from '../network/proxied-connection.js';
import type { TransportOptions } from '../network/transport-socket.js';
import { SharedBreaker } from './circuit-breaker.js';
import { ClusterPools } from './cluster-pools.js';
import { C } from './cluster-stats.js';
import { ClusterTransports } from './cluster-transports.js';
import { CodeStats } from './code-stats.js';
import type { ClusterConfig } from './config.js';
import { explainCluster } from './explain-cluster.js';
import { FailureRing } from './failure-ring.js';
import { ForwardProxyChooser } from './forward-proxy-chooser.js';
import { buildHttpPolicies } from './http-policies.js';
import { loadRulesOf } from './load-report/load-rules.js';
import { sniOptions } from './named-pools.js';
import { OriginalDstChooser } from './original-dst-chooser.js';
import { OverrideHosts } from './override-hosts.js';
import type { HostPool } from './pool/host-pool.js';
import { IdleCloses } from './pool/idle-closes.js';
import type { PoolResources } from './pool/pool-resources.js';
import type { AskingPool } from './pool/preconnect.js';
import { TcpDialer } from './pool/tcp-dialer.js';
import { budgetWindow } from './request-window.js';
import { ResponseStats } from './response-stats.js';
import { BreakerWord, type ClusterWords } from './shared-words.js';
import { makeTrafficStats } from './traffic-stats.js';

/** How a cluster gets its balancer. */
export type BalancerMaker = (cluster: BalancedCluster) => Balancer;

/** Makes a host that serves at once of an address that main does not know so far. */
export type HostMaker = (address: Address, hostname: string) => Host | null;

const nobody: HostChooser = { choose: () => null };

/** A request of which nothing is known yet. */
const anyRequest: LoadBalancerContext = {
  hash: undefined,
  metadataMatch: null,
  headers: null,
  attempt: 0,
  accepts: () => true,
  hostSelectionMaxAttempts: 0,
};

/** Stats live for ever, and their names come from requests. */
const alternativeLimit = 100;

/** A cluster in one thread: hosts as last published, a balancer over them, pools per host and priority. */
export class LiveCluster implements Cluster, BalancedCluster {
  readonly name: string;
  readonly info: ClusterInfo;
  readonly config: ClusterConfig;
  private readonly responses: ResponseStats;
  private readonly alternatives: Map<string, ResponseStats>;
  private readonly retryCodes: CodeStats;
  readonly stats: BoundStats;
  readonly transports: ClusterTransports;
  readonly idleCloses: IdleCloses;
  private readonly failures: FailureRing;
  readonly scope: ThreadScope;
  private readonly words: ClusterWords;
  private readonly balancer: Balancer;
  private readonly breakers: readonly [SharedBreaker, SharedBreaker];
  private readonly wanted: HostMaker;
  private readonly dialer: TcpDialer;
  private readonly maintenanceKey: string;
  private readonly errors: HeaderPredicate | null;
  private hosts: readonly Host[];
  private readonly overrides: OverrideHosts;
  private policy: HostPolicy;
  private chooser: HostChooser | null;
  private generation: number;
  readonly separatesClients: boolean;
  private readonly pools: ClusterPools;

  constructor(
    config: ClusterConfig,
    words: ClusterWords,
    balancerOf: BalancerMaker,
    resources: PoolResources,
    scope: ThreadScope,
    failuresKept: number,
    wanted: HostMaker = () => null,
  ) {
    const root = `cluster.${config.statName}`;
    this.name = config.name;
    this.config = config;
    this.stats = scope.stats.bind(root, C);
    this.transports = new ClusterTransports(config, root, scope.extensions, scope);
    this.info = {
      name: config.name,
      statName: config.statName,
      stats: this.stats,
      metadata: config.metadata,
      connectTimeoutMs: config.connectTimeoutMs,
      maxStreamDurationMs: config.maxStreamDurationMs,
      bufferLimitBytes: config.bufferLimitBytes,
      socket: config.socket,
      origin: config.origin,
      redis: config.redis,
      ...buildHttpPolicies(config.policies, scope, root),
      traffic: makeTrafficStats(config.traffic, scope.stats, root),
      forwardProxyPort: forwardProxyPort(config, this.transports),
      loadRules: loadRulesOf(config.balancer, scope.extensions),
    };
    this.responses = new ResponseStats(scope.stats, root);
    this.alternatives = new Map();
    this.retryCodes = new CodeStats(scope.stats, `${root}.retry`);
    this.idleCloses = new IdleCloses();
    this.failures = new FailureRing(failuresKept);
    this.scope = scope;
    this.words = words;
    this.breakers = [this.makeBreaker(0), this.makeBreaker(1)];
    this.dialer = new TcpDialer(this, resources);
    this.maintenanceKey = `upstream.maintenance_mode.${config.name}`;
    this.errors = config.errorMatcher === null ? null : buildMessagePredicate(config.errorMatcher);
    this.hosts = [];
    this.overrides = new OverrideHosts(config.overrideHostStatus);
    this.policy = config;
    this.chooser = null;
    this.generation = -1;
    this.wanted = wanted;
    this.separatesClients =
      this.transports.announceClients || config.hasPoolPerClient || config.aggregated.length > 0;
    this.pools = new ClusterPools(this, this.breakers, resources);
    this.balancer = balancerOf(this);
  }

  private makeBreaker(priority: RoutingPriority): SharedBreaker {
    const { config, words, scope } = this;
    const limits = config.thresholds[priority];
    return new SharedBreaker(
      config.name,
      priority,
      limits,
      words,
      scope.runtime,
      config.hostConnections[priority],
      budgetWindow(config.name, priority, limits.retryBudget, scope.shared),
    );
  }

  /** Replaces the hosts; pools of hosts that are gone drain. */
  setHosts(hosts: readonly Host[], policy: HostPolicy): void {
    this.policy = policy;
    this.overrides.reset();
    this.chooser = null;
    const kept = new Set(hosts);
    if (this.config.closesConnectionsOnHostSetChange && this.hasOthers(kept)) this.drain();
    this.hosts = hosts;
    this.pools.keep(kept);
  }

  private hasOthers(hosts: ReadonlySet<Host>): boolean {
    return hosts.size !== this.hosts.length || this.hosts.some((host) => !hosts.has(host));
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
    return this.policy.overprovisioningFactor;
  }

  get panicThresholdPercent(): number {
    return this.config.panicThresholdPercent;
  }

  get ignoreNewHostsUntilFirstHc(): boolean {
    return this.config.ignoreNewHostsUntilFirstHc;
  }

  get weightedPriorityHealth(): boolean {
    return this.policy.weightedPriorityHealth;
  }

  providedBalancer(): Balancer {
    const { originalDst } = this.config;
    const { forwardProxyPort = 0 } = this.info;
    if (forwardProxyPort !== 0) return (hosts) => new ForwardProxyChooser(hosts, forwardProxyPort);
    if (originalDst === null) return () => nobody;
    return (hosts) => new OriginalDstChooser(hosts, originalDst, this);
  }

  wantHost(address: Address, hostname: string): Host | null {
    return this.wanted(address, hostname);
  }

  get localCluster(): ClusterHosts | null {
    const { localCluster } = this.config;
    return localCluster === '' ? null : this.scope.clusters.get(localCluster);
  }

  membership(): { readonly total: number; readonly healthy: number; readonly degraded: number } {
    let healthy = 0;
    let degraded = 0;
    for (const { health } of this.hosts) {
      if ((health & unhealthyMask) !== 0) continue;
      if ((health & degradedMask) !== 0) degraded++;
      else healthy++;
    }
    return { total: this.hosts.length, healthy, degraded };
  }

  noteTopology(kind: 'redirection' | 'failure'): void {
    this.words.noteTopology(kind);
  }

  shardCount(): number {
    return this.chooserNow().shardCount ?? this.hosts.length;
  }

  pick(context: LoadBalancerContext): Host | null {
    return this.chooserNow().choose(context);
  }

  chooseHost(context: LoadBalancerContext): Host | null {
    const wanted = context.overrideHost ?? null;
    let host = wanted === null ? null : this.overrides.find(this.hosts, wanted);
    if (host === null && wanted?.isStrict !== true) host = this.chooserNow().choose(context);
    if (host === null && context.shardPick === undefined) this.stats.inc(C.upstream_cx_none_healthy);
    return host;
  }

  breaker(priority: RoutingPriority): CircuitBreaker {
    return this.breakers[priority];
  }

  httpPool(
    host: Host,
    priority: RoutingPriority,
    headers: RequestHeaders | null = null,
    isHttp2Downstream = false,
    client?: ProxiedClient,
    source: UpstreamSource | null = null,
  ): HttpPool | null {
    const { protocol } = this.config;
    const spoken = protocol === 'downstream' ? (isHttp2Downstream ? 'http2' : 'http1') : protocol;
    const hasOptions = this.config.autoSni !== null || client !== undefined || source !== null;
    const options = hasOptions ? this.optionsFor(headers, client, source) : null;
    return options === null
      ? this.pools.find(host, priority, spoken)
      : this.pools.findNamed(host, priority, spoken, options);
  }

  poolAhead({ breaker, protocol }: AskingPool): HostPool | null {
    const host =
      this.config.autoSni !== null || this.separatesClients
        ? undefined
        : this.chooserNow().peek?.(anyRequest);
    if (host === undefined || host === null) return null;
    return this.pools.find(host, breaker === this.breakers[1] ? 1 : 0, protocol);
  }

  /** Null: the connections of all requests are alike. */
  private optionsFor(
    headers: RequestHeaders | null,
    client: ProxiedClient | undefined,
    source: UpstreamSource | null,
  ): TransportOptions | null {
    const { autoSni } = this.config;
    const byName = autoSni === null || headers === null ? null : sniOptions(autoSni, headers);
    const byClient = client === undefined ? byName : withClient(byName, client);
    return source === null ? byClient : withSource(byClient, source);
  }

  /** The codec's stats are listed from the first pool on. */
  listHttp1Stats(): void {
    this.scope.stats.bind(`cluster.${this.config.statName}.http1`, Http1);
  }

  /** Listed from the first connection on. */
  get http2Stats(): BoundStats {
    return this.scope.stats.bind(`cluster.${this.config.statName}.http2`, Http2);
  }

  connectTcp(
    host: Host,
    priority: RoutingPriority,
    callbacks: TcpConnectionCallbacks,
    client?: ProxiedClient,
    source: UpstreamSource | null = null,
  ): Cancellable | null {
    const options = this.optionsFor(null, client, source);
    return this.dialer.dial(host, this.breakers[priority], callbacks, options);
  }

  judgesAsError(headers: ResponseHeaders): boolean | null {
    return this.errors === null ? null : this.errors(headers);
  }

  chargeCode(status: number, isInternal: boolean, isCanary: boolean, hidesCode = false): void {
    this.responses.chargeCode(status, isInternal, isCanary, hidesCode);
  }

  chargeRetryCode(status: number, hidesCode = false): void {
    this.retryCodes.charge(status, hidesCode);
  }

  chargeTime(ms: number, isInternal: boolean, isCanary: boolean): void {
    this.responses.chargeTime(ms, isInternal, isCanary);
  }

  alternativeStats(name: string): ClusterCodeStats | null {
    let stats = this.alternatives.get(name);
    if (stats === undefined) {
      if (this.alternatives.size >= alternativeLimit) return null;
      stats = new ResponseStats(this.scope.stats, `cluster.${this.info.statName}.${name}`);
      this.alternatives.set(name, stats);
    }
    return stats;
  }

  explain(context: LoadBalancerContext, priority: RoutingPriority): ReturnType<Cluster['explain']> {
    const { config, hosts, words, scope } = this;
    const asked = context.overrideHost ?? null;
    const wanted = asked === null ? null : this.overrides.find(hosts, asked);
    const cluster = { config, hosts, words, wanted, runtime: scope.runtime, chooser: this.chooserNow() };
    return explainCluster(cluster, context, priority);
  }

  noteFailure(autopsy: AttemptAutopsy): void {
    this.failures.add(autopsy);
  }

  limitOf(priority: RoutingPriority, name: NonNullable<PoolFailure['limit']>): number {
    return this.breakers[priority].limitOf(name);
  }

  /** Null when nothing went wrong so far. */
  failuresView(): ClusterFailures | null {
    const { config, failures } = this;
    const idleCloses = this.idleCloses.view();
    if (failures.total === 0 && idleCloses === null) return null;
    const { idleTimeoutMs, origin } = config;
    return {
      cluster: this.name,
      total: failures.total,
      last: failures.list(),
      idleCloses,
      idleTimeoutMs,
      origin,
    };
  }

  inMaintenance(): boolean {
    const percent = this.scope.runtime.number(this.maintenanceKey, 0);
    return percent > 0 && this.scope.random.below(100) < percent;
  }

  drawDrop(): OverloadDrop {
    const { dropMillionths } = this.policy;
    if (dropMillionths === 0) return 'none';
    const limit = 10_000 * this.scope.runtime.number('load_balancing_policy.drop_overload_limit', 100);
    const share = Math.min(dropMillionths, limit);
    if (share >= 1_000_000) return 'all';
    return this.scope.random.below(1_000_000) < share ? 'some' : 'none';
  }

  /** Closes what is idle and lets the rest finish; the cluster has been removed or the thread drains. */
  drain(): void {
    this.pools.drain();
  }

  /** The thread's tick: notices health changes without a request, so that pools of failed hosts close. */
  onTick(): void {
    if (this.generation !== this.words.generation) this.chooserNow();
  }

  private chooserNow(): HostChooser {
    const generation = this.words.generation;
    if (this.chooser !== null && generation === this.generation) return this.chooser;
    this.generation = generation;
    this.noteHealth();
    this.chooser = this.balancer(this.hosts);
    return this.chooser;
  }

  private noteHealth(): void {
    this.pools.noteHealth();
    this.dialer.noteHealth();
  }
}

function forwardProxyPort({ forwardProxy }: ClusterConfig, transports: ClusterTransports): number {
  if (forwardProxy === null) return 0;
  return transports.of(null)?.isSecure === true ? 443 : 80;
}
