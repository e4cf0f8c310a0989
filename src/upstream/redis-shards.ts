import type { ShardPick } from '../api/redis-shard.js';
import {
  degradedMask,
  type Host,
  type HostChooser,
  type LoadBalancerContext,
  unhealthyMask,
} from '../api/upstream.js';
import type { Plain } from '../base/plain.js';
import type { Random } from '../base/random.js';

export const slotCount = 16_384;

/** A run of slots, both ends included. */
export type SlotRange = readonly [first: number, last: number];

/** What discovery found out about a host of a Redis cluster; travels as part of its metadata. */
export type ShardFacts = {
  /** Slots that it is the primary of. */
  readonly slots: readonly SlotRange[];
  /** Addresses of primaries that it is a replica of. */
  readonly replicates: readonly string[];
};

const metadataKey = 'redis_shard';

export function shardMetadata(facts: ShardFacts): Plain {
  return { [metadataKey]: facts };
}

function shardFacts(metadata: Plain): ShardFacts | null {
  if (typeof metadata !== 'object' || metadata === null || !(metadataKey in metadata)) return null;
  return metadata[metadataKey] as ShardFacts;
}

interface Shard {
  readonly primary: Host;
  readonly replicas: Host[];
}

const none = 0xffff;

/** The shards of a Redis cluster as its hosts describe them; made anew when hosts or their health change. */
export class RedisShards implements HostChooser {
  private readonly shards: readonly Shard[];
  private readonly bySlot: Uint16Array;
  private readonly random: Random;

  constructor(hosts: readonly Host[], random: Random) {
    this.random = random;
    this.bySlot = new Uint16Array(slotCount).fill(none);
    const ranges: (readonly [range: SlotRange, primary: Host])[] = [];
    const replicas = new Map<string, Host[]>();
    for (const host of hosts) {
      const facts = shardFacts(host.metadata);
      for (const range of facts?.slots ?? []) ranges.push([range, host]);
      for (const primary of facts?.replicates ?? []) {
        replicas.set(primary, [...(replicas.get(primary) ?? []), host]);
      }
    }
    ranges.sort(([a], [b]) => a[0] - b[0] || a[1] - b[1]);
    const shards: Shard[] = [];
    const known = new Map<Host, number>();
    for (const [[first, last], primary] of ranges) {
      const index = known.get(primary) ?? shards.length;
      known.set(primary, index);
      if (index === shards.length)
        shards.push({ primary, replicas: replicas.get(primary.address.text) ?? [] });
      this.bySlot.fill(index, first, last + 1);
    }
    this.shards = shards;
  }

  get shardCount(): number {
    return this.shards.length;
  }

  choose(context: LoadBalancerContext): Host | null {
    const pick = context.shardPick ?? null;
    if (pick === null) {
      const { hash } = context;
      return hash === undefined ? null : (this.shardOf(Number(hash % BigInt(slotCount)))?.primary ?? null);
    }
    const shard = pick.shard >= 0 ? this.shards[pick.shard] : this.shardOf(pick.slot);
    return shard === undefined ? null : this.memberOf(shard, pick);
  }

  private shardOf(slot: number): Shard | undefined {
    return this.shards[this.bySlot[slot % slotCount] as number];
  }

  private memberOf(shard: Shard, { policy, zone }: ShardPick): Host | null {
    const { primary, replicas } = shard;
    switch (policy) {
      case 'MASTER':
        return primary;
      case 'PREFER_MASTER':
        return isHealthy(primary) ? primary : this.anyOf([primary, ...replicas]);
      case 'REPLICA':
        return this.anyOf(replicas);
      case 'PREFER_REPLICA':
        return this.anyOf(replicas.some(isHealthy) ? replicas : [primary, ...replicas]);
      case 'ANY':
        return this.anyOf([primary, ...replicas]);
      case 'LOCAL_ZONE_AFFINITY':
        return this.near(replicas, zone) ?? this.anyOf(replicas) ?? primary;
      case 'LOCAL_ZONE_AFFINITY_REPLICAS_AND_PRIMARY':
        return (
          this.near(replicas, zone) ??
          (isIn(primary, zone) && isHealthy(primary) ? primary : (this.anyOf(replicas) ?? primary))
        );
    }
  }

  private near(replicas: readonly Host[], zone: string): Host | null {
    return this.anyOf(replicas.filter((host) => isIn(host, zone)));
  }

  /** One of the healthiest by chance. */
  private anyOf(hosts: readonly Host[]): Host | null {
    let candidates = hosts.filter(isHealthy);
    if (candidates.length === 0) candidates = hosts.filter(({ health }) => (health & unhealthyMask) === 0);
    if (candidates.length === 0) candidates = [...hosts];
    return candidates[this.random.below(Math.max(1, candidates.length))] ?? null;
  }
}

function isHealthy({ health }: Host): boolean {
  return (health & (unhealthyMask | degradedMask)) === 0;
}

function isIn(host: Host, zone: string): boolean {
  return zone !== '' && host.locality.zone === zone;
}
