/** Something that gathers writes during a turn and sends them at its end. */
export interface Flushable {
  flush(): void;
}

/**
 * One turn of a thread's event loop as far as writing is concerned: whatever is written while a callback runs is
 * gathered, and each connection sends once when the outermost callback returns. Writes outside of any callback are
 * sent in the check phase of the loop.
 */
export class Turn {
  private readonly dirty: Flushable[];
  private depth: number;
  private isScheduled: boolean;
  private readonly flushLater: () => void;

  constructor() {
    this.dirty = [];
    this.depth = 0;
    this.isScheduled = false;
    this.flushLater = () => {
      this.isScheduled = false;
      this.flush();
    };
  }

  /** A callback begins; pair with `leave` in a `finally`. */
  enter(): void {
    this.depth++;
  }

  leave(): void {
    if (--this.depth === 0 && this.dirty.length > 0) this.flush();
  }

  /** Registers something to flush; the caller makes sure that it does so once. */
  add(item: Flushable): void {
    this.dirty.push(item);
    if (this.depth === 0 && !this.isScheduled) {
      this.isScheduled = true;
      setImmediate(this.flushLater);
    }
  }

  private flush(): void {
    const { dirty } = this;
    for (let i = 0; i < dirty.length; i++) (dirty[i] as Flushable).flush();
    dirty.length = 0;
  }
}
