import type { Chunk } from '../api/codec.js';
import { type NetworkFilter, NetworkStatus } from '../api/network-filter.js';

const noBytes = Buffer.alloc(0);

/** The reading side of the socket that a chain hangs on. */
export interface ReadSource {
  pauseReading(): void;
  resumeReading(): void;
}

/**
 * What a connection reads, on its way through its filters, first to last. At most one filter stops at a time:
 *
 *   filters before it see new bytes once ─► the one that stopped sees all that it left and what followed ─► the rest
 *   see nothing until it answers Continue or says `continueReading`
 *
 * What is left is copied, and reading pauses when it reaches the limit.
 */
export class ReadChain {
  readonly filters: readonly NetworkFilter[];
  private readonly source: ReadSource;
  private readonly limitBytes: () => number;
  private held: Buffer | null;
  private stoppedAt: number;
  /** Filters that have been told of the connection. */
  private introduced: number;
  private hasPaused: boolean;
  private sawEnd: boolean;
  isOver: boolean;

  constructor(filters: readonly NetworkFilter[], source: ReadSource, limitBytes: () => number) {
    this.filters = filters;
    this.source = source;
    this.limitBytes = limitBytes;
    this.held = null;
    this.stoppedAt = -1;
    this.introduced = 0;
    this.hasPaused = false;
    this.sawEnd = false;
    this.isOver = false;
  }

  /** Tells the filters of the connection, up to the first that stops. */
  start(): void {
    while (this.introduced < this.filters.length && !this.isOver) if (!this.introduce()) return;
  }

  onData(chunk: Chunk, endStream: boolean): void {
    if (endStream) this.sawEnd = true;
    this.pass(chunk, 0);
  }

  /** Lets what was stopped go on behind the filter that stopped it. */
  continueReading(): void {
    if (this.stoppedAt < 0 || this.isOver) return;
    const from = this.stoppedAt + 1;
    const held = this.held ?? noBytes;
    this.release();
    this.start();
    if (held.length > 0 || this.sawEnd) this.pass({ buffer: held, start: 0, end: held.length }, from);
  }

  /** Nothing follows. */
  end(): void {
    this.isOver = true;
    this.held = null;
  }

  private pass(chunk: Chunk, from: number): void {
    let current = chunk;
    for (let i = from; i < this.filters.length; i++) {
      if (i === this.introduced) this.introduce();
      if (this.isOver) return;
      const isStopped = i === this.stoppedAt;
      if (isStopped) current = this.withHeld(current);
      const status = this.ask(i, isStopped, current);
      if (this.isOver) return;
      if (status === NetworkStatus.Continue) {
        if (isStopped) this.release();
        continue;
      }
      if (i === this.filters.length - 1) return;
      this.stoppedAt = i;
      this.hold(current);
      return;
    }
  }

  /** A filter that stopped at the connection and has no eye for data stays stopped until it says so. */
  private ask(index: number, isStopped: boolean, chunk: Chunk): NetworkStatus {
    const filter = this.filters[index] as NetworkFilter;
    if (filter.onData !== undefined) return filter.onData(chunk, this.sawEnd);
    return isStopped ? NetworkStatus.Stop : NetworkStatus.Continue;
  }

  /** Answers whether the next filter may be told as well. */
  private introduce(): boolean {
    const index = this.introduced++;
    const status = (this.filters[index] as NetworkFilter).onNewConnection?.();
    if (status !== NetworkStatus.Stop || index === this.filters.length - 1) return true;
    this.stoppedAt = index;
    return false;
  }

  private withHeld(chunk: Chunk): Chunk {
    const { held } = this;
    if (held === null) return chunk;
    const whole = Buffer.concat([held, chunk.buffer.subarray(chunk.start, chunk.end)]);
    return { buffer: whole, start: 0, end: whole.length };
  }

  private hold(chunk: Chunk): void {
    this.held = Buffer.from(chunk.buffer.subarray(chunk.start, chunk.end));
    const limit = this.limitBytes();
    if (this.hasPaused || limit === 0 || this.held.length < limit) return;
    this.hasPaused = true;
    this.source.pauseReading();
  }

  private release(): void {
    this.stoppedAt = -1;
    this.held = null;
    if (!this.hasPaused) return;
    this.hasPaused = false;
    this.source.resumeReading();
  }
}
