import type { Chunk } from '../api/codec.js';
import { DataStatus, type Flow, HeadersStatus, type HttpFilter, TrailersStatus } from '../api/http-filter.js';
import type { BufferPool } from '../base/buffer-pool.js';
import { ChunkQueue } from '../base/chunk-queue.js';
import { HeaderMap, type RequestHeaders, type ResponseHeaders } from '../base/header-map.js';

/** What holds a direction at one filter. */
export const Hold = {
  /** Nothing: what arrives goes on. */
  none: 0,
  /** The filter answered Stop: it still sees data and trailers, later filters do not. */
  stop: 1,
  /** StopAllBuffer: nothing passes, data is kept, over the limit the stream fails. */
  buffer: 2,
  /** StopAllWatermark: nothing passes, data is kept, at the limit the sender is paused. */
  watermark: 3,
} as const;
export type Hold = (typeof Hold)[keyof typeof Hold];

/** What a direction needs of the stream it belongs to. */
export interface StreamOwner {
  /** True once the stream is over: a hook may have ended it. */
  readonly isOver: boolean;
  readonly buffers: BufferPool;
  /** Where responses go when every filter has let them pass. */
  encodeHeaders(headers: ResponseHeaders, endStream: boolean): void;
  encodeData(chunk: Chunk, endStream: boolean): void;
  encodeTrailers(trailers: HeaderMap): void;
  /** A filter kept more than its limit under StopBuffer. */
  onRequestOverLimit(): void;
  onResponseOverLimit(): void;
  /** A filter asks the client, or the upstream, to stop sending and to go on. Counted. */
  pauseRequest(): void;
  resumeRequest(): void;
  pauseResponse(): void;
  resumeResponse(): void;
  /** A hook threw: the request gets a 500, other requests live. */
  onFilterError(error: unknown): void;
}

/** One filter's place in one direction of a stream; what the filter sees of it is the `Flow`. */
export class FilterPlace<H extends HeaderMap> implements Flow<H> {
  readonly filter: HttpFilter;
  private readonly direction: Direction<H>;
  private readonly index: number;
  hold: Hold;
  /** Headers have gone past this filter. */
  headersPassed: boolean;
  /** The end of the stream has reached this filter. */
  endReached: boolean;
  kept: ChunkQueue | null;
  isPausing: boolean;
  limitBytes: number;

  constructor(filter: HttpFilter, direction: Direction<H>, index: number, limitBytes: number) {
    this.filter = filter;
    this.direction = direction;
    this.index = index;
    this.hold = Hold.none;
    this.headersPassed = false;
    this.endReached = false;
    this.kept = null;
    this.isPausing = false;
    this.limitBytes = limitBytes;
  }

  get headers(): H | null {
    return this.direction.headers;
  }

  get trailers(): HeaderMap | null {
    return this.direction.trailers;
  }

  get isEnded(): boolean {
    return this.endReached;
  }

  buffered(): Buffer | null {
    return this.kept === null || this.kept.byteLength === 0 ? null : this.kept.concat();
  }

  replaceBuffered(bytes: Uint8Array): void {
    this.kept ??= new ChunkQueue(this.direction.owner.buffers);
    this.kept.clear();
    this.kept.push(bytes, 0, bytes.byteLength);
  }

  resume(): void {
    this.direction.resume(this.index);
  }

  inject(bytes: Uint8Array, endStream: boolean): void {
    this.direction.inject(this.index, bytes, endStream);
  }

  addTrailers(): HeaderMap {
    return this.direction.addTrailers(this.index);
  }

  pause(): void {
    this.direction.pauseSender();
  }

  unpause(): void {
    this.direction.resumeSender();
  }
}

/**
 * One direction of a stream through its filters.
 *
 *   headers ─► [place 0] ─► [place 1] ─► … ─► end
 *   data    ─►   keeps while held, passes on resume
 *   trailers ─►
 *
 * A place is held by its filter's answer and released by `resume(place)` or by the filter's own Continue on later
 * data. Whatever was kept passes in order: headers, data, trailers.
 */
export abstract class Direction<H extends HeaderMap> {
  readonly places: FilterPlace<H>[];
  readonly owner: StreamOwner;
  headers: H | null;
  trailers: HeaderMap | null;
  /** The sender has finished this direction. */
  isComplete: boolean;

  constructor(owner: StreamOwner) {
    this.places = [];
    this.owner = owner;
    this.headers = null;
    this.trailers = null;
    this.isComplete = false;
  }

  protected abstract callHeaders(filter: HttpFilter, headers: H, endStream: boolean): HeadersStatus;
  protected abstract callData(filter: HttpFilter, chunk: Chunk, endStream: boolean): DataStatus;
  protected abstract callTrailers(filter: HttpFilter, trailers: HeaderMap): TrailersStatus;
  protected abstract endHeaders(headers: H, endStream: boolean): void;
  protected abstract endData(chunk: Chunk, endStream: boolean): void;
  protected abstract endTrailers(trailers: HeaderMap): void;
  protected abstract onOverLimit(): void;
  abstract pauseSender(): void;
  abstract resumeSender(): void;

  addPlace(filter: HttpFilter, limitBytes: number): FilterPlace<H> {
    const place = new FilterPlace(filter, this, this.places.length, limitBytes);
    this.places.push(place);
    return place;
  }

  sendHeaders(headers: H, endStream: boolean): void {
    this.headers = headers;
    if (endStream) this.isComplete = true;
    this.passHeaders(0, endStream);
  }

  sendData(chunk: Chunk, endStream: boolean): void {
    if (endStream) this.isComplete = true;
    this.passData(0, chunk, endStream);
  }

  sendTrailers(trailers: HeaderMap): void {
    this.isComplete = true;
    this.trailers = trailers;
    this.passTrailers(0);
  }

  /** Lets go of what `place` holds. */
  resume(index: number): void {
    const place = this.places[index];
    if (place === undefined || this.headers === null || this.owner.isOver) return;
    place.hold = Hold.none;
    this.release(index, place);
  }

  /** Sends bytes to the places behind `index`. */
  inject(index: number, bytes: Uint8Array, endStream: boolean): void {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.passData(index + 1, { buffer, start: 0, end: buffer.length }, endStream);
  }

  /** Trailers made by the filter at `index`, in the hook that saw the end. */
  addTrailers(index: number): HeaderMap {
    this.trailers ??= new HeaderMap();
    const place = this.places[index];
    if (place !== undefined) place.endReached = true;
    return this.trailers;
  }

  /** Drops everything that is kept; the stream is over. */
  clear(): void {
    for (const place of this.places) place.kept?.clear();
  }

  private passHeaders(from: number, endStream: boolean): void {
    const headers = this.headers as H;
    let ends = endStream;
    for (let i = from; i < this.places.length; i++) {
      const place = this.places[i] as FilterPlace<H>;
      if (ends) place.endReached = true;
      const status = this.callHeaders(place.filter, headers, ends);
      if (this.owner.isOver) return;
      if (status === HeadersStatus.Continue) {
        place.headersPassed = true;
      } else if (status === HeadersStatus.ContinueOpen) {
        place.headersPassed = true;
        ends = false;
      } else {
        place.hold = (status - 1) as Hold;
        return;
      }
    }
    this.endHeaders(headers, ends);
  }

  private passData(from: number, chunk: Chunk, endStream: boolean): void {
    const ends = endStream;
    for (let i = from; i < this.places.length; i++) {
      const place = this.places[i] as FilterPlace<H>;
      if (ends) place.endReached = true;
      if (place.hold >= Hold.buffer) {
        this.keep(place, chunk, place.hold === Hold.watermark);
        return;
      }
      const hadTrailers = this.trailers !== null;
      const status = this.callData(place.filter, chunk, ends);
      if (this.owner.isOver) return;
      if (status === DataStatus.Continue) {
        if (place.hold === Hold.stop || place.kept !== null) {
          this.keep(place, chunk, true);
          place.hold = Hold.none;
          this.release(i, place);
          return;
        }
        if (!hadTrailers && this.trailers !== null && ends) {
          this.passData(i + 1, chunk, false);
          if (!this.owner.isOver) this.passTrailers(i + 1);
          return;
        }
        continue;
      }
      place.hold = Hold.stop;
      if (status !== DataStatus.StopNoBuffer) this.keep(place, chunk, status === DataStatus.StopWatermark);
      return;
    }
    this.endData(chunk, ends);
  }

  private passTrailers(from: number): void {
    const trailers = this.trailers as HeaderMap;
    for (let i = from; i < this.places.length; i++) {
      const place = this.places[i] as FilterPlace<H>;
      place.endReached = true;
      if (place.hold >= Hold.buffer) return;
      const status = this.callTrailers(place.filter, trailers);
      if (this.owner.isOver) return;
      if (status === TrailersStatus.Stop) {
        place.hold = Hold.stop;
        return;
      }
      if (place.hold === Hold.stop || place.kept !== null) {
        place.hold = Hold.none;
        this.release(i, place);
        return;
      }
    }
    this.endTrailers(trailers);
  }

  /** Passes what `place` kept to the places behind it. */
  private release(index: number, place: FilterPlace<H>): void {
    const kept = place.kept;
    const hasTrailers = this.trailers !== null && place.endReached;
    const ends = place.endReached && !hasTrailers;
    const hasData = kept !== null && kept.byteLength > 0;
    if (!place.headersPassed) {
      place.headersPassed = true;
      this.passHeaders(index + 1, ends && !hasData);
      if (this.owner.isOver) return;
      if (ends && !hasData) return;
    }
    place.kept = null;
    if (kept !== null && hasData) {
      const whole = kept.concat();
      kept.clear();
      this.unpause(place);
      this.passData(index + 1, { buffer: whole, start: 0, end: whole.length }, ends);
    } else if (ends) {
      this.passData(index + 1, emptyChunk, true);
    }
    if (hasTrailers && !this.owner.isOver) this.passTrailers(index + 1);
  }

  private keep(place: FilterPlace<H>, chunk: Chunk, isWatermark: boolean): void {
    place.kept ??= new ChunkQueue(this.owner.buffers);
    place.kept.push(chunk.buffer, chunk.start, chunk.end);
    if (place.limitBytes === 0 || place.kept.byteLength <= place.limitBytes) return;
    if (!isWatermark) {
      this.onOverLimit();
    } else if (!place.isPausing) {
      place.isPausing = true;
      this.pauseSender();
    }
  }

  private unpause(place: FilterPlace<H>): void {
    if (!place.isPausing) return;
    place.isPausing = false;
    this.resumeSender();
  }
}

const noBytes = Buffer.alloc(0);
export const emptyChunk: Chunk = { buffer: noBytes, start: 0, end: 0 };

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

  pauseSender(): void {
    this.owner.pauseRequest();
  }

  resumeSender(): void {
    this.owner.resumeRequest();
  }
}

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

  pauseSender(): void {
    this.owner.pauseResponse();
  }

  resumeSender(): void {
    this.owner.resumeResponse();
  }
}
