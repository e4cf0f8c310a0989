import type { Chunk } from '../api/codec.js';
import { DataStatus, HeadersStatus, type HttpFilter, TrailersStatus } from '../api/http-filter.js';
import type { HeaderMap, RequestHeaders } from '../base/header-map.js';
import { Direction } from './direction.js';

/** Requests: the last filter is terminal, so nothing comes out at the end. */
export class RequestDirection extends Direction<RequestHeaders> {
  protected callHeaders(filter: HttpFilter, headers: RequestHeaders, endStream: boolean): HeadersStatus {
    if (filter.onRequestHeaders === undefined) return HeadersStatus.Continue;
    try {
      return filter.onRequestHeaders(headers, endStream);
    } catch (error) {
      this.owner.onFilterError(error);
      return HeadersStatus.Stop;
    }
  }

  protected callData(filter: HttpFilter, chunk: Chunk, endStream: boolean): DataStatus {
    if (filter.onRequestData === undefined) return DataStatus.Continue;
    try {
      return filter.onRequestData(chunk, endStream);
    } catch (error) {
      this.owner.onFilterError(error);
      return DataStatus.StopNoBuffer;
    }
  }

  protected callTrailers(filter: HttpFilter, trailers: HeaderMap): TrailersStatus {
    if (filter.onRequestTrailers === undefined) return TrailersStatus.Continue;
    try {
      return filter.onRequestTrailers(trailers);
    } catch (error) {
      this.owner.onFilterError(error);
      return TrailersStatus.Stop;
    }
  }

  protected endHeaders(): void {
    // The terminal filter answers Stop.
  }

  protected endData(): void {
    // The terminal filter takes the bytes.
  }

  protected endTrailers(): void {
    // The terminal filter takes them.
  }

  protected onOverLimit(): void {
    this.owner.onRequestOverLimit();
  }

  protected askForPause(): void {
    this.owner.pauseRequest();
  }

  protected askToGoOn(): void {
    this.owner.resumeRequest();
  }
}
