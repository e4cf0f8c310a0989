import type { RequestHeaders, ResponseHeaders } from '../base/header-map.js';
import type { Plain } from '../base/plain.js';
import type { AttemptAutopsy, ConnectionFacts } from './autopsy.js';
import type { CodecOutput, RequestEncoder, ResponseDecoder, StreamResetReason } from './codec.js';
import type { ClusterExplanation } from './explain.js';
import type { Extension, ExtensionRegistry } from './extension.js';
import type { AttemptChain } from './http-filter.js';
import type { LoadRules } from './load-report.js';
import type { NameCaches } from './name-caches.js';
import type { ProxiedClient } from './proxied-client.js';
import type { RedisHosts } from './redis-hosts.js';
import type { ShardPick } from './redis-shard.js';
import type { HashPolicyView, MirrorPolicyView, RetryPolicyConfig } from './route.js';
import type { BoundStats } from './stats.js';
import type { Address, LogContext, StreamInfo, UpstreamConnectionTimes } from './stream-info.js';
import type { ThreadScope } from './thread-scope.js';
import type { TlsInfo } from './tls-info.js';
import type { UpstreamSocketConfig } from './upstream-socket.js';
import type { UpstreamSource } from './upstream-source.js';

/** Bits of a host's health word in shared memory; main writes them, everybody reads them. */
export const HostHealth = {
  failedActiveHc: 1 << 0,
  failedOutlierCheck: 1 << 1,
  failedEdsHealth: 1 << 2,
  degradedActiveHc: 1 << 3,
  degradedEdsHealth: 1 << 4,
  degradedOutlierDetection: 1 << 5,
  pendingDynamicRemoval: 1 << 6,
  pendingActiveHc: 1 << 7,
  excludedViaImmediateHcFail: 1 << 8,
  activeHcTimeout: 1 << 9,
  edsStatusDraining: 1 << 10,
  /** The host has left the cluster; its slot waits until no worker uses it any more. */
  removed: 1 << 11,
  /** The configuration or discovery has called it healthy; not the same as saying nothing. */
  edsStatusHealthy: 1 << 12,
  edsStatusTimeout: 1 << 13,
} as const;

/**
 * Any of these makes a host unhealthy. A host that was removed serves on in a thread until that thread knows who takes
 * its place: were all of them replaced at once, it would have nobody left to choose.
 */
export const unhealthyMask =
  HostHealth.failedActiveHc |
  HostHealth.failedOutlierCheck |
  HostHealth.failedEdsHealth |
  HostHealth.edsStatusDraining;
/** What a host's connections give way to: its checks, and outlier detection. */
export const hostFailureMask = HostHealth.failedActiveHc | HostHealth.failedOutlierCheck;
export const degradedMask =
  HostHealth.degradedActiveHc | HostHealth.degradedEdsHealth | HostHealth.degradedOutlierDetection;

/** Per-host counters, one array of words per host and thread. */
export const HostWord = {
  cxTotal: 0,
  cxActive: 1,
  cxConnectFail: 2,
  rqTotal: 3,
  rqActive: 4,
  rqSuccess: 5,
  rqError: 6,
  rqTimeout: 7,
  rqPendingActive: 8,
  /** Outlier detection: answers, and those of them that were no server errors. */
  resultsTotal: 9,
  resultsPassed: 10,
  /** Attempts to reach the host, and those that did; counted where origins are split. */
  localTotal: 11,
  localPassed: 12,
  /** Main alone. */
  servesSinceMs: 13,
} as const;
export const hostWords = 14;

/** More of them, where hosts report their own load: the last report in this thread. */
export const LoadWord = {
  /** What it comes to; in main's lane what the host weighs now. */
  weight: 14,
  atMs: 15,
  /** Of the first report since when there was no pause that is too long. */
  sinceMs: 16,
} as const;
export const loadHostWords = 17;

/** Errors of a host in a row, over all threads. */
export const ErrorRun = { server: 0, gateway: 1, local: 2 } as const;
export type ErrorRun = (typeof ErrorRun)[keyof typeof ErrorRun];

/** A live member of a cluster, as one thread sees it. */
export interface Host {
  /** Position in the cluster's shared tables; stable for the life of the host. */
  readonly slot: number;
  readonly address: Address;
  /** DNS name or `endpoint.hostname`; empty when there is none. */
  readonly hostname: string;
  readonly weight: number;
  readonly priority: number;
  readonly locality: LocalityConfig;
  /** Share of its locality in locality-weighted balancing; 0 = none was given. */
  readonly localityWeight: number;
  readonly metadata: Plain;
  readonly localityMetadata?: Plain;
  /** Other IPs of the same host, in the order in which they are tried. */
  readonly alternatives?: readonly string[];
  readonly isCanary: boolean;
  readonly healthCheck: HostHealthCheckConfig | null;
  /** `HostHealth` bits, read from shared memory now. */
  readonly health: number;
  /** Since when it serves, on the clock that threads share: when it joined, or last became healthy. */
  readonly servesSinceMs: number;
  /** Requests active on this host over all threads. */
  readonly activeRequests: number;
  /** Connections to it over all threads, those that are being made included. */
  readonly activeConnections: number;
  /** Adds to one of this thread's own `HostWord` counters. */
  count(word: number, n: number): void;
  /** Reports the outcome of an attempt to outlier detection: a status code, or a local failure. */
  reportStatus(status: number): void;
  reportLocalFailure(kind: 'connect' | 'timeout' | 'reset'): void;
  /** It has asked for no more requests (`x-envoy-immediate-health-check-fail`); matters where hosts are checked. */
  reportHealthFailure(): void;
  /** A request has a connection: the host can be reached. */
  reportConnected(): void;
  /** A connection stands that carries no protocol which would say more. */
  reportReached(): void;
  /** The outcome of an exchange by rules other than its status. */
  reportJudged(isFailure: boolean): void;
  /** An answer that was none of a broken host calls itself degraded. */
  reportDegraded(): void;
  /** A report of its own load comes to that weight; older than `expirationMs`, the one before is forgotten. */
  reportLoad(weight: number, nowMs: number, expirationMs: number): void;
  /** What it weighs by such reports; its configured weight until main has worked that out. */
  readonly loadWeight: number;
}

export type LocalityConfig = {
  readonly region: string;
  readonly zone: string;
  readonly subZone: string;
};

export type HostHealthCheckConfig = {
  /** Where checks go in place of the host's own address; null = there. */
  readonly address: { readonly [part in keyof Address]: Address[part] } | null;
  /** Replaces the port of whichever address it is; 0 = it stays. */
  readonly port: number;
  readonly hostname: string;
  readonly disabled: boolean;
};

/** A host that a request wants by its address, whatever the balancer would choose. */
export interface HostOverride {
  /** `10.0.0.1:80` */
  readonly address: string;
  /** No other host will do. */
  readonly isStrict: boolean;
  /** What the answer says when a strict one cannot be had. */
  readonly missingStatus: number;
}

/** A priority level and which of its hosts are meant. */
export interface LevelChoice {
  readonly level: number;
  readonly isDegraded: boolean;
}

/** What a balancer may ask of the request it chooses a host for. */
export interface LoadBalancerContext {
  /** Undefined when no hash policy gave one. */
  readonly hash: bigint | undefined;
  /** What the route asks of hosts' metadata, by filter name, as an object that stays the same for the same question. */
  readonly metadataMatch: Plain;
  readonly headers: RequestHeaders | null;
  /** The stream that wants a host; absent for requests of the proxy's own. */
  readonly info?: StreamInfo;
  /** Number of this pick's retries so far; 0 on the first attempt. */
  readonly attempt: number;
  /** Hosts that retry predicates refuse; a refused pick is repeated up to `hostSelectionMaxAttempts`. */
  accepts(host: Host): boolean;
  readonly hostSelectionMaxAttempts: number;
  /** Asked before the balancer is; absent or null: nothing is wanted. */
  readonly overrideHost?: HostOverride | null;
  /** What a Redis client asks of the shards of a Redis cluster; absent or null for others. */
  readonly shardPick?: ShardPick | null;
  /** Asked on retries: priority levels to leave out; null for none. `canServe` tells whether a level has a host. */
  excludedLevels?(
    canServe: (level: number) => boolean,
    levelOf?: (host: Host) => number,
  ): ReadonlySet<number> | null;
  /** The one level that the request is bound to; absent: the balancer draws one. */
  readonly levelChoice?: LevelChoice;
}

/** Candidates of a pick: hosts of one priority level that are alike in health. */
export interface HostSource {
  /** Never none. */
  readonly hosts: readonly Host[];
  /** `all` when the level is in panic. */
  readonly kind: 'healthy' | 'degraded' | 'all';
  readonly priority: number;
  /** All hosts of the level. */
  readonly level: readonly Host[];
}

/** Picks among the hosts of one source; replaced, never changed, when hosts or their health change. */
export interface HostPicker {
  /** Its picks depend on no request: the next one may be asked for early. */
  readonly isForeseeable?: boolean;
  /** `attempt` counts the picks that retry predicates refused. */
  pick(context: LoadBalancerContext, attempt: number): Host | null;
}

export type PickerMaker = (source: HostSource) => HostPicker;

/** Chooses among all hosts of a cluster, with health as it was when it was made. */
export interface HostChooser {
  /** How many groups of hosts share the keys of a Redis cluster; absent where every host is one of its own. */
  readonly shardCount?: number;
  /** Null when nothing can serve. */
  choose(context: LoadBalancerContext): Host | null;
  /** The host that the next request will have, the one after it when asked again; null when that cannot be told. */
  peek?(context: LoadBalancerContext): Host | null;
  /** Among which hosts it chooses for such a request, and what share each priority level gets. */
  explain?(context: LoadBalancerContext): ChooserView;
}

export interface ChooserView {
  readonly candidates: readonly Host[];
  readonly levels: readonly string[];
}

/** Runs again whenever hosts or their health change. */
export type Balancer = (hosts: readonly Host[]) => HostChooser;

/** A cluster as its balancer sees it. */
export interface BalancedCluster {
  readonly name: string;
  readonly scope: ThreadScope;
  /** `cluster.<name>.` */
  readonly stats: BoundStats;
  /** Requests active on the cluster over all threads. */
  readonly activeRequests: number;
  /** Percent, 140 unless configured. */
  readonly overprovisioningFactor: number;
  /** Percent; 0 disables panic. */
  readonly panicThresholdPercent: number;
  readonly ignoreNewHostsUntilFirstHc: boolean;
  /** Levels share traffic by the weights of their hosts, not by their number. */
  readonly weightedPriorityHealth: boolean;
  /** The cluster that this proxy itself belongs to (`local_cluster_name`); null when it is not told. */
  readonly localCluster: ClusterHosts | null;
  /** What a locality weighs of which there are so many hosts in a level; absent: as much as its hosts say. */
  localityWeight?(host: Host, present: number): number;
  /** The balancer that the cluster's type brings along. */
  providedBalancer(): Balancer;
  /** Makes a host for an address that is none so far; it serves at once. Null when there are too many. */
  wantHost(address: Address, hostname: string): Host | null;
}

/** The hosts of a cluster as they are now. */
export interface ClusterHosts {
  readonly currentHosts: readonly Host[];
  /** Changes with the hosts and with their health. */
  readonly hostsVersion: number;
}

export interface LoadBalancerFactory<C extends Plain = Plain> extends Extension<C> {
  build(config: C, cluster: BalancedCluster): Balancer;
  /** For policies that look at what hosts report of their own load. */
  loadRules?(config: C, extensions: ExtensionRegistry): LoadRules | null;
}

export type RoutingPriority = 0 | 1;
export const defaultPriority: RoutingPriority = 0;
export const highPriority: RoutingPriority = 1;

/** The limits of one cluster and priority, shared by all threads. `try…` takes a place or answers false. */
export interface CircuitBreaker {
  /** Connections to any one host at most; null = no limit of its own. */
  readonly hostConnections: number | null;
  tryConnection(): boolean;
  /** A place beyond the limit, for a pool that has no connection at all. */
  forceConnection(): void;
  releaseConnection(): void;
  tryPending(): boolean;
  releasePending(): void;
  tryRequest(): boolean;
  releaseRequest(): void;
  tryRetry(): boolean;
  releaseRetry(): void;
  tryPool(): boolean;
  releasePool(): void;
}

/** Why no stream came of a request to a pool. */
export interface PoolFailure {
  readonly reason: StreamResetReason;
  /** The system's or TLS's words; empty when there are none. */
  readonly transportFailure: string;
  /** The connection that did not come to stand. */
  readonly facts?: ConnectionFacts;
  /** The threshold that was reached. */
  readonly limit?: 'max_connections' | 'max_pending_requests' | 'max_requests';
}

/** Told once per request to a pool, unless it was cancelled before. */
export interface HttpPoolCallbacks {
  onPoolReady(encoder: RequestEncoder, connection: UpstreamConnectionInfo): void;
  onPoolFailure(failure: PoolFailure): void;
}

export interface UpstreamConnectionInfo {
  readonly id: number;
  readonly host: Host;
  readonly localAddress: Address;
  readonly protocol: string;
  /** Null on clear text. */
  readonly tls: TlsInfo | null;
  /** Null where nobody notes them. */
  readonly times: UpstreamConnectionTimes | null;
  /** For the autopsy of an attempt: as it was when its last request failed, or is now. */
  facts(): ConnectionFacts | null;
}

/** A request that waits for a connection. */
export interface Cancellable {
  cancel(): void;
}

/** Connections of one host, priority and protocol in this thread. */
export interface HttpPool {
  /**
   * Asks for a stream. Answers null when the callbacks have been told already (ready or failed at once), else a handle
   * that takes the request back.
   */
  newStream(decoder: ResponseDecoder, callbacks: HttpPoolCallbacks): Cancellable | null;
}

/** What a TCP user of a cluster is told of its connection. */
export interface TcpConnectionCallbacks {
  /**
   * Present where the user's requests, not its connections, are what the cluster counts as requests: answers how many
   * are under way. Such a connection is not held to the limit of connections, as its user keeps one per host.
   */
  requestsUnderWay?(): number;
  onConnected(connection: UpstreamTcpConnection): void;
  onConnectFailure(failure: PoolFailure): void;
  onData(buffer: Buffer, start: number, end: number): void;
  /** FIN of the upstream; the writing side stays open. */
  onEnd(): void;
  onClose(isReset: boolean): void;
  onAboveWatermark(): void;
  onBelowWatermark(): void;
}

export interface UpstreamTcpConnection extends CodecOutput {
  readonly id: number;
  readonly host: Host;
  readonly localAddress: Address;
  /** Null on clear text. */
  readonly tls: TlsInfo | null;
  readonly bufferedBytes: number;
  /** Null where nobody notes them. */
  readonly times: UpstreamConnectionTimes | null;
  /** Bytes that the kernel has taken so far: shows whether a slow peer still moves. */
  readonly flushedBytes: number;
  endWriting(): void;
  pauseReading(): void;
  resumeReading(): void;
  close(mode: 'no-flush' | 'flush' | 'abort'): void;
}

/** Counters, gauges and histograms of a cluster on the data path. */
export interface ClusterInfo {
  readonly name: string;
  /** `alt_stat_name` or the name. */
  readonly statName: string;
  readonly stats: BoundStats;
  readonly metadata: Plain;
  readonly connectTimeoutMs: number;
  /** From when a request has its connection to the end of its answer; 0 = none. */
  readonly maxStreamDurationMs: number;
  readonly bufferLimitBytes: number;
  readonly socket: UpstreamSocketConfig;
  /** Where the configuration has it. */
  readonly origin: string;
  readonly redis: RedisHosts;
  /** These override the route's; null and an empty list leave it to the route. */
  readonly retryPolicy: RetryPolicyConfig | null;
  readonly hashPolicy: HashPolicyView | null;
  readonly mirrors: readonly MirrorPolicyView[];
  /** These replace the router's; null leaves it to the router. */
  readonly attemptFilters: AttemptChain | null;
  /** Null where nothing is measured besides. */
  readonly traffic: ClusterTraffic | null;
  /** The port of names that come without one, in a dynamic forward proxy cluster; 0 in others. */
  readonly forwardProxyPort?: number;
  /** Null where nobody reads what hosts report of their load. */
  readonly loadRules: LoadRules | null;
}

/** Sizes of requests and responses, and how much of their timeouts they need. */
export interface ClusterTraffic {
  /** `perTryMs`: 0 = endless, null when the attempt ended with the timeout of the whole request. */
  onAttemptEnd(attempt: LogContext, perTryMs: number | null): void;
  /** Counted from the end of the request. */
  onRequestEnd(elapsedMs: number, timeoutMs: number): void;
}

/** Final responses of a cluster, counted below another root. */
export interface ClusterCodeStats {
  /**
   * By code, class and origin; `isInternal` as the connection manager decided. `hidesCode`: at the root only that a
   * response was completed.
   */
  chargeCode(status: number, isInternal: boolean, isCanary: boolean, hidesCode?: boolean): void;
  /** From request complete to response complete. */
  chargeTime(ms: number, isInternal: boolean, isCanary: boolean): void;
}

/** A cluster as one thread uses it. */
export interface Cluster extends ClusterHosts, ClusterCodeStats {
  readonly info: ClusterInfo;
  /** How many hosts there are now, and how many of them are well. */
  membership(): { readonly total: number; readonly healthy: number; readonly degraded: number };
  /** Groups of hosts that share the keys of a Redis cluster; of another cluster, the hosts. */
  shardCount(): number;
  /** Tells main that a host of a Redis Cluster has sent a command elsewhere, or has failed it. */
  noteTopology(kind: 'redirection' | 'failure'): void;
  /** One pick of the cluster's balancer: priority, panic, locality, host. */
  chooseHost(context: LoadBalancerContext): Host | null;
  breaker(priority: RoutingPriority): CircuitBreaker;
  /**
   * `headers` are those of the request: the server name of its connection may come from them. `isHttp2Downstream`: what
   * the client speaks, for clusters that speak the same. Connections are kept apart by `source`, if there is one. Null: there are too many pools (`max_connection_pools`).
   */
  httpPool(
    host: Host,
    priority: RoutingPriority,
    headers?: RequestHeaders | null,
    isHttp2Downstream?: boolean,
    client?: ProxiedClient,
    source?: UpstreamSource | null,
  ): HttpPool | null;
  /** Opens a TCP connection; answers a handle that gives it up, or null when the callbacks have been told. */
  /** What the cluster's own rules say of an answer: an error or none; null where it has no rules, and the status counts. */
  judgesAsError(headers: ResponseHeaders): boolean | null;
  connectTcp(
    host: Host,
    priority: RoutingPriority,
    callbacks: TcpConnectionCallbacks,
    client?: ProxiedClient,
    source?: UpstreamSource | null,
  ): Cancellable | null;
  /**
   * Connections are for one client each: hosts are told of it (PROXY protocol), or the cluster pools by downstream
   * connection. Whoever asks for one names the client.
   */
  readonly separatesClients?: boolean;
  /** The same again under a name that the request gave (`x-envoy-upstream-alt-stat-name`); null when there are too many. */
  alternativeStats(name: string): ClusterCodeStats | null;
  /** Counts a response that a retry replaced. */
  chargeRetryCode(status: number, hidesCode?: boolean): void;
  /** What it would do with such a request, and the host that would get it. */
  explain(
    context: LoadBalancerContext,
    priority: RoutingPriority,
  ): { readonly told: ClusterExplanation; readonly host: Host | null };
  /** Remembers an attempt that failed; the last few can be asked for. */
  noteFailure(autopsy: AttemptAutopsy): void;
  /** What a threshold of the circuit breaker is now. */
  limitOf(priority: RoutingPriority, name: NonNullable<PoolFailure['limit']>): number;
  /** Whether maintenance mode (runtime `upstream.maintenance_mode.<name>`) refuses this request. */
  inMaintenance(): boolean;
  /** What the drop policy of the cluster's assignment (`drop_overloads`) says of this request. */
  drawDrop(): OverloadDrop;
}

/** `all`: every request is refused, `some`: this one is. */
export type OverloadDrop = 'none' | 'some' | 'all';

export interface ClusterManager {
  /** The live cluster of that name; null when there is none. */
  get(name: string): Cluster | null;
  /** Names that requests bring along; absent where nobody resolves them. */
  readonly names?: NameCaches;
}
