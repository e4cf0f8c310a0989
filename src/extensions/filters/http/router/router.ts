import type { Chunk, StreamResetReason } from '../../../../api/codec.js';
import {
  DataStatus,
  HeadersStatus,
  type HttpFilter,
  type HttpFilterContext,
  type HttpFilterFactory,
  type LocalReplyOptions,
  type StreamControl,
  TrailersStatus,
} from '../../../../api/http-filter.js';
import { ResponseFlag } from '../../../../api/response-flags.js';
import type { ClusterChoice, RetryPolicyConfig, RouteActionView, RouteMatch } from '../../../../api/route.js';
import type { BoundStats } from '../../../../api/stats.js';
import type { LogContext, StreamInfo } from '../../../../api/stream-info.js';
import {
  type Cluster,
  type Host,
  HostWord,
  type LoadBalancerContext,
  type RoutingPriority,
  type UpstreamConnectionInfo,
} from '../../../../api/upstream.js';
import type { BufferPool } from '../../../../base/buffer-pool.js';
import { ChunkQueue } from '../../../../base/chunk-queue.js';
import { HeaderClass, type HeaderMap, type RequestHeaders, type ResponseHeaders } from '../../../../base/header-map.js';
import { type Timer, TimerEntry } from '../../../../base/timer-wheel.js';
import { H } from '../../../../http/manager-stats.js';
import { Attempt, type AttemptOwner } from '../../../../upstream/attempt/attempt.js';
import { makeRetryState, type RetryState, type RetryVerdict } from '../../../../upstream/attempt/retry-state.js';
import { C } from '../../../../upstream/cluster-stats.js';
import { parseRouter, type RouterConfig } from './config.js';
import { expectedTimeout, requestTimeouts, type Timeouts } from './timeouts.js';
import { failureDetails, failureOf } from './upstream-failure.js';

/** The terminal filter of every HTTP chain: from the route to an upstream and back. */
export const routerFilter: HttpFilterFactory<RouterConfig> = {
  name: 'envoy.filters.http.router',
  typeUrl: 'envoy.extensions.filters.http.router.v3.Router',
  isTerminal: true,
  parse: parseRouter,
  build(config, scope) {
    const stats = scope.stats.bind(scope.statPrefix, H);
    return (stream) => new RouterFilter(config, scope, stats, stream);
  },
};

const retryHeaders = ['x-envoy-retry-on', 'x-envoy-retry-grpc-on', 'x-envoy-max-retries', 'x-envoy-retriable-status-codes'];

/**
 * One request on its way upstream: cluster, host, attempts, timeouts, the response back.
 *
 *   routing ─► attempt ─► response started ─► done
 *      │          │ ▲
 *      │          ▼ │ retry after back-off
 *      └─► local reply (no route, no cluster, no host, timeout, reset)
 */
class RouterFilter extends TimerEntry implements HttpFilter, AttemptOwner, LoadBalancerContext, LogContext {
  private readonly config: RouterConfig;
  private readonly scope: HttpFilterContext;
  private readonly stats: BoundStats;
  private readonly stream: StreamControl;
  private readonly timeouts: Timeouts;
  readonly logType = 'NotSet';
  readonly responseTrailers = null;
  readonly hash = undefined;
  private route: RouteMatch | null;
  private action: RouteActionView | null;
  private choice: ClusterChoice | null;
  private cluster: Cluster | null;
  private headersNow: RequestHeaders | null;
  private current: Attempt | null;
  private retry: RetryState | null;
  private retryBody: ChunkQueue | null;
  private retryTrailers: HeaderMap | null;
  private backOffTimer: Timer | null;
  private requestCompleteMs: number;
  private isRequestComplete: boolean;
  private isResponseStarted: boolean;
  private isDone: boolean;
  private attempts: number;
  private tried: readonly Host[];

  constructor(config: RouterConfig, scope: HttpFilterContext, stats: BoundStats, stream: StreamControl) {
    super();
    this.config = config;
    this.scope = scope;
    this.stats = stats;
    this.stream = stream;
    this.timeouts = { globalMs: 0, perTryMs: 0 };
    this.route = null;
    this.action = null;
    this.choice = null;
    this.cluster = null;
    this.headersNow = null;
    this.current = null;
    this.retry = null;
    this.retryBody = null;
    this.retryTrailers = null;
    this.backOffTimer = null;
    this.requestCompleteMs = 0;
    this.isRequestComplete = false;
    this.isResponseStarted = false;
    this.isDone = false;
    this.attempts = 0;
    this.tried = noHosts;
  }

  // What attempts, balancers and formatters ask of it.

  get info(): StreamInfo {
    return this.stream.info;
  }

  get requestHeaders(): RequestHeaders {
    return this.headersNow as RequestHeaders;
  }

  get responseHeaders(): ResponseHeaders | null {
    return this.stream.response.headers;
  }

  get headers(): RequestHeaders | null {
    return this.headersNow;
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

  get hostSelectionMaxAttempts(): number {
    return this.action?.retryPolicy?.hostSelectionMaxAttempts ?? 1;
  }

  accepts(host: Host): boolean {
    const policy = this.action?.retryPolicy;
    if (policy === undefined || policy === null || this.tried.length === 0) return true;
    for (const predicate of policy.hostPredicates) {
      if (predicate.typeUrl.endsWith('PreviousHostsPredicate') && this.tried.includes(host)) return false;
      if (predicate.typeUrl.endsWith('OmitCanaryHostsPredicate') && host.isCanary) return false;
    }
    return true;
  }

  /** The route's timeout, armed when the request is complete; the filter is its own timer. */
  fire(): void {
    this.stream.guard(() => this.onGlobalTimeout());
  }

  // HttpFilter

  onRequestHeaders(headers: RequestHeaders, endStream: boolean): HeadersStatus {
    this.headersNow = headers;
    this.stats.inc(H.rq_total);
    const route = this.stream.route();
    this.route = route;
    if (route === null) {
      this.stats.inc(H.no_route);
      this.reply(404, '', { details: 'route_not_found', flags: ResponseFlag.noRouteFound });
      return HeadersStatus.Stop;
    }
    if (route.action.kind !== 'route') this.answerDirectly(route);
    else this.beginRouting(route, route.action, headers, endStream);
    return HeadersStatus.Stop;
  }

  onRequestData(chunk: Chunk, endStream: boolean): DataStatus {
    if (this.isDone) return DataStatus.StopNoBuffer;
    if (this.retry !== null && !this.isResponseStarted) this.keepForRetry(chunk);
    if (endStream) this.isRequestComplete = true;
    this.current?.sendData(chunk, endStream);
    if (endStream) this.onRequestComplete();
    return DataStatus.StopNoBuffer;
  }

  onRequestTrailers(trailers: HeaderMap): TrailersStatus {
    if (this.isDone) return TrailersStatus.Stop;
    this.isRequestComplete = true;
    if (this.retryBody !== null) this.retryTrailers = trailers;
    this.current?.sendTrailers(trailers);
    this.onRequestComplete();
    return TrailersStatus.Stop;
  }

  onDownstreamAboveWatermark(): void {
    this.current?.pauseReading();
  }

  onDownstreamBelowWatermark(): void {
    this.current?.resumeReading();
  }

  onDestroy(): void {
    const { timers } = this.scope;
    this.isDone = true;
    timers.cancel(this);
    if (this.backOffTimer !== null) timers.cancel(this.backOffTimer);
    const attempt = this.current;
    if (attempt !== null) {
      attempt.cancelPerTry(timers);
      this.current = null;
      attempt.abandon();
    }
    this.retry?.release();
    this.retryBody?.clear();
  }

  // Routing

  private answerDirectly(route: RouteMatch): void {
    const { action } = route;
    this.stats.inc(H.rq_direct_response);
    if (action.kind === 'redirect') {
      const location = action.location({
        headers: this.requestHeaders,
        info: this.info,
        random: this.info.randomValue,
      });
      this.reply(action.status, '', { details: 'direct_response', headers: [['location', location]] });
    } else if (action.kind === 'direct') {
      const body = action.body(this);
      this.reply(action.status, body, { details: 'direct_response', contentType: action.contentType });
    }
  }

  private beginRouting(route: RouteMatch, action: RouteActionView, headers: RequestHeaders, endStream: boolean): void {
    this.action = action;
    const choice = action.chooseCluster({ headers, info: this.info, random: this.info.randomValue });
    this.choice = choice;
    const cluster = this.scope.clusters.get(choice.clusterName);
    if (cluster === null) {
      this.stats.inc(H.no_cluster);
      this.reply(action.clusterNotFoundStatus, '', {
        details: 'cluster_not_found',
        flags: ResponseFlag.noClusterFound,
      });
      return;
    }
    this.cluster = cluster;
    this.describe(cluster, route, headers);
    if (cluster.inMaintenance()) {
      cluster.info.stats.inc(C.upstream_rq_maintenance_mode);
      cluster.chargeCode(503, this.isInternal(), false);
      this.reply(503, 'maintenance mode', {
        details: 'maintenance_mode',
        flags: ResponseFlag.upstreamOverflow,
        headers: this.config.suppressEnvoyHeaders ? [] : [['x-envoy-overloaded', 'true']],
      });
      return;
    }
    this.prepareHeaders(route, action, choice, headers, cluster);
    if (endStream) this.isRequestComplete = true;
    this.startAttempt(endStream);
    if (endStream && !this.isDone) this.onRequestComplete();
  }

  private describe(cluster: Cluster, route: RouteMatch, headers: RequestHeaders): void {
    const { info } = this;
    info.upstreamClusterName = cluster.info.name;
    info.upstreamClusterStatName = cluster.info.statName;
    info.clusterMetadata = cluster.info.metadata;
    const virtualCluster = route.virtualHost.virtualCluster(headers);
    if (virtualCluster !== null && virtualCluster !== 'other') info.virtualClusterName = virtualCluster;
  }

  private prepareHeaders(
    route: RouteMatch,
    action: RouteActionView,
    choice: ClusterChoice,
    headers: RequestHeaders,
    cluster: Cluster,
  ): void {
    const policy = (cluster.info.retryPolicy as RetryPolicyConfig | null) ?? action.retryPolicy;
    requestTimeouts(headers, action, policy, this.config.respectExpectedTimeout, this.timeouts);
    const hasEnvoyHeaders = (headers.classes & HeaderClass.envoy) !== 0;
    const hasOverrides = hasEnvoyHeaders && retryHeaders.some((name) => headers.has(name));
    this.retry = makeRetryState(
      policy,
      headers,
      hasOverrides,
      cluster.info.stats,
      cluster.breaker(this.priority()),
      this.scope.random,
      this.scope.runtime,
    );
    if (hasOverrides) for (const name of retryHeaders) headers.remove(name);
    if (!this.config.suppressEnvoyHeaders) this.setExpectedTimeout(headers, 0);
    if (route.virtualHost.includeRequestAttemptCount) headers.set('x-envoy-attempt-count', '1');
    if (route.hasRequestMutations) route.mutateRequestHeaders(headers, this, choice.weighted);
    action.rewrite?.(headers, this, choice);
  }

  private setExpectedTimeout(headers: RequestHeaders, elapsedMs: number): void {
    const expected = expectedTimeout(this.timeouts, elapsedMs);
    if (expected !== undefined) {
      headers.setKnown('x-envoy-expected-rq-timeout-ms', String(expected), HeaderClass.envoy);
    }
  }

  private priority(): RoutingPriority {
    return this.action?.priority === 'HIGH' ? 1 : 0;
  }

  private startAttempt(endStream: boolean): void {
    const cluster = this.cluster as Cluster;
    this.attempts++;
    this.info.attemptCount = this.attempts;
    const host = cluster.chooseHost(this);
    if (host === null) {
      this.failWithoutHost(cluster);
      return;
    }
    this.tried = this.attempts === 1 ? [host] : [...this.tried, host];
    this.info.upstreamHost = host;
    this.info.hostsAttempted = this.tried;
    const attempt = new Attempt(this, host);
    this.current = attempt;
    if (this.action?.autoHostRewrite === true && host.hostname !== '') this.rewriteHost(host);
    attempt.start(cluster.httpPool(host, this.priority()), endStream);
  }

  private rewriteHost(host: Host): void {
    const headers = this.requestHeaders;
    if (headers.authority === host.hostname) return;
    if (!this.config.suppressEnvoyHeaders && !headers.has('x-envoy-original-host')) {
      headers.set('x-envoy-original-host', headers.authority);
    }
    headers.authority = host.hostname;
  }

  private failWithoutHost(cluster: Cluster): void {
    cluster.chargeCode(503, this.isInternal(), false);
    this.reply(503, 'no healthy upstream', {
      details: 'no_healthy_upstream',
      flags: ResponseFlag.noHealthyUpstream,
    });
  }

  private onRequestComplete(): void {
    const now = this.scope.clock.now();
    this.requestCompleteMs = now;
    if (this.timeouts.globalMs > 0) {
      this.scope.timers.scheduleAt(this, now + this.timeouts.globalMs);
    }
    const { current } = this;
    if (current?.isReady === true) this.armPerTry(current);
  }

  private armPerTry(attempt: Attempt): void {
    if (this.timeouts.perTryMs > 0) attempt.armPerTry(this.scope.timers, this.timeouts.perTryMs);
  }

  private keepForRetry(chunk: Chunk): void {
    this.retryBody ??= new ChunkQueue(this.scope.buffers);
    const limit = this.stream.request.limitBytes;
    if (limit > 0 && this.retryBody.byteLength + chunk.end - chunk.start > limit) {
      this.cluster?.info.stats.inc(C.retry_or_shadow_abandoned);
      this.retry?.release();
      this.retry = null;
      this.retryBody.clear();
      this.retryBody = null;
      return;
    }
    this.retryBody.push(chunk.buffer, chunk.start, chunk.end);
  }

  // AttemptOwner

  onAttemptReady(attempt: Attempt, connection: UpstreamConnectionInfo): void {
    const { info } = this;
    info.upstreamLocalAddress = connection.localAddress;
    info.upstreamProtocol = connection.protocol;
    info.upstreamConnectionId = connection.id;
    if (Number.isNaN(info.times.upstreamFirstTxMs)) info.times.upstreamFirstTxMs = this.scope.clock.now();
    if (this.isRequestComplete) this.armPerTry(attempt);
  }

  onAttempt1xx(_attempt: Attempt, headers: ResponseHeaders): void {
    this.stream.respond.encode1xx(headers);
  }

  onAttemptHeaders(attempt: Attempt, headers: ResponseHeaders, endStream: boolean): void {
    const cluster = this.cluster as Cluster;
    const now = this.scope.clock.now();
    this.info.times.upstreamFirstRxMs = now;
    attempt.cancelPerTry(this.scope.timers);
    attempt.host.reportStatus(headers.status);
    attempt.host.count(headers.status >= 500 ? HostWord.rqError : HostWord.rqSuccess, 1);
    if (this.retry !== null) {
      const verdict = this.retry.onHeaders(headers);
      if (verdict === 'yes') {
        cluster.chargeRetryCode(headers.status);
        if (!endStream) attempt.abandon();
        this.scheduleRetry();
        return;
      }
      this.noteVerdict(verdict);
      this.retryBody?.clear();
      this.retryBody = null;
    }
    const isCanary = attempt.host.isCanary || this.saysCanary(headers);
    cluster.chargeCode(headers.status, this.isInternal(), isCanary);
    this.isResponseStarted = true;
    this.info.responseCodeDetails = 'via_upstream';
    this.decorate(headers, now);
    if (endStream) this.completeResponse(headers.status, isCanary);
    this.stream.respond.encodeHeaders(headers, endStream);
  }

  onAttemptData(_attempt: Attempt, chunk: Chunk, endStream: boolean): void {
    if (endStream) this.completeResponse(0, false);
    this.stream.respond.encodeData(chunk, endStream);
  }

  onAttemptTrailers(_attempt: Attempt, trailers: HeaderMap): void {
    this.completeResponse(0, false);
    this.stream.respond.encodeTrailers(trailers);
  }

  onAttemptReset(attempt: Attempt, reason: StreamResetReason, detail: string): void {
    const cluster = this.cluster as Cluster;
    attempt.cancelPerTry(this.scope.timers);
    const isConnectFailure = reason === 'remote-connection-failure' || reason === 'connection-timeout';
    if (reason !== 'overflow') {
      if (!isConnectFailure) attempt.host.reportLocalFailure('reset');
      attempt.host.count(HostWord.rqError, 1);
    }
    if (this.isDone) return;
    if (this.isResponseStarted) {
      this.failAfterResponse(reason, detail);
      return;
    }
    if (this.retry !== null) {
      const verdict = this.retry.onReset(reason, attempt.hasSentBytes);
      if (verdict === 'yes') {
        this.scheduleRetry();
        return;
      }
      this.noteVerdict(verdict);
    }
    this.failBeforeResponse(cluster, reason, detail);
  }

  onAttemptClogged(isClogged: boolean): void {
    if (isClogged) this.stream.request.pause();
    else this.stream.request.unpause();
  }

  // Ends

  private decorate(headers: ResponseHeaders, now: number): void {
    const route = this.route as RouteMatch;
    if (!this.config.suppressEnvoyHeaders && this.isRequestComplete) {
      const elapsed = Math.max(0, Math.floor(now - this.requestCompleteMs));
      headers.setKnown('x-envoy-upstream-service-time', String(elapsed), HeaderClass.envoy);
    }
    this.finishResponseHeaders(route, headers);
  }

  private finishResponseHeaders(route: RouteMatch, headers: ResponseHeaders): void {
    if (route.virtualHost.includeAttemptCountInResponse) {
      headers.set('x-envoy-attempt-count', String(this.attempts));
    }
    if (route.hasResponseMutations) route.mutateResponseHeaders(headers, this, this.choice?.weighted ?? null);
  }

  private completeResponse(_status: number, isCanary: boolean): void {
    const now = this.scope.clock.now();
    this.info.times.upstreamLastRxMs = now;
    if (this.isRequestComplete) this.cluster?.chargeTime(now - this.requestCompleteMs, this.isInternal(), isCanary);
    this.current = null;
    this.scope.timers.cancel(this);
  }

  private scheduleRetry(): void {
    const delay = (this.retry as RetryState).backOffMs();
    this.current = null;
    this.backOffTimer ??= this.stream.timer(() => this.onBackOffOver());
    this.scope.timers.schedule(this.backOffTimer, delay);
  }

  private onBackOffOver(): void {
    if (this.isDone) return;
    const headers = this.requestHeaders;
    const route = this.route as RouteMatch;
    if (route.virtualHost.includeRequestAttemptCount) {
      headers.set('x-envoy-attempt-count', String(this.attempts + 1));
    }
    if (route.virtualHost.includeIsTimeoutRetryHeader) headers.set('x-envoy-is-timeout-retry', 'false');
    if (!this.config.suppressEnvoyHeaders) {
      this.setExpectedTimeout(headers, this.isRequestComplete ? this.scope.clock.now() - this.requestCompleteMs : 0);
    }
    const body = this.retryBody;
    const hasBody = body !== null && body.byteLength > 0;
    this.startAttempt(this.isRequestComplete && !hasBody && this.retryTrailers === null);
    const attempt = this.current as Attempt | null;
    if (attempt === null || this.isDone) return;
    if (hasBody) {
      body.visit((buffer, start, end) => attempt.sendData({ buffer, start, end }, false));
      if (this.isRequestComplete && this.retryTrailers === null) attempt.sendData(emptyChunk, true);
    }
    if (this.retryTrailers !== null) attempt.sendTrailers(this.retryTrailers);
  }

  onPerTryTimeout(attempt: Attempt): void {
    if (this.isDone || this.current !== attempt || attempt.hasResponse) return;
    const cluster = this.cluster as Cluster;
    cluster.info.stats.inc(C.upstream_rq_per_try_timeout);
    attempt.host.reportLocalFailure('timeout');
    attempt.host.count(HostWord.rqTimeout, 1);
    this.current = null;
    attempt.abandon();
    if (this.retry !== null) {
      const verdict = this.retry.onPerTryTimeout();
      if (verdict === 'yes') {
        this.scheduleRetry();
        return;
      }
      this.noteVerdict(verdict);
    }
    this.timeOut(cluster, 'upstream_per_try_timeout');
  }

  private onGlobalTimeout(): void {
    if (this.isDone) return;
    const cluster = this.cluster as Cluster;
    cluster.info.stats.inc(C.upstream_rq_timeout);
    const attempt = this.current;
    if (attempt !== null) {
      attempt.host.count(HostWord.rqTimeout, 1);
      if (!attempt.hasResponse) attempt.host.reportLocalFailure('timeout');
      attempt.cancelPerTry(this.scope.timers);
      this.current = null;
      attempt.abandon();
    }
    if (this.isResponseStarted) {
      this.info.responseFlags |= ResponseFlag.upstreamRequestTimeout;
      this.info.responseCodeDetails = 'response_timeout';
      this.isDone = true;
      this.stream.reset('local-reset');
      return;
    }
    this.timeOut(cluster, 'response_timeout');
  }

  private timeOut(cluster: Cluster, details: string): void {
    cluster.chargeCode(504, this.isInternal(), false);
    this.reply(504, 'upstream request timeout', { details, flags: ResponseFlag.upstreamRequestTimeout });
  }

  private failBeforeResponse(cluster: Cluster, reason: StreamResetReason, detail: string): void {
    const failure = failureOf(reason);
    const transport = failure.status === 502 ? '' : detail;
    this.info.upstreamTransportFailureReason = transport;
    cluster.chargeCode(failure.status, this.isInternal(), false);
    const retried = this.attempts > 1 ? 'retried and the latest ' : '';
    const body = `upstream connect error or disconnect/reset before headers. ${retried}reset reason: ${failure.text}`;
    const isOverflow = reason === 'overflow';
    this.reply(failure.status, body, {
      details: failureDetails('before', failure, failure.status === 502 ? detail : transport),
      flags: failure.flag,
      headers: isOverflow && !this.config.suppressEnvoyHeaders ? [['x-envoy-overloaded', 'true']] : [],
    });
  }

  private failAfterResponse(reason: StreamResetReason, detail: string): void {
    const failure = failureOf(reason);
    this.stats.inc(H.rq_reset_after_downstream_response_started);
    this.info.responseFlags |= failure.flag;
    this.info.responseCodeDetails = failureDetails('after', failure, detail);
    this.isDone = true;
    this.stream.reset('remote-reset');
  }

  private reply(status: number, body: string, options: LocalReplyOptions): void {
    this.isDone = true;
    const { route } = this;
    const modify =
      route === null ? {} : { modify: (headers: ResponseHeaders) => this.finishResponseHeaders(route, headers) };
    this.stream.localReply(status, body, { ...options, ...modify });
  }

  private noteVerdict(verdict: RetryVerdict): void {
    if (verdict === 'limit-exceeded') this.info.responseFlags |= ResponseFlag.upstreamRetryLimitExceeded;
    else if (verdict === 'overflow') this.info.responseFlags |= ResponseFlag.upstreamOverflow;
  }

  private isInternal(): boolean {
    const headers = this.requestHeaders;
    return (headers.classes & HeaderClass.envoy) !== 0 && headers.get('x-envoy-internal') === 'true';
  }

  private saysCanary(headers: ResponseHeaders): boolean {
    return (headers.classes & HeaderClass.envoy) !== 0 && headers.get('x-envoy-upstream-canary') === 'true';
  }
}

const noHosts: readonly Host[] = [];
const noBytes = Buffer.alloc(0);
const emptyChunk: Chunk = { buffer: noBytes, start: 0, end: 0 };
