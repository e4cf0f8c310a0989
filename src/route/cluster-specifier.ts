import type { ConfigNode } from '../api/config-node.js';
import { parseMetadata } from '../match/metadata.js';
import { parseMatcher } from '../match/tree/config.js';
import type { ClusterSpecifierConfig, WeightedClusterConfig } from './config-types.js';
import { parseFilterConfigs } from './filter-configs.js';
import { parseHeaderMutations } from './header-mutations.js';

/** The plug-ins of a route configuration, by the names that routes use. */
export type ClusterPlugins = ReadonlyMap<string, ClusterSpecifierConfig>;

/** Reads `cluster_specifier_plugins` of a route configuration; of two with one name the first counts. */
export function parseClusterPlugins(node: ConfigNode): ClusterPlugins {
  const plugins = new Map<string, ClusterSpecifierConfig>();
  for (const plugin of node.list('cluster_specifier_plugins')) {
    const name = plugin.message('extension')?.string('name') ?? '';
    const specifier = parsePlugin(plugin);
    if (!plugins.has(name)) plugins.set(name, specifier);
  }
  return plugins;
}

const noCluster: ClusterSpecifierConfig = { kind: 'cluster', name: '' };

/** Reads `ClusterSpecifierPlugin`. */
function parsePlugin(node: ConfigNode): ClusterSpecifierConfig {
  const extension = node.message('extension');
  extension?.string('name');
  const config = extension?.message('typed_config');
  if (config?.typeName === 'envoy.extensions.router.cluster_specifiers.matcher.v3.MatcherClusterSpecifier') {
    const matcher = config.message('cluster_matcher');
    if (matcher === undefined) return noCluster;
    return {
      kind: 'matcher',
      matcher: parseMatcher(matcher, { action: parseClusterAction, allowsKeepMatching: true }),
    };
  }
  if (node.bool('is_optional')) extension?.noEffect('typed_config', 'an optional plug-in that is not built');
  else extension?.unsupported('typed_config', 'of cluster specifier plug-ins the matcher alone is built');
  return noCluster;
}

function parseClusterAction(node: ConfigNode): string {
  if (node.typeName === 'envoy.extensions.router.cluster_specifiers.matcher.v3.ClusterAction')
    return node.string('cluster');
  node.error('a matcher of clusters leads to a ClusterAction');
  return '';
}

/** Reads how a route action names its cluster; `validateClusters` reports names that no cluster has. */
export function parseClusterSpecifier(
  node: ConfigNode,
  validateClusters: boolean,
  plugins: ClusterPlugins,
): ClusterSpecifierConfig {
  const inline = node.message('inline_cluster_specifier_plugin');
  if (inline !== undefined) return parsePlugin(inline);
  if (node.has('cluster_specifier_plugin')) {
    const name = node.string('cluster_specifier_plugin');
    const plugin = plugins.get(name);
    if (plugin === undefined)
      node.error(
        `Unknown cluster specifier plugin name: ${name} is used in the route`,
        'cluster_specifier_plugin',
      );
    return plugin ?? noCluster;
  }
  if (node.has('cluster_header')) {
    return { kind: 'header', header: node.string('cluster_header').toLowerCase() };
  }
  const weighted = node.message('weighted_clusters');
  if (weighted !== undefined) return parseWeighted(weighted, validateClusters);
  const name = node.string('cluster');
  if (validateClusters && name !== '') node.needs.cluster(name, 'cluster');
  return { kind: 'cluster', name };
}

function parseWeighted(node: ConfigNode, validateClusters: boolean): ClusterSpecifierConfig {
  node.noEffect('total_weight', 'the sum of the weights is used');
  const clusters = node.list('clusters').map((cluster) => parseWeightedCluster(cluster, validateClusters));
  const total = clusters.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0) node.error('Sum of weights in the weighted_cluster must be greater than 0.', 'clusters');
  if (total > 0xffff_ffff) {
    node.error(`The sum of weights of all weighted clusters of route exceeds ${0xffff_ffff}`, 'clusters');
  }
  return {
    kind: 'weighted',
    clusters,
    usesHashPolicy: node.bool('use_hash_policy'),
    runtimeKeyPrefix: node.string('runtime_key_prefix'),
    headerName: node.has('header_name') ? node.string('header_name').toLowerCase() : '',
  };
}

function parseWeightedCluster(node: ConfigNode, validateClusters: boolean): WeightedClusterConfig {
  const name = node.string('name');
  const clusterHeader = node.string('cluster_header').toLowerCase();
  if ((name === '') === (clusterHeader === '')) {
    node.error(
      'Only one of name or cluster_header can be specified',
      name === '' ? undefined : 'cluster_header',
    );
  }
  if (validateClusters && name !== '') node.needs.cluster(name, 'name');
  return {
    name,
    clusterHeader,
    weight: node.number('weight'),
    metadataMatch: parseMetadata(node, 'metadata_match'),
    mutations: parseHeaderMutations(node),
    filterConfigs: parseFilterConfigs(node),
    hostRewriteLiteral: node.has('host_rewrite_literal') ? node.string('host_rewrite_literal') : '',
  };
}
