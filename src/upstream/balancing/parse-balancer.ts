import type { ConfigNode, ExtensionConfig } from '../../api/config-node.js';
import type { Plain } from '../../base/plain.js';
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

const providedType = 'envoy.extensions.load_balancing_policies.random.v3.Random';

/** The first policy of a `LoadBalancingPolicy` that is known. */
export function parsePolicies(node: ConfigNode | undefined): ExtensionConfig | undefined {
  for (const policy of node?.list('policies') ?? []) {
    const extension = policy.extension('load.balancer', 'typed_extension_config');
    if (extension !== undefined) return extension;
  }
  return undefined;
}

/** What `load_balancing_policy` says; without it, `lb_policy` with its own fields, in subsets where there are any. */
export function parseBalancer(node: ConfigNode, isProvided = false): ExtensionConfig {
  const typed = parsePolicies(node.message('load_balancing_policy'));
  if (typed !== undefined) return typed;
  // The cluster itself has one; this is never asked.
  if (isProvided) return { name: 'cluster_provided', typeUrl: providedType, config: {} };
  const policy = parseOldPolicy(node);
  const subsets = node.message('lb_subset_config');
  if (subsets === undefined || subsets.list('subset_selectors').length === 0) return policy;
  return {
    name: 'subset',
    typeUrl: 'envoy.extensions.load_balancing_policies.subset.v3.Subset',
    config: parseSubset(subsets, policy),
  };
}

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
