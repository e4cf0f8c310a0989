import type { Logger } from '../../api/thread-scope.js';

/** Texts remembered at most; a file with more of them repeats itself. */
const limit = 1000;

/** Warnings about what is read again and again: each is told once. */
export class Notices {
  private readonly log: Logger;
  private readonly told: Set<string>;

  constructor(log: Logger) {
    this.log = log;
    this.told = new Set();
  }

  tell(texts: readonly string[]): void {
    for (const text of texts) {
      if (this.told.has(text)) continue;
      if (this.told.size < limit) this.told.add(text);
      this.log.warn(text);
    }
  }
}
