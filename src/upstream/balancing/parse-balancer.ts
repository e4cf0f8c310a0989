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
  checkTyped(node);
  const typed = parsePolicies(node.message('load_balancing_policy'));
  noteIdleFields(node, typed === undefined ? node.enum('lb_policy', 'ROUND_ROBIN') : '');
  if (typed !== undefined) return typed;
  const policy = parseOldPolicy(node);
  const subsets = node.message('lb_subset_config');
  if (subsets === undefined) return policy;
  if (subsets.list('subset_selectors').length === 0) {
    checkLocalityWeights(node, subsets);
    subsets.honourAll();
    node.noEffect('lb_subset_config', 'no selectors, no subsets');
    return policy;
  }
  return {
    name: 'subset',
    typeUrl: 'envoy.extensions.load_balancing_policies.subset.v3.Subset',
    config: parseSubset(subsets, policy),
  };
}

const fieldsOfPolicies: { readonly [field: string]: string } = {
  ring_hash_lb_config: 'RING_HASH',
  maglev_lb_config: 'MAGLEV',
  least_request_lb_config: 'LEAST_REQUEST',
  round_robin_lb_config: 'ROUND_ROBIN',
};

/** What is there for other policies than the one that is used; empty: a typed one, with its own fields. */
function noteIdleFields(node: ConfigNode, policy: string): void {
  for (const [field, owner] of Object.entries(fieldsOfPolicies))
    if (owner !== policy) node.noEffect(field, 'another policy balances');
  const common = node.message('common_lb_config');
  checkHostnames(node, common);
  const isHashing = policy === 'RING_HASH' || policy === 'MAGLEV';
  if (!isHashing) common?.noEffect('consistent_hashing_lb_config', 'the policy hashes nothing');
  const isOwn = policy in typesOfPolicies;
  if (isHashing || !isOwn) common?.noEffect('zone_aware_lb_config', 'the policy knows no zones');
  if (!isOwn) common?.noEffect('locality_weighted_lb_config', 'the policy says it for itself');
}

const partialFields = ['zone_aware_lb_config', 'locality_weighted_lb_config', 'consistent_hashing_lb_config'];

/** A typed policy says everything of balancing, and has to be there when it is called for. */
function checkTyped(node: ConfigNode): void {
  if (!node.has('load_balancing_policy')) {
    if (node.enum('lb_policy', 'ROUND_ROBIN') === 'LOAD_BALANCING_POLICY_CONFIG')
      node.error('cluster: field load_balancing_policy need to be set');
    return;
  }
  const combined = 'cluster: load_balancing_policy cannot be combined with';
  if (node.has('lb_subset_config')) node.error(`${combined} lb_subset_config`, 'lb_subset_config');
  const common = node.message('common_lb_config');
  if (partialFields.some((field) => common?.has(field) === true))
    common?.error(`${combined} partial fields (${partialFields.join(', ')}) of common_lb_config`);
}

/** Only names that are looked up can be hashed. */
function checkHostnames(node: ConfigNode, common: ConfigNode | undefined): void {
  const hashing = common?.message('consistent_hashing_lb_config');
  const type = node.oneof('cluster_discovery_type') === 'cluster_type' ? '' : node.enum('type', 'STATIC');
  if (hashing?.bool('use_hostname_for_hashing') !== true || type.endsWith('_DNS')) return;
  const shown = type === '' ? '' : `envoy.cluster.${type.toLowerCase()}`;
  const text = `Cannot use hostname for consistent hashing loadbalancing for cluster of type: '${shown}'`;
  hashing.error(text, 'use_hostname_for_hashing');
}

function checkLocalityWeights(node: ConfigNode, subsets: ConfigNode): void {
  if (!subsets.bool('locality_weight_aware')) return;
  if (node.message('common_lb_config')?.has('locality_weighted_lb_config') === true) return;
  const text = 'Locality weight aware subset LB requires that a locality_weighted_lb_config be set in';
  subsets.error(`${text} ${node.string('name')}`, 'locality_weight_aware');
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
  noteIdleFields(node, '');
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
