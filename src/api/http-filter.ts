import type { HeaderMap, RequestHeaders, ResponseHeaders } from '../base/header-map.js';
import type { Plain } from '../base/plain.js';
import type { Timer } from '../base/timer-wheel.js';
import type { Chunk, StreamResetReason } from './codec.js';
import type { ConfigNode } from './config-node.js';
import type { ActionExplanation } from './explain.js';
import type { Extension } from './extension.js';
import type { RouteMatch } from './route.js';
import type { StreamInfo } from './stream-info.js';
import type { ThreadScope } from './thread-scope.js';

/** Answer of a headers hook. */
export const HeadersStatus = {
  /** On to the next filter. */
  Continue: 0,
  /** On to the next filter, but the stream is held open although the headers ended it: data will be injected. */
  ContinueOpen: 1,
  /** Hold the headers here; data and trailers still reach this filter. Ended by `Flow.resume()`. */
  Stop: 2,
  /** Hold everything; data is buffered up to the limit (413 or 500 beyond it). */
  StopAllBuffer: 3,
  /** Hold everything; data is buffered and the sender is paused at the limit. */
  StopAllWatermark: 4,
} as const;
export type HeadersStatus = (typeof HeadersStatus)[keyof typeof HeadersStatus];

/** Answer of a data hook. */
export const DataStatus = {
  Continue: 0,
  /** Keep this and what was kept before; over the limit the stream ends with 413 or 500. */
  StopBuffer: 1,
  /** Keep it, and pause the sender at the limit instead of failing. */
  StopWatermark: 2,
  /** The filter has taken the bytes; nothing is kept. */
  StopNoBuffer: 3,
} as const;
export type DataStatus = (typeof DataStatus)[keyof typeof DataStatus];

/** Answer of a trailers hook. */
export const TrailersStatus = { Continue: 0, Stop: 1 } as const;
export type TrailersStatus = (typeof TrailersStatus)[keyof typeof TrailersStatus];

/**
 * One filter on one stream. Hooks are synchronous and optional; the runner calls only those that exist, requests in
 * configured order, responses in reverse. A hook that throws costs its request a 500 (`filter_error`).
 * Headers are the stream's own and may be changed in place; chunks are valid until the hook returns.
 */
export interface HttpFilter {
  onRequestHeaders?(headers: RequestHeaders, endStream: boolean): HeadersStatus;
  onRequestData?(chunk: Chunk, endStream: boolean): DataStatus;
  onRequestTrailers?(trailers: HeaderMap): TrailersStatus;
  /** An informational response on its way down. */
  onResponse1xx?(headers: ResponseHeaders): void;
  onResponseHeaders?(headers: ResponseHeaders, endStream: boolean): HeadersStatus;
  onResponseData?(chunk: Chunk, endStream: boolean): DataStatus;
  onResponseTrailers?(trailers: HeaderMap): TrailersStatus;
  /** The proxy is about to answer by itself; details may not be changed. */
  onLocalReply?(reply: LocalReplyView): void;
  /** The client reads slower than the response comes: stop producing it until the second call. Terminal filters. */
  onDownstreamAboveWatermark?(): void;
  onDownstreamBelowWatermark?(): void;
  /** The stream has ended, whatever way; before access logs are written. */
  onComplete?(): void;
  /** Last call: owned timers are cancelled, nothing may be touched afterwards. */
  onDestroy?(): void;
}

export interface LocalReplyView {
  readonly status: number;
  readonly details: string;
}

/** What a local reply may carry beside its status and body. */
export interface LocalReplyOptions {
  /** Response code details, `rate_limited`. */
  readonly details: string;
  /** Bits of `ResponseFlag` to add. */
  readonly flags?: number;
  /** Added before the body's own headers. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly contentType?: string;
  /** `modify` adds what the route adds to responses; else that is done before it. */
  readonly hasRouteHeaders?: boolean;
  /** Last change to the head before the filters see it. */
  readonly modify?: (headers: ResponseHeaders) => void;
  /** The request is too long: it counts as incomplete, since its end would have come later, and its connection ends. */
  readonly cutsRequest?: boolean;
  /** gRPC status used instead of the mapping from HTTP, for gRPC requests. */
  readonly grpcStatus?: number;
}

/** One direction of a stream as a filter sees it. `H` is the kind of head that travels in it. */
export interface Flow<H extends HeaderMap> {
  /** The head, once it has arrived. */
  readonly headers: H | null;
  readonly trailers: HeaderMap | null;
  /** True when the last byte (or the trailers) of this direction has reached this filter. */
  readonly isEnded: boolean;
  /** Bytes buffered at this filter; null when none. Valid until the next resume. */
  buffered(): Buffer | null;
  /** Replaces what is buffered at this filter. */
  replaceBuffered(bytes: Uint8Array): void;
  /** Goes on with the next filter, with what is held here. */
  resume(): void;
  /** Sends bytes to the next filter as if they had come from this one. */
  inject(bytes: Uint8Array, endStream: boolean): void;
  /** Trailers where there were none; to be called in the hook that saw the end of the stream. */
  addTrailers(): HeaderMap;
  /** Asks the sender to stop and go on; counted. */
  pause(): void;
  unpause(): void;
  /** Bytes that may be buffered before StopBuffer fails or StopWatermark pauses. */
  limitBytes: number;
}

/** Where a terminal filter puts the response it got; from here it runs through every filter's response hooks. */
export interface ResponseSink {
  encode1xx(headers: ResponseHeaders): void;
  encodeHeaders(headers: ResponseHeaders, endStream: boolean): void;
  encodeData(chunk: Chunk, endStream: boolean): void;
  encodeTrailers(trailers: HeaderMap): void;
}

/** What one filter can do with its stream. One object per filter and stream; dies with the stream. */
export interface StreamControl {
  /** The filter's name in its chain. */
  readonly name: string;
  readonly info: StreamInfo;
  readonly request: Flow<RequestHeaders>;
  readonly response: Flow<ResponseHeaders>;
  /** The route chosen for this request; null when none matched. Resolved once, refreshed by `refreshRoute`. */
  route(): RouteMatch | null;
  /** This filter's own configuration on the route, most specific level first; null when there is none. */
  routeConfig(): Plain;
  /** All levels of it, least specific first, for filters that merge. */
  routeConfigs(): readonly Plain[];
  /** Answers the request here; ignored when a response was begun, then the stream is reset. */
  localReply(status: number, body: string, options: LocalReplyOptions): void;
  reset(reason: StreamResetReason): void;
  /** Forgets the chosen route, so that changed headers choose anew. */
  refreshRoute(): void;
  /**
   * Starts over with the request as it is now, as a new stream on the same connection (internal redirect). `response`
   * is what the log of this stream shows, `body` all of the request's body. Answers false, and does nothing, while the
   * request is incomplete; else the filter is destroyed when this returns.
   */
  recreate(response: ResponseHeaders, body: Buffer | null): boolean;
  /** A timer that dies with the stream. */
  timer(fire: () => void): Timer;
  /** Runs `task` in a later turn of the event loop unless the stream has ended by then. */
  post(task: () => void): void;
  /** Runs `task` as a turn of this stream, unless it has ended; for callbacks from elsewhere (promises). A throw is `fail`. */
  guard(task: () => void): void;
  /** This filter has failed: counted as `filter_error`, logged, and the request gets a 500. */
  fail(error: unknown): void;
  /** Counts and logs a failure that costs the request nothing. */
  noteFailure(error: unknown): void;
  /** For the terminal filter alone. */
  readonly respond: ResponseSink;
  readonly scope: ThreadScope;
}

/** Makes the filter of one stream. */
export interface HttpFilterMaker {
  (stream: StreamControl): HttpFilter;
  /** What it would do with a request that nobody has sent. Terminal filters. */
  readonly explain?: (request: ExplainedRequest) => ActionExplanation;
}

/** HTTP filters in their order, ready to be made for a stream. */
export type HttpFilterChain = readonly {
  readonly name: string;
  readonly typeUrl: string;
  readonly origin: string;
  readonly make: HttpFilterMaker;
  /** Left out unless a route turns it on. */
  readonly isDisabled: boolean;
}[];

/** Filters that attempts run through; behind the last one is the connection. */
export interface AttemptChain {
  readonly filters: HttpFilterChain;
  readonly scope: ThreadScope;
}

/** A request as it comes to the filter that is asked what it would do. */
export interface ExplainedRequest {
  /** Its own: it may be changed. */
  readonly headers: RequestHeaders;
  readonly info: StreamInfo;
  readonly route: RouteMatch | null;
  readonly random: number;
}

/** What a filter's `build` is told besides its configuration. */
export interface HttpFilterContext extends ThreadScope {
  /** Root of the connection manager's stats, `http.ingress`, for filters that hang theirs below it. */
  readonly statPrefix: string;
}

export interface HttpFilterFactory<C extends Plain = Plain, R extends Plain = Plain> extends Extension<C> {
  /** The message of `typed_per_filter_config`, full type; omitted when it is `typeUrl` itself. */
  readonly routeTypeUrl?: string;
  parseRoute?(node: ConfigNode): R;
  /** Terminal filters come last in a chain, and only there. */
  readonly isTerminal?: boolean;
  build(config: C, scope: HttpFilterContext): HttpFilterMaker;
}
