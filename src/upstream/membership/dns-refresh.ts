import type { BoundStats } from '../../api/stats.js';
import type { Logger } from '../../api/thread-scope.js';
import type { Random } from '../../base/random.js';
import { Timer, type TimerWheel } from '../../base/timer-wheel.js';
import type { ClusterConfig } from '../config.js';
import type { ResolverConfig } from './dns-config.js';
import { M } from './membership-stats.js';
import { lookupFamily, type NameAnswer, type NameResolver, type ResolvedAddress } from './name-resolver.js';

/** What discovery by name needs of its thread. */
export interface DnsScope {
  readonly timers: TimerWheel;
  readonly random: Random;
  readonly log: Logger;
  /** The resolver that is configured so. Called once per name. */
  resolverFor(config: ResolverConfig): NameResolver;
}

/** Whose name it is, and where attempts are counted. */
export interface DnsOwner {
  readonly config: Pick<ClusterConfig, 'name' | 'dns'>;
  readonly stats: BoundStats;
}

export interface DnsEvents {
  /** Addresses without repetitions; called on every success, before `onSettled`. */
  onAddresses(addresses: readonly ResolvedAddress[]): void;
  /** After every attempt, successful or not. */
  onSettled(): void;
  /** An answer without addresses counts as a failure. */
  readonly failsWhenEmpty?: boolean;
  /** The name is a service's, whose SRV records are asked for. */
  readonly isService?: boolean;
}

/**
 * Keeps the addresses of one name up to date:
 *
 *   asking ──answer──▶ waiting (refresh rate or least TTL, + jitter) ──▶ asking
 *          └─failure─▶ waiting (jittered exponential) ────────────────▶ asking
 */
export class DnsRefresh {
  private readonly scope: DnsScope;
  private readonly name: string;
  private readonly owner: DnsOwner;
  private readonly events: DnsEvents;
  private readonly resolver: NameResolver;
  private readonly timer: Timer;
  private isClosed: boolean;
  private nextFailureMs: number;

  constructor(scope: DnsScope, name: string, owner: DnsOwner, events: DnsEvents) {
    this.scope = scope;
    this.name = name;
    this.owner = owner;
    this.events = events;
    this.resolver = scope.resolverFor(owner.config.dns.resolver);
    this.timer = new Timer(() => this.ask());
    this.isClosed = false;
    this.nextFailureMs = owner.config.dns.failureBaseMs;
  }

  start(): void {
    this.ask();
  }

  close(): void {
    this.isClosed = true;
    this.scope.timers.cancel(this.timer);
  }

  private ask(): void {
    const { config, stats } = this.owner;
    stats.inc(M.update_attempt);
    const family = lookupFamily(config.dns.family);
    const asked =
      this.events.isService === true
        ? this.resolver.resolveService(this.name, family)
        : this.resolver.resolve(this.name, family);
    asked.then(
      (answer) => this.onAnswer(answer),
      (error: unknown) => this.onAnswer({ isFailure: true, error: String(error) }),
    );
  }

  private onAnswer(answer: NameAnswer): void {
    if (this.isClosed) return;
    const delayMs = answer.isFailure ? this.failed(answer.error) : this.succeeded(answer.addresses);
    this.scope.timers.schedule(this.timer, delayMs);
    this.events.onSettled();
  }

  private succeeded(addresses: readonly ResolvedAddress[]): number {
    const { random } = this.scope;
    const { dns } = this.owner.config;
    if (addresses.length === 0 && this.events.failsWhenEmpty === true) return this.failed('no address');
    this.owner.stats.inc(M.update_success);
    this.nextFailureMs = dns.failureBaseMs;
    this.events.onAddresses(distinct(addresses));
    const leastTtlMs = 1000 * Math.min(...addresses.map(({ ttlSeconds }) => ttlSeconds));
    const hasTtl = dns.respectTtl && leastTtlMs > 0 && Number.isFinite(leastTtlMs);
    const jitterMs = dns.jitterMs >= 1 ? random.below(Math.trunc(dns.jitterMs)) : 0;
    return (hasTtl ? Math.max(leastTtlMs, dns.leastRefreshMs) : dns.refreshMs) + jitterMs;
  }

  /** Equal bounds are a fixed rate: no `dns_failure_refresh_rate` was given. */
  private failed(error: string): number {
    const { dns, name } = this.owner.config;
    this.owner.stats.inc(M.update_failure);
    this.scope.log.debug(`DNS: ${this.name} of cluster ${name}: ${error}`);
    if (dns.failureBaseMs === dns.failureMaxMs) return dns.failureBaseMs;
    const limitMs = this.nextFailureMs;
    this.nextFailureMs = Math.min(limitMs * 2, dns.failureMaxMs);
    return this.scope.random.below(Math.max(1, Math.trunc(limitMs)));
  }
}

function distinct(addresses: readonly ResolvedAddress[]): readonly ResolvedAddress[] {
  const byPlace = new Map<string, ResolvedAddress>();
  for (const address of addresses) {
    const place = `${address.ip} ${address.service?.port ?? ''}`;
    if (!byPlace.has(place)) byPlace.set(place, address);
  }
  return [...byPlace.values()];
}
