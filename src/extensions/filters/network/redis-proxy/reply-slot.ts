import type { ThreadScope } from '../../../../api/thread-scope.js';
import { Timer } from '../../../../base/timer-wheel.js';
import { type RespValue, respError } from '../../../../codec/redis/resp-value.js';
import type { ReplyTarget } from './redis-client.js';
import { type CommandStats, D } from './redis-stats.js';

/** Told that a place in the order of replies is filled. */
export interface SlotOwner {
  readonly scope: ThreadScope;
  onAnswered(): void;
}

/**
 * The place of one reply in the order of a client's commands, and who waits for it where one host answers alone.
 *
 *   empty ──reply──► (delayed ──►) filled        any ──client gone──► cancelled
 */
export class ReplySlot implements ReplyTarget {
  reply: RespValue | null;
  isCancelled: boolean;
  private readonly owner: SlotOwner;
  private readonly startedMs: number;
  private stats: CommandStats | null;
  private delayMs: number;
  /** Runs while a reply is held back. */
  private delay: Timer | null;

  constructor(owner: SlotOwner) {
    this.reply = null;
    this.isCancelled = false;
    this.owner = owner;
    this.startedMs = owner.scope.clock.now();
    this.stats = null;
    this.delayMs = 0;
    this.delay = null;
  }

  /** Its command counts there, and is delayed by a fault, or not. */
  begin(stats: CommandStats, delayMs: number): void {
    this.stats = stats;
    this.delayMs = delayMs;
    stats.counters.inc(D.total);
  }

  // ReplyTarget

  onReply(value: RespValue): void {
    this.finish(value, false);
  }

  onFailure(reason: string): void {
    this.finish(respError(reason), true);
  }

  /** Counted with its time. */
  finish(value: RespValue, isError: boolean): void {
    if (this.isCancelled) return;
    if (this.delayMs > 0) this.stats?.counters.inc(isError ? D.error : D.success);
    else this.stats?.finish(isError, this.owner.scope.clock.now() - this.startedMs);
    this.answer(value);
  }

  /** An error that no host has told. */
  refuse(text: string): void {
    this.stats?.counters.inc(D.error);
    this.answer(respError(text));
  }

  /** A fault in the place of what the command asked for. */
  failByFault(): void {
    this.onFailure('Fault Injected: Error');
    this.stats?.counters.inc(D.error_fault);
  }

  answer(value: RespValue): void {
    if (this.reply !== null || this.delay !== null || this.isCancelled) return;
    if (this.delayMs > 0) {
      this.delay = new Timer(() => this.onDelayOver(value));
      this.owner.scope.timers.schedule(this.delay, this.delayMs);
      return;
    }
    this.reply = value;
    this.owner.onAnswered();
  }

  private onDelayOver(value: RespValue): void {
    this.stats?.counters.inc(D.delay_fault);
    this.stats?.record(this.owner.scope.clock.now() - this.startedMs);
    this.reply = value;
    this.owner.onAnswered();
  }

  cancel(): void {
    this.isCancelled = true;
    if (this.delay !== null) this.owner.scope.timers.cancel(this.delay);
  }
}
