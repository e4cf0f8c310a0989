import type { ConfigNode } from '../../api/config-node.js';
import { parseMetadataPath } from '../../match/metadata.js';

/** Where the address of a request's host is found, and how long hosts stay that nobody asks for. */
export type OriginalDstConfig = {
  /** Lower case; empty: no header says it. */
  readonly header: string;
  /** Takes the place of the address's own; 0 = none. */
  readonly port: number;
  /** Dynamic metadata that says it: namespace, then keys; empty = none. */
  readonly metadataPath: readonly string[];
  readonly cleanupMs: number;
};

/** Reads the fields of an ORIGINAL_DST cluster. */
export function parseOriginalDst(node: ConfigNode): OriginalDstConfig {
  if (node.enum('lb_policy', 'ROUND_ROBIN') !== 'CLUSTER_PROVIDED') {
    const policy = node.enum('lb_policy', 'ROUND_ROBIN');
    const only = "Only 'CLUSTER_PROVIDED' is allowed with cluster type 'ORIGINAL_DST'";
    node.error(
      `cluster: LB policy ${policy} is not valid for Cluster type ORIGINAL_DST. ${only}`,
      'lb_policy',
    );
  }
  if (node.has('load_assignment')) {
    node.error('ORIGINAL_DST clusters must have no load assignment configured', 'load_assignment');
  }
  const own = node.message('original_dst_lb_config');
  return {
    header: own === undefined ? '' : parseHeader(own),
    port: own?.number('upstream_port_override', 0) ?? 0,
    metadataPath: parseMetadataPath(own?.message('metadata_key')),
    cleanupMs: node.duration('cleanup_interval', 5000),
  };
}

function parseHeader(node: ConfigNode): string {
  const name = node.string('http_header_name');
  if (node.bool('use_http_header')) return name.toLowerCase() || 'x-envoy-original-dst-host';
  if (name !== '') {
    const hint = 'Set use_http_header to true if http_header_name is desired.';
    const text = `invalid config http_header_name=${name} and use_http_header is false. ${hint}`;
    node.error(`ORIGINAL_DST cluster: ${text}`, 'http_header_name');
  }
  return '';
}
