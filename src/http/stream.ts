import type {
  Chunk,
  CodecError,
  RequestDecoder,
  ServerStreamEncoder,
  StreamResetReason,
} from '../api/codec.js';
import type { LocalReplyOptions, LocalReplyView } from '../api/http-filter.js';
import { ResponseFlag } from '../api/response-flags.js';
import type { RouteMatch } from '../api/route.js';
import type { LogContext } from '../api/stream-info.js';
import type { ThreadScope } from '../api/thread-scope.js';
import type { BufferPool } from '../base/buffer-pool.js';
import { type HeaderMap, type RequestHeaders, ResponseHeaders } from '../base/header-map.js';
import type { StreamOwner } from '../stream/direction.js';
import { addFilters, type ChainedStream } from '../stream/filter-chain.js';
import type { FilterControl } from '../stream/filter-control.js';
import { requestTooLarge, responseTooLarge } from '../stream/over-limit.js';
import { RequestDirection } from '../stream/request-direction.js';
import { ResponseDirection } from '../stream/response-direction.js';
import { StreamRecord } from '../stream/stream-record.js';
import { deadlineStatus, localReplyHeaders, refusalText, withRouteMutations } from './local-reply.js';
import type { Manager } from './manager.js';
import { H, L, listenerClassSlots, managerClassSlots, Tracing } from './manager-stats.js';
import { redirectState } from './redirect-state.js';
import { screenRequest } from './request-screen.js';
import { noteRouteCluster } from './route-cluster.js';
import type { StreamConnection } from './stream-connection.js';
import { writeLogs } from './stream-logs.js';
import { StreamTimers } from './stream-timers.js';
import { onTunnel, opensTunnel } from './upgrade.js';

const noControls: readonly FilterControl[] = [];

/**
 * One request and its response on a downstream connection: the codec above, the filters between, the clocks beside.
 * Everything due at the end happens in `finish`, nowhere else.
 *
 *   reading head ─► filters run ─► response head out ─► response done ─► finished
 *        └──────────────┴── local reply ──┘                  ▲
 *        └──────────────┴───────── reset / client gone ──────┘
 */
export class HttpStream implements RequestDecoder, StreamOwner, ChainedStream, LogContext {
  readonly manager: Manager;
  readonly connection: StreamConnection;
  readonly info: StreamRecord;
  logType: string;
  readonly request: RequestDirection;
  readonly response: ResponseDirection;
  readonly timers: StreamTimers;
  readonly isRecreated: boolean;
  readonly codec: ServerStreamEncoder;
  controls: readonly FilterControl[];
  requestHeaders: RequestHeaders | null;
  responseHeaders: ResponseHeaders | null;
  responseTrailers: HeaderMap | null;
  private route: RouteMatch | null;
  private isRouteKnown: boolean;
  isOver: boolean;
  isRequestComplete: boolean;
  isResponseStarted: boolean;
  isResponseComplete: boolean;
  isUpgrade: boolean;
  /** Lower case; empty unless the request may become a tunnel. */
  upgradeType: string;
  isLocalReply: boolean;
  private hasUpgraded: boolean;
  private isFilterChainMade: boolean;

  /** `isRecreated`: another stream has begun with this request, and this one goes on for it. */
  constructor(connection: StreamConnection, codec: ServerStreamEncoder, isRecreated = false) {
    const { manager } = connection;
    const { scope } = manager;
    const now = scope.clock.now();
    this.manager = manager;
    this.connection = connection;
    this.info = new StreamRecord(
      connection.control.info,
      manager.nextStreamId(),
      now,
      scope.clock.wallMs(),
      scope.random.u32(),
    );
    this.info.protocol = codec.isHttp2 ? 'HTTP/2' : 'HTTP/1.1';
    this.request = new RequestDirection(this);
    this.response = new ResponseDirection(this);
    this.isRecreated = isRecreated;
    this.codec = codec;
    this.controls = noControls;
    this.requestHeaders = null;
    this.responseHeaders = null;
    this.responseTrailers = null;
    this.route = null;
    this.isRouteKnown = false;
    this.isOver = false;
    this.isRequestComplete = false;
    this.isResponseStarted = false;
    this.isResponseComplete = false;
    this.isUpgrade = false;
    this.upgradeType = '';
    this.isLocalReply = false;
    this.hasUpgraded = false;
    this.isFilterChainMade = false;
    const { stats } = manager;
    stats.inc(H.downstream_rq_total);
    stats.inc(codec.isHttp2 ? H.downstream_rq_http2_total : H.downstream_rq_http1_total);
    stats.add(H.downstream_rq_active, 1);
    this.logType = 'DownstreamEnd';
    this.info.schemeFollowsUpstream = manager.config.schemeMatchesUpstream;
    this.timers = new StreamTimers(this, now);
  }

  get scope(): ThreadScope {
    return this.manager.scope;
  }

  get bufferLimitBytes(): number {
    return this.connection.bufferLimitBytes;
  }

  get buffers(): BufferPool {
    return this.manager.scope.buffers;
  }

  get downstreamConnectionClosed(): boolean {
    return this.connection.isClosed;
  }

  // RequestDecoder: what the codec reads.

  onHeaders(headers: RequestHeaders, endStream: boolean): void {
    this.requestHeaders = headers;
    this.timers.onHeaders();
    if (this.codec.isHttp10) this.info.protocol = 'HTTP/1.0';
    if (endStream) this.completeRequest();
    const refusal = screenRequest(this, headers, this.codec);
    if (refusal || this.isOver || this.isLocalReply) return;
    this.makeFilters();
    if (this.isOver || this.isLocalReply) return;
    this.request.sendHeaders(headers, endStream);
  }

  on1xx(): void {
    // Requests have no informational heads.
  }

  onData(chunk: Chunk, endStream: boolean): void {
    this.info.bytesReceived += chunk.end - chunk.start;
    this.timers.touch();
    if (endStream) this.completeRequest();
    if (this.isOver || this.isLocalReply || !this.isFilterChainMade) return;
    this.request.sendData(chunk, endStream);
  }

  onTrailers(trailers: HeaderMap): void {
    this.timers.touch();
    this.completeRequest();
    if (this.isOver || this.isLocalReply || !this.isFilterChainMade) return;
    this.request.sendTrailers(trailers);
  }

  /** HTTP/2: the client reset the stream, the codec refused it, or the connection is gone. */
  onReset(reason: StreamResetReason, detail: string): void {
    if (this.isOver) return;
    if (reason === 'connection-termination') {
      this.onConnectionClosed(detail);
      return;
    }
    if (reason === 'protocol-error') this.info.responseFlags |= ResponseFlag.downstreamProtocolError;
    else if (detail !== '') this.info.responseFlags |= ResponseFlag.downstreamRemoteReset;
    this.info.responseCodeDetails = detail;
    this.finish();
  }

  onAboveWatermark(): void {
    this.manager.stats.inc(H.downstream_flow_control_paused_reading_total);
    this.pauseResponse();
  }

  onBelowWatermark(): void {
    this.manager.stats.inc(H.downstream_flow_control_resumed_reading_total);
    this.resumeResponse();
  }

  /** The codec refused the request's bytes. */
  onCodecError(error: CodecError): void {
    this.info.responseFlags |= ResponseFlag.downstreamProtocolError;
    this.manager.stats.inc(H.downstream_cx_protocol_error);
    if (this.isResponseStarted) {
      this.finish();
      return;
    }
    this.connection.closeAfterResponse();
    this.localReply(error.status, refusalText(error.status), { details: error.details });
  }

  /** The client has gone; nobody is left to answer. */
  onConnectionClosed(detail = ''): void {
    if (this.isOver) return;
    this.info.responseFlags |= ResponseFlag.downstreamConnectionTermination;
    this.info.responseCodeDetails = detail === '' ? 'downstream_remote_disconnect' : detail;
    this.finish();
  }

  // ResponseSink: what the terminal filter got; runs through the filters' response hooks.

  /** An informational head of the upstream; relayed only where the configuration says so, as Envoy does. */
  encode1xx(headers: ResponseHeaders): void {
    if (this.isOver || this.isLocalReply || this.isResponseStarted || !this.manager.config.proxy100Continue)
      return;
    for (let i = this.controls.length - 1; i >= 0; i--) {
      try {
        (this.controls[i] as FilterControl).filter.onResponse1xx?.(headers);
      } catch (error) {
        this.onFilterError(error);
        return;
      }
    }
    this.chargeClass(headers.status);
    this.codec.encode1xx(headers);
  }

  /** The proxy's own answer to `Expect: 100-continue`. */
  sendContinue(): void {
    this.chargeClass(100);
    this.codec.encode1xx(new ResponseHeaders(100));
  }

  respondHeaders(headers: ResponseHeaders, endStream: boolean): void {
    if (this.isOver || this.isLocalReply) return;
    this.timers.touch();
    this.response.sendHeaders(headers, endStream);
  }

  respondData(chunk: Chunk, endStream: boolean): void {
    if (this.isOver || this.isLocalReply) return;
    this.timers.touch();
    this.response.sendData(chunk, endStream);
  }

  respondTrailers(trailers: HeaderMap): void {
    if (this.isOver || this.isLocalReply) return;
    this.response.sendTrailers(trailers);
  }

  // StreamOwner: what came through every filter.

  encodeHeaders(headers: ResponseHeaders, endStream: boolean): void {
    this.isResponseStarted = true;
    this.responseHeaders = headers;
    const { info, manager } = this;
    const isSwitch = opensTunnel(this.upgradeType, headers.status);
    manager.responseRules.apply(headers, this.requestHeaders, isSwitch);
    manager.proxyStatus?.apply(headers, info);
    info.responseCode = headers.status;
    if (!this.isRequestComplete) manager.stats.inc(H.downstream_rq_response_before_rq_complete);
    if (!isSwitch) this.connection.onResponseHead(headers, this.isRequestComplete);
    if (isSwitch) onTunnel(this);
    info.times.downstreamFirstTxMs = manager.scope.clock.now();
    this.chargeClass(headers.status);
    this.codec.encodeHeaders(headers, endStream);
    if (endStream) this.completeResponse();
  }

  encodeData(chunk: Chunk, endStream: boolean): void {
    this.info.bytesSent += chunk.end - chunk.start;
    this.codec.encodeData(chunk, endStream);
    if (endStream) this.completeResponse();
  }

  encodeTrailers(trailers: HeaderMap): void {
    this.responseTrailers = trailers;
    this.codec.encodeTrailers(trailers);
    this.completeResponse();
  }

  onRequestOverLimit(): void {
    this.manager.stats.inc(H.downstream_rq_too_large);
    const { status, body, options } = requestTooLarge;
    this.localReply(status, body, options);
  }

  onResponseOverLimit(): void {
    this.manager.stats.inc(H.rs_too_large);
    const { status, body, options } = responseTooLarge;
    if (this.isResponseStarted) {
      this.info.responseCodeDetails = options.details;
      this.resetDownstream('local-reset');
      return;
    }
    this.sendReplyStraight(status, body, options.details);
  }

  pauseRequest(): void {
    this.codec.pauseReading();
  }

  resumeRequest(): void {
    this.codec.resumeReading();
  }

  pauseResponse(): void {
    if (this.isOver) return;
    for (const control of this.controls) control.filter.onDownstreamAboveWatermark?.();
  }

  resumeResponse(): void {
    if (this.isOver) return;
    for (const control of this.controls) control.filter.onDownstreamBelowWatermark?.();
  }

  onFilterError(error: unknown): void {
    this.noteFilterError(error);
    if (!this.isOver) this.localReply(500, 'filter error', { details: 'filter_error' });
  }

  /** Counts and logs what a filter threw where there is no request left to answer. */
  noteFilterError(error: unknown): void {
    this.manager.noteFilterError(error);
  }

  // What filters ask for.

  guard(body: () => void): void {
    this.connection.guard(body);
  }

  /** The route of this request, looked up at the first question. */
  routeNow(): RouteMatch | null {
    if (this.isRouteKnown || this.requestHeaders === null) return this.route;
    this.isRouteKnown = true;
    this.route = this.manager.routes.find({
      headers: this.requestHeaders,
      info: this.info,
      random: this.info.randomValue,
    });
    const { route } = this;
    if (route !== null) {
      this.info.routeName = route.name;
      this.info.virtualHostName = route.virtualHost.name;
      this.info.routeMetadata = route.metadata;
      this.info.virtualHostMetadata = route.virtualHost.metadata;
      if (route.action.kind === 'route') this.timers.onRoute(route.action, this.requestHeaders);
    }
    return route;
  }

  forgetRoute(): void {
    this.isRouteKnown = false;
    this.route = null;
  }

  /** Answers the request here. */
  localReply(status: number, body: string, options: LocalReplyOptions): void {
    if (this.isOver) return;
    this.info.responseFlags |= options.flags ?? 0;
    this.info.responseCodeDetails = options.details;
    noteRouteCluster(this.info, this.route, this.requestHeaders, this.manager.scope.clusters);
    if (this.isResponseStarted) {
      this.resetDownstream('local-reset');
      return;
    }
    if (options.cutsRequest === true) this.isRequestComplete = false;
    // What is wrong with a message may be wrong with its framing.
    const isDoubtful = status === 400 && !this.manager.config.toleratesBadRequests && !this.codec.isHttp2;
    if (isDoubtful || options.cutsRequest === true) this.connection.closeAfterResponse();
    this.isLocalReply = true;
    this.info.localReplyBody = body;
    this.request.stop();
    const reply: LocalReplyView = { status, details: options.details };
    for (const control of this.controls) control.announce(reply);
    const mutated = withRouteMutations(options, this.route, this);
    const { headers, body: text } = localReplyHeaders(status, body, mutated, this, this.manager.localReplies);
    if (this.response.headers !== null) {
      this.encodeHeaders(headers, text === '');
      if (text !== '' && !this.isOver) this.encodeText(text);
      return;
    }
    this.response.sendHeaders(headers, text === '');
    if (text === '' || this.isOver) return;
    this.response.sendData(chunkOf(text), true);
  }

  /** Ends the stream at once; HTTP/1 closes its connection. */
  resetDownstream(reason: StreamResetReason): void {
    if (this.isOver) return;
    this.manager.stats.inc(H.downstream_rq_tx_reset);
    this.codec.reset(reason);
    this.finish();
  }

  /** A wait ran out. */
  onTimeout(details: string, body: string, flags: number): void {
    if (this.isOver) return;
    const status = this.isRequestComplete ? 504 : 408;
    this.localReply(status, body, { details, flags, ...deadlineStatus(details) });
  }

  private sendReplyStraight(status: number, body: string, details: string): void {
    this.isLocalReply = true;
    this.info.responseCodeDetails = details;
    this.info.localReplyBody = body;
    const reply = localReplyHeaders(status, body, { details }, this, this.manager.localReplies);
    this.encodeHeaders(reply.headers, reply.body === '');
    if (reply.body !== '' && !this.isOver) this.encodeText(reply.body);
  }

  private encodeText(text: string): void {
    this.encodeData(chunkOf(text), true);
  }

  private makeFilters(): void {
    this.isFilterChainMade = true;
    const filters = this.manager.filtersFor(this.upgradeType);
    const route = filters.length > 1 ? this.routeNow() : null;
    addFilters(this, filters, route);
  }

  private completeRequest(): void {
    this.isRequestComplete = true;
    this.info.times.requestCompleteMs = this.manager.scope.clock.now();
    this.timers.onRequestComplete();
  }

  onUpgradeAllowed(type: string): void {
    this.hasUpgraded = true;
    this.upgradeType = type;
    this.manager.stats.inc(H.downstream_cx_upgrades_total);
    this.manager.stats.add(H.downstream_cx_upgrades_active, 1);
  }

  logAs(type: string): void {
    writeLogs(this, type);
  }

  private chargeClass(status: number): void {
    if (this.info.isHealthCheck) return;
    const { stats, listenerStats } = this.manager;
    const kind = Math.floor(status / 100);
    stats.inc(H.downstream_rq_completed);
    stats.inc(managerClassSlots[kind] as number);
    listenerStats.inc(L.downstream_rq_completed);
    listenerStats.inc(listenerClassSlots[kind] as number);
  }

  private completeResponse(): void {
    this.isResponseComplete = true;
    this.info.times.downstreamLastTxMs = this.manager.scope.clock.now();
    this.finish();
  }

  /** Hands the request, complete as it is, to a stream of its own. */
  recreate(response: ResponseHeaders, body: Buffer | null): boolean {
    const headers = this.requestHeaders;
    if (this.isOver || !this.isRequestComplete || this.isResponseStarted || headers === null) return false;
    const { info } = this;
    this.responseHeaders = response;
    info.responseCode = response.status;
    info.responseCodeDetails = 'internal_redirect';
    const next = new HttpStream(this.connection, this.codec, true);
    next.info.filterState = redirectState(info.filterState);
    next.info.bytesReceived = info.bytesReceived;
    this.connection.replaceStream(this, next);
    this.isResponseComplete = true;
    this.finish();
    next.onHeaders(headers, body === null);
    if (body !== null && !next.isOver) next.onData({ buffer: body, start: 0, end: body.length }, true);
    return true;
  }

  /** The end, whatever way it came: filters, stats, access logs, then the connection goes on. */
  private finish(): void {
    if (this.isOver) return;
    this.isOver = true;
    const { info, manager } = this;
    const { stats } = manager;
    const now = manager.scope.clock.now();
    info.times.endMs = now;
    info.localReplyBody = '';
    noteRouteCluster(info, this.route, this.requestHeaders, manager.scope.clusters);
    this.timers.cancel();
    for (let i = 0; i < this.controls.length; i++) (this.controls[i] as FilterControl).complete();
    stats.add(H.downstream_rq_active, -1);
    if (!this.isRequestComplete || !this.isResponseComplete) stats.inc(H.downstream_rq_rx_reset);
    stats.record(H.downstream_rq_time, now - info.times.startMs);
    if (this.hasUpgraded) stats.add(H.downstream_cx_upgrades_active, -1);
    if (info.isHealthCheck) manager.tracingStats.inc(Tracing.health_check);
    this.logAs('DownstreamEnd');
    for (let i = 0; i < this.controls.length; i++) (this.controls[i] as FilterControl).destroy();
    this.request.clear();
    this.response.clear();
    this.connection.onStreamFinished(this);
  }
}

function chunkOf(text: string): Chunk {
  const buffer = Buffer.from(text);
  return { buffer, start: 0, end: buffer.length };
}
