import type { ConfigNode } from '../../../../api/config-node.js';
import { formatProblem } from '../../../../format/text-format.js';
import type { HeaderAdditionConfig } from '../../../../route/config-types.js';
import { parseHeaderAdditions } from '../../../../route/header-mutations.js';

/** `TcpProxy.TunnelingConfig`. */
export type TunnelConfig = {
  /** Format of the authority. */
  readonly hostname: string;
  /** Type URLs of formatter extensions. */
  readonly formatters: readonly string[];
  /** Path of a POST; empty: CONNECT. */
  readonly postPath: string;
  readonly headers: readonly HeaderAdditionConfig[];
  readonly keepsHeaders: boolean;
  readonly keepsTrailers: boolean;
  /** Null: the request has no id. */
  readonly requestId: { readonly header: string; readonly metadataKey: string } | null;
};

/** Reads `tunneling_config`. */
export function parseTunnel(node: ConfigNode): TunnelConfig {
  const hostname = node.string('hostname');
  const formatters = node.extensions('formatter', 'formatters').map((extension) => extension.typeUrl);
  const problem = formatProblem(hostname, formatters);
  if (problem !== undefined) node.error(problem, 'hostname');
  const usesPost = node.bool('use_post');
  const path = node.string('post_path');
  if (path !== '' && !usesPost) {
    node.error("Can't set a post path when POST method isn't used", 'post_path');
  }
  return {
    hostname: problem === undefined ? hostname : '',
    formatters,
    postPath: usesPost ? path || '/' : '',
    headers: parseHeaderAdditions(node, 'headers_to_add'),
    keepsHeaders: node.bool('propagate_response_headers'),
    keepsTrailers: node.bool('propagate_response_trailers'),
    requestId: parseRequestId(node),
  };
}

function parseRequestId(node: ConfigNode): TunnelConfig['requestId'] {
  const header = node.string('request_id_header').toLowerCase() || 'x-request-id';
  const metadataKey = node.string('request_id_metadata_key') || 'tunnel_request_id';
  const maker = node.message('request_id_extension')?.asExtension('request.id');
  return maker === undefined ? null : { header, metadataKey };
}
