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
import { TokenBucket } from '../../../base/token-bucket.js';

/** A bucket of bytes that holds a second's worth. `word` may be shared; one that was never used is full. */
export function byteBucket(kibPerSecond: number, word: BigInt64Array): TokenBucket {
  const bytes = kibPerSecond * 1024;
  return new TokenBucket(word, { maxTokens: bytes, tokensPerFill: bytes, fillIntervalMs: 1000 });
}

/** How fast bytes go: what they are taken from, and how often. */
export interface Rate {
  readonly bucket: TokenBucket;
  readonly intervalMs: number;
}

/** Told what a throttle does. */
export interface ThrottleWatcher {
  /** Bytes go on, perhaps none; `isShort`: others have to wait. */
  onPass(bytes: number, isShort: boolean): void;
  /** The end goes on with the next bytes; trailers may still be changed. */
  onEnd(): void;
}

/**
 * Lets the bytes of one direction of a stream through as a bucket has tokens for them. What waits is limited by the
 * flow's limit: beyond it the sender is paused.
 */
export class Throttle<H extends HeaderMap> {
  private readonly stream: StreamControl;
  private readonly flow: Flow<H>;
  private readonly rate: Rate;
  private readonly watcher: ThrottleWatcher | null;
  private readonly waiting: Buffer[];
  private waitingBytes: number;
  private readonly timer: Timer;
  private readonly scope: HttpFilterContext;
  private isDue: boolean;
  private isPausing: boolean;
  private hasEnded: boolean;
  private hasTrailers: boolean;

  constructor(
    stream: StreamControl,
    scope: HttpFilterContext,
    flow: Flow<H>,
    rate: Rate,
    watcher: ThrottleWatcher | null = null,
  ) {
    this.stream = stream;
    this.flow = flow;
    this.scope = scope;
    this.rate = rate;
    this.watcher = watcher;
    this.waiting = [];
    this.waitingBytes = 0;
    this.isDue = false;
    this.isPausing = false;
    this.hasEnded = false;
    this.hasTrailers = false;
    this.timer = stream.timer(() => this.pass());
  }

  /** `addsTrailers`: some have been added to this flow, which go when everything has gone. */
  onData(chunk: Chunk, endStream: boolean, addsTrailers = false): DataStatus {
    if (chunk.end > chunk.start) {
      this.waiting.push(Buffer.from(chunk.buffer.subarray(chunk.start, chunk.end)));
      this.waitingBytes += chunk.end - chunk.start;
    }
    this.hasEnded = endStream;
    if (addsTrailers) this.hasTrailers = true;
    if (!this.isPausing && this.flow.limitBytes > 0 && this.waitingBytes > this.flow.limitBytes) {
      this.isPausing = true;
      this.flow.pause();
    }
    this.passSoon();
    return DataStatus.StopNoBuffer;
  }

  onTrailers(): TrailersStatus {
    if (this.waitingBytes === 0) {
      this.watcher?.onEnd();
      return TrailersStatus.Continue;
    }
    this.hasTrailers = true;
    return TrailersStatus.Stop;
  }

  /** The stream is over: what waits goes nowhere. */
  destroy(): void {
    this.waiting.length = 0;
    this.waitingBytes = 0;
  }

  /** Not at once: what is injected in a hook would overtake the head. */
  private passSoon(): void {
    if (this.timer.isArmed || this.isDue) return;
    this.isDue = true;
    this.stream.post(() => {
      this.isDue = false;
      this.pass();
    });
  }

  private pass(): void {
    const { bucket, intervalMs } = this.rate;
    const wanted = this.waitingBytes;
    const bytes = this.take(wanted === 0 ? 0 : bucket.takeUpTo(this.scope.shared.nowMs(), wanted));
    if (this.isPausing && this.waitingBytes <= this.flow.limitBytes / 2) {
      this.isPausing = false;
      this.flow.unpause();
    }
    const isLast = this.waitingBytes === 0;
    this.watcher?.onPass(bytes.length, !isLast);
    if (!isLast) this.scope.timers.schedule(this.timer, intervalMs);
    const ends = isLast && this.hasEnded && !this.hasTrailers;
    if (ends || (isLast && this.hasTrailers)) this.watcher?.onEnd();
    if (bytes.length > 0 || ends) this.flow.inject(bytes, ends);
    if (isLast && this.hasTrailers) this.flow.resume();
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
