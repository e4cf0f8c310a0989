import type { HttpFilterContext, LocalReplyOptions, StreamControl } from '../../../../api/http-filter.js';
import type { LoadRules } from '../../../../api/load-report.js';
import { ResponseFlag } from '../../../../api/response-flags.js';
import { isRetryHostPredicate, isRetryPriority } from '../../../../api/retry-plugins.js';
import type { ClusterChoice, RetryPolicyConfig, RouteActionView, RouteMatch } from '../../../../api/route.js';
import type { LogContext, StreamInfo } from '../../../../api/stream-info.js';
import {
  type Cluster,
  type ClusterCodeStats,
  type Host,
  type HostOverride,
  HostWord,
  type LoadBalancerContext,
  type RoutingPriority,
} from '../../../../api/upstream.js';
import type { BufferPool } from '../../../../base/buffer-pool.js';
import {
  HeaderClass,
  type HeaderMap,
  type RequestHeaders,
  type ResponseHeaders,
} from '../../../../base/header-map.js';
import type { Plain } from '../../../../base/plain.js';
import { TimerEntry } from '../../../../base/timer-wheel.js';
import { httpStatusOfGrpc } from '../../../../format/grpc-status.js';
import { mergeMetadata } from '../../../../route/metadata.js';
import { AttemptLog } from '../../../../upstream/attempt/attempt-log.js';
import type { RetryVerdict } from '../../../../upstream/attempt/retry-state.js';
import { loadWeight } from '../../../../upstream/load-report/load-weight.js';
import { parseLoadReport } from '../../../../upstream/load-report/parse-load-report.js';
import type { RouterConfig } from './config.js';
import { type LocalAnswer, noHealthyHost } from './local-answers.js';
import type { RouteStats } from './route-stats.js';
import type { RouterParts } from './router-parts.js';
import { showCluster } from './shown-upstream.js';

const noStats: readonly RouteStats[] = [];
const noHosts: readonly Host[] = [];

/**
 * What is known of a request on its way: where the route sends it, what has been tried. Balancers and formatters look
 * at it through its getters; the router drives it. Its timer is the route's timeout.
 */
export abstract class RoutedRequest extends TimerEntry implements LoadBalancerContext, LogContext {
  readonly logType = 'NotSet';
  readonly responseTrailers = null;
  protected readonly parts: RouterParts;
  protected readonly config: RouterConfig;
  protected readonly scope: HttpFilterContext;
  protected readonly stream: StreamControl;
  protected route: RouteMatch | null;
  protected action: RouteActionView | null;
  protected choice: ClusterChoice | null;
  protected cluster: Cluster | null;
  /** The cluster's retry policy, or that of the route. */
  protected policy: RetryPolicyConfig | null;
  /** Where the request wants its response counted besides. */
  private alternative: ClusterCodeStats | null;
  protected routeStats: readonly RouteStats[];
  protected attempts: number;
  protected tried: readonly Host[];
  protected isDone: boolean;
  /** Codes of the responses are not counted at the cluster's root. */
  protected hidesCodes: boolean;
  /** Undefined until a balancer asks for it, and without hash policies. */
  private hashNow: bigint | undefined;
  /** Cookies that the hash policies have made for the response; null before they were asked. */
  protected setCookies: string[] | null;
  /** As the connection manager decided; looked up before the router adds headers of its own. */
  private isInternal: boolean;
  headers: RequestHeaders | null;
  private hasLoadReport: boolean;

  constructor(parts: RouterParts, stream: StreamControl) {
    super();
    this.parts = parts;
    this.config = parts.config;
    this.scope = parts.scope;
    this.stream = stream;
    this.route = null;
    this.action = null;
    this.choice = null;
    this.cluster = null;
    this.policy = null;
    this.alternative = null;
    this.routeStats = noStats;
    this.attempts = 0;
    this.tried = noHosts;
    this.isDone = false;
    this.hidesCodes = false;
    this.hashNow = undefined;
    this.setCookies = null;
    this.isInternal = false;
    this.headers = null;
    this.hasLoadReport = false;
  }

  get hash(): bigint | undefined {
    const policy = this.cluster?.info.hashPolicy ?? this.action?.hashPolicy ?? null;
    if (policy === null || this.setCookies !== null) return this.hashNow;
    this.setCookies = [];
    const input = { headers: this.requestHeaders, info: this.info, random: this.info.randomValue };
    this.hashNow = policy.hash(input, this.setCookies);
    return this.hashNow;
  }

  get info(): StreamInfo {
    return this.stream.info;
  }

  get requestHeaders(): RequestHeaders {
    return this.headers as RequestHeaders;
  }

  get responseHeaders(): ResponseHeaders | null {
    return this.stream.response.headers;
  }

  get buffers(): BufferPool {
    return this.scope.buffers;
  }

  get bufferLimitBytes(): number {
    return this.stream.request.limitBytes;
  }

  get attempt(): number {
    return Math.max(0, this.attempts - 1);
  }

  /** The route's question to hosts, with what filters have put under `envoy.lb` over it. */
  get metadataMatch(): Plain {
    const asked = this.choice?.weighted?.metadataMatch ?? this.action?.metadataMatch ?? null;
    const told = this.info.dynamicMetadata?.get('envoy.lb');
    return told === undefined ? asked : mergeMetadata(asked, { 'envoy.lb': told });
  }

  get hostSelectionMaxAttempts(): number {
    return this.policy?.hostSelectionMaxAttempts ?? 1;
  }

  /** Retries go wherever the balancer sends them. */
  get overrideHost(): HostOverride | null {
    return this.attempts > 1 ? null : this.info.hostOverride;
  }

  /** Whether the retry policy lets that host be tried now. */
  accepts(host: Host): boolean {
    const policy = this.policy;
    if (policy === null || this.tried.length === 0) return true;
    for (const { typeUrl, config } of policy.hostPredicates) {
      const predicate = this.scope.extensions.find('retry.host.predicate', typeUrl);
      if (predicate === undefined || !isRetryHostPredicate(predicate)) continue;
      if (predicate.refuses(config, host, this.tried)) return false;
    }
    return true;
  }

  excludedLevels(
    canServe: (level: number) => boolean,
    levelOf?: (host: Host) => number,
  ): ReadonlySet<number> | null {
    const plugin = this.policy?.retryPriority ?? null;
    if (plugin === null) return null;
    const priority = this.scope.extensions.find('retry.priority', plugin.typeUrl);
    if (priority === undefined || !isRetryPriority(priority)) return null;
    return priority.excludedLevels(plugin.config, this.tried, canServe, levelOf);
  }

  protected logOfAttempt(cluster: Cluster, host: Host, perTryMs: number): AttemptLog | null {
    const { attemptLogs } = this.parts;
    if (attemptLogs.logs.length === 0 && cluster.info.traffic === null) return null;
    return new AttemptLog(attemptLogs, this.info, this.requestHeaders, cluster, host, perTryMs);
  }

  protected priority(): RoutingPriority {
    return this.action?.priority === 'HIGH' ? 1 : 0;
  }

  protected describe(cluster: Cluster, route: RouteMatch, headers: RequestHeaders): void {
    const { info } = this;
    this.isInternal =
      (headers.classes & HeaderClass.envoy) !== 0 && headers.get('x-envoy-internal') === 'true';
    if ((headers.classes & HeaderClass.envoy) !== 0) {
      const name = headers.get('x-envoy-upstream-alt-stat-name') ?? '';
      if (name !== '') this.alternative = cluster.alternativeStats(name);
      headers.remove('x-envoy-upstream-alt-stat-name');
    }
    showCluster(info, cluster);
    const virtualCluster = route.virtualHost.virtualCluster(headers);
    if (virtualCluster !== null && virtualCluster !== 'other') info.virtualClusterName = virtualCluster;
  }

  /** Counts a final response, the proxy's own ones as well. */
  protected chargeCode(status: number, isCanary: boolean): void {
    if (!this.config.dynamicStats || this.info.isHealthCheck) return;
    this.cluster?.chargeCode(status, this.isInternal, isCanary, this.hidesCodes);
    this.alternative?.chargeCode(status, this.isInternal, isCanary, this.hidesCodes);
    for (const stats of this.routeStats) stats.codes.charge(status);
  }

  /** A gRPC answer of several parts is a success or none by its trailers; without a status it is none. */
  protected countGrpcEnd(host: Host, trailers: HeaderMap | null): void {
    if (!this.info.isGrpcRequest || this.info.responseCode >= 500) return;
    const text = trailers?.get('grpc-status');
    countOutcome(host, text === undefined ? 500 : httpStatusOfGrpc(text));
  }

  /** A host tells of its own load once per request: in the first head or trailers that do. */
  protected noteLoad(rules: LoadRules, host: Host, headers: HeaderMap): void {
    if (this.hasLoadReport) return;
    const report = parseLoadReport(headers);
    if (report === null) return;
    this.hasLoadReport = true;
    const weight = loadWeight(report, rules);
    if (weight > 0) host.reportLoad(weight, this.scope.shared.nowMs(), rules.expirationMs);
  }

  protected chargeTime(ms: number, isCanary: boolean): void {
    if (!this.config.dynamicStats || this.info.isHealthCheck) return;
    this.cluster?.chargeTime(ms, this.isInternal, isCanary);
    this.alternative?.chargeTime(ms, this.isInternal, isCanary);
    for (const stats of this.routeStats) stats.codes.chargeTime(ms);
  }

  /** The proxy answers instead of an upstream. */
  protected answer({ status, body, options }: LocalAnswer): void {
    this.isDone = true;
    this.stream.localReply(status, body, this.withResponseRules(options));
  }

  /** What the route adds to every response, and the number of attempts. */
  protected finishResponseHeaders(route: RouteMatch, headers: ResponseHeaders): void {
    if (route.hasResponseMutations) {
      route.mutateResponseHeaders(headers, this, this.choice?.weighted ?? null);
    }
    if (this.cluster !== null && route.virtualHost.includeAttemptCountInResponse) {
      headers.set('x-envoy-attempt-count', String(this.attempts));
    }
  }

  protected noteVerdict(verdict: RetryVerdict): RetryVerdict {
    if (verdict === 'limit-exceeded') this.info.responseFlags |= ResponseFlag.upstreamRetryLimitExceeded;
    else if (verdict === 'overflow') this.info.responseFlags |= ResponseFlag.upstreamOverflow;
    for (const stats of this.routeStats) stats.countVerdict(verdict);
    return verdict;
  }

  protected withoutHost(): LocalAnswer {
    const wanted = this.overrideHost;
    return wanted?.isStrict === true ? { ...noHealthyHost, status: wanted.missingStatus } : noHealthyHost;
  }

  /** `elapsedMs` since the request was complete; NaN while it is not. */
  protected decorate(headers: ResponseHeaders, elapsedMs: number): void {
    const route = this.route as RouteMatch;
    if (!this.config.suppressEnvoyHeaders && !Number.isNaN(elapsedMs)) {
      const elapsed = Math.max(0, Math.floor(elapsedMs));
      headers.setKnown('x-envoy-upstream-service-time', String(elapsed), HeaderClass.envoy);
    }
    if (this.setCookies !== null) for (const cookie of this.setCookies) headers.add('set-cookie', cookie);
    this.finishResponseHeaders(route, headers);
  }

  private withResponseRules(options: LocalReplyOptions): LocalReplyOptions {
    const { route } = this;
    if (route === null) return options;
    return {
      ...options,
      hasRouteHeaders: true,
      modify: (headers) => this.finishResponseHeaders(route, headers),
    };
  }
}

/** The origin calls itself a canary. */
export function saysCanary(headers: ResponseHeaders): boolean {
  return (headers.classes & HeaderClass.envoy) !== 0 && headers.get('x-envoy-upstream-canary') === 'true';
}

/** What the host says of itself by the head of its answer; tells which HTTP status that comes to. */
export function noteOutcome(cluster: Cluster, host: Host, headers: ResponseHeaders, isGrpc: boolean): number {
  const grpcStatus = isGrpc ? headers.get('grpc-status') : undefined;
  const status = grpcStatus === undefined ? headers.status : httpStatusOfGrpc(grpcStatus);
  const isError = cluster.judgesAsError(headers);
  if (isError === null) host.reportStatus(status);
  else host.reportJudged(isError);
  if ((headers.classes & HeaderClass.envoy) !== 0) {
    if (headers.has('x-envoy-immediate-health-check-fail')) host.reportHealthFailure();
    if (status < 500 && headers.has('x-envoy-degraded')) host.reportDegraded();
  }
  return status;
}

export function countOutcome(host: Host, status: number): void {
  host.count(status >= 500 ? HostWord.rqError : HostWord.rqSuccess, 1);
}
