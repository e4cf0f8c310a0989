import type { RuntimeView } from '../api/runtime.js';
import type { CircuitBreaker, RoutingPriority } from '../api/upstream.js';
import type { ThresholdsConfig } from './config.js';
import { BreakerWord, type ClusterWords } from './shared-words.js';

/** Limits of one cluster and priority over the words that all threads share; runtime keys override the limits. */
export class SharedBreaker implements CircuitBreaker {
  private readonly words: ClusterWords;
  private readonly priority: RoutingPriority;
  private readonly limits: ThresholdsConfig;
  private readonly runtime: RuntimeView;
  private readonly keys: readonly [string, string, string, string];

  constructor(
    cluster: string,
    priority: RoutingPriority,
    limits: ThresholdsConfig,
    words: ClusterWords,
    runtime: RuntimeView,
  ) {
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
    ];
  }

  tryConnection(): boolean {
    const limit = this.runtime.number(this.keys[0], this.limits.maxConnections);
    return this.words.take(this.priority, BreakerWord.connections, limit);
  }

  forceConnection(): void {
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
    return this.words.take(this.priority, BreakerWord.requests, limit);
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

  private retryLimit(): number {
    const { retryBudget } = this.limits;
    if (retryBudget === null) return this.runtime.number(this.keys[3], this.limits.maxRetries);
    const active =
      this.words.used(this.priority, BreakerWord.requests) +
      this.words.used(this.priority, BreakerWord.pending);
    return Math.max(retryBudget.minConcurrency, Math.floor((active * retryBudget.percent) / 100));
  }
}
