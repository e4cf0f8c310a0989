import type { NameAnswer, NameCache, NameCaches, NameFound, NameWant } from '../api/name-caches.js';
import type { BoundStats, StatScope } from '../api/stats.js';
import type { Cancellable } from '../api/upstream.js';
import type { Plain } from '../base/plain.js';
import type { DnsCacheConfig } from '../upstream/dns-cache/dns-cache-config.js';
import { N } from '../upstream/dns-cache/dns-cache-stats.js';
import { nameKey } from '../upstream/dns-cache/name-key.js';

type Done = (found: NameFound) => void;

/** What this thread knows of the names of one cache, and who waits for one. */
class ThreadNameCache implements NameCache {
  private readonly config: DnsCacheConfig;
  private readonly ask: (want: NameWant) => void;
  private readonly known: ReadonlyMap<string, NameFound>;
  private readonly waiting: Map<string, Set<Done>>;
  private readonly stats: BoundStats;
  private pending: number;

  constructor(
    config: DnsCacheConfig,
    known: ReadonlyMap<string, NameFound>,
    stats: StatScope,
    ask: (want: NameWant) => void,
  ) {
    this.config = config;
    this.ask = ask;
    this.known = known;
    this.waiting = new Map();
    this.stats = stats.bind(`dns_cache.${config.name}`, N);
    this.pending = 0;
  }

  find(name: string, port: number, done: Done): NameFound | Cancellable | null {
    if (this.pending >= this.config.maxPending) {
      this.stats.inc(N.dns_rq_pending_overflow);
      return null;
    }
    const key = nameKey({ name, port });
    const known = this.known.get(key);
    const isAskedAnew = known?.outcome === 'failed' && this.config.failsUntilWanted;
    if (known !== undefined && !isAskedAnew) return known;
    const waiters = this.waiting.get(key) ?? new Set();
    const isFirst = waiters.size === 0;
    this.waiting.set(key, waiters);
    waiters.add(done);
    this.pending++;
    if (isFirst) this.ask({ cache: this.config, name, port });
    return {
      cancel: () => {
        if (waiters.delete(done)) this.pending--;
      },
    };
  }

  onAnswer({ key, outcome, details }: NameAnswer): void {
    const waiters = this.waiting.get(key);
    if (waiters === undefined) return;
    this.waiting.delete(key);
    this.pending -= waiters.size;
    const all = [...waiters];
    waiters.clear();
    for (const done of all) done({ outcome: outcome === 'gone' ? 'failed' : outcome, details });
  }
}

/** The caches of names in one thread; main keeps them up to date. */
export class ThreadNames implements NameCaches {
  private readonly ask: (want: NameWant) => void;
  private readonly stats: () => StatScope;
  private readonly known: Map<string, Map<string, NameFound>>;
  private readonly caches: Map<string, ThreadNameCache>;

  /** `stats` is asked once the thread has them. */
  constructor(ask: (want: NameWant) => void, stats: () => StatScope) {
    this.ask = ask;
    this.stats = stats;
    this.known = new Map();
    this.caches = new Map();
  }

  cache(plain: Plain): NameCache {
    // Its own parser made it: both come from this build.
    const config = plain as DnsCacheConfig;
    let cache = this.caches.get(config.name);
    if (cache === undefined) {
      cache = new ThreadNameCache(config, this.knownOf(config.name), this.stats(), this.ask);
      this.caches.set(config.name, cache);
    }
    return cache;
  }

  onAnswer(answer: NameAnswer): void {
    const { cache, key, outcome, details } = answer;
    const known = this.knownOf(cache);
    if (outcome === 'gone') known.delete(key);
    else if (outcome !== 'overflow') known.set(key, { outcome, details });
    this.caches.get(cache)?.onAnswer(answer);
  }

  private knownOf(cache: string): Map<string, NameFound> {
    let known = this.known.get(cache);
    if (known === undefined) {
      known = new Map();
      this.known.set(cache, known);
    }
    return known;
  }
}
