import type { ConfigNode } from '../api/config-node.js';
import { type Http2Options, parseHttp2Options } from '../codec/http2/options.js';
import { parseUpstreamHttp1, type UpstreamHttp1Config } from './http1-options.js';

/**
 * What the connections of a pool speak; `negotiated` is HTTP/2 where ALPN says so, else HTTP/1.1, connection by
 * connection.
 */
export type PoolProtocol = 'http1' | 'http2' | 'negotiated';

/** What a cluster's hosts speak; `downstream` is what the request's client spoke. */
export type UpstreamProtocol = PoolProtocol | 'downstream';

export type ProtocolConfig = {
  readonly protocol: UpstreamProtocol;
  readonly http1: UpstreamHttp1Config;
  readonly http2: Http2Options;
};

/** `HttpProtocolOptions` of a cluster, or the deprecated fields that it replaced. */
export function parseUpstreamProtocol(cluster: ConfigNode, http: ConfigNode | undefined): ProtocolConfig {
  if (http === undefined) return parseDeprecated(cluster);
  const explicit = http.message('explicit_http_config');
  const downstream = http.message('use_downstream_protocol_config');
  const auto = http.message('auto_config');
  const options = explicit ?? downstream ?? auto;
  auto?.noEffect('alternate_protocols_cache_options', 'it says which hosts have HTTP/3');
  options?.unsupported('http3_protocol_options', 'Node has no QUIC');
  const http2 = options?.message('http2_protocol_options');
  const fixed = http2 === undefined ? 'http1' : 'http2';
  const chosen = auto === undefined ? 'downstream' : 'negotiated';
  return {
    protocol: explicit === undefined ? chosen : fixed,
    http1: parseUpstreamHttp1(options?.message('http_protocol_options')),
    http2: parseHttp2Options(http2),
  };
}

function parseDeprecated(cluster: ConfigNode): ProtocolConfig {
  const http2 = cluster.message('http2_protocol_options');
  const isDownstream =
    cluster.enum('protocol_selection', 'USE_CONFIGURED_PROTOCOL') !== 'USE_CONFIGURED_PROTOCOL';
  return {
    protocol: isDownstream ? 'downstream' : http2 === undefined ? 'http1' : 'http2',
    http1: parseUpstreamHttp1(cluster.message('http_protocol_options')),
    http2: parseHttp2Options(http2),
  };
}
