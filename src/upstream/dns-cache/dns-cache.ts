import type { NameAnswer, NameFound } from '../../api/name-caches.js';
import type { BoundStats, StatScope } from '../../api/stats.js';
import type { Address } from '../../api/stream-info.js';
import type { Clock } from '../../base/clock.js';
import { Timer } from '../../base/timer-wheel.js';
import { ipAddress } from '../../network/address.js';
import type { DnsScope } from '../membership/dns-refresh.js';
import {
  lookupFamily,
  type NameResolver,
  type NameAnswer as ResolverAnswer,
} from '../membership/name-resolver.js';
import type { DnsCacheConfig } from './dns-cache-config.js';
import { N, NB } from './dns-cache-stats.js';
import { type HostAndPort, nameKey } from './name-key.js';
import { failureDetails, timeoutDetails } from './resolver-words.js';

/** Of one name; the first is tried first. */
export type Addresses = readonly [Address, ...Address[]];

/** A cluster that has a host for each name that has an address. */
export interface DnsCacheListener {
  onAddress(key: string, target: HostAndPort, addresses: Addresses): void;
  onGone(key: string): void;
  /** What the host has done so far: what changes is in use. */
  usesOf(key: string): number;
}

export interface DnsCacheScope extends DnsScope {
  readonly clock: Clock;
  readonly stats: StatScope;
  /** Tells every worker. */
  tellName(answer: NameAnswer): void;
}

interface Entry {
  readonly key: string;
  readonly target: HostAndPort;
  readonly timer: Timer;
  /** The question has no answer for too long. */
  readonly deadline: Timer;
  /** Counts questions, so that an answer that comes too late is known. */
  question: number;
  isAsking: boolean;
  ips: readonly string[];
  /** Null before the first answer. */
  found: NameFound | null;
  usedMs: number;
  uses: number;
  failureMs: number;
}

/**
 * The addresses of names that requests bring along, on main. Each is asked for at once, then again and again until
 * nobody has wanted it for `host_ttl`:
 *
 *   asking ──addresses──▶ resolved ──TTL──▶ asking        resolved, failed ──unused for host_ttl──▶ gone
 *          └─none, late─▶ failed (or resolved, as it was before) ──failure rate──▶ asking
 */
export class DnsCache {
  readonly config: DnsCacheConfig;
  private readonly scope: DnsCacheScope;
  private readonly resolver: NameResolver;
  private readonly stats: BoundStats;
  private readonly entries: Map<string, Entry>;
  private readonly listeners: Set<DnsCacheListener>;

  constructor(config: DnsCacheConfig, scope: DnsCacheScope) {
    const root = `dns_cache.${config.name}`;
    this.config = config;
    this.scope = scope;
    this.resolver = scope.resolverFor(config.dns.resolver);
    this.stats = scope.stats.bind(root, N);
    this.stats.set(N.num_hosts, 0);
    scope.stats.bind(`${root}.circuit_breakers`, NB).set(NB.rq_pending_remaining, config.maxPending);
    this.entries = new Map();
    this.listeners = new Set();
    for (const target of config.early) this.want(target);
  }

  /** A cluster wants to hear of every name; those that are known are told at once. */
  listen(listener: DnsCacheListener): () => void {
    this.listeners.add(listener);
    for (const { key, target, ips } of this.entries.values()) {
      const addresses = addressesOf(ips, target);
      if (addresses !== null) listener.onAddress(key, target, addresses);
    }
    return () => this.listeners.delete(listener);
  }

  /** A request wants that name. Every worker is told what becomes of it. */
  want(target: HostAndPort): void {
    const key = nameKey(target);
    const known = this.entries.get(key);
    if (known === undefined) {
      this.admit(key, target);
      return;
    }
    known.usedMs = this.scope.clock.now();
    if (known.isAsking && known.found === null) return;
    const isStale = known.found?.outcome === 'failed' && this.config.failsUntilWanted;
    if (!isStale) this.tellEntry(known);
    else if (!known.isAsking) this.ask(known);
  }

  /** What every name has come to so far. */
  *answers(): Generator<NameAnswer, void> {
    for (const { key, found } of this.entries.values()) {
      if (found !== null) yield { cache: this.config.name, key, ...found };
    }
  }

  close(): void {
    for (const entry of this.entries.values()) this.stop(entry);
    this.entries.clear();
  }

  private admit(key: string, target: HostAndPort): void {
    if (this.entries.size >= this.config.maxHosts) {
      this.stats.inc(N.host_overflow);
      this.scope.tellName({ cache: this.config.name, key, outcome: 'overflow', details: '' });
      return;
    }
    const entry: Entry = {
      key,
      target,
      timer: new Timer(() => this.onAlarm(entry)),
      deadline: new Timer(() => this.onDeadline(entry)),
      question: 0,
      isAsking: false,
      ips: [],
      found: null,
      usedMs: this.scope.clock.now(),
      uses: 0,
      failureMs: this.config.dns.failureBaseMs,
    };
    this.entries.set(key, entry);
    this.stats.inc(N.host_added);
    this.stats.set(N.num_hosts, this.entries.size);
    this.ask(entry);
  }

  private ask(entry: Entry): void {
    const question = ++entry.question;
    entry.isAsking = true;
    this.stats.inc(N.dns_query_attempt);
    this.scope.timers.schedule(entry.deadline, this.config.queryTimeoutMs);
    this.resolver.resolve(entry.target.name, lookupFamily(this.config.dns.family)).then(
      (answer) => this.onAnswer(entry, question, answer, failureDetails(answer)),
      (error: unknown) =>
        this.onAnswer(entry, question, { isFailure: true, error: 'EFAILED' }, String(error)),
    );
  }

  private onDeadline(entry: Entry): void {
    this.stats.inc(N.dns_query_timeout);
    this.onAnswer(entry, entry.question, { isFailure: true, error: 'ETIMEOUT' }, timeoutDetails);
  }

  /** An answer without addresses leaves those before in force. */
  private onAnswer(entry: Entry, question: number, answer: ResolverAnswer, details: string): void {
    if (entry.question !== question || this.entries.get(entry.key) !== entry) return;
    entry.question++;
    entry.isAsking = false;
    this.scope.timers.cancel(entry.deadline);
    this.stats.inc(answer.isFailure ? N.dns_query_failure : N.dns_query_success);
    const addresses = answer.isFailure ? [] : answer.addresses;
    if (addresses.length > 0) this.take(entry, [...new Set(addresses.map(({ ip }) => ip))]);
    entry.found =
      entry.ips.length > 0 ? { outcome: 'resolved', details: '' } : { outcome: 'failed', details };
    this.tellEntry(entry);
    if (!answer.isFailure) this.scope.timers.schedule(entry.timer, this.refreshMs(entry, addresses));
    else if (!this.config.failsUntilWanted) this.scope.timers.schedule(entry.timer, this.backOff(entry));
  }

  private take(entry: Entry, ips: readonly string[]): void {
    if (ips.join() === entry.ips.join()) return;
    entry.ips = ips;
    this.stats.inc(N.host_address_changed);
    const addresses = addressesOf(ips, entry.target);
    if (addresses === null) return;
    for (const listener of this.listeners) listener.onAddress(entry.key, entry.target, addresses);
  }

  private refreshMs(entry: Entry, addresses: readonly { readonly ttlSeconds: number }[]): number {
    const { dns } = this.config;
    entry.failureMs = dns.failureBaseMs;
    const ttlMs = 1000 * (addresses[0]?.ttlSeconds ?? Number.POSITIVE_INFINITY);
    return Number.isFinite(ttlMs) ? Math.max(ttlMs, dns.leastRefreshMs) : dns.refreshMs;
  }

  private backOff(entry: Entry): number {
    const { dns } = this.config;
    if (dns.failureBaseMs === dns.failureMaxMs) return dns.failureBaseMs;
    const limitMs = entry.failureMs;
    entry.failureMs = Math.min(limitMs * 2, dns.failureMaxMs);
    return this.scope.random.below(Math.max(1, Math.trunc(limitMs)));
  }

  private onAlarm(entry: Entry): void {
    const nowMs = this.scope.clock.now();
    let uses = 0;
    for (const listener of this.listeners) uses += listener.usesOf(entry.key);
    if (uses !== entry.uses) entry.usedMs = nowMs;
    entry.uses = uses;
    if (nowMs - entry.usedMs <= this.config.hostTtlMs) this.ask(entry);
    else this.remove(entry);
  }

  private remove(entry: Entry): void {
    this.stop(entry);
    this.entries.delete(entry.key);
    this.stats.inc(N.host_removed);
    this.stats.set(N.num_hosts, this.entries.size);
    if (entry.ips.length > 0) for (const listener of this.listeners) listener.onGone(entry.key);
    this.scope.tellName({ cache: this.config.name, key: entry.key, outcome: 'gone', details: '' });
  }

  private stop(entry: Entry): void {
    this.scope.timers.cancel(entry.timer);
    this.scope.timers.cancel(entry.deadline);
  }

  private tellEntry({ key, found }: Entry): void {
    if (found !== null) this.scope.tellName({ cache: this.config.name, key, ...found });
  }
}

/** Null when there is none. */
function addressesOf(ips: readonly string[], { port }: HostAndPort): Addresses | null {
  const [first, ...more] = ips;
  if (first === undefined) return null;
  return [ipAddress(first, port), ...more.map((ip) => ipAddress(ip, port))];
}
