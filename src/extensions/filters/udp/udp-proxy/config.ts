import type { AccessLogConfig } from '../../../../api/access-log.js';
import type { ConfigNode } from '../../../../api/config-node.js';
import { type MatcherConfig, parseMatcher } from '../../../../match/tree/config.js';
import { parseDatagramBytes } from '../../../../network/udp-listener-config.js';
import { parseAccessLogs } from '../../../../stream/access-log/access-log.js';

/** Where a matcher sends datagrams. */
export type UdpRouteConfig = { readonly cluster: string };

/** `envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig`. */
export type UdpProxyConfig = {
  readonly statPrefix: string;
  /** Of all datagrams; null: the matcher decides. */
  readonly cluster: string | null;
  readonly matcher: MatcherConfig<UdpRouteConfig> | null;
  readonly idleTimeoutMs: number;
  readonly hash: { readonly kind: 'source-ip' } | { readonly kind: 'key'; readonly key: string } | null;
  readonly maxUpstreamDatagramBytes: number;
  /** Every datagram is balanced, not the first of a session alone. */
  readonly balancesEach: boolean;
  readonly accessLogs: readonly AccessLogConfig[];
  readonly proxyAccessLogs: readonly AccessLogConfig[];
  /** 0: at the end alone. */
  readonly logIntervalMs: number;
};

const minuteMs = 60_000;
const routeType = 'envoy.extensions.filters.udp.udp_proxy.v3.Route';

export function parseUdpProxy(node: ConfigNode): UdpProxyConfig {
  node.unsupported('session_filters', 'datagrams go to their host as they are');
  node.unsupported('tunneling_config', 'datagrams are not carried over HTTP');
  if (node.has('use_original_src_ip') && node.bool('use_original_src_ip'))
    node.unsupportedValue('use_original_src_ip', 'true', 'Node cannot send from foreign addresses');
  const matcher = node.message('matcher');
  const options = node.message('access_log_options');
  options?.noEffect('flush_access_log_on_tunnel_connected', 'there are no tunnels');
  return {
    statPrefix: node.string('stat_prefix'),
    cluster: matcher === undefined ? node.string('cluster') : null,
    matcher: matcher === undefined ? null : parseMatcher(matcher, { action: parseRoute, inputProblem }),
    idleTimeoutMs: node.duration('idle_timeout', minuteMs),
    hash: parseHash(node.list('hash_policies')[0]),
    maxUpstreamDatagramBytes: parseDatagramBytes(node.message('upstream_socket_config'), true),
    balancesEach: node.bool('use_per_packet_load_balancing'),
    accessLogs: parseAccessLogs(node, 'access_log'),
    proxyAccessLogs: parseAccessLogs(node, 'proxy_access_log'),
    logIntervalMs: options?.duration('access_log_flush_interval', 0) ?? 0,
  };
}

const inputs: readonly string[] = [
  'DestinationIPInput',
  'DestinationPortInput',
  'NetworkNamespaceInput',
  'SourceIPInput',
  'SourcePortInput',
].map((name) => `envoy.extensions.matching.common_inputs.network.v3.${name}`);

/** Of a datagram there are its addresses, and nothing of a connection. */
function inputProblem(typeName: string): string | undefined {
  if (inputs.includes(typeName)) return undefined;
  return `Didn't find a registered implementation for a datagram's input with type URL: '${typeName}'`;
}

function parseRoute(action: ConfigNode): UdpRouteConfig | undefined {
  return action.typeName === routeType ? { cluster: action.string('cluster') } : undefined;
}

function parseHash(node: ConfigNode | undefined): UdpProxyConfig['hash'] {
  if (node === undefined) return null;
  const key = node.string('key');
  if (key !== '') return { kind: 'key', key };
  node.bool('source_ip');
  return { kind: 'source-ip' };
}
