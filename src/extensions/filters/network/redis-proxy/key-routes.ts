import type { RedisRouteConfig } from './config.js';
import type { RedisPool } from './redis-pool.js';

export interface KeyRoute {
  readonly config: RedisRouteConfig;
  readonly prefix: string;
  readonly pool: RedisPool;
}

/** Which cluster a key lives in: the longest prefix wins. */
export class KeyRoutes {
  /** Longest prefix first. */
  private readonly routes: readonly KeyRoute[];
  readonly catchAll: KeyRoute | null;
  private readonly isCaseInsensitive: boolean;

  constructor(
    routes: readonly RedisRouteConfig[],
    catchAll: RedisRouteConfig | null,
    isCaseInsensitive: boolean,
    poolOf: (cluster: string) => RedisPool,
  ) {
    const routeOf = (config: RedisRouteConfig): KeyRoute => ({
      config,
      prefix: isCaseInsensitive ? config.prefix.toLowerCase() : config.prefix,
      pool: poolOf(config.cluster),
    });
    this.isCaseInsensitive = isCaseInsensitive;
    this.routes = routes.map(routeOf).sort((a, b) => b.prefix.length - a.prefix.length);
    this.catchAll = catchAll === null ? null : routeOf(catchAll);
  }

  find(key: string): KeyRoute | null {
    if (this.routes.length === 0) return this.catchAll;
    const folded = this.isCaseInsensitive ? key.toLowerCase() : key;
    for (const route of this.routes) if (folded.startsWith(route.prefix)) return route;
    return this.catchAll;
  }
}

/** The key as the cluster's hosts know it. */
export function keyUpstream(route: KeyRoute, key: string): string {
  return route.config.removesPrefix ? key.slice(route.prefix.length) : key;
}
