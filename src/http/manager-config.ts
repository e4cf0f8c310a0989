import type { AccessLogConfig } from '../api/access-log.js';
import type { ConfigNode, ExtensionConfig } from '../api/config-node.js';
import type { RouteTableConfig } from '../route/config-types.js';

/** What a connection manager does with the `server` header of a response. */
export type ServerHeaderMode = 'OVERWRITE' | 'APPEND_IF_ABSENT' | 'PASS_THROUGH';

export type EscapedSlashes =
  | 'KEEP_UNCHANGED'
  | 'REJECT_REQUEST'
  | 'UNESCAPE_AND_REDIRECT'
  | 'UNESCAPE_AND_FORWARD';

/** The connection manager as it crosses threads. Durations in milliseconds, 0 = off. */
export type ManagerConfig = {
  readonly statPrefix: string;
  readonly routes: RouteTableConfig;
  readonly filters: readonly ExtensionConfig[];
  readonly accessLogs: readonly AccessLogConfig[];
  readonly serverName: string;
  readonly serverHeader: ServerHeaderMode;
  readonly via: string;
  readonly maxHeadBytes: number;
  readonly maxHeaders: number;
  readonly headersWithUnderscores: 'ALLOW' | 'REJECT_REQUEST' | 'DROP_HEADER';
  readonly idleTimeoutMs: number;
  readonly maxConnectionDurationMs: number;
  readonly maxRequestsPerConnection: number;
  readonly maxStreamDurationMs: number;
  readonly streamIdleTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly requestHeadersTimeoutMs: number;
  readonly drainTimeoutMs: number;
  readonly delayedCloseTimeoutMs: number;
  readonly useRemoteAddress: boolean;
  readonly xffNumTrustedHops: number;
  readonly skipXffAppend: boolean;
  readonly internalRanges: readonly string[];
  readonly internalUnixSockets: boolean;
  /** What a client says of certificates passes; only for proxies behind others that are trusted. */
  readonly keepsClientCert: boolean;
  readonly generateRequestId: boolean;
  readonly preserveExternalRequestId: boolean;
  readonly alwaysSetRequestIdInResponse: boolean;
  readonly addUserAgent: boolean;
  readonly appendXForwardedPort: boolean;
  readonly schemeToOverwrite: string;
  readonly normalizePath: boolean;
  readonly mergeSlashes: boolean;
  readonly escapedSlashes: EscapedSlashes;
  readonly stripMatchingHostPort: boolean;
  readonly stripAnyHostPort: boolean;
  readonly stripTrailingHostDot: boolean;
  readonly proxy100Continue: boolean;
  /** Upgrade types, lower case, with their switch. */
  readonly upgrades: readonly (readonly [type: string, enabled: boolean])[];
  readonly allowAbsoluteUrl: boolean;
  readonly acceptHttp10: boolean;
  readonly defaultHostForHttp10: string;
  readonly enableTrailers: boolean;
  readonly allowChunkedLength: boolean;
};

/** Readers of parts that live in other layers, handed in by the extension that owns the message. */
export interface ManagerParts {
  routes(node: ConfigNode): RouteTableConfig;
  accessLogs(node: ConfigNode, field: string): readonly AccessLogConfig[];
}

/** Reads `HttpConnectionManager`. */
export function parseManager(node: ConfigNode, parts: ManagerParts): ManagerConfig {
  const codec = node.enum('codec_type', 'AUTO');
  if (codec === 'HTTP2' || codec === 'HTTP3')
    node.unsupportedValue('codec_type', codec, 'HTTP1 and AUTO are');
  node.unsupported('rds', 'routes inline alone so far');
  node.unsupported('scoped_routes', 'routes inline alone so far');
  const routeNode = node.message('route_config');
  return {
    statPrefix: node.string('stat_prefix').replaceAll(':', '_'),
    routes: routeNode === undefined ? emptyRoutes : parts.routes(routeNode),
    filters: parseFilters(node),
    accessLogs: parts.accessLogs(node, 'access_log'),
    ...parseIdentity(node),
    ...parseTimeouts(node),
    ...parseForwarding(node),
    ...parsePaths(node),
    ...parseHttp1(node),
    proxy100Continue: node.bool('proxy_100_continue'),
    upgrades: parseUpgrades(node),
  };
}

const emptyRoutes = { name: '', virtualHosts: [] } as unknown as RouteTableConfig;

function parseFilters(node: ConfigNode): readonly ExtensionConfig[] {
  const filters: ExtensionConfig[] = [];
  const entries = node.list('http_filters');
  for (const [i, entry] of entries.entries()) {
    entry.bool('is_optional');
    if (entry.bool('disabled'))
      entry.unsupportedValue('disabled', 'true', 'filters that are off until a route turns them on');
    const filter = entry.asExtension('http.filter');
    if (filter === undefined) continue;
    filters.push(filter);
    const isLast = i === entries.length - 1;
    const isTerminal = filter.typeUrl.endsWith('router.v3.Router');
    if (isTerminal && !isLast) {
      entry.error(
        `Error: terminal filter named ${filter.name} of type ${filter.name} must be the last filter in a http filter chain.`,
      );
    } else if (!isTerminal && isLast) {
      entry.error(
        `Error: non-terminal filter named ${filter.name} of type ${filter.name} is the last filter in a http filter chain.`,
      );
    }
  }
  return filters;
}

function parseUpgrades(node: ConfigNode): ManagerConfig['upgrades'] {
  const upgrades = node.list('upgrade_configs').map(parseUpgrade);
  const seen = new Set<string>();
  for (const [type] of upgrades) {
    if (seen.has(type))
      node.error(`Error: multiple upgrade configs with the same name: '${type}'`, 'upgrade_configs');
    seen.add(type);
  }
  return upgrades;
}

function parseUpgrade(node: ConfigNode): readonly [string, boolean] {
  if (node.list('filters').length > 0)
    node.unsupported('filters', 'upgrades pass through the connection manager’s own filters');
  return [node.string('upgrade_type').toLowerCase(), node.bool('enabled', true)];
}

function parseIdentity(
  node: ConfigNode,
): Pick<
  ManagerConfig,
  'serverName' | 'serverHeader' | 'via' | 'maxHeadBytes' | 'maxHeaders' | 'headersWithUnderscores'
> {
  const common = node.message('common_http_protocol_options');
  return {
    serverName: node.string('server_name') || 'envoy',
    serverHeader: node.enum('server_header_transformation', 'OVERWRITE') as ServerHeaderMode,
    via: node.string('via'),
    maxHeadBytes: node.number('max_request_headers_kb', 60) * 1024,
    maxHeaders: common?.number('max_headers_count', 100) ?? 100,
    headersWithUnderscores: (common?.enum('headers_with_underscores_action', 'ALLOW') ??
      'ALLOW') as ManagerConfig['headersWithUnderscores'],
  };
}

function parseTimeouts(
  node: ConfigNode,
): Pick<
  ManagerConfig,
  | 'idleTimeoutMs'
  | 'maxConnectionDurationMs'
  | 'maxRequestsPerConnection'
  | 'maxStreamDurationMs'
  | 'streamIdleTimeoutMs'
  | 'requestTimeoutMs'
  | 'requestHeadersTimeoutMs'
  | 'drainTimeoutMs'
  | 'delayedCloseTimeoutMs'
> {
  const common = node.message('common_http_protocol_options');
  return {
    idleTimeoutMs: common?.duration('idle_timeout', 3_600_000) ?? 3_600_000,
    maxConnectionDurationMs: common?.duration('max_connection_duration', 0) ?? 0,
    maxRequestsPerConnection: common?.number('max_requests_per_connection', 0) ?? 0,
    maxStreamDurationMs: common?.duration('max_stream_duration', 0) ?? 0,
    streamIdleTimeoutMs: node.duration('stream_idle_timeout', 300_000),
    requestTimeoutMs: node.duration('request_timeout', 0),
    requestHeadersTimeoutMs: node.duration('request_headers_timeout', 0),
    drainTimeoutMs: node.duration('drain_timeout', 5000),
    delayedCloseTimeoutMs: node.duration('delayed_close_timeout', 1000),
  };
}

function parseForwarding(
  node: ConfigNode,
): Pick<
  ManagerConfig,
  | 'useRemoteAddress'
  | 'xffNumTrustedHops'
  | 'skipXffAppend'
  | 'internalRanges'
  | 'internalUnixSockets'
  | 'keepsClientCert'
  | 'generateRequestId'
  | 'preserveExternalRequestId'
  | 'alwaysSetRequestIdInResponse'
  | 'addUserAgent'
  | 'appendXForwardedPort'
  | 'schemeToOverwrite'
> {
  const internal = node.message('internal_address_config');
  const scheme = node.message('scheme_header_transformation');
  return {
    useRemoteAddress: node.bool('use_remote_address'),
    xffNumTrustedHops: node.number('xff_num_trusted_hops', 0),
    skipXffAppend: node.bool('skip_xff_append'),
    internalRanges: (internal?.list('cidr_ranges') ?? []).map(
      (range) => `${range.string('address_prefix')}/${range.number('prefix_len', 0)}`,
    ),
    internalUnixSockets: internal?.bool('unix_sockets') ?? false,
    keepsClientCert: node.enum('forward_client_cert_details', 'SANITIZE') === 'ALWAYS_FORWARD_ONLY',
    generateRequestId: node.bool('generate_request_id', true),
    preserveExternalRequestId: node.bool('preserve_external_request_id'),
    alwaysSetRequestIdInResponse: node.bool('always_set_request_id_in_response'),
    addUserAgent: node.bool('add_user_agent'),
    appendXForwardedPort: node.bool('append_x_forwarded_port'),
    schemeToOverwrite: scheme?.string('scheme_to_overwrite') ?? '',
  };
}

function parsePaths(
  node: ConfigNode,
): Pick<
  ManagerConfig,
  | 'normalizePath'
  | 'mergeSlashes'
  | 'escapedSlashes'
  | 'stripMatchingHostPort'
  | 'stripAnyHostPort'
  | 'stripTrailingHostDot'
> {
  const slashes = node.enum('path_with_escaped_slashes_action', 'KEEP_UNCHANGED');
  return {
    normalizePath: node.bool('normalize_path'),
    mergeSlashes: node.bool('merge_slashes'),
    escapedSlashes: (slashes === 'IMPLEMENTATION_SPECIFIC_DEFAULT'
      ? 'KEEP_UNCHANGED'
      : slashes) as EscapedSlashes,
    stripMatchingHostPort: node.bool('strip_matching_host_port'),
    stripAnyHostPort: node.bool('strip_any_host_port'),
    stripTrailingHostDot: node.bool('strip_trailing_host_dot'),
  };
}

function parseHttp1(
  node: ConfigNode,
): Pick<
  ManagerConfig,
  'allowAbsoluteUrl' | 'acceptHttp10' | 'defaultHostForHttp10' | 'enableTrailers' | 'allowChunkedLength'
> {
  const http1 = node.message('http_protocol_options');
  const http2 = node.message('http2_protocol_options');
  if (http2 !== undefined) node.noEffect('http2_protocol_options', 'HTTP/2 downstream is not built yet');
  return {
    allowAbsoluteUrl: http1?.bool('allow_absolute_url', true) ?? true,
    acceptHttp10: http1?.bool('accept_http_10') ?? false,
    defaultHostForHttp10: http1?.string('default_host_for_http_10') ?? '',
    enableTrailers: http1?.bool('enable_trailers') ?? false,
    allowChunkedLength: http1?.bool('allow_chunked_length') ?? false,
  };
}
