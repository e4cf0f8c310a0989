import type { Flow, HttpFilter } from '../api/http-filter.js';
import type { BufferPool } from '../base/buffer-pool.js';
import { ChunkQueue } from '../base/chunk-queue.js';
import type { HeaderMap } from '../base/header-map.js';

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

/** What a place asks of the direction it is in. */
export interface PlaceDirection<H extends HeaderMap> {
  readonly headers: H | null;
  readonly trailers: HeaderMap | null;
  readonly buffers: BufferPool;
  resume(place: FilterPlace<H>): void;
  inject(place: FilterPlace<H>, bytes: Uint8Array, endStream: boolean): void;
  addTrailers(): HeaderMap;
  pauseSender(): void;
  resumeSender(): void;
}

/** One filter's place in one direction of a stream; what the filter sees of it is the `Flow`. */
export class FilterPlace<H extends HeaderMap> implements Flow<H> {
  readonly filter: HttpFilter;
  readonly index: number;
  private readonly direction: PlaceDirection<H>;
  hold: Hold;
  /** The filter has been shown the head. */
  headersReached: boolean;
  /** The head has gone past this filter. */
  headersPassed: boolean;
  /** The end of the stream has reached this filter. */
  endReached: boolean;
  /** The end has gone past it: nothing follows. */
  endPassed: boolean;
  kept: ChunkQueue | null;
  isPausing: boolean;
  limitBytes: number;

  constructor(filter: HttpFilter, direction: PlaceDirection<H>, index: number, limitBytes: number) {
    this.filter = filter;
    this.index = index;
    this.direction = direction;
    this.hold = Hold.none;
    this.headersReached = false;
    this.headersPassed = false;
    this.endReached = false;
    this.endPassed = false;
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

  get hasKept(): boolean {
    return this.kept !== null && this.kept.byteLength > 0;
  }

  buffered(): Buffer | null {
    return this.kept === null || this.kept.byteLength === 0 ? null : this.kept.concat();
  }

  replaceBuffered(bytes: Uint8Array): void {
    this.kept ??= new ChunkQueue(this.direction.buffers);
    this.kept.clear();
    this.kept.push(bytes, 0, bytes.byteLength);
  }

  resume(): void {
    this.direction.resume(this);
  }

  inject(bytes: Uint8Array, endStream: boolean): void {
    this.direction.inject(this, bytes, endStream);
  }

  addTrailers(): HeaderMap {
    return this.direction.addTrailers();
  }

  pause(): void {
    this.direction.pauseSender();
  }

  unpause(): void {
    this.direction.resumeSender();
  }
}
