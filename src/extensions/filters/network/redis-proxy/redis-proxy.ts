import type { BoundStats } from '../../../../api/stats.js';
import type { ThreadScope } from '../../../../api/thread-scope.js';
import { type CommandFacts, knownCommands } from './commands.js';
import type { RedisProxyConfig } from './config.js';
import { AuthProvider } from './external-gate.js';
import { Faults } from './faults.js';
import { KeyRoutes } from './key-routes.js';
import { RedisPool } from './redis-pool.js';
import { CommandStats, R, S } from './redis-stats.js';

/** A command that clients may send, with the stats that it counts in. */
export interface KnownCommand extends CommandFacts {
  readonly stats: CommandStats;
}

const drainClose = { numerator: 100, denominator: 100, runtimeKey: 'redis.drain_close_enabled' };

/** What all connections of one filter chain share. */
export class RedisProxy {
  readonly config: RedisProxyConfig;
  readonly scope: ThreadScope;
  readonly listenerName: string;
  readonly stats: BoundStats;
  readonly splitterStats: BoundStats;
  readonly routes: KeyRoutes;
  /** Null: there are none. */
  readonly faults: Faults | null;
  /** Null: clients are checked against passwords, or not at all. */
  readonly provider: AuthProvider | null;
  readonly helloStats: CommandStats;
  readonly multiStats: CommandStats;
  /** By name in lower case and in upper case: that is how clients write them. */
  private readonly commands: ReadonlyMap<string, KnownCommand>;

  constructor(config: RedisProxyConfig, scope: ThreadScope, listenerName: string) {
    const root = `redis.${config.statPrefix}`;
    const pools = new Map<string, RedisPool>();
    this.config = config;
    this.scope = scope;
    this.listenerName = listenerName;
    this.stats = scope.stats.bind(root, R);
    this.splitterStats = scope.stats.bind(`${root}.splitter`, S);
    const statsOf = (name: string): CommandStats =>
      new CommandStats(scope.stats, `${root}.command.${name}`, config.isLatencyInMicros);
    const commands = new Map<string, KnownCommand>();
    this.helloStats = statsOf('hello');
    this.multiStats = statsOf('multi');
    for (const [name, facts] of knownCommands(config.customCommands)) {
      // Local ones count nowhere.
      const stats = facts.kind === 'local' ? this.helloStats : statsOf(name.toLowerCase());
      const known = { ...facts, stats };
      commands.set(name, known);
      if (name === name.toLowerCase()) commands.set(name.toUpperCase(), known);
    }
    this.commands = commands;
    const poolOf = (cluster: string): RedisPool => {
      const pool = pools.get(cluster) ?? new RedisPool(cluster, config.pool, scope);
      pools.set(cluster, pool);
      return pool;
    };
    this.routes = new KeyRoutes(config, poolOf, scope);
    this.provider = config.external === null ? null : new AuthProvider(config.external, scope);
    this.faults = config.faults.length === 0 ? null : new Faults(config.faults, scope);
  }

  /** Asked for each connection that could go. */
  get closesDraining(): boolean {
    return this.scope.runtime.sampled(drainClose, this.scope.random.u32());
  }

  /** Undefined: the proxy does not know the command. */
  find(word: string): KnownCommand | undefined {
    return this.commands.get(word) ?? this.commands.get(word.toLowerCase());
  }
}
