import type { BoundStats } from '../../../../api/stats.js';
import type { ThreadScope } from '../../../../api/thread-scope.js';
import { type CommandKind, commandKinds } from './commands.js';
import type { RedisProxyConfig } from './config.js';
import { KeyRoutes } from './key-routes.js';
import { RedisPool } from './redis-pool.js';
import { CommandStats, R, S } from './redis-stats.js';

/** What all connections of one filter chain share. */
export class RedisProxy {
  readonly config: RedisProxyConfig;
  readonly scope: ThreadScope;
  readonly listenerName: string;
  readonly stats: BoundStats;
  readonly splitterStats: BoundStats;
  readonly routes: KeyRoutes;
  private readonly kinds: ReadonlyMap<string, CommandKind>;
  private readonly commandStats: ReadonlyMap<string, CommandStats>;

  constructor(config: RedisProxyConfig, scope: ThreadScope, listenerName: string) {
    const root = `redis.${config.statPrefix}`;
    const pools = new Map<string, RedisPool>();
    this.config = config;
    this.scope = scope;
    this.listenerName = listenerName;
    this.stats = scope.stats.bind(root, R);
    this.splitterStats = scope.stats.bind(`${root}.splitter`, S);
    this.kinds = commandKinds(config.customCommands);
    const commandStats = new Map<string, CommandStats>();
    for (const [name, kind] of this.kinds) {
      if (kind === 'local') continue;
      commandStats.set(
        name,
        new CommandStats(scope.stats, `${root}.command.${name}`, config.isLatencyInMicros),
      );
    }
    this.commandStats = commandStats;
    const poolOf = (cluster: string): RedisPool => {
      const pool = pools.get(cluster) ?? new RedisPool(cluster, config, this.kinds, scope);
      pools.set(cluster, pool);
      return pool;
    };
    this.routes = new KeyRoutes(config.routes, config.catchAll, config.isCaseInsensitive, poolOf);
  }

  /** Undefined: the proxy does not know the command. */
  kindOf(command: string): CommandKind | undefined {
    return this.kinds.get(command);
  }

  statsOf(command: string): CommandStats {
    return (this.commandStats.get(command) ?? this.commandStats.get('multi')) as CommandStats;
  }
}
