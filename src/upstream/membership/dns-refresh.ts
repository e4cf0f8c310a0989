import type { BoundStats } from '../../api/stats.js';
import type { Random } from '../../base/random.js';
import { Timer, type TimerWheel } from '../../base/timer-wheel.js';
import type { DnsConfig } from '../config.js';
import { M } from './membership-stats.js';
import { lookupFamily, type NameAnswer, type NameResolver } from './name-resolver.js';

export interface DnsRefreshOptions {
  readonly name: string;
  readonly config: DnsConfig;
  readonly resolver: NameResolver;
  readonly timers: TimerWheel;
  readonly random: Random;
  readonly stats: BoundStats;
  /** Addresses without repetitions; called on every success, before `onSettled`. */
  onAddresses(ips: readonly string[]): void;
  /** After every attempt, successful or not. */
  onSettled(): void;
  onFailure(error: string): void;
}

/**
 * Keeps the addresses of one name up to date:
 *
 *   asking ──answer──▶ waiting (refresh rate or least TTL, + jitter) ──▶ asking
 *          └─failure─▶ waiting (jittered exponential) ────────────────▶ asking
 */
export class DnsRefresh {
  private readonly options: DnsRefreshOptions;
  private readonly timer: Timer;
  private isClosed: boolean;
  private nextFailureMs: number;

  constructor(options: DnsRefreshOptions) {
    this.options = options;
    this.timer = new Timer(() => this.ask());
    this.isClosed = false;
    this.nextFailureMs = options.config.failureBaseMs;
  }

  start(): void {
    this.ask();
  }

  close(): void {
    this.isClosed = true;
    this.options.timers.cancel(this.timer);
  }

  private ask(): void {
    const { name, config, resolver, stats } = this.options;
    stats.inc(M.update_attempt);
    resolver.resolve(name, lookupFamily(config.family)).then(
      (answer) => this.onAnswer(answer),
      (error: unknown) => this.onAnswer({ isFailure: true, error: String(error) }),
    );
  }

  private onAnswer(answer: NameAnswer): void {
    if (this.isClosed) return;
    const delayMs = answer.isFailure ? this.failed(answer.error) : this.succeeded(answer.addresses);
    this.options.timers.schedule(this.timer, delayMs);
    this.options.onSettled();
  }

  private succeeded(addresses: readonly { ip: string; ttlSeconds: number }[]): number {
    const { config, random, stats, onAddresses } = this.options;
    stats.inc(M.update_success);
    this.nextFailureMs = config.failureBaseMs;
    onAddresses([...new Set(addresses.map(({ ip }) => ip))]);
    const leastTtlMs = 1000 * Math.min(...addresses.map(({ ttlSeconds }) => ttlSeconds));
    const hasTtl = config.respectTtl && leastTtlMs > 0 && Number.isFinite(leastTtlMs);
    const jitterMs = config.jitterMs >= 1 ? random.below(Math.trunc(config.jitterMs)) : 0;
    return (hasTtl ? leastTtlMs : config.refreshMs) + jitterMs;
  }

  /** Equal bounds are a fixed rate: no `dns_failure_refresh_rate` was given. */
  private failed(error: string): number {
    const { config, random, stats, onFailure } = this.options;
    stats.inc(M.update_failure);
    onFailure(error);
    if (config.failureBaseMs === config.failureMaxMs) return config.failureBaseMs;
    const limitMs = this.nextFailureMs;
    this.nextFailureMs = Math.min(limitMs * 2, config.failureMaxMs);
    return random.below(Math.max(1, Math.trunc(limitMs)));
  }
}
