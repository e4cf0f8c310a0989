import type { ConfigNode, ExtensionConfig } from '../../../api/config-node.js';
import { parseMetadataPath } from '../../../match/metadata.js';
import { parsePolicies } from '../../../upstream/balancing/parse-balancer.js';

/** Where a request may name hosts: a header, or a path into its dynamic metadata. */
export type OverrideSourceConfig = {
  /** Lower case; empty: metadata. */
  readonly header: string;
  readonly path: readonly string[];
};

export type OverrideHostConfig = {
  readonly sources: readonly OverrideSourceConfig[];
  /** Where the chosen host is noted: a namespace of dynamic metadata, then keys in it; empty = nowhere. */
  readonly selectedPath: readonly string[];
  readonly fallback: ExtensionConfig;
};

const noPolicy: ExtensionConfig = { name: '', typeUrl: '', config: {} };

/** Reads `envoy.extensions.load_balancing_policies.override_host.v3.OverrideHost`. */
export function parseOverrideHost(node: ConfigNode): OverrideHostConfig {
  const fallback = parsePolicies(node.message('fallback_policy'));
  if (fallback === undefined) {
    node.error(
      "dynamic forwarding LB: didn't find a registered fallback load balancer factory",
      'fallback_policy',
    );
  }
  return {
    sources: node.list('override_host_sources').map(parseSource),
    selectedPath: parseMetadataPath(node.message('selected_host_key')),
    fallback: fallback ?? noPolicy,
  };
}

function parseSource(node: ConfigNode): OverrideSourceConfig {
  const header = node.string('header').toLowerCase();
  const path = parseMetadataPath(node.message('metadata'));
  if (header === '' && path.length === 0) node.error('Empty override source');
  if (header !== '' && path.length > 0) node.error('Only one override source must be set');
  return { header, path };
}
