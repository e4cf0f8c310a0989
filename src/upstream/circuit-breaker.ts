import type { RuntimeView } from '../api/runtime.js';
import type { CircuitBreaker, RoutingPriority } from '../api/upstream.js';
import type { ThresholdsConfig } from './config.js';
import type { RequestWindow } from './request-window.js';
import { BreakerWord, type ClusterWords } from './shared-words.js';

/** Of a retry budget that says only one of the two. */
const defaultBudgetPercent = 20;
const defaultLeastRetries = 3;

/** Limits of one cluster and priority over the words that all threads share; runtime keys override the limits. */
export class SharedBreaker implements CircuitBreaker {
  readonly hostConnections: number | null;
  private readonly words: ClusterWords;
  private readonly priority: RoutingPriority;
  private readonly limits: ThresholdsConfig;
  private readonly runtime: RuntimeView;
  private readonly keys: readonly [string, string, string, string, string];
  private readonly budgetKeys: readonly [percent: string, minConcurrency: string, intervalMs: string];
  /** The requests that a retry budget is measured by; null where those are the active ones. */
  private readonly window: RequestWindow | null;

  constructor(
    cluster: string,
    priority: RoutingPriority,
    limits: ThresholdsConfig,
    words: ClusterWords,
    runtime: RuntimeView,
    hostConnections: number | null = null,
    window: RequestWindow | null = null,
  ) {
    this.window = window;
    this.hostConnections = hostConnections;
    this.words = words;
    this.priority = priority;
    this.limits = limits;
    this.runtime = runtime;
    const root = `circuit_breakers.${cluster}.${priority === 0 ? 'default' : 'high'}`;
    this.keys = [
      `${root}.max_connections`,
      `${root}.max_pending_requests`,
      `${root}.max_requests`,
      `${root}.max_retries`,
      `${root}.max_connection_pools`,
    ];
    const budget = `${root}.retry_budget`;
    this.budgetKeys = [
      `${budget}.budget_percent`,
      `${budget}.min_retry_concurrency`,
      `${budget}.budget_interval`,
    ];
  }

  /** What a threshold is now. */
  limitOf(name: 'max_connections' | 'max_pending_requests' | 'max_requests'): number {
    const { runtime, keys, limits } = this;
    switch (name) {
      case 'max_connections':
        return runtime.number(keys[0], limits.maxConnections);
      case 'max_pending_requests':
        return runtime.number(keys[1], limits.maxPendingRequests);
      case 'max_requests':
        return runtime.number(keys[2], limits.maxRequests);
    }
  }

  tryConnection(): boolean {
    const limit = this.runtime.number(this.keys[0], this.limits.maxConnections);
    return this.words.take(this.priority, BreakerWord.connections, limit);
  }

  forceConnection(): void {
    this.words.touch(this.priority, BreakerWord.connections);
    this.words.take(this.priority, BreakerWord.connections, Number.POSITIVE_INFINITY);
  }

  releaseConnection(): void {
    this.words.give(this.priority, BreakerWord.connections);
  }

  tryPending(): boolean {
    const limit = this.runtime.number(this.keys[1], this.limits.maxPendingRequests);
    return this.words.take(this.priority, BreakerWord.pending, limit);
  }

  releasePending(): void {
    this.words.give(this.priority, BreakerWord.pending);
  }

  tryRequest(): boolean {
    const limit = this.runtime.number(this.keys[2], this.limits.maxRequests);
    if (!this.words.take(this.priority, BreakerWord.requests, limit)) return false;
    if (this.window !== null) this.window.add();
    return true;
  }

  releaseRequest(): void {
    this.words.give(this.priority, BreakerWord.requests);
  }

  tryRetry(): boolean {
    return this.words.take(this.priority, BreakerWord.retries, this.retryLimit());
  }

  releaseRetry(): void {
    this.words.give(this.priority, BreakerWord.retries);
  }

  tryPool(): boolean {
    const limit = this.runtime.number(this.keys[4], this.limits.maxConnectionPools);
    return this.words.take(this.priority, BreakerWord.pools, limit);
  }

  releasePool(): void {
    this.words.give(this.priority, BreakerWord.pools);
  }

  private retryLimit(): number {
    const { limits, runtime } = this;
    const percent = runtime.double(this.budgetKeys[0], limits.retryBudget?.percent ?? Number.NaN);
    const least = runtime.number(this.budgetKeys[1], limits.retryBudget?.minConcurrency ?? Number.NaN);
    // Either key makes a budget where none was configured.
    if (Number.isNaN(percent) && Number.isNaN(least)) return runtime.number(this.keys[3], limits.maxRetries);
    this.words.touch(this.priority, BreakerWord.retries);
    return Math.max(
      Number.isNaN(least) ? defaultLeastRetries : least,
      Math.floor((this.budgetedRequests() * (Number.isNaN(percent) ? defaultBudgetPercent : percent)) / 100),
    );
  }

  /** Those of the interval where there is one, which a runtime value of nothing takes away. */
  private budgetedRequests(): number {
    const { window, runtime, words, priority, budgetKeys } = this;
    if (window !== null && runtime.number(budgetKeys[2], 1) > 0) return window.total;
    return words.used(priority, BreakerWord.requests) + words.used(priority, BreakerWord.pending);
  }
}
