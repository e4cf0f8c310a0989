import type { DrainView } from '../src/api/thread-scope.js';

/** Whether responses ask for their connection to be closed; the answer per listener. */
export class DrainState implements DrainView {
  private readonly draining: Set<string>;
  isDraining: boolean;
  private isFailed: boolean;

  constructor() {
    this.draining = new Set();
    this.isDraining = false;
    this.isFailed = false;
  }

  all(): void {
    this.isDraining = true;
  }

  listeners(names: readonly string[]): void {
    for (const name of names) this.draining.add(name);
  }

  failHealthCheck(isFailed: boolean): void {
    this.isFailed = isFailed;
  }

  shouldClose(listenerName: string): boolean {
    return this.isDraining || this.isFailed || this.draining.has(listenerName);
  }
}
