import type { ShardPick } from '../../../../api/redis-shard.js';
import type { BoundStats } from '../../../../api/stats.js';
import type { ThreadScope } from '../../../../api/thread-scope.js';
import { type Cluster, type Host, HostHealth, type LoadBalancerContext } from '../../../../api/upstream.js';
import { crc16 } from '../../../../base/crc16.js';
import { murmurHash64 } from '../../../../base/murmur-hash.js';
import { Timer } from '../../../../base/timer-wheel.js';
import { TokenBucket } from '../../../../base/token-bucket.js';
import type { RespValue } from '../../../../codec/redis/resp-value.js';
import { ipAddress } from '../../../../network/address.js';
import { C } from '../../../../upstream/cluster-stats.js';
import { RedisCommandStats } from '../../../../upstream/redis-command-stats.js';
import type { CommandFacts } from './commands.js';
import type { PoolConfig } from './config.js';
import { NameCache } from './name-cache.js';
import { parseRedirection, type Redirection } from './redirection.js';
import {
  type ClientOwner,
  type ClientSettings,
  RedisClient,
  type Sent,
  upstreamFailure,
} from './redis-client.js';
import { P } from './redis-stats.js';
import { StrayHosts } from './stray-hosts.js';

const sweepMs = 1000;

/** The connections of this thread to one cluster: one to each host, opened when first needed. */
export class RedisPool implements ClientOwner, ClientSettings {
  readonly scope: ThreadScope;
  readonly config: PoolConfig;
  readonly commandStats: RedisCommandStats;
  private readonly name: string;
  private readonly stats: BoundStats;
  private readonly clients: Map<Host, RedisClient>;
  private readonly strays: StrayHosts;
  private readonly names: NameCache | null;
  private readonly context: KeyContext;
  private readonly rateLimit: TokenBucket | null;
  private readonly sweep: Timer;

  constructor(name: string, config: PoolConfig, scope: ThreadScope) {
    const statName = scope.clusters.get(name)?.info.statName ?? name;
    this.scope = scope;
    this.config = config;
    this.name = name;
    const statRoot = `cluster.${statName}.redis_cluster`;
    this.stats = scope.stats.bind(statRoot, P);
    this.commandStats = new RedisCommandStats(scope.stats, statRoot, config.hasCommandStats);
    this.clients = new Map();
    this.strays = new StrayHosts(config.maxUnknownConnections);
    this.names = config.nameCache === null ? null : new NameCache(config.nameCache, scope);
    this.context = new KeyContext(config, scope.node.zone);
    this.rateLimit = bucketOf(config.connectionsPerSecond);
    this.sweep = new Timer(() => this.closeUnused());
  }

  get cluster(): Cluster | null {
    return this.scope.clusters.get(this.name);
  }

  /** The host that keys like that one live on; null when none can serve. */
  hostOf(key: string, command: CommandFacts): Host | null {
    const { cluster } = this;
    if (cluster === null) return null;
    this.context.ask(key, -1, command, cluster.info.redis.hasSlots);
    return cluster.chooseHost(this.context);
  }

  get shardCount(): number {
    return this.cluster?.shardCount() ?? 0;
  }

  /** The host of a shard's number: a hash like others, so that hashing balancers may give two shards one host. */
  hostOfShard(shard: number, command: CommandFacts): Host | null {
    const { cluster } = this;
    if (cluster === null) return null;
    this.context.ask('', shard, command, cluster.info.redis.hasSlots);
    return cluster.chooseHost(this.context);
  }

  /** Null: there is no cluster, or too many connections have been opened of late. */
  clientOf(host: Host): RedisClient | null {
    let client = this.clients.get(host);
    if (client !== undefined) return client;
    const { cluster } = this;
    if (cluster === null) return null;
    if (this.rateLimit?.take(this.scope.clock.now()) === false) {
      this.stats.inc(P.connection_rate_limited);
      return null;
    }
    client = new RedisClient(this, cluster, host, this, false);
    this.clients.set(host, client);
    if (!this.sweep.isArmed) this.scope.timers.schedule(this.sweep, sweepMs);
    client.start();
    return client;
  }

  /** A connection of its own, for a transaction; its owner closes it. */
  dedicated(host: Host, owner: ClientOwner): RedisClient | null {
    const { cluster } = this;
    if (cluster === null) return null;
    const client = new RedisClient(this, cluster, host, owner, true);
    client.start();
    return client;
  }

  // ClientOwner

  onClientOver(client: RedisClient): void {
    if (this.clients.get(client.host) === client) this.clients.delete(client.host);
  }

  // ClientSettings

  onHelloFailure(): void {
    this.stats.inc(P.upstream_resp3_hello_failure);
  }

  onError(value: RespValue & { readonly text: string }, sent: Sent): void {
    const redirection = parseRedirection(value.text);
    const { cluster } = this;
    if (redirection === 'down') {
      sent.target.onFailure(upstreamFailure);
      cluster?.noteTopology('failure');
    } else if (redirection === null || cluster === null) sent.target.onReply(value);
    else if (this.names === null || redirection.isAddress) {
      this.redirect(value, sent, redirection, redirection.address, cluster);
    } else {
      // The name comes first, and the reply with it.
      this.names.find(redirection.host, (ip) => {
        const address = ip === '' ? '' : ipAddress(ip, Number(redirection.port)).text;
        this.redirect(value, sent, redirection, address, cluster);
      });
    }
  }

  private redirect(
    value: RespValue,
    sent: Sent,
    { isAsk }: Redirection,
    address: string,
    cluster: Cluster,
  ): void {
    const { stats } = cluster.info;
    const host = sent.redirections === 0 ? null : this.hostAt(address, cluster);
    const client = host === null ? null : this.clientOf(host);
    if (client === null) {
      stats.inc(C.upstream_internal_redirect_failed_total);
      sent.target.onReply(value);
      return;
    }
    if (isAsk) client.sendOwn('asking');
    client.send(sent.bytes, sent.command, sent.target, sent.redirections - 1);
    stats.inc(C.upstream_internal_redirect_succeeded_total);
    cluster.noteTopology('redirection');
  }

  private hostAt(address: string, cluster: Cluster): Host | null {
    const known = cluster.currentHosts.find((host) => host.address.text === address);
    if (known !== undefined) return known;
    const stray = this.strays.find(address);
    if (stray === 'too many') {
      this.stats.inc(P.max_upstream_unknown_connections_reached);
      return null;
    }
    return stray;
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

function bucketOf(perSecond: number): TokenBucket | null {
  if (perSecond === 0) return null;
  return new TokenBucket(new BigInt64Array(1), {
    maxTokens: perSecond,
    tokensPerFill: perSecond,
    fillIntervalMs: 1000,
  });
}

/** What of a key is hashed: the text in its first braces, if there is any. */
function tagOf(key: string): string {
  const open = key.indexOf('{');
  if (open < 0) return key;
  const close = key.indexOf('}', open + 1);
  return close < 0 || close === open + 1 ? key : key.slice(open + 1, close);
}

/** What balancers are asked: one object for all commands, as they answer at once. */
class KeyContext implements LoadBalancerContext, ShardPick {
  readonly metadataMatch: null;
  readonly headers: null;
  readonly attempt: number;
  readonly hostSelectionMaxAttempts: number;
  readonly zone: string;
  shard: number;
  slot: number;
  policy: ShardPick['policy'];
  private readonly config: PoolConfig;
  private key: string;

  constructor(config: PoolConfig, zone: string) {
    this.metadataMatch = null;
    this.headers = null;
    this.attempt = 0;
    this.hostSelectionMaxAttempts = 0;
    this.zone = zone;
    this.shard = -1;
    this.slot = 0;
    this.policy = 'MASTER';
    this.config = config;
    this.key = '';
  }

  ask(key: string, shard: number, command: CommandFacts, hasSlots: boolean): void {
    this.key = key;
    this.shard = shard;
    if (!hasSlots) return;
    this.policy = command.isRead ? this.config.readPolicy : 'MASTER';
    if (shard < 0) this.slot = crc16(tagOf(key));
  }

  get shardPick(): ShardPick {
    return this;
  }

  /** Only asked by balancers that hash. */
  get hash(): bigint {
    if (this.shard >= 0) return BigInt(this.shard);
    return murmurHash64(this.config.hashesTags ? tagOf(this.key) : this.key);
  }

  accepts(): boolean {
    return true;
  }
}
