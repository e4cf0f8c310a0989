import type { Chunk, StreamResetReason } from '../../../../api/codec.js';
import type { StreamControl } from '../../../../api/http-filter.js';
import type { RouteActionView, RouteMatch, WeightedClusterView } from '../../../../api/route.js';
import type { BoundStats } from '../../../../api/stats.js';
import {
  type Cluster,
  type Host,
  HostWord,
  type HttpPool,
  type UpstreamConnectionInfo,
} from '../../../../api/upstream.js';
import type { HeaderMap, ResponseHeaders } from '../../../../base/header-map.js';
import type { Timer } from '../../../../base/timer-wheel.js';
import type { WireMeter } from '../../../../base/wire-meter.js';
import { isGrpc } from '../../../../http/local-reply.js';
import { H, V } from '../../../../http/manager-stats.js';
import { clientOf } from '../../../../network/proxied-connection.js';
import { Attempt, type AttemptOwner } from '../../../../upstream/attempt/attempt.js';
import { FilteredAttempt, filtersFor } from '../../../../upstream/attempt/filtered-attempt.js';
import { KeptRequest } from '../../../../upstream/attempt/kept-request.js';
import type { RetryState } from '../../../../upstream/attempt/retry-state.js';
import { failureDetails, failureOf, transportReason } from '../../../../upstream/attempt/upstream-failure.js';
import { TcpTunnelPool } from '../../../../upstream/pool/tcp-tunnel.js';
import { ExaminedRequest } from './examined-request.js';
import { failedHandshake, failedUpstream, noHealthyHost } from './local-answers.js';
import { rewriteToHost, setExpectedTimeout } from './prepare-request.js';
import { countOutcome, noteOutcome, saysCanary } from './routed-request.js';
import type { RouterParts } from './router-parts.js';
import { forgetUpstream, noteUpstream, showCluster } from './shown-upstream.js';

const noneDrawn: readonly WeightedClusterView[] = [];

const informing: ReadonlySet<number> = new Set([100, 102, 103, 104]);

/**
 * The tries of a request that has its cluster, from the first attempt to the response.
 *
 *   attempt ─► response started ─► done
 *     │ ▲
 *     ▼ │ retry after back-off; with hedging the attempt lives on beside its retry
 *   local reply (no host, timeout, reset)
 */
export abstract class TriedRequest extends ExaminedRequest implements AttemptOwner {
  protected readonly stats: BoundStats;
  /** The newest attempt, later the one whose response goes down. */
  protected current: Attempt | null;
  /** Attempts that outlasted their per-try timeout and may still win; null without hedging. */
  protected hedged: Attempt[] | null;
  protected retry: RetryState | null;
  /** Whether the body is kept, for retries and internal redirects. */
  protected keepsRequest: boolean;
  /** The body was to be kept and grew too long. */
  protected hasOutgrown: boolean;
  protected kept: KeptRequest | null;
  private backOffTimer: Timer | null;
  /** Weighted clusters that have had their turn; only where retries may change the cluster. */
  private drawn: readonly WeightedClusterView[];
  protected requestCompleteMs: number;
  protected isRequestComplete: boolean;
  protected isResponseStarted: boolean;
  /** An informational head has gone down: attempts are neither repeated nor timed any more. */
  protected hasInformed: boolean;
  /** What the request wants its connection to become; empty for nothing. */
  protected upgradeType: string;

  constructor(parts: RouterParts, stream: StreamControl) {
    super(parts, stream);
    this.stats = parts.stats;
    this.current = null;
    this.hedged = null;
    this.retry = null;
    this.keepsRequest = false;
    this.hasOutgrown = false;
    this.kept = null;
    this.backOffTimer = null;
    this.drawn = noneDrawn;
    this.requestCompleteMs = 0;
    this.isRequestComplete = false;
    this.isResponseStarted = false;
    this.hasInformed = false;
    this.upgradeType = '';
  }

  /** The route's timeout, armed when the request is complete; the filter is its own timer. */
  abstract override fire(): void;
  abstract onPerTryTimeout(attempt: Attempt): void;
  abstract onPerTryIdleTimeout(attempt: Attempt): void;
  abstract onMaxDuration(attempt: Attempt): void;

  /** Tries to follow a redirect of the upstream inside the proxy; true when the stream has gone over to a new one. */
  protected abstract followRedirect(headers: ResponseHeaders): boolean;

  protected startAttempt(endStream: boolean): void {
    const cluster = this.cluster as Cluster;
    this.attempts++;
    this.info.attemptCount = this.attempts;
    const host = cluster.chooseHost(this);
    if (host === null) {
      this.answerWithoutHost(cluster);
      return;
    }
    this.tried = this.attempts === 1 ? [host] : [...this.tried, host];
    const { action } = this;
    if (action?.autoHostRewrite === true) {
      rewriteToHost(this.requestHeaders, host, action, this.config.suppressEnvoyHeaders);
    }
    const pool = this.poolOf(cluster, host);
    if (pool === null) {
      this.answerWithoutHost(cluster);
      return;
    }
    if (this.attempts > 1) forgetUpstream(this.info);
    this.info.upstreamHost = host;
    this.info.times.upstreamStartMs = this.scope.clock.now();
    const attempt = this.newAttempt(cluster, host);
    this.current = attempt;
    attempt.start(pool, endStream, this.upgradeType !== '');
  }

  private newAttempt(cluster: Cluster, host: Host): Attempt {
    const log = this.logOfAttempt(cluster, host, this.timeouts.perTryMs);
    const filters = filtersFor(cluster.info, this.parts.attemptFilters);
    return filters === null
      ? new Attempt(this, host, log)
      : new FilteredAttempt(this, host, log, filters, this.stream);
  }

  private answerWithoutHost(cluster: Cluster): void {
    this.dropAttempts();
    this.noteNoHost(cluster);
    const reply = this.withoutHost();
    this.chargeCode(reply.status, false);
    this.answer(reply);
  }

  /** A tunnel that ends here is a connection of its own. */
  private poolOf(cluster: Cluster, host: Host): HttpPool | null {
    const connect = this.action?.connect ?? null;
    if (connect !== null) {
      const { method } = this.requestHeaders;
      if (method === 'CONNECT' || (connect.allowsPost && method === 'POST'))
        return new TcpTunnelPool(cluster, host, this.priority());
    }
    const isHttp2 = this.info.protocol === 'HTTP/2';
    const { connection } = this.info;
    const client = cluster.separatesClients ? clientOf(connection) : undefined;
    const source = this.info.upstreamSource ?? connection.upstreamSource;
    return cluster.httpPool(host, this.priority(), this.requestHeaders, isHttp2, client, source);
  }

  protected onRequestComplete(): void {
    const now = this.scope.clock.now();
    this.requestCompleteMs = now;
    if (this.timeouts.globalMs > 0) {
      this.scope.timers.scheduleAt(this, now + this.timeouts.globalMs);
    }
    const { current } = this;
    if (current?.isReady !== true) return;
    this.info.times.upstreamLastTxMs = now;
    this.armPerTry(current);
  }

  private armPerTry(attempt: Attempt): void {
    const { perTryMs, perTryIdleMs } = this.timeouts;
    if (perTryMs > 0) attempt.armPerTry(this.scope.timers, perTryMs);
    if (perTryIdleMs > 0) attempt.armIdle(this.scope.timers, perTryIdleMs);
  }

  protected keptNow(): KeptRequest {
    this.kept ??= new KeptRequest(this.scope.buffers);
    return this.kept;
  }

  protected dropRetry(): void {
    this.retry?.release();
    this.retry = null;
    this.keepsRequest = false;
    this.kept?.clear();
    this.kept = null;
  }

  private get isRetryDue(): boolean {
    return this.backOffTimer?.isArmed === true;
  }

  /** Whether an attempt besides that one, or one that is due, may still bring a response. */
  private hasOthers(attempt: Attempt): boolean {
    if (this.isRetryDue) return true;
    if (this.current !== null && this.current !== attempt && !this.current.hasResponse) return true;
    return this.hedged?.some((other) => other !== attempt && !other.hasResponse) === true;
  }

  /** That attempt is no longer one of ours. */
  private forget(attempt: Attempt): void {
    attempt.cancelPerTry(this.scope.timers);
    if (this.current === attempt) this.current = null;
    else if (this.hedged !== null) this.hedged = this.hedged.filter((other) => other !== attempt);
  }

  protected giveUp(attempt: Attempt): void {
    this.forget(attempt);
    attempt.abandon();
  }

  /** Every attempt is given up, and a retry that is due is not made. */
  protected dropAttempts(): void {
    const { current, hedged } = this;
    if (this.backOffTimer !== null) this.scope.timers.cancel(this.backOffTimer);
    if (current !== null) this.giveUp(current);
    if (hedged !== null) for (const attempt of hedged) this.giveUp(attempt);
  }

  // AttemptOwner

  get wire(): WireMeter | null {
    return this.info.upstreamWire;
  }

  onAttemptReady(attempt: Attempt, connection: UpstreamConnectionInfo): void {
    const { info } = this;
    noteUpstream(info, attempt.host, connection);
    if (info.schemeFollowsUpstream) this.requestHeaders.scheme = connection.tls === null ? 'http' : 'https';
    const now = this.scope.clock.now();
    info.times.upstreamFirstTxMs = now;
    if (this.isRequestComplete) info.times.upstreamLastTxMs = now;
    for (const stats of this.routeStats) stats.counts.inc(V.upstream_rq_total);
    if (this.isRequestComplete) this.armPerTry(attempt);
    const { maxStreamMs } = this.timeouts;
    if (maxStreamMs > 0) attempt.armDuration(this.scope.timers, maxStreamMs);
  }

  /** Of those that Envoy knows one is counted and relayed, however many there are; then there is no other attempt. */
  onAttempt1xx(_attempt: Attempt, headers: ResponseHeaders): void {
    if (this.hasInformed || !informing.has(headers.status)) return;
    this.hasInformed = true;
    this.dropRetry();
    this.chargeCode(headers.status, false);
    this.stream.respond.encode1xx(headers);
  }

  onAttemptHeaders(attempt: Attempt, headers: ResponseHeaders, endStream: boolean): void {
    const now = this.scope.clock.now();
    this.info.times.upstreamFirstRxMs = now;
    attempt.cancelPerTry(this.scope.timers);
    const { isGrpcRequest } = this.info;
    const cluster = this.cluster as Cluster;
    const outcome = noteOutcome(cluster, attempt.host, headers, isGrpcRequest);
    if (cluster.info.loadRules !== null) this.noteLoad(cluster.info.loadRules, attempt.host, headers);
    if (this.retry !== null && this.retriesInstead(this.retry, attempt, headers, endStream)) return;
    if (this.action?.internalRedirect?.statuses.includes(headers.status) === true) {
      if (this.followRedirect(headers)) return;
    }
    if (!isGrpcRequest || endStream || headers.status >= 500) countOutcome(attempt.host, outcome);
    this.dropRetry();
    if (
      this.upgradeType !== '' &&
      headers.status < 400 &&
      this.upgradeType.toLowerCase() === 'websocket' &&
      headers.status !== 101
    ) {
      this.current = null;
      if (!endStream) attempt.abandon();
      this.answer(failedHandshake(headers));
      return;
    }
    this.becomeFinal(attempt);
    const isCanary = attempt.host.isCanary || saysCanary(headers);
    this.chargeCode(headers.status, isCanary);
    this.isResponseStarted = true;
    this.info.responseCode = headers.status;
    this.info.responseCodeDetails = 'via_upstream';
    this.decorate(headers, this.isRequestComplete ? now - this.requestCompleteMs : Number.NaN);
    if (endStream) this.completeResponse(isCanary);
    this.stream.respond.encodeHeaders(headers, endStream);
  }

  /** True when that response does not go down: it is retried, or others may bring a better one. */
  private retriesInstead(
    retry: RetryState,
    attempt: Attempt,
    headers: ResponseHeaders,
    endStream: boolean,
  ): boolean {
    let isUnwelcome: boolean;
    if (attempt.isHedged) {
      isUnwelcome = retry.wouldRetry(headers);
    } else {
      const verdict = this.noteVerdict(retry.onHeaders(headers));
      isUnwelcome = verdict === 'limit-exceeded' || verdict === 'overflow';
      if (verdict === 'yes') {
        (this.cluster as Cluster).chargeRetryCode(headers.status, this.hidesCodes);
        this.noteUnwelcome(attempt, headers.status);
        attempt.host.count(HostWord.rqError, 1);
        this.forget(attempt);
        if (!endStream) attempt.abandon();
        this.scheduleRetry();
        return true;
      }
    }
    if (!isUnwelcome || !this.hasOthers(attempt)) return false;
    attempt.host.count(HostWord.rqError, 1);
    this.forget(attempt);
    if (!endStream) attempt.abandon();
    return true;
  }

  /** Its response goes down; the others are given up. */
  private becomeFinal(attempt: Attempt): void {
    if (this.backOffTimer !== null) this.scope.timers.cancel(this.backOffTimer);
    if (this.hedged === null) return;
    const others = this.current === null ? this.hedged : [this.current, ...this.hedged];
    this.current = attempt;
    this.hedged = null;
    for (const other of others) if (other !== attempt) this.giveUp(other);
    if (attempt.connection !== null) noteUpstream(this.info, attempt.host, attempt.connection);
  }

  onAttemptData(attempt: Attempt, chunk: Chunk, endStream: boolean): void {
    const { times } = this.info;
    if (Number.isNaN(times.upstreamFirstBodyMs)) times.upstreamFirstBodyMs = this.scope.clock.now();
    if (endStream) {
      this.countGrpcEnd(attempt.host, null);
      this.completeResponse(false);
    }
    this.stream.respond.encodeData(chunk, endStream);
  }

  onAttemptTrailers(attempt: Attempt, trailers: HeaderMap): void {
    this.countGrpcEnd(attempt.host, trailers);
    const { loadRules } = (this.cluster as Cluster).info;
    if (loadRules !== null) this.noteLoad(loadRules, attempt.host, trailers);
    this.completeResponse(false);
    this.stream.respond.encodeTrailers(trailers);
  }

  onAttemptReset(attempt: Attempt, reason: StreamResetReason, detail: string): void {
    const isConnectFailure = reason === 'remote-connection-failure' || reason === 'connection-timeout';
    if (reason !== 'overflow') {
      if (!isConnectFailure) attempt.host.reportLocalFailure('reset');
      attempt.host.count(HostWord.rqError, 1);
    }
    this.forget(attempt);
    if (this.isDone) return;
    if (attempt.hadNoPlace) this.info.upstreamHost = null;
    const isRetried =
      !this.isResponseStarted &&
      this.retry !== null &&
      !attempt.isHedged &&
      this.noteVerdict(this.retry.onReset(reason, attempt.hasSentBytes)) === 'yes';
    this.noteReset(attempt, reason, detail, isRetried);
    if (this.isResponseStarted) this.failAfterResponse(reason, detail);
    else if (isRetried) this.scheduleRetry();
    else this.failBeforeResponse(attempt, reason, detail);
  }

  onAttemptClogged(isClogged: boolean): void {
    if (isClogged) this.stream.request.pause();
    else this.stream.request.unpause();
  }

  // Ends

  protected noteBudget(now: number): void {
    const { cluster, timeouts, requestCompleteMs } = this;
    cluster?.info.traffic?.onRequestEnd(now - requestCompleteMs, timeouts.globalMs);
  }

  private completeResponse(isCanary: boolean): void {
    const now = this.scope.clock.now();
    this.info.times.upstreamLastRxMs = now;
    if (this.isRequestComplete) {
      this.chargeTime(now - this.requestCompleteMs, isCanary);
      this.noteBudget(now);
    }
    this.current = null;
    this.isDone = true;
    this.scope.timers.cancel(this);
  }

  protected scheduleRetry(): void {
    const delay = (this.retry as RetryState).backOffMs();
    this.backOffTimer ??= this.stream.timer(() => this.onBackOffOver());
    this.scope.timers.schedule(this.backOffTimer, delay);
  }

  /**
   * The retry goes where the route sends it now; what the first cluster did to the request's headers stays. False: there
   * is no such cluster.
   */
  private refreshCluster(action: RouteActionView): boolean {
    const { info, choice } = this;
    const last = choice?.weighted ?? null;
    const drawn = last === null || this.drawn.includes(last) ? this.drawn : [...this.drawn, last];
    const input = { headers: this.requestHeaders, info, random: info.randomValue };
    const next = action.rechooseCluster(input, drawn);
    // All have had their turn: it begins anew.
    this.drawn = next.weighted !== null && drawn.includes(next.weighted) ? noneDrawn : drawn;
    this.choice = next;
    const cluster = this.scope.clusters.get(next.clusterName);
    showCluster(info, cluster);
    if (cluster === null) {
      // Not empty, lest it be taken for a request that had no cluster yet.
      info.upstreamClusterName = next.clusterName;
      return false;
    }
    this.cluster = cluster;
    this.retry?.moveTo({ stats: cluster.info.stats, breaker: cluster.breaker(this.priority()) });
    return true;
  }

  private answerWithoutCluster(): void {
    this.info.attemptCount = ++this.attempts;
    this.chargeCode(noHealthyHost.status, false);
    this.answer(noHealthyHost);
  }

  private onBackOffOver(): void {
    if (this.isDone) return;
    const { action } = this;
    if (this.policy?.refreshesCluster === true && action !== null && !this.refreshCluster(action)) {
      this.answerWithoutCluster();
      return;
    }
    (this.retry as RetryState).onRetry();
    for (const stats of this.routeStats) stats.counts.inc(V.upstream_rq_retry);
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
    const isBare = kept === null;
    this.startAttempt(this.isRequestComplete && isBare);
    const attempt = this.current as Attempt | null;
    if (attempt !== null && !this.isDone && !isBare) kept.replay(attempt, this.isRequestComplete);
  }

  /** The proxy answers because an attempt failed; a response that began with an informational head has been counted. */
  protected chargeFailure(status: number): void {
    if (!this.hasInformed) this.chargeCode(status, false);
  }

  private failBeforeResponse(attempt: Attempt, reason: StreamResetReason, detail: string): void {
    const transport = transportReason(reason, detail);
    this.info.upstreamTransportFailureReason = transport;
    const { hasInformed, attempts, config } = this;
    const reply = failedUpstream(reason, transport, attempts > 1, config.suppressEnvoyHeaders, hasInformed);
    this.chargeFailure(reply.status);
    if (!this.hasOthers(attempt)) this.answer(reply);
  }

  private failAfterResponse(reason: StreamResetReason, detail: string): void {
    const failure = failureOf(reason);
    if (isGrpc(this.requestHeaders)) this.stats.inc(H.rq_reset_after_downstream_response_started);
    this.info.responseFlags |= failure.flag;
    this.info.responseCodeDetails = failureDetails('after', failure, transportReason(reason, detail));
    this.isDone = true;
    this.stream.reset(reason);
  }
}
