import type { Chunk } from '../../../api/codec.js';
import {
  DataStatus,
  type Flow,
  type HttpFilterContext,
  type StreamControl,
  TrailersStatus,
} from '../../../api/http-filter.js';
import type { HeaderMap } from '../../../base/header-map.js';
import type { Timer } from '../../../base/timer-wheel.js';

const slicesPerSecond = 20;
const sliceMs = 1000 / slicesPerSecond;

/**
 * Lets the bytes of one direction of a stream through at a rate. They go in slices of a twentieth of a second's worth;
 * a second's worth goes at once in the beginning, and after every second of silence. What waits is limited by the
 * flow's limit: beyond it the sender is paused.
 */
export class Throttle<H extends HeaderMap> {
  private readonly flow: Flow<H>;
  private readonly bytesPerSlice: number;
  private readonly waiting: Buffer[];
  private waitingBytes: number;
  private readonly timer: Timer;
  private readonly scope: HttpFilterContext;
  private slices: number;
  private filledMs: number;
  private isPausing: boolean;
  private hasEnded: boolean;
  private hasTrailers: boolean;

  constructor(stream: StreamControl, scope: HttpFilterContext, flow: Flow<H>, kibPerSecond: number) {
    this.flow = flow;
    this.scope = scope;
    this.bytesPerSlice = (kibPerSecond * 1024) / slicesPerSecond;
    this.waiting = [];
    this.waitingBytes = 0;
    this.slices = slicesPerSecond;
    this.filledMs = scope.clock.now();
    this.isPausing = false;
    this.hasEnded = false;
    this.hasTrailers = false;
    this.timer = stream.timer(() => this.pass());
  }

  onData(chunk: Chunk, endStream: boolean): DataStatus {
    if (chunk.end > chunk.start) {
      this.waiting.push(Buffer.from(chunk.buffer.subarray(chunk.start, chunk.end)));
      this.waitingBytes += chunk.end - chunk.start;
    }
    this.hasEnded = endStream;
    if (!this.isPausing && this.flow.limitBytes > 0 && this.waitingBytes > this.flow.limitBytes) {
      this.isPausing = true;
      this.flow.pause();
    }
    if (!this.timer.isArmed) this.scope.timers.schedule(this.timer, 0);
    return DataStatus.StopNoBuffer;
  }

  onTrailers(): TrailersStatus {
    if (this.waitingBytes === 0) return TrailersStatus.Continue;
    this.hasTrailers = true;
    return TrailersStatus.Stop;
  }

  /** The stream is over: what waits goes nowhere. */
  destroy(): void {
    this.waiting.length = 0;
    this.waitingBytes = 0;
  }

  private pass(): void {
    this.refill();
    const wanted = Math.ceil(this.waitingBytes / this.bytesPerSlice);
    const given = Math.min(wanted, Math.floor(this.slices));
    this.slices -= given;
    const bytes = this.take(Math.min(this.waitingBytes, Math.ceil(given * this.bytesPerSlice)));
    if (this.isPausing && this.waitingBytes <= this.flow.limitBytes / 2) {
      this.isPausing = false;
      this.flow.unpause();
    }
    const isLast = this.waitingBytes === 0;
    if (!isLast) this.scope.timers.schedule(this.timer, sliceMs);
    const ends = isLast && this.hasEnded;
    if (bytes.length > 0 || ends) this.flow.inject(bytes, ends);
    if (isLast && this.hasTrailers) this.flow.resume();
  }

  private refill(): void {
    const now = this.scope.clock.now();
    this.slices = Math.min(slicesPerSecond, this.slices + (now - this.filledMs) / sliceMs);
    this.filledMs = now;
  }

  /** The first `length` bytes of what waits. */
  private take(length: number): Buffer {
    this.waitingBytes -= length;
    const parts: Buffer[] = [];
    let missing = length;
    while (missing > 0) {
      const head = this.waiting[0] as Buffer;
      if (head.length > missing) {
        this.waiting[0] = head.subarray(missing);
        parts.push(head.subarray(0, missing));
        break;
      }
      missing -= head.length;
      parts.push(head);
      this.waiting.shift();
    }
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }
}
