import type { AccessLogConfig } from '../api/access-log.js';
import type { ConfigNode, ExtensionConfig } from '../api/config-node.js';
import type { Places } from '../api/route.js';
import { type NameCaseConfig, parseNameCase } from '../codec/http1/name-case-config.js';
import { type Http2Options, parseHttp2Options } from '../codec/http2/options.js';
import { originText, placesOf } from '../match/places.js';
import { parseStringMatcher, type StringMatcherConfig } from '../match/string-matcher.js';
import type { RouteTableConfig } from '../route/config-types.js';
import type { ScopedRoutesConfig } from '../route/scopes.js';
import { type FilterEntry, parseFilterChain } from '../stream/filter-chain-config.js';
import { type ClientCertConfig, parseClientCert } from './client-cert-header.js';
import { type LocalReplyConfig, parseLocalReplies } from './local-reply-rules.js';
import { type ProxyStatusConfig, parseProxyStatus } from './proxy-status.js';
import { parseUpgrades, type UpgradeConfig } from './upgrade-config.js';

/** What a connection manager does with the `server` header of a response. */
export type ServerHeaderMode = 'OVERWRITE' | 'APPEND_IF_ABSENT' | 'PASS_THROUGH';

export type EscapedSlashes =
  | 'KEEP_UNCHANGED'
  | 'REJECT_REQUEST'
  | 'UNESCAPE_AND_REDIRECT'
  | 'UNESCAPE_AND_FORWARD';

/** When a stream is logged besides its end. */
export type LoggingConfig = {
  /** 0: never while it runs. */
  readonly flushIntervalMs: number;
  readonly logsNewRequests: boolean;
  readonly logsNewTunnels: boolean;
};

/** `UuidRequestIdConfig`. */
export type RequestIdConfig = {
  readonly packsTraceReason: boolean;
  readonly samplesTracesById: boolean;
};

/** The connection manager as it crosses threads. Durations in milliseconds, 0 = off. */
export type ManagerConfig = {
  readonly statPrefix: string;
  readonly codecType: 'AUTO' | 'HTTP1' | 'HTTP2';
  readonly http2: Http2Options;
  readonly routes: RouteTableConfig;
  /** Instead of `routes`; null without. */
  readonly scopes: ScopedRoutesConfig | null;
  readonly filters: readonly FilterEntry[];
  readonly accessLogs: readonly AccessLogConfig[];
  readonly logging: LoggingConfig;
  readonly localReplies: LocalReplyConfig | null;
  readonly proxyStatus: ProxyStatusConfig | null;
  readonly serverName: string;
  readonly serverHeader: ServerHeaderMode;
  readonly via: string;
  readonly maxHeadBytes: number;
  readonly maxHeaders: number;
  readonly headersWithUnderscores: 'ALLOW' | 'REJECT_REQUEST' | 'DROP_HEADER';
  readonly idleTimeoutMs: number;
  readonly maxConnectionDurationMs: number;
  readonly maxConnectionDurationJitter: number;
  readonly maxRequestsPerConnection: number;
  readonly maxStreamDurationMs: number;
  readonly streamIdleTimeoutMs: number;
  /** Time that a complete answer has to flow into the client's window. */
  readonly streamFlushTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly requestHeadersTimeoutMs: number;
  readonly drainTimeoutMs: number;
  /** Per cent, as that of the connection's duration. */
  readonly drainTimeoutJitter: number;
  readonly delayedCloseTimeoutMs: number;
  readonly useRemoteAddress: boolean;
  readonly xffNumTrustedHops: number;
  readonly skipXffAppend: boolean;
  readonly internalRanges: readonly string[];
  readonly internalUnixSockets: boolean;
  readonly clientCert: ClientCertConfig;
  readonly generateRequestId: boolean;
  readonly preserveExternalRequestId: boolean;
  readonly alwaysSetRequestIdInResponse: boolean;
  readonly addUserAgent: boolean;
  readonly appendXForwardedPort: boolean;
  readonly schemeToOverwrite: string;
  /** What is spoken at the ports of restored addresses; null: what the connection itself speaks counts. */
  readonly portSchemes: { readonly https: readonly number[]; readonly http: readonly number[] } | null;
  /** `:scheme` follows the upstream's transport. */
  readonly schemeMatchesUpstream: boolean;
  readonly originalIpDetection: readonly ExtensionConfig[];
  readonly earlyHeaderMutations: readonly ExtensionConfig[];
  readonly requestId: RequestIdConfig;
  readonly appendsLocalOverload: boolean;
  /** Null: as the runtime says when the manager is built. */
  readonly normalizePath: boolean | null;
  readonly mergeSlashes: boolean;
  readonly escapedSlashes: EscapedSlashes;
  readonly stripMatchingHostPort: boolean;
  readonly stripAnyHostPort: boolean;
  readonly stripTrailingHostDot: boolean;
  readonly proxy100Continue: boolean;
  readonly upgrades: readonly UpgradeConfig[];
  /** Heads that make no sense end their own stream; else their connection as well. */
  readonly toleratesBadRequests: boolean;
  /** A connection at its maximum age closes with its next response only. */
  readonly closesSafelyAtMaxDuration: boolean;
  readonly nameCase: NameCaseConfig;
  readonly ignoredUpgrades: readonly StringMatcherConfig[];
  readonly allowAbsoluteUrl: boolean;
  readonly acceptHttp10: boolean;
  readonly defaultHostForHttp10: string;
  readonly enableTrailers: boolean;
  readonly allowChunkedLength: boolean;
  readonly places: Places;
  readonly origin: string;
};

/** Readers of parts that live in other layers, handed in by the extension that owns the message. */
export interface ManagerParts {
  routes(node: ConfigNode): RouteTableConfig;
  scopes(node: ConfigNode): ScopedRoutesConfig;
  accessLogs(node: ConfigNode, field: string): readonly AccessLogConfig[];
}

/** Reads `HttpConnectionManager`. */
export function parseManager(node: ConfigNode, parts: ManagerParts): ManagerConfig {
  const codec = node.enum('codec_type', 'AUTO');
  if (codec === 'HTTP3') node.unsupportedValue('codec_type', codec, 'HTTP1, HTTP2 and AUTO are');
  node.unsupported('rds', 'routes inline alone so far');
  const routeNode = node.message('route_config');
  const scopes = node.message('scoped_routes');
  refuseUnbuilt(node);
  return {
    statPrefix: node.string('stat_prefix').replaceAll(':', '_'),
    codecType: codec === 'HTTP1' || codec === 'HTTP2' ? codec : 'AUTO',
    http2: parseHttp2Options(
      node.message('http2_protocol_options'),
      node.bool('stream_error_on_invalid_http_message'),
    ),
    routes: routeNode === undefined ? emptyRoutes : parts.routes(routeNode),
    scopes: scopes === undefined ? null : parts.scopes(scopes),
    filters: parseFilterChain(node, 'http_filters'),
    accessLogs: parts.accessLogs(node, 'access_log'),
    logging: parseLogging(node),
    localReplies: parseLocalReplies(node.message('local_reply_config')),
    proxyStatus: parseProxyStatus(node.message('proxy_status_config'), node.string('server_name') || 'envoy'),
    ...parseSeams(node),
    ...parseIdentity(node),
    ...parseTimeouts(node),
    ...parseForwarding(node),
    ...parsePaths(node),
    ...parseHttp1(node),
    proxy100Continue: node.bool('proxy_100_continue'),
    upgrades: parseUpgrades(node),
    closesSafelyAtMaxDuration: node.bool('http1_safe_max_connection_duration'),
    appendsLocalOverload: node.bool('append_local_overload'),
    places: {
      ...placesOf(node, ['request_headers_timeout', 'request_timeout', 'stream_idle_timeout']),
      ...placesOf(node.message('common_http_protocol_options'), ['max_stream_duration']),
    },
    origin: originText(node.origin),
  };
}

/** What has no effect here, and why; and what is not built. */
function refuseUnbuilt(node: ConfigNode): void {
  node.noEffect('http3_protocol_options', 'HTTP/3 is not spoken');
  node.noEffect('add_proxy_protocol_connection_state', 'no upstream connection begins with a PROXY header');
  node.unsupported('typed_header_validation_config', 'headers are validated in one way');
  node.unsupported('record_route_resolution_stats', 'look-ups of routes are not measured');
  const http1 = node.message('http_protocol_options');
  http1?.noEffect('use_balsa_parser', 'there is one parser');
  http1?.noEffect('send_fully_qualified_url', 'it is about requests to upstreams');
  if (node.message('common_http_protocol_options')?.has('max_response_headers_kb') === true)
    node.error('Error: max_response_headers_kb cannot be set on http_connection_manager.');
}

const emptyRoutes = { name: '', virtualHosts: [] } as unknown as RouteTableConfig;

/** The fields that say how often a stream is logged, and their deprecated twins. */
function parseLogging(node: ConfigNode): LoggingConfig {
  const options = node.message('access_log_options');
  const from = options ?? node;
  if (
    options !== undefined &&
    (node.has('access_log_flush_interval') || node.has('flush_access_log_on_new_request'))
  )
    node.error('Only one of flush_access_log_on_new_request or access_log_options can be specified.');
  return {
    flushIntervalMs: from.duration('access_log_flush_interval', 0),
    logsNewRequests: from.bool('flush_access_log_on_new_request'),
    logsNewTunnels: options?.bool('flush_log_on_tunnel_successfully_established') ?? false,
  };
}

const uuidDefaults: RequestIdConfig = { packsTraceReason: true, samplesTracesById: true };

function parseSeams(
  node: ConfigNode,
): Pick<ManagerConfig, 'originalIpDetection' | 'earlyHeaderMutations' | 'requestId'> {
  const originalIpDetection = node.extensions('original.ip.detection', 'original_ip_detection_extensions');
  if (originalIpDetection.length > 0) {
    const other = node.bool('use_remote_address') ? 'use_remote_address' : 'xff_num_trusted_hops';
    if (node.bool('use_remote_address') || node.number('xff_num_trusted_hops', 0) > 0)
      node.error(`Original IP detection extensions and ${other} may not be mixed`, other);
  }
  const requestId = node.extension('request.id', 'request_id_extension');
  return {
    originalIpDetection,
    earlyHeaderMutations: node.extensions('early.header.mutation', 'early_header_mutation_extensions'),
    requestId: (requestId?.config as RequestIdConfig | undefined) ?? uuidDefaults,
  };
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
  | 'maxConnectionDurationJitter'
  | 'maxRequestsPerConnection'
  | 'maxStreamDurationMs'
  | 'streamIdleTimeoutMs'
  | 'streamFlushTimeoutMs'
  | 'requestTimeoutMs'
  | 'requestHeadersTimeoutMs'
  | 'drainTimeoutMs'
  | 'drainTimeoutJitter'
  | 'delayedCloseTimeoutMs'
> {
  const common = node.message('common_http_protocol_options');
  return {
    idleTimeoutMs: common?.duration('idle_timeout', 3_600_000) ?? 3_600_000,
    maxConnectionDurationMs: common?.duration('max_connection_duration', 0) ?? 0,
    maxConnectionDurationJitter: common?.message('max_connection_duration_jitter')?.number('value', 0) ?? 0,
    maxRequestsPerConnection: common?.number('max_requests_per_connection', 0) ?? 0,
    maxStreamDurationMs: common?.duration('max_stream_duration', 0) ?? 0,
    streamIdleTimeoutMs: node.duration('stream_idle_timeout', 300_000),
    streamFlushTimeoutMs:
      node.optionalDuration('stream_flush_timeout') ?? node.duration('stream_idle_timeout', 300_000),
    requestTimeoutMs: node.duration('request_timeout', 0),
    requestHeadersTimeoutMs: node.duration('request_headers_timeout', 0),
    drainTimeoutMs: node.duration('drain_timeout', 5000),
    drainTimeoutJitter: node.message('drain_timeout_jitter')?.number('value', 0) ?? 0,
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
  | 'clientCert'
  | 'generateRequestId'
  | 'preserveExternalRequestId'
  | 'alwaysSetRequestIdInResponse'
  | 'addUserAgent'
  | 'appendXForwardedPort'
  | 'schemeToOverwrite'
  | 'portSchemes'
  | 'schemeMatchesUpstream'
> {
  const internal = node.message('internal_address_config');
  const scheme = node.message('scheme_header_transformation');
  const ports = node.message('forward_proto_config');
  return {
    useRemoteAddress: node.bool('use_remote_address'),
    xffNumTrustedHops: node.number('xff_num_trusted_hops', 0),
    skipXffAppend: node.bool('skip_xff_append'),
    internalRanges: (internal?.list('cidr_ranges') ?? []).map(
      (range) => `${range.string('address_prefix')}/${range.number('prefix_len', 0)}`,
    ),
    internalUnixSockets: internal?.bool('unix_sockets') ?? false,
    clientCert: parseClientCert(node),
    generateRequestId: node.bool('generate_request_id', true),
    preserveExternalRequestId: node.bool('preserve_external_request_id'),
    alwaysSetRequestIdInResponse: node.bool('always_set_request_id_in_response'),
    addUserAgent: node.bool('add_user_agent'),
    appendXForwardedPort: node.bool('append_x_forwarded_port'),
    schemeToOverwrite: scheme?.string('scheme_to_overwrite') ?? '',
    portSchemes:
      ports === undefined
        ? null
        : { https: ports.numbers('https_destination_ports'), http: ports.numbers('http_destination_ports') },
    schemeMatchesUpstream: scheme?.bool('match_upstream') ?? false,
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
    normalizePath: node.optionalBool('normalize_path') ?? null,
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
  | 'allowAbsoluteUrl'
  | 'acceptHttp10'
  | 'defaultHostForHttp10'
  | 'enableTrailers'
  | 'allowChunkedLength'
  | 'toleratesBadRequests'
  | 'nameCase'
  | 'ignoredUpgrades'
> {
  const http1 = node.message('http_protocol_options');
  return {
    allowAbsoluteUrl: http1?.bool('allow_absolute_url', true) ?? true,
    acceptHttp10: http1?.bool('accept_http_10') ?? false,
    defaultHostForHttp10: http1?.string('default_host_for_http_10') ?? '',
    enableTrailers: http1?.bool('enable_trailers') ?? false,
    allowChunkedLength: http1?.bool('allow_chunked_length') ?? false,
    toleratesBadRequests:
      http1?.optionalBool('override_stream_error_on_invalid_http_message') ??
      node.bool('stream_error_on_invalid_http_message'),
    nameCase: parseNameCase(http1),
    ignoredUpgrades: http1?.list('ignore_http_11_upgrade').map(parseStringMatcher) ?? [],
  };
}
