import type { Chunk } from '../api/codec.js';
import { DataStatus, HeadersStatus, TrailersStatus, type HttpFilter } from '../api/http-filter.js';
import type { BufferPool } from '../base/buffer-pool.js';
import { ChunkQueue } from '../base/chunk-queue.js';
import { HeaderMap } from '../base/header-map.js';

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

/** One filter's place in one direction of a stream. */
export class FilterPlace {
  readonly filter: HttpFilter;
  hold: Hold;
  /** Headers have gone past this filter. */
  headersPassed: boolean;
  /** The end of the stream has reached this filter. */
  endReached: boolean;
  kept: ChunkQueue | null;
  isPausing: boolean;
  limitBytes: number;

  constructor(filter: HttpFilter, limitBytes: number) {
    this.filter = filter;
    this.hold = Hold.none;
    this.headersPassed = false;
    this.endReached = false;
    this.kept = null;
    this.isPausing = false;
    this.limitBytes = limitBytes;
  }
}

/** The hooks of one direction, so that one machine serves both. */
export interface DirectionHooks<H extends HeaderMap> {
  headers(filter: HttpFilter, headers: H, endStream: boolean): HeadersStatus;
  data(filter: HttpFilter, chunk: Chunk, endStream: boolean): DataStatus;
  trailers(filter: HttpFilter, trailers: HeaderMap): TrailersStatus;
}

/** Where a direction ends: the codec for responses, nothing for requests (their last filter is terminal). */
export interface DirectionEnd<H extends HeaderMap> {
  headers(headers: H, endStream: boolean): void;
  data(chunk: Chunk, endStream: boolean): void;
  trailers(trailers: HeaderMap): void;
  /** A filter kept more than its limit under StopBuffer. */
  overLimit(): void;
  /** A filter that keeps bytes asks the sender to stop, and to go on. Counted. */
  pauseSender(): void;
  resumeSender(): void;
  /** True once the stream is over: a hook may have ended it. */
  readonly isOver: boolean;
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
export class Direction<H extends HeaderMap> {
  readonly places: readonly FilterPlace[];
  private readonly hooks: DirectionHooks<H>;
  private readonly end: DirectionEnd<H>;
  private readonly pool: BufferPool;
  headers: H | null;
  trailers: HeaderMap | null;
  /** The sender has finished this direction. */
  isComplete: boolean;

  constructor(
    places: readonly FilterPlace[],
    hooks: DirectionHooks<H>,
    end: DirectionEnd<H>,
    pool: BufferPool,
  ) {
    this.places = places;
    this.hooks = hooks;
    this.end = end;
    this.pool = pool;
    this.headers = null;
    this.trailers = null;
    this.isComplete = false;
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
    if (place === undefined || this.headers === null || this.end.isOver) return;
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
      const place = this.places[i] as FilterPlace;
      if (ends) place.endReached = true;
      const status = this.hooks.headers(place.filter, headers, ends);
      if (this.end.isOver) return;
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
    this.end.headers(headers, ends);
  }

  private passData(from: number, chunk: Chunk, endStream: boolean): void {
    let ends = endStream;
    for (let i = from; i < this.places.length; i++) {
      const place = this.places[i] as FilterPlace;
      if (ends) place.endReached = true;
      if (place.hold >= Hold.buffer) {
        this.keep(place, chunk, place.hold === Hold.watermark);
        return;
      }
      const hadTrailers = this.trailers !== null;
      const status = this.hooks.data(place.filter, chunk, ends);
      if (this.end.isOver) return;
      if (status === DataStatus.Continue) {
        if (place.hold === Hold.stop || place.kept !== null) {
          this.keep(place, chunk, true);
          place.hold = Hold.none;
          this.release(i, place);
          return;
        }
        if (!hadTrailers && this.trailers !== null && ends) {
          this.passData(i + 1, chunk, false);
          if (!this.end.isOver) this.passTrailers(i + 1);
          return;
        }
        continue;
      }
      place.hold = Hold.stop;
      if (status !== DataStatus.StopNoBuffer) this.keep(place, chunk, status === DataStatus.StopWatermark);
      return;
    }
    ends = endStream;
    this.end.data(chunk, ends);
  }

  private passTrailers(from: number): void {
    const trailers = this.trailers as HeaderMap;
    for (let i = from; i < this.places.length; i++) {
      const place = this.places[i] as FilterPlace;
      place.endReached = true;
      if (place.hold >= Hold.buffer) return;
      const status = this.hooks.trailers(place.filter, trailers);
      if (this.end.isOver) return;
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
    this.end.trailers(trailers);
  }

  /** Passes what `place` kept to the places behind it. */
  private release(index: number, place: FilterPlace): void {
    const kept = place.kept;
    const hasTrailers = this.trailers !== null && place.endReached;
    const ends = place.endReached && !hasTrailers;
    const hasData = kept !== null && kept.byteLength > 0;
    if (!place.headersPassed) {
      place.headersPassed = true;
      this.passHeaders(index + 1, ends && !hasData);
      if (this.end.isOver) return;
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
    if (hasTrailers && !this.end.isOver) this.passTrailers(index + 1);
  }

  private keep(place: FilterPlace, chunk: Chunk, isWatermark: boolean): void {
    place.kept ??= new ChunkQueue(this.pool);
    place.kept.push(chunk.buffer, chunk.start, chunk.end);
    if (place.limitBytes === 0 || place.kept.byteLength <= place.limitBytes) return;
    if (!isWatermark) {
      this.end.overLimit();
    } else if (!place.isPausing) {
      place.isPausing = true;
      this.end.pauseSender();
    }
  }

  private unpause(place: FilterPlace): void {
    if (!place.isPausing) return;
    place.isPausing = false;
    this.end.resumeSender();
  }
}

const noBytes = Buffer.alloc(0);
export const emptyChunk: Chunk = { buffer: noBytes, start: 0, end: 0 };
