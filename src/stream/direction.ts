import type { Chunk } from '../api/codec.js';
import { DataStatus, HeadersStatus, type HttpFilter, TrailersStatus } from '../api/http-filter.js';
import { appended } from '../base/appended.js';
import type { BufferPool } from '../base/buffer-pool.js';
import { ChunkQueue } from '../base/chunk-queue.js';
import { HeaderMap, type ResponseHeaders } from '../base/header-map.js';
import { FilterPlace, Hold, type PlaceDirection } from './filter-place.js';

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

const noPlaces: readonly never[] = [];

/**
 * One direction of a stream through its filters.
 *
 *   headers ─► [place 0] ─► [place 1] ─► … ─► end
 *   data    ─►   keeps while held, passes on resume
 *   trailers ─►
 *
 *   place:  none ──Stop──────────► stop      still sees data and trailers
 *            │ ▲                    │
 *            │ └── resume, Continue ┘
 *            └─StopAll…──────────► buffer, watermark: sees nothing until `resume`, then what was kept
 *
 * Whatever was kept passes in order: headers, data, trailers; the end passes each place once.
 */
export abstract class Direction<H extends HeaderMap> implements PlaceDirection<H> {
  /** Replaced when a place is added: a list of one, the usual length, is cheaper made than grown. */
  places: readonly FilterPlace<H>[];
  readonly owner: StreamOwner;
  headers: H | null;
  trailers: HeaderMap | null;
  /** Nothing goes further: the stream is answered by other means. */
  private isStopped: boolean;
  private pauses: number;

  constructor(owner: StreamOwner) {
    this.places = noPlaces;
    this.owner = owner;
    this.headers = null;
    this.trailers = null;
    this.isStopped = false;
    this.pauses = 0;
  }

  protected abstract callHeaders(filter: HttpFilter, headers: H, endStream: boolean): HeadersStatus;
  protected abstract callData(filter: HttpFilter, chunk: Chunk, endStream: boolean): DataStatus;
  protected abstract callTrailers(filter: HttpFilter, trailers: HeaderMap): TrailersStatus;
  protected abstract endHeaders(headers: H, endStream: boolean): void;
  protected abstract endData(chunk: Chunk, endStream: boolean): void;
  protected abstract endTrailers(trailers: HeaderMap): void;
  protected abstract onOverLimit(): void;
  protected abstract askForPause(): void;
  protected abstract askToGoOn(): void;

  get buffers(): BufferPool {
    return this.owner.buffers;
  }

  addPlace(filter: HttpFilter, limitBytes: number): FilterPlace<H> {
    const place = new FilterPlace(filter, this, this.places.length, limitBytes);
    this.places = appended(this.places, place);
    return place;
  }

  /** For a filter without hooks in this direction: it may look and inject before place `index`, and holds nothing. */
  viewBefore(index: number, filter: HttpFilter, limitBytes: number): FilterPlace<H> {
    return new FilterPlace(filter, this, index - 1, limitBytes);
  }

  sendHeaders(headers: H, endStream: boolean): void {
    if (this.isDone()) return;
    this.headers = headers;
    this.passHeaders(0, endStream);
  }

  sendData(chunk: Chunk, endStream: boolean): void {
    if (!this.isDone()) this.passData(0, chunk, endStream);
  }

  sendTrailers(trailers: HeaderMap): void {
    if (this.isDone()) return;
    this.trailers = trailers;
    this.passTrailers(0);
  }

  /** Lets go of what `place` holds. */
  resume(place: FilterPlace<H>): void {
    if (this.isDone() || !place.headersReached || place.endPassed) return;
    this.release(place);
  }

  /** Sends bytes to the places behind `place`, after the head if that is still held there. */
  inject(place: FilterPlace<H>, bytes: Uint8Array, endStream: boolean): void {
    if (this.isDone() || this.headers === null || place.endPassed) return;
    if (place.headersReached && !place.headersPassed) {
      place.headersPassed = true;
      this.passHeaders(place.index + 1, false);
      if (this.isDone()) return;
    }
    if (endStream) place.endPassed = true;
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.passData(place.index + 1, { buffer, start: 0, end: buffer.length }, endStream);
  }

  /** Trailers made by a filter in the hook that saw the end. */
  addTrailers(): HeaderMap {
    this.trailers ??= new HeaderMap();
    return this.trailers;
  }

  /** Nothing that is held here, or comes later, goes any further. */
  stop(): void {
    this.isStopped = true;
  }

  /** Drops everything that is kept and ends every pause; the stream is over. */
  clear(): void {
    this.isStopped = true;
    for (let i = 0; i < this.places.length; i++) (this.places[i] as FilterPlace<H>).kept?.clear();
    while (this.pauses > 0) this.resumeSender();
  }

  pauseSender(): void {
    this.pauses++;
    this.askForPause();
  }

  resumeSender(): void {
    if (this.pauses === 0) return;
    this.pauses--;
    this.askToGoOn();
  }

  private isDone(): boolean {
    return this.isStopped || this.owner.isOver;
  }

  private passHeaders(from: number, endStream: boolean): void {
    const headers = this.headers as H;
    let ends = endStream;
    for (let i = from; i < this.places.length; i++) {
      const place = this.places[i] as FilterPlace<H>;
      place.headersReached = true;
      if (ends) place.endReached = true;
      const hadTrailers = this.trailers !== null;
      const status = this.callHeaders(place.filter, headers, ends);
      if (this.isDone()) return;
      if (place.headersPassed) {
        // Resumed or injected within the hook: only an end that is still here has to go on.
        if (status === HeadersStatus.Continue && ends && !place.endPassed) this.release(place);
        return;
      }
      if (status > HeadersStatus.ContinueOpen) {
        place.hold = (status - 1) as Hold;
        return;
      }
      place.headersPassed = true;
      if (status === HeadersStatus.ContinueOpen) {
        ends = false;
      } else if (ends) {
        place.endPassed = true;
        if (!hadTrailers && this.trailers !== null) {
          this.passHeaders(i + 1, false);
          if (!this.isDone()) this.passTrailers(i + 1);
          return;
        }
      }
    }
    this.endHeaders(headers, ends);
  }

  private passData(from: number, chunk: Chunk, ends: boolean): void {
    for (let i = from; i < this.places.length; i++) {
      const place = this.places[i] as FilterPlace<H>;
      if (ends) place.endReached = true;
      if (place.hold >= Hold.buffer) {
        this.keep(place, chunk, place.hold === Hold.watermark);
        return;
      }
      const hadTrailers = this.trailers !== null;
      const status = this.callData(place.filter, chunk, ends);
      if (this.isDone()) return;
      if (status !== DataStatus.Continue) {
        place.hold = Hold.stop;
        if (status !== DataStatus.StopNoBuffer) this.keep(place, chunk, status === DataStatus.StopWatermark);
        return;
      }
      if (!place.headersPassed || place.hasKept) {
        this.append(place, chunk);
        this.release(place);
        return;
      }
      place.hold = Hold.none;
      if (ends) {
        place.endPassed = true;
        if (!hadTrailers && this.trailers !== null) {
          this.passData(i + 1, chunk, false);
          if (!this.isDone()) this.passTrailers(i + 1);
          return;
        }
      }
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
      if (this.isDone()) return;
      if (status === TrailersStatus.Stop) {
        place.hold = Hold.stop;
        return;
      }
      if (!place.headersPassed || place.hasKept) {
        this.release(place);
        return;
      }
      place.hold = Hold.none;
      place.endPassed = true;
    }
    this.endTrailers(trailers);
  }

  /**
   * Passes what `place` kept. A filter that had answered Stop has seen it all, so it goes to the places behind; one
   * that had answered StopAll sees data and trailers now.
   */
  private release(place: FilterPlace<H>): void {
    const sawAll = place.hold < Hold.buffer;
    const next = place.index + 1;
    const hasTrailers = this.trailers !== null && place.endReached;
    const ends = place.endReached && !hasTrailers;
    const whole = this.takeKept(place);
    place.hold = Hold.none;
    if (!sawAll && (whole !== null || hasTrailers)) place.endReached = false;
    if (!place.headersPassed) {
      place.headersPassed = true;
      const isHeadOnly = ends && whole === null;
      if (isHeadOnly) place.endPassed = true;
      this.passHeaders(next, isHeadOnly);
      if (isHeadOnly || this.isDone()) return;
    }
    if (sawAll && place.endReached) place.endPassed = true;
    if (whole !== null) {
      this.passData(sawAll ? next : place.index, { buffer: whole, start: 0, end: whole.length }, ends);
    } else if (ends) {
      place.endPassed = true;
      this.passData(next, emptyChunk, true);
    }
    if (hasTrailers && !this.isDone()) this.passTrailers(sawAll ? next : place.index);
  }

  private takeKept(place: FilterPlace<H>): Buffer | null {
    const { kept } = place;
    if (kept === null || kept.byteLength === 0) return null;
    const whole = kept.concat();
    kept.clear();
    if (place.isPausing) {
      place.isPausing = false;
      this.resumeSender();
    }
    return whole;
  }

  private append(place: FilterPlace<H>, chunk: Chunk): void {
    place.kept ??= new ChunkQueue(this.owner.buffers);
    place.kept.push(chunk.buffer, chunk.start, chunk.end);
  }

  private keep(place: FilterPlace<H>, chunk: Chunk, isWatermark: boolean): void {
    this.append(place, chunk);
    if (place.limitBytes === 0 || (place.kept as ChunkQueue).byteLength <= place.limitBytes) return;
    if (!isWatermark) {
      this.onOverLimit();
    } else if (!place.isPausing) {
      place.isPausing = true;
      this.pauseSender();
    }
  }
}

const noBytes = Buffer.alloc(0);
const emptyChunk: Chunk = { buffer: noBytes, start: 0, end: 0 };
