import type { SharedMemory } from '../api/thread-scope.js';
import type { RoutingPriority } from '../api/upstream.js';
import type { RetryBudgetConfig } from './config.js';

/** Parts of the interval, and one more: a part leaves when its last request is that old. */
const parts = 11;
/** What `SharedMemory` has under one name. */
const wordsEach = 7;

/**
 * How many requests began lately, over all threads. A word counts one part of the interval; its upper half says which
 * one, so that whoever comes first in a new part begins it anew. No more is known of a request than its part, and a
 * worker that dies takes nothing back: what it began, it began.
 */
export class RequestWindow {
  private readonly partMs: number;
  private readonly nowMs: () => number;
  private readonly words: readonly BigInt64Array[];

  constructor(name: string, intervalMs: number, shared: Pick<SharedMemory, 'words' | 'nowMs'>) {
    this.partMs = Math.max(1, intervalMs / (parts - 1));
    this.nowMs = () => shared.nowMs();
    const names = Array.from(
      { length: Math.ceil(parts / wordsEach) },
      (_, i) => `${name} ${intervalMs} ${i}`,
    );
    this.words = names.map((it) => shared.words(it));
  }

  add(): void {
    const part = this.partNow();
    const first = BigInt(part) << 32n;
    const place = part % parts;
    const words = this.words[Math.floor(place / wordsEach)] as BigInt64Array;
    const at = place % wordsEach;
    for (let seen = Atomics.load(words, at); ; ) {
      const next = (seen >= first ? seen : first) + 1n;
      const found = Atomics.compareExchange(words, at, seen, next);
      if (found === seen) return;
      seen = found;
    }
  }

  get total(): number {
    const oldest = this.partNow() - parts + 1;
    let total = 0;
    for (let place = 0; place < parts; place++) {
      const words = this.words[Math.floor(place / wordsEach)] as BigInt64Array;
      const word = Atomics.load(words, place % wordsEach);
      if (Number(word >> 32n) >= oldest) total += Number(word & 0xffff_ffffn);
    }
    return total;
  }

  private partNow(): number {
    return Math.floor(this.nowMs() / this.partMs);
  }
}

/** What a retry budget is measured by; null where that is what is active. */
export function budgetWindow(
  cluster: string,
  priority: RoutingPriority,
  budget: RetryBudgetConfig | null,
  shared: Pick<SharedMemory, 'words' | 'nowMs'>,
): RequestWindow | null {
  if (budget === null || budget.intervalMs === 0) return null;
  return new RequestWindow(`retry_budget ${cluster} ${priority}`, budget.intervalMs, shared);
}
