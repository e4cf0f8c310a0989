import type { BoundStats } from '../../../../api/stats.js';
import type { ThreadScope } from '../../../../api/thread-scope.js';
import { type Cluster, type Host, HostHealth, type LoadBalancerContext } from '../../../../api/upstream.js';
import { Timer } from '../../../../base/timer-wheel.js';
import { xxHash64 } from '../../../../base/xx-hash.js';
import type { CommandKind } from './commands.js';
import type { RedisProxyConfig } from './config.js';
import { type ClientOwner, type ClientSettings, RedisClient } from './redis-client.js';
import { P, UpstreamCommandStats } from './redis-stats.js';

const sweepMs = 1000;

/** The connections of this thread to one cluster: one to each host, opened when first needed. */
export class RedisPool implements ClientOwner, ClientSettings {
  readonly scope: ThreadScope;
  readonly opTimeoutMs: number;
  readonly commandStats: UpstreamCommandStats | null;
  readonly auth: readonly string[] | null;
  private readonly name: string;
  private readonly hashesTags: boolean;
  private readonly stats: BoundStats;
  private readonly clients: Map<Host, RedisClient>;
  private readonly sweep: Timer;

  constructor(
    name: string,
    config: RedisProxyConfig,
    kinds: ReadonlyMap<string, CommandKind>,
    scope: ThreadScope,
  ) {
    const statName = scope.clusters.get(name)?.info.statName ?? name;
    this.scope = scope;
    this.name = name;
    this.opTimeoutMs = config.opTimeoutMs;
    this.hashesTags = config.hashesTags;
    this.auth = null;
    this.stats = scope.stats.bind(`cluster.${statName}.redis_cluster`, P);
    this.commandStats = config.hasCommandStats
      ? new UpstreamCommandStats(scope.stats, statName, kinds)
      : null;
    this.clients = new Map();
    this.sweep = new Timer(() => this.closeUnused());
  }

  get cluster(): Cluster | null {
    return this.scope.clusters.get(this.name);
  }

  /** The host that keys like that one live on; null when none can serve. */
  hostOf(key: string): Host | null {
    return this.cluster?.chooseHost(contextOf(xxHash64(this.hashesTags ? tagOf(key) : key))) ?? null;
  }

  get shardCount(): number {
    return this.cluster?.membership().total ?? 0;
  }

  /** The host of a shard's number: a hash like others, so that hashing balancers may give two shards one host. */
  hostOfShard(shard: number): Host | null {
    return this.cluster?.chooseHost(contextOf(BigInt(shard))) ?? null;
  }

  clientOf(host: Host): RedisClient | null {
    let client = this.clients.get(host);
    if (client !== undefined) return client;
    const { cluster } = this;
    if (cluster === null) return null;
    client = new RedisClient(this, cluster, host, this);
    this.clients.set(host, client);
    if (!this.sweep.isArmed) this.scope.timers.schedule(this.sweep, sweepMs);
    client.start();
    return client;
  }

  /** A connection of its own, for a transaction; its owner closes it. */
  dedicated(host: Host, owner: ClientOwner): RedisClient | null {
    const { cluster } = this;
    if (cluster === null) return null;
    const client = new RedisClient(this, cluster, host, owner);
    client.start();
    return client;
  }

  onClientOver(client: RedisClient): void {
    if (this.clients.get(client.host) === client) this.clients.delete(client.host);
  }

  /** Connections to hosts that have left are closed when everything on them is answered. */
  private closeUnused(): void {
    for (const [host, client] of this.clients) {
      if ((host.health & HostHealth.removed) === 0 || client.pendingReplies > 0) continue;
      this.stats.inc(P.upstream_cx_drained);
      client.close();
    }
    if (this.clients.size > 0) this.scope.timers.schedule(this.sweep, sweepMs);
  }
}

/** What of a key is hashed: the text in its first braces, if there is any. */
function tagOf(key: string): string {
  const open = key.indexOf('{');
  if (open < 0) return key;
  const close = key.indexOf('}', open + 1);
  return close < 0 || close === open + 1 ? key : key.slice(open + 1, close);
}

function contextOf(hash: bigint): LoadBalancerContext {
  return {
    hash,
    metadataMatch: null,
    headers: null,
    attempt: 0,
    accepts: () => true,
    hostSelectionMaxAttempts: 0,
  };
}
