import type { DrainView } from '../src/api/thread-scope.js';
import type { Clock } from '../src/base/clock.js';
import type { Random } from '../src/base/random.js';

/** Which listeners drain, since when, and how long until every response closes. */
export interface ListenersDrain {
  readonly listeners: readonly string[];
  readonly drainMs: number;
  readonly elapsedMs: number;
}

interface Span {
  readonly startedMs: number;
  readonly drainMs: number;
}

/** Whether responses ask for their connection to be closed; the answer per listener. */
export class DrainState implements DrainView {
  private readonly clock: Clock;
  private readonly random: Random;
  private readonly draining: Map<string, Span>;
  isDraining: boolean;
  isHealthCheckFailed: boolean;
  /** Listeners of drain type MODIFY_ONLY: a failed health check does not concern them. */
  private readonly modifyOnly: Set<string>;

  constructor(clock: Clock, random: Random) {
    this.clock = clock;
    this.random = random;
    this.draining = new Map();
    this.isDraining = false;
    this.isHealthCheckFailed = false;
    this.modifyOnly = new Set();
  }

  all(): void {
    this.isDraining = true;
  }

  listeners({ listeners, drainMs, elapsedMs }: ListenersDrain): void {
    const startedMs = this.clock.now() - elapsedMs;
    for (const name of listeners) this.draining.set(name, { startedMs, drainMs });
  }

  failHealthCheck(isFailed: boolean): void {
    this.isHealthCheckFailed = isFailed;
  }

  exemptFromHealthCheck(listener: string): void {
    this.modifyOnly.add(listener);
  }

  shouldClose(listenerName: string): boolean {
    if (this.isDraining) return true;
    if (this.isHealthCheckFailed && !this.modifyOnly.has(listenerName)) return true;
    const span = this.draining.get(listenerName);
    if (span === undefined) return false;
    const elapsedMs = this.clock.now() - span.startedMs;
    return elapsedMs >= span.drainMs || this.random.below(span.drainMs) < elapsedMs;
  }
}
