import type { ConfigNode, ExtensionConfig } from '../../api/config-node.js';
import type { Plain } from '../../base/plain.js';
import type { ClusterType } from '../membership/discovery-config.js';
import {
  parseActiveRequests,
  parseConsistentHash,
  parseLocalityRouting,
  parseMaglevTable,
  parseRing,
  parseSlowStart,
} from './policy-config.js';
import { parseSubset } from './subset-config.js';

/** `lb_policy` of a cluster and the type that has replaced it. */
const typesOfPolicies: { readonly [policy: string]: string } = {
  ROUND_ROBIN: 'round_robin.v3.RoundRobin',
  LEAST_REQUEST: 'least_request.v3.LeastRequest',
  RANDOM: 'random.v3.Random',
  RING_HASH: 'ring_hash.v3.RingHash',
  MAGLEV: 'maglev.v3.Maglev',
};

/** The first policy of a `LoadBalancingPolicy` that is known. */
export function parsePolicies(node: ConfigNode | undefined): ExtensionConfig | undefined {
  for (const policy of node?.list('policies') ?? []) {
    const extension = policy.extension('load.balancer', 'typed_extension_config');
    if (extension !== undefined) return extension;
  }
  return undefined;
}

/** What `load_balancing_policy` says; without it, `lb_policy` with its own fields, in subsets where there are any. */
export function parseBalancer(node: ConfigNode): ExtensionConfig {
  const typed = parsePolicies(node.message('load_balancing_policy'));
  if (typed !== undefined) return typed;
  const policy = parseOldPolicy(node);
  const subsets = node.message('lb_subset_config');
  if (subsets === undefined || subsets.list('subset_selectors').length === 0) return policy;
  return {
    name: 'subset',
    typeUrl: 'envoy.extensions.load_balancing_policies.subset.v3.Subset',
    config: parseSubset(subsets, policy),
  };
}

/** Types of clusters that choose hosts themselves, and let nothing else do it. */
const providing: ReadonlySet<ClusterType> = new Set<ClusterType>([
  'ORIGINAL_DST',
  'AGGREGATE',
  'DYNAMIC_FORWARD_PROXY',
]);

/** The balancer of a cluster that has its own; undefined for clusters that have not. */
export function providedBalancer(node: ConfigNode, type: ClusterType): ExtensionConfig | undefined {
  const policies = node.message('load_balancing_policy');
  const isProvided =
    node.enum('lb_policy', 'ROUND_ROBIN') === 'CLUSTER_PROVIDED' ||
    parsePolicies(policies)?.typeUrl === providedType;
  const name = node.string('name');
  if (!isProvided && !providing.has(type)) return undefined;
  const provides = providing.has(type) || type === 'REDIS' || isForeign(node);
  if (!provides) {
    const text = `cluster manager: cluster provided LB specified but cluster '${name}' did not provide one.`;
    node.error(`${text} Check cluster documentation.`, 'lb_policy');
  } else if (!isProvided && type !== 'ORIGINAL_DST') {
    const text = `cluster manager: cluster provided LB not specified but cluster '${name}' provided one.`;
    node.error(`${text} Check cluster documentation.`, 'lb_policy');
  }
  if (node.has('lb_subset_config')) {
    const text = 'cluster: LB policy CLUSTER_PROVIDED cannot be combined with lb_subset_config';
    node.error(text, 'lb_subset_config');
  }
  return { name: 'cluster_provided', typeUrl: providedType, config: null };
}

/** A cluster of a type that is not among ours, which is told elsewhere. */
function isForeign(node: ConfigNode): boolean {
  return node.has('cluster_type') && node.extension('cluster', 'cluster_type') === undefined;
}

const providedType = 'envoy.extensions.load_balancing_policies.cluster_provided.v3.ClusterProvided';

function parseOldPolicy(node: ConfigNode): ExtensionConfig {
  const policy = node.enum('lb_policy', 'ROUND_ROBIN');
  const type = typesOfPolicies[policy];
  if (type === undefined && policy !== 'LOAD_BALANCING_POLICY_CONFIG') {
    node.unsupportedValue('lb_policy', policy, `${Object.keys(typesOfPolicies).join(', ')} are`);
  }
  return {
    name: policy.toLowerCase(),
    typeUrl: `envoy.extensions.load_balancing_policies.${type ?? typesOfPolicies['ROUND_ROBIN']}`,
    config: parsePolicy(node, policy),
  };
}

/** What a policy's own `parse` would have made of the cluster's fields. */
function parsePolicy(node: ConfigNode, policy: string): Plain {
  const common = node.message('common_lb_config');
  const isLocalityWeighted = common?.message('locality_weighted_lb_config') !== undefined;
  const hashing = common?.message('consistent_hashing_lb_config');
  switch (policy) {
    case 'RING_HASH':
      return {
        ...parseRing(node.message('ring_hash_lb_config')),
        ...parseConsistentHash(hashing),
        isLocalityWeighted,
      };
    case 'MAGLEV':
      return {
        ...parseMaglevTable(node.message('maglev_lb_config')),
        ...parseConsistentHash(hashing),
        isLocalityWeighted,
      };
    case 'RANDOM':
      return { locality: parseLocalityRouting(common) };
    case 'LEAST_REQUEST': {
      const own = node.message('least_request_lb_config');
      return {
        ...parseActiveRequests(own),
        locality: parseLocalityRouting(common),
        slowStart: parseSlowStart(own?.message('slow_start_config')),
      };
    }
    default:
      return {
        locality: parseLocalityRouting(common),
        slowStart: parseSlowStart(node.message('round_robin_lb_config')?.message('slow_start_config')),
      };
  }
}
