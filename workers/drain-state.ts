import type { DrainView } from '../src/api/thread-scope.js';

/** Whether responses ask for their connection to be closed; the answer per listener. */
export class DrainState implements DrainView {
  private readonly draining: Set<string>;
  isDraining: boolean;
  private isFailed: boolean;
  /** Listeners of drain type MODIFY_ONLY: a failed health check does not concern them. */
  private readonly modifyOnly: Set<string>;

  constructor() {
    this.draining = new Set();
    this.isDraining = false;
    this.isFailed = false;
    this.modifyOnly = new Set();
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

  exemptFromHealthCheck(listener: string): void {
    this.modifyOnly.add(listener);
  }

  shouldClose(listenerName: string): boolean {
    if (this.isDraining || this.draining.has(listenerName)) return true;
    return this.isFailed && !this.modifyOnly.has(listenerName);
  }
}
