import type { ConfigNode } from '../api/config-node.js';
import type { ForwardProxyClusterConfig } from './membership/discovery-config.js';
import type { AutoSniConfig } from './named-pools.js';

const required = 'dynamic_forward_proxy cluster must have auto_sni and auto_san_validation true unless';

/**
 * `upstream_http_protocol_options` of `http`, the cluster's HTTP options, or without them of the cluster itself. A dynamic
 * forward proxy has to ask for the name that the request came with, and does by itself where nothing is said of HTTP.
 */
export function parseAutoSni(
  cluster: ConfigNode,
  http: ConfigNode | undefined,
  forwardProxy: ForwardProxyClusterConfig | null,
): AutoSniConfig | null {
  const options = http ?? cluster;
  if (forwardProxy !== null && http === undefined && !cluster.has('upstream_http_protocol_options')) {
    return { setsServerName: true, checksCertificate: true, header: '' };
  }
  const node = options.message('upstream_http_protocol_options');
  const setsServerName = node?.bool('auto_sni') ?? false;
  const checksCertificate = node?.bool('auto_san_validation') ?? false;
  const header = node?.string('override_auto_sni_header').toLowerCase() ?? '';
  if (forwardProxy?.isInsecureAllowed === false && !(setsServerName && checksCertificate)) {
    cluster.error(`${required} allow_insecure_cluster_options is set.`, 'cluster_type');
  }
  return setsServerName || checksCertificate ? { setsServerName, checksCertificate, header } : null;
}
