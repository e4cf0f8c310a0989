import type { AttemptAutopsy } from '../api/autopsy.js';

const kept = 32;

/** The last failed attempts of a cluster in one thread; takes no memory before the first. */
export class FailureRing {
  private entries: AttemptAutopsy[] | null;
  total: number;

  constructor() {
    this.entries = null;
    this.total = 0;
  }

  add(autopsy: AttemptAutopsy): void {
    this.entries ??= [];
    this.entries[this.total++ % kept] = autopsy;
  }

  /** Oldest first. */
  list(): readonly AttemptAutopsy[] {
    if (this.entries === null) return [];
    const first = this.total > kept ? this.total % kept : 0;
    return [...this.entries.slice(first), ...this.entries.slice(0, first)];
  }
}
