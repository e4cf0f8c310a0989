/** Which members of a shard reads go to. */
export const readPolicies = [
  'MASTER',
  'PREFER_MASTER',
  'REPLICA',
  'PREFER_REPLICA',
  'ANY',
  'LOCAL_ZONE_AFFINITY',
  'LOCAL_ZONE_AFFINITY_REPLICAS_AND_PRIMARY',
] as const;
export type ReadPolicy = (typeof readPolicies)[number];

/** What a Redis client asks of the balancer of a Redis cluster. */
export interface ShardPick {
  /** Position of a shard, or −1: the shard of `slot`. */
  readonly shard: number;
  readonly slot: number;
  /** Where it may be read; `MASTER` also for writes. */
  readonly policy: ReadPolicy;
  /** This proxy's own zone. */
  readonly zone: string;
}
