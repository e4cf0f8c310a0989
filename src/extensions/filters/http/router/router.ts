import type { Chunk } from '../../../../api/codec.js';
import {
  DataStatus,
  type ExplainedRequest,
  HeadersStatus,
  type HttpFilter,
  type HttpFilterFactory,
  type StreamControl,
  TrailersStatus,
} from '../../../../api/http-filter.js';
import type { ClusterChoice, MirrorPolicyView, RouteActionView, RouteMatch } from '../../../../api/route.js';
import type { Cluster } from '../../../../api/upstream.js';
import {
  HeaderClass,
  type HeaderMap,
  type RequestHeaders,
  type ResponseHeaders,
} from '../../../../base/header-map.js';
import { isGrpc } from '../../../../http/local-reply.js';
import { H } from '../../../../http/manager-stats.js';
import { C } from '../../../../upstream/cluster-stats.js';
import type { MirroredRequest } from '../../../../upstream/mirrored-request.js';
import { parseRouter, type RouterConfig } from './config.js';
import { directAnswer } from './direct-answer.js';
import { explainRouter } from './explain.js';
import { InternalRedirect } from './internal-redirect.js';
import {
  badHeader,
  dropped,
  earlyConnectData,
  maintenance,
  noCluster,
  noRoute,
  outgrown,
} from './local-answers.js';
import { makeMirrors } from './mirrors.js';
import { applyRoute, setExpectedTimeout, takeRetryState } from './prepare-request.js';
import { buildRouterParts, type RouterParts } from './router-parts.js';
import { findInvalid } from './strict-check.js';
import { TimedRequest } from './timed-request.js';
import { requestTimeouts } from './timeouts.js';

/** The terminal filter of every HTTP chain: from the route to an upstream and back. */
export const routerFilter: HttpFilterFactory<RouterConfig> = {
  name: 'envoy.filters.http.router',
  typeUrl: 'envoy.extensions.filters.http.router.v3.Router',
  isTerminal: true,
  parse: parseRouter,
  build(config, scope) {
    const parts = buildRouterParts(config, scope);
    const make = (stream: StreamControl) => new RouterFilter(parts, stream);
    return Object.assign(make, {
      explain: (request: ExplainedRequest) => explainRouter(config, scope, request),
    });
  },
};

/** One request on its way upstream: the hooks, and everything before the first attempt. */
class RouterFilter extends TimedRequest implements HttpFilter {
  /** Copies of the request on their way to mirrors; null without any. */
  private mirrors: readonly MirroredRequest[] | null;

  constructor(parts: RouterParts, stream: StreamControl) {
    super(parts, stream);
    this.mirrors = null;
  }

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
    if (this.config.rejectsEarlyConnectData && this.isEarlyConnect) {
      this.dropAttempts();
      this.answer(earlyConnectData);
      return DataStatus.StopNoBuffer;
    }
    if (this.keepsRequest && !this.keepForRetry(chunk)) return DataStatus.StopNoBuffer;
    if (this.mirrors !== null) for (const mirror of this.mirrors) mirror.sendData(chunk, endStream);
    if (endStream) this.isRequestComplete = true;
    this.current?.sendData(chunk, endStream);
    if (endStream) this.onRequestComplete();
    return DataStatus.StopNoBuffer;
  }

  onRequestTrailers(trailers: HeaderMap): TrailersStatus {
    if (this.isDone) return TrailersStatus.Stop;
    this.isRequestComplete = true;
    if (this.keepsRequest) this.keptNow().keepTrailers(trailers);
    if (this.mirrors !== null) for (const mirror of this.mirrors) mirror.sendTrailers(trailers);
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
    this.isDone = true;
    this.scope.timers.cancel(this);
    this.dropAttempts();
    this.dropRetry();
    if (this.mirrors !== null) for (const mirror of this.mirrors) mirror.release();
  }

  /** The tunnel does not stand yet. */
  private get isEarlyConnect(): boolean {
    return this.requestHeaders.method === 'CONNECT' && !this.isResponseStarted;
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
    if (this.config.strictHeaders.length > 0 && (headers.classes & HeaderClass.envoy) !== 0) {
      const bad = findInvalid(headers, this.config.strictHeaders);
      if (bad !== null) {
        this.answer(badHeader(bad));
        return;
      }
    }
    if (this.config.hidesGrpcCodes) this.hidesCodes = isGrpc(headers);
    this.describe(cluster, route, headers);
    this.routeStats = this.parts.routeStats.of(route, headers);
    if (cluster.inMaintenance()) {
      cluster.info.stats.inc(C.upstream_rq_maintenance_mode);
      this.chargeCode(503, false);
      this.answer(maintenance(this.config.suppressEnvoyHeaders));
      return;
    }
    const drop = cluster.drawDrop();
    if (drop !== 'none') {
      this.chargeCode(503, false);
      this.answer(dropped(drop === 'all', this.config.suppressEnvoyHeaders));
      return;
    }
    this.prepareHeaders(route, action, choice, headers, cluster);
    const mirrors = cluster.info.mirrors.length > 0 ? cluster.info.mirrors : action.mirrors;
    if (mirrors.length > 0 && headers.method !== 'CONNECT') this.mirror(mirrors, headers);
    if (endStream) this.isRequestComplete = true;
    this.startAttempt(endStream);
    if (this.mirrors !== null && !this.isDone) for (const mirror of this.mirrors) mirror.start(endStream);
    if (endStream && !this.isDone) this.onRequestComplete();
  }

  /** The copies are made before the first attempt, whose host may yet change the headers. */
  private mirror(policies: readonly MirrorPolicyView[], headers: RequestHeaders): void {
    const { scope, timeouts, bufferLimitBytes } = this;
    this.mirrors = makeMirrors(policies, {
      scope,
      total: this.scope.stats.counter('http.async-client.rq_total'),
      headers,
      context: this,
      timeouts,
      bufferLimitBytes,
      logs: this.parts.attemptLogs,
      onClogged: (isClogged) => this.onAttemptClogged(isClogged),
    });
  }

  private prepareHeaders(
    route: RouteMatch,
    action: RouteActionView,
    choice: ClusterChoice,
    headers: RequestHeaders,
    cluster: Cluster,
  ): void {
    const { suppressEnvoyHeaders, respectExpectedTimeout } = this.config;
    const policy = cluster.info.retryPolicy ?? action.retryPolicy;
    this.policy = policy;
    this.timeouts.maxStreamMs = cluster.info.maxStreamDurationMs;
    requestTimeouts(headers, action, policy, respectExpectedTimeout, this.timeouts);
    this.retry = takeRetryState(headers, policy, cluster, this.priority(), this.scope);
    this.keepsRequest = this.retry !== null || action.internalRedirect !== null;
    if ((headers.classes & HeaderClass.hopByHop) !== 0) this.upgradeType = headers.get('upgrade') ?? '';
    setExpectedTimeout(headers, this.timeouts, 0, suppressEnvoyHeaders);
    if (route.virtualHost.includeRequestAttemptCount) headers.set('x-envoy-attempt-count', '1');
    applyRoute(route, action, choice, headers, this, suppressEnvoyHeaders);
  }

  /**
   * A body that outgrows the buffer cannot be sent again: retries are off, and one that is due fails. Answers false when
   * that was the end.
   */
  private keepForRetry(chunk: Chunk): boolean {
    if (this.keptNow().keep(chunk, (this.route as RouteMatch).keptBytesLimit(this.bufferLimitBytes)))
      return true;
    this.cluster?.info.stats.inc(C.retry_or_shadow_abandoned);
    this.hasOutgrown = true;
    this.dropRetry();
    if (this.current !== null) return true;
    this.answer(outgrown);
    return false;
  }

  protected followRedirect(response: ResponseHeaders): boolean {
    const { requestHeaders, action, cluster, stream } = this;
    const policy = action?.internalRedirect ?? null;
    if (policy === null || cluster === null) return false;
    const isWhole = this.isRequestComplete && !this.hasOutgrown;
    const redirect = new InternalRedirect(policy, this.scope, this.stats, this.route?.name ?? '');
    if (isWhole && redirect.apply(stream, requestHeaders, response)) {
      const body = redirect.dropsBody ? null : (this.kept?.copyBody() ?? null);
      if (stream.recreate(response, body)) {
        cluster.info.stats.inc(C.upstream_internal_redirect_succeeded_total);
        return true;
      }
    }
    cluster.info.stats.inc(C.upstream_internal_redirect_failed_total);
    return false;
  }
}
