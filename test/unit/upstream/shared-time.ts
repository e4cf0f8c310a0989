import type { SharedMemory } from '../../../src/api/thread-scope.js';

/** Shared words of one thread, on a clock that is set by hand. */
export class SharedTime implements Pick<SharedMemory, 'words' | 'nowMs'> {
  now = 1_000_000;
  private readonly named = new Map<string, BigInt64Array>();

  words(name: string): BigInt64Array {
    const words = this.named.get(name) ?? new BigInt64Array(7);
    this.named.set(name, words);
    return words;
  }

  nowMs(): number {
    return this.now;
  }
}
