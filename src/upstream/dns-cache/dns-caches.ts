import type { NameAnswer, NameWant } from '../../api/name-caches.js';
import { DnsCache, type DnsCacheScope } from './dns-cache.js';
import type { DnsCacheConfig } from './dns-cache-config.js';

/** The caches of main: one for each name, made at its first use. */
export class DnsCaches {
  private readonly scope: DnsCacheScope;
  private readonly byName: Map<string, DnsCache>;

  constructor(scope: DnsCacheScope) {
    this.scope = scope;
    this.byName = new Map();
  }

  of(config: DnsCacheConfig): DnsCache {
    let cache = this.byName.get(config.name);
    if (cache === undefined) {
      cache = new DnsCache(config, this.scope);
      this.byName.set(config.name, cache);
    }
    return cache;
  }

  onWant({ cache, name, port }: NameWant): void {
    // Its own parser made it: both come from this build.
    this.of(cache as DnsCacheConfig).want({ name, port });
  }

  *answers(): Generator<NameAnswer, void> {
    for (const cache of this.byName.values()) yield* cache.answers();
  }

  close(): void {
    for (const cache of this.byName.values()) cache.close();
  }
}
