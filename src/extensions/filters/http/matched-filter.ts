import type { Chunk } from '../../../api/codec.js';
import {
  DataStatus,
  HeadersStatus,
  type HttpFilter,
  type HttpFilterMaker,
  type LocalReplyView,
  type StreamControl,
  TrailersStatus,
} from '../../../api/http-filter.js';
import type { StreamInfo } from '../../../api/stream-info.js';
import type { HeaderMap, RequestHeaders, ResponseHeaders } from '../../../base/header-map.js';
import { later, type MatchData } from '../../../match/tree/input.js';
import type { Matcher } from '../../../match/tree/matcher.js';
import { InnerControl } from './inner-control.js';

/** What a tree has decided: to leave the filter out, or to run another in its place. */
export type MatchedAction =
  | { readonly kind: 'skip' }
  | { readonly kind: 'execute'; readonly make: HttpFilterMaker; isSampled(): boolean };

const none: HttpFilter = {};

/**
 * A filter that a matcher tree decides about, once it has seen what it asks for: with the head of the request, or else
 * of the response. Until then the filter runs.
 */
export class MatchedFilter implements HttpFilter, MatchData {
  private readonly stream: StreamControl;
  private readonly matcherOf: (stream: StreamControl) => Matcher<MatchedAction> | null;
  private inner: HttpFilter;
  private isDecided: boolean;
  requestHeaders: RequestHeaders | null;
  responseHeaders: ResponseHeaders | null;
  requestTrailers: HeaderMap | null;
  responseTrailers: HeaderMap | null;
  /** Left out, and to be destroyed all the same. */
  private skipped: HttpFilter | null;

  constructor(
    stream: StreamControl,
    make: HttpFilterMaker | null,
    matcherOf: (stream: StreamControl) => Matcher<MatchedAction> | null,
  ) {
    this.stream = stream;
    this.matcherOf = matcherOf;
    this.inner = make === null ? none : make(new InnerControl(stream));
    this.isDecided = false;
    this.requestHeaders = null;
    this.responseHeaders = null;
    this.requestTrailers = null;
    this.responseTrailers = null;
    this.skipped = null;
  }

  get info(): StreamInfo {
    return this.stream.info;
  }

  onRequestHeaders(headers: RequestHeaders, endStream: boolean): HeadersStatus {
    this.requestHeaders = headers;
    this.decide();
    return this.inner.onRequestHeaders?.(headers, endStream) ?? HeadersStatus.Continue;
  }

  onRequestData(chunk: Chunk, endStream: boolean): DataStatus {
    return this.inner.onRequestData?.(chunk, endStream) ?? DataStatus.Continue;
  }

  onRequestTrailers(trailers: HeaderMap): TrailersStatus {
    this.requestTrailers = trailers;
    this.decide();
    return this.inner.onRequestTrailers?.(trailers) ?? TrailersStatus.Continue;
  }

  onResponse1xx(headers: ResponseHeaders): void {
    this.inner.onResponse1xx?.(headers);
  }

  onResponseHeaders(headers: ResponseHeaders, endStream: boolean): HeadersStatus {
    this.responseHeaders = headers;
    this.decide();
    return this.inner.onResponseHeaders?.(headers, endStream) ?? HeadersStatus.Continue;
  }

  onResponseData(chunk: Chunk, endStream: boolean): DataStatus {
    return this.inner.onResponseData?.(chunk, endStream) ?? DataStatus.Continue;
  }

  onResponseTrailers(trailers: HeaderMap): TrailersStatus {
    this.responseTrailers = trailers;
    this.decide();
    return this.inner.onResponseTrailers?.(trailers) ?? TrailersStatus.Continue;
  }

  onLocalReply(reply: LocalReplyView): void {
    this.inner.onLocalReply?.(reply);
  }

  onDownstreamAboveWatermark(): void {
    this.inner.onDownstreamAboveWatermark?.();
  }

  onDownstreamBelowWatermark(): void {
    this.inner.onDownstreamBelowWatermark?.();
  }

  onComplete(): void {
    (this.skipped ?? this.inner).onComplete?.();
  }

  onDestroy(): void {
    (this.skipped ?? this.inner).onDestroy?.();
  }

  private decide(): void {
    if (this.isDecided) return;
    const matcher = this.matcherOf(this.stream);
    const action = matcher === null ? null : matcher.find(this);
    if (action === later) return;
    this.isDecided = true;
    if (action === null) return;
    if (action.kind === 'skip') {
      this.skipped = this.inner;
      this.inner = none;
    } else if (action.isSampled()) {
      this.inner = action.make(new InnerControl(this.stream));
    }
  }
}
