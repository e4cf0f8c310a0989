import type { Clock } from './clock.js';

/** Something that gathers writes during a turn and sends them at its end. */
export interface Flushable {
  flush(): void;
}

/**
 * One turn of a thread's event loop. Whatever is written while a callback runs is gathered, and each connection sends
 * once when the outermost callback returns; writes outside of any callback are sent in the check phase of the loop.
 * It is also the thread's clock on the data path: all that happens in one turn happens at the same time, which is
 * read from the system once.
 */
export class Turn implements Clock {
  private readonly clock: Clock;
  private readonly dirty: Flushable[];
  private dirtyCount: number;
  private depth: number;
  private timeMs: number;
  private isScheduled: boolean;
  private readonly flushLater: () => void;

  constructor(clock: Clock) {
    this.clock = clock;
    this.dirty = [];
    this.dirtyCount = 0;
    this.depth = 0;
    this.timeMs = -1;
    this.isScheduled = false;
    this.flushLater = () => {
      this.isScheduled = false;
      this.flush();
    };
  }

  now(): number {
    if (this.depth === 0) return this.clock.now();
    if (this.timeMs < 0) this.timeMs = this.clock.now();
    return this.timeMs;
  }

  wallMs(): number {
    return this.clock.originMs + this.now();
  }

  get originMs(): number {
    return this.clock.originMs;
  }

  /** A callback begins; pair with `leave` in a `finally`. */
  enter(): void {
    if (this.depth++ === 0) this.timeMs = -1;
  }

  leave(): void {
    if (--this.depth === 0 && this.dirtyCount > 0) this.flush();
  }

  /** Registers something to flush; the caller makes sure that it does so once. */
  add(item: Flushable): void {
    this.dirty[this.dirtyCount++] = item;
    if (this.depth === 0 && !this.isScheduled) {
      this.isScheduled = true;
      setImmediate(this.flushLater);
    }
  }

  private flush(): void {
    const { dirty } = this;
    for (let i = 0; i < this.dirtyCount; i++) {
      const item = dirty[i] as Flushable;
      dirty[i] = nothing;
      item.flush();
    }
    this.dirtyCount = 0;
  }
}

const nothing: Flushable = {
  flush: () => {
    // A place in the list that holds on to no connection.
  },
};
