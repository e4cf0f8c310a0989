import type { ConfigNode } from '../api/config-node.js';
import { parseMetadata } from '../match/metadata.js';
import type { ClusterSpecifierConfig, WeightedClusterConfig } from './config-types.js';
import { parseFilterConfigs } from './filter-configs.js';
import { parseHeaderMutations } from './header-mutations.js';

/** Reads how a route action names its cluster; `validateClusters` reports names that no cluster has. */
export function parseClusterSpecifier(node: ConfigNode, validateClusters: boolean): ClusterSpecifierConfig {
  node.unsupported('cluster_specifier_plugin', 'cluster specifier plugins are not built');
  node.unsupported('inline_cluster_specifier_plugin', 'cluster specifier plugins are not built');
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
