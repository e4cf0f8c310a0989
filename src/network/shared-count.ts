import type { SharedMemory } from '../api/thread-scope.js';

/**
 * A count that all threads share, with a limit. Each thread keeps a mirror of what it holds: a thread that takes the
 * place of one that died gives back what its forerunner still held.
 */
export class SharedCount {
  private readonly total: BigInt64Array;
  private readonly mirror: BigInt64Array;

  constructor(shared: SharedMemory, name: string, threadIndex: number) {
    this.total = shared.words(name);
    this.mirror = shared.words(`${name} #${threadIndex}`);
    const left = Atomics.exchange(this.mirror, 0, 0n);
    if (left !== 0n) Atomics.sub(this.total, 0, left);
  }

  /** Takes a place unless all are taken. */
  take(limit: number): boolean {
    if (Atomics.add(this.total, 0, 1n) >= BigInt(limit)) {
      Atomics.sub(this.total, 0, 1n);
      return false;
    }
    Atomics.add(this.mirror, 0, 1n);
    return true;
  }

  release(): void {
    Atomics.sub(this.mirror, 0, 1n);
    Atomics.sub(this.total, 0, 1n);
  }
}
