import type { Chunk, StreamResetReason } from '../../../../api/codec.js';
import {
  DataStatus,
  HeadersStatus,
  type HttpFilter,
  type HttpFilterContext,
  type HttpFilterFactory,
  type StreamControl,
  TrailersStatus,
} from '../../../../api/http-filter.js';
import { ResponseFlag } from '../../../../api/response-flags.js';
import type { ClusterChoice, RetryPolicyConfig, RouteActionView, RouteMatch } from '../../../../api/route.js';
import type { BoundStats } from '../../../../api/stats.js';
import { type Cluster, HostWord, type UpstreamConnectionInfo } from '../../../../api/upstream.js';
import {
  HeaderClass,
  type HeaderMap,
  type RequestHeaders,
  type ResponseHeaders,
} from '../../../../base/header-map.js';
import type { Timer } from '../../../../base/timer-wheel.js';
import { isGrpc } from '../../../../http/local-reply.js';
import { H } from '../../../../http/manager-stats.js';
import { Attempt, type AttemptOwner } from '../../../../upstream/attempt/attempt.js';
import { KeptRequest } from '../../../../upstream/attempt/kept-request.js';
import type { RetryState, RetryVerdict } from '../../../../upstream/attempt/retry-state.js';
import { C } from '../../../../upstream/cluster-stats.js';
import { parseRouter, type RouterConfig } from './config.js';
import { directAnswer } from './direct-answer.js';
import {
  failedHandshake,
  failedUpstream,
  maintenance,
  noCluster,
  noHealthyHost,
  noRoute,
  outgrown,
  timedOut,
} from './local-answers.js';
import { applyRoute, rewriteToHost, setExpectedTimeout, takeRetryState } from './prepare-request.js';
import { RouteStatsIndex } from './route-stats.js';
import { RoutedRequest, saysCanary } from './routed-request.js';
import { requestTimeouts, type Timeouts } from './timeouts.js';
import { failureDetails, failureOf, transportReason } from './upstream-failure.js';

/** The terminal filter of every HTTP chain: from the route to an upstream and back. */
export const routerFilter: HttpFilterFactory<RouterConfig> = {
  name: 'envoy.filters.http.router',
  typeUrl: 'envoy.extensions.filters.http.router.v3.Router',
  isTerminal: true,
  parse: parseRouter,
  build(config, scope) {
    const stats = scope.stats.bind(scope.statPrefix, H);
    const routeStats = new RouteStatsIndex(scope.stats);
    return (stream) => new RouterFilter(config, scope, stats, routeStats, stream);
  },
};

/**
 * One request on its way upstream: cluster, host, attempts, timeouts, the response back.
 *
 *   routing ─► attempt ─► response started ─► done
 *      │          │ ▲
 *      │          ▼ │ retry after back-off
 *      └─► local reply (no route, no cluster, no host, timeout, reset)
 */
class RouterFilter extends RoutedRequest implements HttpFilter, AttemptOwner {
  private readonly stats: BoundStats;
  private readonly routeStatsIndex: RouteStatsIndex;
  private readonly timeouts: Timeouts;
  private current: Attempt | null;
  private retry: RetryState | null;
  private kept: KeptRequest | null;
  private backOffTimer: Timer | null;
  private requestCompleteMs: number;
  private isRequestComplete: boolean;
  private isResponseStarted: boolean;
  private isUpgrade: boolean;

  constructor(
    config: RouterConfig,
    scope: HttpFilterContext,
    stats: BoundStats,
    routeStatsIndex: RouteStatsIndex,
    stream: StreamControl,
  ) {
    super(config, scope, stream);
    this.stats = stats;
    this.routeStatsIndex = routeStatsIndex;
    this.timeouts = { globalMs: 0, perTryMs: 0, answersEmpty: false };
    this.current = null;
    this.retry = null;
    this.kept = null;
    this.backOffTimer = null;
    this.requestCompleteMs = 0;
    this.isRequestComplete = false;
    this.isResponseStarted = false;
    this.isUpgrade = false;
  }

  /** The route's timeout, armed when the request is complete; the filter is its own timer. */
  fire(): void {
    this.stream.guard(() => this.onGlobalTimeout());
  }

  // HttpFilter

  onRequestHeaders(headers: RequestHeaders, endStream: boolean): HeadersStatus {
    this.headers = headers;
    this.stats.inc(H.rq_total);
    const route = this.stream.route();
    this.route = route;
    if (route === null) {
      this.stats.inc(H.no_route);
      this.answer(noRoute);
      return HeadersStatus.Stop;
    }
    if (route.action.kind !== 'route') this.answerDirectly(route);
    else this.beginRouting(route, route.action, headers, endStream);
    return HeadersStatus.Stop;
  }

  onRequestData(chunk: Chunk, endStream: boolean): DataStatus {
    if (this.isDone) return DataStatus.StopNoBuffer;
    if (this.retry !== null && !this.isResponseStarted && !this.keepForRetry(chunk))
      return DataStatus.StopNoBuffer;
    if (endStream) this.isRequestComplete = true;
    this.current?.sendData(chunk, endStream);
    if (endStream) this.onRequestComplete();
    return DataStatus.StopNoBuffer;
  }

  onRequestTrailers(trailers: HeaderMap): TrailersStatus {
    if (this.isDone) return TrailersStatus.Stop;
    this.isRequestComplete = true;
    if (this.retry !== null && !this.isResponseStarted) this.keptNow().keepTrailers(trailers);
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
    this.kept?.clear();
  }

  // Routing

  private answerDirectly(route: RouteMatch): void {
    const { action } = route;
    if (action.kind === 'route') return;
    this.stats.inc(H.rq_direct_response);
    const input = { headers: this.requestHeaders, info: this.info, random: this.info.randomValue };
    this.answer(directAnswer(action, input, this));
  }

  private beginRouting(
    route: RouteMatch,
    action: RouteActionView,
    headers: RequestHeaders,
    endStream: boolean,
  ): void {
    this.action = action;
    const choice = action.chooseCluster({ headers, info: this.info, random: this.info.randomValue });
    this.choice = choice;
    const cluster = this.scope.clusters.get(choice.clusterName);
    if (cluster === null) {
      this.stats.inc(H.no_cluster);
      this.answer(noCluster(action.clusterNotFoundStatus));
      return;
    }
    this.cluster = cluster;
    this.describe(cluster, route, headers);
    this.routeStats = this.routeStatsIndex.of(route, headers);
    if (cluster.inMaintenance()) {
      cluster.info.stats.inc(C.upstream_rq_maintenance_mode);
      this.chargeCode(503, false);
      this.answer(maintenance(this.config.suppressEnvoyHeaders));
      return;
    }
    this.prepareHeaders(route, action, choice, headers, cluster);
    if (endStream) this.isRequestComplete = true;
    this.startAttempt(endStream);
    if (endStream && !this.isDone) this.onRequestComplete();
  }

  private prepareHeaders(
    route: RouteMatch,
    action: RouteActionView,
    choice: ClusterChoice,
    headers: RequestHeaders,
    cluster: Cluster,
  ): void {
    const { suppressEnvoyHeaders, respectExpectedTimeout } = this.config;
    const policy = (cluster.info.retryPolicy as RetryPolicyConfig | null) ?? action.retryPolicy;
    requestTimeouts(headers, action, policy, respectExpectedTimeout, this.timeouts);
    this.retry = takeRetryState(headers, policy, cluster, this.priority(), this.scope);
    this.isUpgrade = (headers.classes & HeaderClass.hopByHop) !== 0 && headers.has('upgrade');
    if (!suppressEnvoyHeaders) setExpectedTimeout(headers, this.timeouts, 0);
    if (route.virtualHost.includeRequestAttemptCount) headers.set('x-envoy-attempt-count', '1');
    applyRoute(route, action, choice, headers, this, suppressEnvoyHeaders);
  }

  private startAttempt(endStream: boolean): void {
    const cluster = this.cluster as Cluster;
    this.attempts++;
    this.info.attemptCount = this.attempts;
    const host = cluster.chooseHost(this);
    if (host === null) {
      this.chargeCode(503, false);
      this.answer(noHealthyHost);
      return;
    }
    this.tried = this.attempts === 1 ? [host] : [...this.tried, host];
    this.info.upstreamHost = host;
    this.info.hostsAttempted = this.tried;
    const attempt = new Attempt(this, host);
    this.current = attempt;
    const { action } = this;
    if (action?.autoHostRewrite === true) {
      rewriteToHost(this.requestHeaders, host, action, this.config.suppressEnvoyHeaders);
    }
    attempt.start(cluster.httpPool(host, this.priority()), endStream, this.isUpgrade);
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

  private keptNow(): KeptRequest {
    this.kept ??= new KeptRequest(this.scope.buffers);
    return this.kept;
  }

  /**
   * A body that outgrows the buffer cannot be sent again: retries are off, and one that is due fails. Answers false when
   * that was the end.
   */
  private keepForRetry(chunk: Chunk): boolean {
    if (this.keptNow().keep(chunk, this.bufferLimitBytes)) return true;
    this.cluster?.info.stats.inc(C.retry_or_shadow_abandoned);
    this.dropRetry();
    if (this.current !== null) return true;
    this.answer(outgrown);
    return false;
  }

  private dropRetry(): void {
    this.retry?.release();
    this.retry = null;
    this.kept?.clear();
    this.kept = null;
  }

  // AttemptOwner

  onAttemptReady(attempt: Attempt, connection: UpstreamConnectionInfo): void {
    const { info } = this;
    info.upstreamLocalAddress = connection.localAddress;
    info.upstreamProtocol = connection.protocol;
    info.upstreamConnectionId = connection.id;
    if (Number.isNaN(info.times.upstreamFirstTxMs)) info.times.upstreamFirstTxMs = this.scope.clock.now();
    for (const stats of this.routeStats) stats.total.inc();
    if (this.isRequestComplete) this.armPerTry(attempt);
  }

  /** The client has seen something of this attempt: there is no other one. */
  onAttempt1xx(_attempt: Attempt, headers: ResponseHeaders): void {
    this.dropRetry();
    this.chargeCode(headers.status, false);
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
      const verdict = this.noteVerdict(this.retry.onHeaders(headers));
      if (verdict === 'yes') {
        cluster.chargeRetryCode(headers.status);
        if (!endStream) attempt.abandon();
        this.scheduleRetry();
        return;
      }
      this.kept?.clear();
      this.kept = null;
    }
    if (this.isUpgrade && headers.status === 200) {
      this.current = null;
      if (!endStream) attempt.abandon();
      this.answer(failedHandshake);
      return;
    }
    const isCanary = attempt.host.isCanary || saysCanary(headers);
    this.chargeCode(headers.status, isCanary);
    this.isResponseStarted = true;
    this.info.responseCode = headers.status;
    this.info.responseCodeDetails = 'via_upstream';
    this.decorate(headers, now);
    if (endStream) this.completeResponse(isCanary);
    this.stream.respond.encodeHeaders(headers, endStream);
  }

  onAttemptData(_attempt: Attempt, chunk: Chunk, endStream: boolean): void {
    if (endStream) this.completeResponse(false);
    this.stream.respond.encodeData(chunk, endStream);
  }

  onAttemptTrailers(_attempt: Attempt, trailers: HeaderMap): void {
    this.completeResponse(false);
    this.stream.respond.encodeTrailers(trailers);
  }

  onAttemptReset(attempt: Attempt, reason: StreamResetReason, detail: string): void {
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
      if (this.noteVerdict(this.retry.onReset(reason, attempt.hasSentBytes)) === 'yes') {
        this.scheduleRetry();
        return;
      }
    }
    this.failBeforeResponse(reason, detail);
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

  private completeResponse(isCanary: boolean): void {
    const now = this.scope.clock.now();
    this.info.times.upstreamLastRxMs = now;
    if (this.isRequestComplete) this.chargeTime(now - this.requestCompleteMs, isCanary);
    this.current = null;
    this.isDone = true;
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
    const { virtualHost } = this.route as RouteMatch;
    if (virtualHost.includeRequestAttemptCount)
      headers.set('x-envoy-attempt-count', String(this.attempts + 1));
    if (virtualHost.includeIsTimeoutRetryHeader) {
      headers.set('x-envoy-is-timeout-retry', String((this.retry as RetryState).isAfterTimeout));
    }
    if (!this.config.suppressEnvoyHeaders) {
      const elapsed = this.isRequestComplete ? this.scope.clock.now() - this.requestCompleteMs : 0;
      setExpectedTimeout(headers, this.timeouts, elapsed);
    }
    const { kept } = this;
    const isBare = kept === null || kept.isEmpty;
    this.startAttempt(this.isRequestComplete && isBare);
    const attempt = this.current as Attempt | null;
    if (attempt !== null && !this.isDone && !isBare) kept.replay(attempt, this.isRequestComplete);
  }

  onPerTryTimeout(attempt: Attempt): void {
    if (this.isDone || this.current !== attempt || attempt.hasResponse) return;
    (this.cluster as Cluster).info.stats.inc(C.upstream_rq_per_try_timeout);
    attempt.host.reportLocalFailure('timeout');
    attempt.host.count(HostWord.rqTimeout, 1);
    this.current = null;
    attempt.abandon();
    if (this.retry !== null) {
      if (this.noteVerdict(this.retry.onPerTryTimeout()) === 'yes') {
        this.scheduleRetry();
        return;
      }
    }
    this.timeOut('upstream_per_try_timeout');
  }

  private onGlobalTimeout(): void {
    if (this.isDone) return;
    (this.cluster as Cluster).info.stats.inc(C.upstream_rq_timeout);
    for (const stats of this.routeStats) stats.timeout.inc();
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
    this.timeOut('response_timeout');
  }

  private timeOut(details: string): void {
    const reply = timedOut(details, this.timeouts.answersEmpty);
    this.chargeCode(reply.status, false);
    this.answer(reply);
  }

  private failBeforeResponse(reason: StreamResetReason, detail: string): void {
    const transport = transportReason(reason, detail);
    this.info.upstreamTransportFailureReason = transport;
    const reply = failedUpstream(reason, transport, this.attempts > 1, this.config.suppressEnvoyHeaders);
    this.chargeCode(reply.status, false);
    this.answer(reply);
  }

  private failAfterResponse(reason: StreamResetReason, detail: string): void {
    const failure = failureOf(reason);
    if (isGrpc(this.requestHeaders)) this.stats.inc(H.rq_reset_after_downstream_response_started);
    this.info.responseFlags |= failure.flag;
    this.info.responseCodeDetails = failureDetails('after', failure, transportReason(reason, detail));
    this.isDone = true;
    this.stream.reset('remote-reset');
  }

  private noteVerdict(verdict: RetryVerdict): RetryVerdict {
    if (verdict === 'limit-exceeded') this.info.responseFlags |= ResponseFlag.upstreamRetryLimitExceeded;
    else if (verdict === 'overflow') this.info.responseFlags |= ResponseFlag.upstreamOverflow;
    for (const stats of this.routeStats) stats.countVerdict(verdict);
    return verdict;
  }
}
