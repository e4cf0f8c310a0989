import type { ConfigNode } from '../api/config-node.js';
import type { MirrorPolicyConfig } from '../api/route.js';

const always = { numerator: 100, denominator: 100, runtimeKey: '' };

/** Reads a `request_mirror_policies` list. */
export function parseMirrorPolicies(
  node: ConfigNode,
  validateClusters: boolean,
): readonly MirrorPolicyConfig[] {
  const policies = node.list('request_mirror_policies');
  node.unsupported('request_mirror_policies', 'requests are not mirrored');
  return policies.map((policy) => {
    policy.unsupported('cluster_header', 'mirrors go to a fixed cluster');
    policy.unsupported('disable_shadow_host_suffix_append');
    policy.unsupported('request_headers_mutations');
    policy.unsupported('host_rewrite_literal');
    policy.noEffect('trace_sampled', 'mirrored requests are not traced');
    const cluster = policy.string('cluster');
    if (validateClusters && cluster !== '') policy.needs.cluster(cluster, 'cluster');
    return { cluster, fraction: policy.fraction('runtime_fraction', always) };
  });
}
