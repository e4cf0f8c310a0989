import { RingQueue } from '../../../base/ring-queue.js';

/** Begins a handshake; false when it is not wanted any more, which costs nothing. */
export type HandshakeBegin = () => boolean;

/**
 * Handshakes waiting for their turn of the event loop. One costs half a millisecond and more of this thread; without
 * a limit a flood of new connections would hold up every established one for as long as it lasts.
 */
export class HandshakeQueue {
  private readonly waiting: RingQueue<HandshakeBegin>;
  private begunNow: number;
  private isScheduled: boolean;
  private readonly next: () => void;

  constructor() {
    this.waiting = new RingQueue();
    this.begunNow = 0;
    this.isScheduled = false;
    this.next = () => this.onTurn();
  }

  /** Runs `begin` now, or in one of the next turns. */
  add(begin: HandshakeBegin): void {
    this.schedule();
    if (this.begunNow < handshakesPerTurn && this.waiting.size === 0) this.run(begin);
    else this.waiting.push(begin);
  }

  private run(begin: HandshakeBegin): void {
    if (begin()) this.begunNow++;
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(this.next);
  }

  /** Those whose client has left do not count. */
  private onTurn(): void {
    this.isScheduled = false;
    this.begunNow = 0;
    if (this.waiting.size > 0) this.schedule();
    while (this.begunNow < handshakesPerTurn) {
      const begin = this.waiting.shift();
      if (begin === undefined) break;
      this.run(begin);
    }
  }
}

/** At 0.6 to 0.7 ms each: a turn stays below 3 ms. */
const handshakesPerTurn = 4;
