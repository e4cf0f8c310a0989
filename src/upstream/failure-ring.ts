import type { AttemptAutopsy } from '../api/autopsy.js';

/** What a thread remembers over all of its clusters, and at most of one. */
const keptPerThread = 8192;
const keptPerCluster = 32;

/** How many failures of each cluster are remembered where there are so many clusters. */
export function failuresKept(clusters: number): number {
  return Math.max(2, Math.min(keptPerCluster, Math.floor(keptPerThread / clusters)));
}

/** The last failed attempts of a cluster in one thread; takes no memory before the first. */
export class FailureRing {
  private readonly kept: number;
  private entries: AttemptAutopsy[] | null;
  total: number;

  constructor(kept: number) {
    this.kept = kept;
    this.entries = null;
    this.total = 0;
  }

  add(autopsy: AttemptAutopsy): void {
    this.entries ??= [];
    this.entries[this.total++ % this.kept] = autopsy;
  }

  /** Oldest first. */
  list(): readonly AttemptAutopsy[] {
    if (this.entries === null) return [];
    const { kept, total } = this;
    const first = total > kept ? total % kept : 0;
    return [...this.entries.slice(first), ...this.entries.slice(0, first)];
  }
}
