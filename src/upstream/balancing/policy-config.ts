import type { ConfigNode } from '../../api/config-node.js';
import type { HashPolicyConfig } from '../../route/config-types.js';
import { parseHashPolicies } from '../../route/hash-policy.js';

/** How a policy spreads traffic over localities before it picks a host. */
export type LocalityRoutingConfig = {
  readonly kind: 'weighted' | 'zone-aware';
  /** Percent of picks that are routed by zone. */
  readonly enabledPercent: number;
  /** Fewer healthy hosts than this: no zones. */
  readonly minClusterSize: number;
  /** A level in panic serves nothing. */
  readonly failsInPanic: boolean;
  /** Healthy hosts in the own zone from which on all traffic stays there; 0 = never by force. */
  readonly forceLocalMinHosts: number;
  /** Shares count weights of hosts, not hosts. */
  readonly countsWeights: boolean;
};

export const defaultLocalityRouting: LocalityRoutingConfig = {
  kind: 'zone-aware',
  enabledPercent: 100,
  minClusterSize: 6,
  failsInPanic: false,
  forceLocalMinHosts: 0,
  countsWeights: false,
};

/** New hosts get their share of traffic little by little. */
export type SlowStartConfig = {
  readonly windowMs: number;
  readonly aggression: number;
  /** Runtime key of `aggression`; empty when there is none. */
  readonly aggressionKey: string;
  /** 0…1 */
  readonly minimum: number;
};

export type RoundRobinConfig = {
  readonly locality: LocalityRoutingConfig;
  readonly slowStart: SlowStartConfig | null;
};

export type LeastRequestConfig = RoundRobinConfig & {
  readonly choiceCount: number;
  readonly bias: number;
  /** Runtime key that overrides `bias`; empty when there is none. */
  readonly biasKey: string;
  readonly isFullScan: boolean;
};

export type RandomConfig = { readonly locality: LocalityRoutingConfig };

/** What ring hash and Maglev have in common. */
export type ConsistentHashConfig = {
  readonly usesHostname: boolean;
  /** Percent of the mean load that a host may have; 0 = no bound. */
  readonly balanceFactor: number;
  readonly isLocalityWeighted: boolean;
  /** In the place of those of routes and clusters, where there are any. */
  readonly hashPolicies: readonly HashPolicyConfig[];
};

export type RingHashConfig = ConsistentHashConfig & {
  readonly hashFunction: 'xxhash' | 'murmur';
  readonly minimumSize: number;
  readonly maximumSize: number;
};

export type MaglevConfig = ConsistentHashConfig & { readonly tableSize: number };

/** Reads `LocalityLbConfig`, or `CommonLbConfig` of a cluster, which has two of its fields. */
export function parseLocalityRouting(node: ConfigNode | undefined): LocalityRoutingConfig {
  if (node?.message('locality_weighted_lb_config') !== undefined) {
    return { ...defaultLocalityRouting, kind: 'weighted' };
  }
  const zone = node?.message('zone_aware_lb_config');
  if (zone === undefined) return defaultLocalityRouting;
  const isTyped = zone.typeName.startsWith('envoy.extensions.');
  const force = isTyped ? zone.message('force_local_zone') : undefined;
  const isDirect = isTyped && zone.bool('force_locality_direct_routing');
  return {
    kind: 'zone-aware',
    enabledPercent: Math.round(zone.message('routing_enabled')?.number('value', 100) ?? 100),
    minClusterSize: zone.number('min_cluster_size', 6),
    failsInPanic: zone.bool('fail_traffic_on_panic'),
    forceLocalMinHosts: force !== undefined ? force.number('min_size', 1) : isDirect ? 1 : 0,
    countsWeights: isTyped && zone.enum('locality_basis') === 'HEALTHY_HOSTS_WEIGHT',
  };
}

/** Reads `SlowStartConfig`, of a policy or of a cluster. */
export function parseSlowStart(node: ConfigNode | undefined): SlowStartConfig | null {
  if (node === undefined) return null;
  const aggression = node.message('aggression');
  return {
    windowMs: node.duration('slow_start_window', 0),
    aggression: aggression?.number('default_value', 1) ?? 1,
    aggressionKey: aggression?.string('runtime_key') ?? '',
    minimum: (node.message('min_weight_percent')?.number('value', 10) ?? 10) / 100,
  };
}

/** Reads `LeastRequest`, or `LeastRequestLbConfig` of a cluster; undefined stands for a cluster without it. */
export function parseActiveRequests(
  node: ConfigNode | undefined,
): Omit<LeastRequestConfig, keyof RoundRobinConfig> {
  const bias = node?.message('active_request_bias');
  return {
    choiceCount: node?.number('choice_count', 2) ?? 2,
    bias: bias?.number('default_value', 1) ?? 1,
    biasKey: bias?.string('runtime_key') ?? '',
    isFullScan: false,
  };
}

/** Reads `ConsistentHashingLbConfig`. */
export function parseConsistentHash(
  node: ConfigNode | undefined,
): Omit<ConsistentHashConfig, 'isLocalityWeighted'> {
  const isTyped = node?.typeName.startsWith('envoy.extensions.') === true;
  return {
    hashPolicies: isTyped ? parseHashPolicies(node, 'hash_policy') : [],
    usesHostname: node?.bool('use_hostname_for_hashing') ?? false,
    balanceFactor: node?.number('hash_balance_factor', 0) ?? 0,
  };
}

/** Reads the ring's own fields of `RingHash`, or of a cluster's `RingHashLbConfig`. */
export function parseRing(node: ConfigNode | undefined): Omit<RingHashConfig, keyof ConsistentHashConfig> {
  const minimumSize = node?.number('minimum_ring_size', 1024) ?? 1024;
  const maximumSize = node?.number('maximum_ring_size', 8_388_608) ?? 8_388_608;
  if (minimumSize > maximumSize) {
    node?.error(`ring hash: minimum_ring_size (${minimumSize}) > maximum_ring_size (${maximumSize})`);
  }
  const hashFunction = node?.enum('hash_function') === 'MURMUR_HASH_2' ? 'murmur' : 'xxhash';
  return { hashFunction, minimumSize, maximumSize };
}

/** Reads `table_size` of `Maglev`, or of a cluster's `MaglevLbConfig`. */
export function parseMaglevTable(node: ConfigNode | undefined): Pick<MaglevConfig, 'tableSize'> {
  const tableSize = node?.number('table_size', 65_537) ?? 65_537;
  if (!isPrime(tableSize)) node?.error('The table size of maglev must be prime number', 'table_size');
  return { tableSize };
}

function isPrime(n: number): boolean {
  if (n < 2) return false;
  for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return false;
  return true;
}
