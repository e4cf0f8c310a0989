import type { ConfigNode } from '../../../../api/config-node.js';
import { type BoundStats, statBlock } from '../../../../api/stats.js';
import type { ThreadScope } from '../../../../api/thread-scope.js';
import { AddrInfoResolver } from '../../../../upstream/membership/addr-info-resolver.js';
import { lookupFamily } from '../../../../upstream/membership/name-resolver.js';

/** What of `DnsCacheConfig` looking names up in redirections takes. */
export type NameCacheConfig = {
  readonly name: string;
  readonly family: string;
  readonly refreshMs: number;
  readonly failureRefreshMs: number;
  readonly maxNames: number;
};

/** `dns_cache.<name>.` */
const N = statBlock({
  counters: [
    'cache_load',
    'dns_query_attempt',
    'dns_query_failure',
    'dns_query_success',
    'dns_query_timeout',
    'dns_rq_pending_overflow',
    'host_added',
    'host_address_changed',
    'host_overflow',
    'host_removed',
  ],
  gauges: ['num_hosts'],
});

const onDemand = 'names are looked up when a redirection has them and the last answer is old';

export function parseNameCache(node: ConfigNode): NameCacheConfig {
  for (const field of [
    'dns_min_refresh_rate',
    'host_ttl',
    'dns_cache_circuit_breaker',
    'dns_query_timeout',
  ]) {
    node.noEffect(field, onDemand);
  }
  const refreshMs = node.duration('dns_refresh_rate', 60_000);
  return {
    name: node.string('name'),
    family: node.enum('dns_lookup_family'),
    refreshMs,
    failureRefreshMs:
      node.message('dns_failure_refresh_rate')?.duration('base_interval', refreshMs) ?? refreshMs,
    maxNames: node.number('max_hosts', 1024),
  };
}

interface Entry {
  /** Empty: the name has none. */
  ip: string;
  freshUntilMs: number;
  /** Those who wait for the answer; null when none is awaited. */
  waiting: ((ip: string) => void)[] | null;
}

/** Addresses of the names that redirections have, as the system finds them. */
export class NameCache {
  private readonly config: NameCacheConfig;
  private readonly scope: ThreadScope;
  private readonly stats: BoundStats;
  private readonly resolver: AddrInfoResolver;
  private readonly entries: Map<string, Entry>;

  constructor(config: NameCacheConfig, scope: ThreadScope) {
    this.config = config;
    this.scope = scope;
    this.stats = scope.stats.bind(`dns_cache.${config.name}`, N);
    this.resolver = new AddrInfoResolver();
    this.entries = new Map();
  }

  /** Calls back with an address, or with nothing when there is none; at once for a name that is known. */
  find(name: string, onFound: (ip: string) => void): void {
    let entry = this.entries.get(name);
    if (entry === undefined) {
      if (this.entries.size >= this.config.maxNames) {
        this.stats.inc(N.host_overflow);
        onFound('');
        return;
      }
      entry = { ip: '', freshUntilMs: Number.NEGATIVE_INFINITY, waiting: null };
      this.entries.set(name, entry);
      this.stats.inc(N.host_added);
      this.stats.add(N.num_hosts, 1);
    }
    if (entry.waiting !== null) entry.waiting.push(onFound);
    else if (this.scope.clock.now() < entry.freshUntilMs) onFound(entry.ip);
    else {
      entry.waiting = [onFound];
      this.ask(name, entry);
    }
  }

  private ask(name: string, entry: Entry): void {
    this.stats.inc(N.dns_query_attempt);
    void this.resolver.resolve(name, lookupFamily(this.config.family)).then((answer) => {
      const ip = answer.isFailure ? entry.ip : (answer.addresses[0]?.ip ?? '');
      this.stats.inc(answer.isFailure ? N.dns_query_failure : N.dns_query_success);
      if (ip !== entry.ip) this.stats.inc(N.host_address_changed);
      const { refreshMs, failureRefreshMs } = this.config;
      entry.ip = ip;
      entry.freshUntilMs = this.scope.clock.now() + (ip === '' ? failureRefreshMs : refreshMs);
      const waiting = entry.waiting ?? [];
      entry.waiting = null;
      for (const onFound of waiting) onFound(ip);
    });
  }
}
