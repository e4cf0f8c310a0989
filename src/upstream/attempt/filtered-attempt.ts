import type { Chunk, StreamResetReason } from '../../api/codec.js';
import {
  type AttemptChain,
  DataStatus,
  HeadersStatus,
  type HttpFilter,
  TrailersStatus,
} from '../../api/http-filter.js';
import type { ClusterInfo, Host, HttpPool } from '../../api/upstream.js';
import type { HeaderMap, RequestHeaders, ResponseHeaders } from '../../base/header-map.js';
import { Attempt, type AttemptOwner } from './attempt.js';
import { AttemptFilters, type FilteredRequest } from './attempt-filters.js';
import type { AttemptLog } from './attempt-log.js';

/**
 * An attempt that runs through filters of its own (`HttpProtocolOptions.http_filters`). It stands at the end of them, as
 * the upstream codec: the pool is asked once they have let the head pass, and the owner hears what they let pass of the
 * response.
 */
export class FilteredAttempt extends Attempt implements HttpFilter {
  private readonly request: RequestHeaders;
  private readonly chain: AttemptChain;
  private readonly filters: AttemptFilters;
  private pool: HttpPool | null;
  private isUpgrade: boolean;
  /** The response is complete as the connection sees it, which serves others by now. */
  private isReceived: boolean;

  constructor(
    owner: AttemptOwner,
    host: Host,
    log: AttemptLog | null,
    chain: AttemptChain,
    request: FilteredRequest,
  ) {
    super(owner, host, log);
    this.request = owner.requestHeaders;
    this.chain = chain;
    this.filters = new AttemptFilters(chain.scope, this, owner, request, {
      encode1xx: (headers) => super.on1xx(headers),
      encodeHeaders: (headers, endStream) => super.onHeaders(headers, endStream),
      encodeData: (chunk, endStream) => super.onData(chunk, endStream),
      encodeTrailers: (trailers) => super.onTrailers(trailers),
    });
    this.pool = null;
    this.isUpgrade = false;
    this.isReceived = false;
  }

  override start(pool: HttpPool, endStream: boolean, isUpgrade = false): void {
    this.pool = pool;
    this.isUpgrade = isUpgrade;
    this.filters.make(this.chain);
    this.filters.request.sendHeaders(this.request, endStream);
  }

  override sendData(chunk: Chunk, endStream: boolean): void {
    this.filters.request.sendData(chunk, endStream);
  }

  override sendTrailers(trailers: HeaderMap): void {
    this.filters.request.sendTrailers(trailers);
  }

  // HttpFilter: the end of the chain.

  onRequestHeaders(_headers: RequestHeaders, endStream: boolean): HeadersStatus {
    if (this.pool !== null) super.start(this.pool, endStream, this.isUpgrade);
    return HeadersStatus.Stop;
  }

  onRequestData(chunk: Chunk, endStream: boolean): DataStatus {
    if (!this.isReceived) super.sendData(chunk, endStream);
    return DataStatus.StopNoBuffer;
  }

  onRequestTrailers(trailers: HeaderMap): TrailersStatus {
    if (!this.isReceived) super.sendTrailers(trailers);
    return TrailersStatus.Stop;
  }

  // ResponseDecoder

  override on1xx(headers: ResponseHeaders): void {
    if (!this.isDone) this.filters.encode1xx(headers);
  }

  override onHeaders(headers: ResponseHeaders, endStream: boolean): void {
    if (this.isDone) return;
    if (endStream) this.noteReceived();
    this.filters.respondHeaders(headers, endStream);
  }

  override onData(chunk: Chunk, endStream: boolean): void {
    if (this.isDone) return;
    if (endStream) this.noteReceived();
    this.filters.respondData(chunk, endStream);
  }

  override onTrailers(trailers: HeaderMap): void {
    if (this.isDone) return;
    this.noteReceived();
    this.filters.respondTrailers(trailers);
  }

  override onReset(reason: StreamResetReason, detail: string): void {
    if (!this.isReceived) super.onReset(reason, detail);
  }

  private noteReceived(): void {
    this.isReceived = true;
    this.release();
  }

  protected override end(): void {
    super.end();
    this.filters.end();
  }
}

/** The filters of attempts on that cluster, in the place of those that their maker has for others; null for none. */
export function filtersFor(cluster: ClusterInfo, own: AttemptChain | null): AttemptChain | null {
  const chain = cluster.attemptFilters ?? own;
  return chain === null || chain.filters.length === 0 ? null : chain;
}
