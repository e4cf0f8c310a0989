import type { Chunk } from '../../api/codec.js';
import { type ConnectionCloseKind, type ConnectionControl, NetworkStatus } from '../../api/network-filter.js';
import type { Plain } from '../../base/plain.js';
import type { Timer } from '../../base/timer-wheel.js';
import type { DataVerdict } from './connection-contract.js';
import { LiveConnectionRun, type RunShared } from './connection-run.js';

/** What all connections of one filter share in a thread. */
export interface WorkShared<C extends Plain> extends RunShared<C> {
  readonly timeoutMs: number;
  /** Of bytes that a handler wants more of. */
  readonly limitBytes: number;
  /** The handler may look at bytes after it returned. */
  readonly keepsBytes: boolean;
}

const noBytes = Buffer.alloc(0);

/**
 * One connection's handlers, one at a time:
 *
 *   ready ──a promise──► waiting ──settled──► ready, what was held goes on
 *     └──`more`──► held until more comes ──► ready
 *
 * Whatever fails while waiting ends the connection, or lets it go on, as the filter says.
 */
export class ConnectionWork<C extends Plain> {
  private readonly shared: WorkShared<C>;
  private readonly control: ConnectionControl;
  private readonly run: LiveConnectionRun<C>;
  /** Told apart by number: what settles after its time is nobody's any more. */
  private turn: number;
  private isWaiting: boolean;
  /** While waiting: everything that the chain keeps for this filter. */
  private held: Uint8Array;
  /** The first of those bytes: the handler is done with them, and they wait for what is behind them. */
  private doneBytes: number;
  /** Behind them, those that the handler was shown last. */
  private shownBytes: number;
  private deadline: Timer | null;

  constructor(shared: WorkShared<C>, control: ConnectionControl) {
    this.shared = shared;
    this.control = control;
    this.run = new LiveConnectionRun(shared, control);
    this.turn = 0;
    this.isWaiting = false;
    this.held = noBytes;
    this.doneBytes = 0;
    this.shownBytes = 0;
    this.deadline = null;
  }

  open(): NetworkStatus {
    return this.statusOf(() => this.shared.options.open?.(this.run));
  }

  read({ buffer, start, end }: Chunk, endStream: boolean): NetworkStatus {
    if (endStream) this.run.hasEnded = true;
    const status = this.isWaiting ? NetworkStatus.Stop : this.show(buffer, start + this.doneBytes, end);
    if (this.isWaiting) this.held = Buffer.from(buffer.subarray(start, end));
    else if (status === NetworkStatus.Continue) this.doneBytes = 0;
    return status;
  }

  write({ buffer, start, end }: Chunk): void {
    try {
      this.shared.options.write?.(buffer.subarray(start, end), this.run);
    } catch (error) {
      this.fail(error);
    }
  }

  end(kind: ConnectionCloseKind): void {
    this.turn++;
    this.held = noBytes;
    this.run.end();
    try {
      this.shared.options.close?.(this.run, kind);
    } catch (error) {
      this.tell(error);
    }
  }

  private show(buffer: Buffer, start: number, end: number): NetworkStatus {
    const { options, keepsBytes } = this.shared;
    this.shownBytes = end - start;
    if (options.data === undefined || end <= start) return NetworkStatus.Continue;
    const view = buffer.subarray(start, end);
    const bytes = keepsBytes ? Buffer.from(view) : view;
    return this.statusOf(() => options.data?.(bytes, this.run));
  }

  private statusOf(handler: () => DataVerdict | Promise<DataVerdict>): NetworkStatus {
    try {
      const result = handler();
      return result instanceof Promise ? this.wait(result) : this.verdict(result);
    } catch (error) {
      return this.fail(error);
    }
  }

  private verdict(result: DataVerdict): NetworkStatus {
    if (this.run.isOver) return NetworkStatus.Stop;
    if (result !== 'more' || this.run.hasEnded) return NetworkStatus.Continue;
    const { limitBytes } = this.shared;
    if (limitBytes === 0 || this.shownBytes < limitBytes) return NetworkStatus.Stop;
    return this.fail(new Error(`${this.shownBytes} bytes are not enough, and no more are kept`));
  }

  private wait(promise: Promise<DataVerdict>): NetworkStatus {
    const turn = ++this.turn;
    const { timeoutMs } = this.shared;
    this.isWaiting = true;
    promise.then(
      (result) => this.settle(turn, () => this.verdict(result)),
      (error: unknown) => this.settle(turn, () => this.fail(error)),
    );
    if (timeoutMs > 0) {
      this.deadline ??= this.control.timer(() => this.onDeadline());
      this.control.scope.timers.schedule(this.deadline, timeoutMs);
    }
    return NetworkStatus.Stop;
  }

  private onDeadline(): void {
    const { turn } = this;
    const error = new Error(`the handler took longer than ${this.shared.timeoutMs} ms`);
    this.run.interrupt(error);
    this.settle(turn, () => this.fail(error));
  }

  private settle(turn: number, outcome: () => NetworkStatus): void {
    if (turn !== this.turn || !this.isWaiting) return;
    this.control.guard(() => {
      this.turn++;
      this.isWaiting = false;
      if (this.deadline !== null) this.control.scope.timers.cancel(this.deadline);
      const status = this.showRest(outcome());
      if (this.isWaiting || this.run.isOver) return;
      this.held = noBytes;
      if (status === NetworkStatus.Stop) return;
      this.doneBytes = 0;
      this.control.continueReading();
    });
  }

  /** What came while the handler was at work is shown to it before anything goes on. */
  private showRest(status: NetworkStatus): NetworkStatus {
    if (this.run.isOver) return status;
    const shown = this.shownBytes;
    if (status === NetworkStatus.Continue) this.doneBytes += shown;
    const rest = this.held.length - this.doneBytes;
    const hasNews = rest > (status === NetworkStatus.Continue ? 0 : shown);
    return hasNews ? this.show(Buffer.from(this.held), this.doneBytes, this.held.length) : status;
  }

  private fail(error: unknown): NetworkStatus {
    this.tell(error);
    if (this.shared.options.onError === 'continue') return NetworkStatus.Continue;
    this.run.close('filter_error');
    return NetworkStatus.Stop;
  }

  private tell(error: unknown): void {
    const { options } = this.shared;
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.shared.counter('filter_error').inc();
    this.control.scope.log.error(`network filter ${options.name}: ${text}`);
  }
}
