import type { StreamInfo } from '../../../../api/stream-info.js';
import type { ThreadScope } from '../../../../api/thread-scope.js';
import type { CommandFacts } from './commands.js';
import type { MirrorConfig, RedisRouteConfig } from './config.js';
import { compileKeyFormat, type KeyFormat } from './key-format.js';
import type { RedisPool } from './redis-pool.js';

/** Another cluster that gets some commands too; what it answers goes nowhere. */
export class Mirror {
  readonly pool: RedisPool;
  private readonly config: MirrorConfig;
  private readonly scope: ThreadScope;

  constructor(config: MirrorConfig, pool: RedisPool, scope: ThreadScope) {
    this.config = config;
    this.pool = pool;
    this.scope = scope;
  }

  takes(command: CommandFacts): boolean {
    const { excludesReads, fraction } = this.config;
    if (excludesReads && command.isRead) return false;
    return fraction === null || this.scope.runtime.sampled(fraction, this.scope.random.u32());
  }
}

export class KeyRoute {
  /** As it is compared. */
  readonly prefix: string;
  readonly pool: RedisPool;
  readonly mirrors: readonly Mirror[];
  private readonly readPool: RedisPool;
  private readonly cutLength: number;
  private readonly format: KeyFormat | null;

  constructor(
    config: RedisRouteConfig,
    prefix: string,
    poolOf: (cluster: string) => RedisPool,
    scope: ThreadScope,
  ) {
    this.prefix = prefix;
    this.pool = poolOf(config.cluster);
    this.readPool = config.readCluster === '' ? this.pool : poolOf(config.readCluster);
    this.mirrors = config.mirrors.map((mirror) => new Mirror(mirror, poolOf(mirror.cluster), scope));
    this.cutLength = config.removesPrefix ? config.prefix.length : 0;
    this.format = config.keyFormat === '' ? null : compileKeyFormat(config.keyFormat);
  }

  poolFor(command: CommandFacts): RedisPool {
    return command.isRead ? this.readPool : this.pool;
  }

  /** The key as the cluster's hosts know it. */
  keyUpstream(key: string, connection: StreamInfoSource): string {
    const cut = this.cutLength === 0 ? key : key.slice(this.cutLength);
    return this.format === null ? cut : this.format(cut, connection.record);
  }
}

/** A connection, whose facts are put together when they are first asked for. */
export interface StreamInfoSource {
  readonly record: StreamInfo;
}

/** Which cluster a key lives in: the longest prefix wins. */
export class KeyRoutes {
  /** Longest prefix first. */
  private readonly routes: readonly KeyRoute[];
  private readonly catchAll: KeyRoute | null;
  private readonly isCaseInsensitive: boolean;

  constructor(
    config: {
      readonly routes: readonly RedisRouteConfig[];
      readonly catchAll: RedisRouteConfig | null;
      readonly isCaseInsensitive: boolean;
    },
    poolOf: (cluster: string) => RedisPool,
    scope: ThreadScope,
  ) {
    const { isCaseInsensitive, catchAll } = config;
    const routeOf = (route: RedisRouteConfig): KeyRoute =>
      new KeyRoute(route, isCaseInsensitive ? route.prefix.toLowerCase() : route.prefix, poolOf, scope);
    this.isCaseInsensitive = isCaseInsensitive;
    this.routes = config.routes.map(routeOf).sort((a, b) => b.prefix.length - a.prefix.length);
    this.catchAll = catchAll === null ? null : routeOf(catchAll);
  }

  find(key: string): KeyRoute | null {
    if (this.routes.length === 0) return this.catchAll;
    const folded = this.isCaseInsensitive ? key.toLowerCase() : key;
    for (const route of this.routes) if (folded.startsWith(route.prefix)) return route;
    return this.catchAll;
  }
}
