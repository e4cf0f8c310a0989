import type { Chunk } from '../api/codec.js';
import { DataStatus, HeadersStatus, type HttpFilter, TrailersStatus } from '../api/http-filter.js';
import type { HeaderMap, ResponseHeaders } from '../base/header-map.js';
import { Direction } from './direction.js';

/** Responses: what every filter has let pass goes to the codec. */
export class ResponseDirection extends Direction<ResponseHeaders> {
  protected callHeaders(filter: HttpFilter, headers: ResponseHeaders, endStream: boolean): HeadersStatus {
    if (filter.onResponseHeaders === undefined) return HeadersStatus.Continue;
    try {
      return filter.onResponseHeaders(headers, endStream);
    } catch (error) {
      this.owner.onFilterError(error);
      return HeadersStatus.Stop;
    }
  }

  protected callData(filter: HttpFilter, chunk: Chunk, endStream: boolean): DataStatus {
    if (filter.onResponseData === undefined) return DataStatus.Continue;
    try {
      return filter.onResponseData(chunk, endStream);
    } catch (error) {
      this.owner.onFilterError(error);
      return DataStatus.StopNoBuffer;
    }
  }

  protected callTrailers(filter: HttpFilter, trailers: HeaderMap): TrailersStatus {
    if (filter.onResponseTrailers === undefined) return TrailersStatus.Continue;
    try {
      return filter.onResponseTrailers(trailers);
    } catch (error) {
      this.owner.onFilterError(error);
      return TrailersStatus.Stop;
    }
  }

  protected endHeaders(headers: ResponseHeaders, endStream: boolean): void {
    this.owner.encodeHeaders(headers, endStream);
  }

  protected endData(chunk: Chunk, endStream: boolean): void {
    this.owner.encodeData(chunk, endStream);
  }

  protected endTrailers(trailers: HeaderMap): void {
    this.owner.encodeTrailers(trailers);
  }

  protected onOverLimit(): void {
    this.owner.onResponseOverLimit();
  }

  protected askForPause(): void {
    this.owner.pauseResponse();
  }

  protected askToGoOn(): void {
    this.owner.resumeResponse();
  }
}
