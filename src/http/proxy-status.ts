import type { ConfigNode } from '../api/config-node.js';
import { ResponseFlag, responseFlagTexts } from '../api/response-flags.js';
import type { StreamInfo } from '../api/stream-info.js';
import type { ThreadScope } from '../api/thread-scope.js';
import type { ResponseHeaders } from '../base/header-map.js';

/** `ProxyStatusConfig`. */
export type ProxyStatusConfig = {
  readonly removesDetails: boolean;
  readonly removesTermination: boolean;
  readonly removesFlags: boolean;
  readonly setsRecommendedCode: boolean;
  readonly usesNodeId: boolean;
  readonly name: string;
};

export function parseProxyStatus(node: ConfigNode | undefined, serverName: string): ProxyStatusConfig | null {
  if (node === undefined) return null;
  return {
    removesDetails: node.bool('remove_details'),
    removesTermination: node.bool('remove_connection_termination_details'),
    removesFlags: node.bool('remove_response_flags'),
    setsRecommendedCode: node.bool('set_recommended_response_code'),
    usesNodeId: node.bool('use_node_id'),
    name: node.string('literal_proxy_name') || serverName,
  };
}

/** Error type of RFC 9209 section 2.3 with the status that it recommends; 0 when it has none. */
type ProxyError = readonly [flag: number, error: string, status: number];

/** By response flag; the first that is set counts. */
const errors: readonly ProxyError[] = [
  [ResponseFlag.failedLocalHealthCheck, 'destination_unavailable', 503],
  [ResponseFlag.noHealthyUpstream, 'destination_unavailable', 503],
  [ResponseFlag.upstreamRequestTimeout, 'http_response_timeout', 504],
  [ResponseFlag.localReset, 'connection_timeout', 504],
  [ResponseFlag.upstreamRemoteReset, 'connection_terminated', 502],
  [ResponseFlag.upstreamConnectionFailure, 'connection_refused', 502],
  [ResponseFlag.upstreamConnectionTermination, 'connection_terminated', 502],
  [ResponseFlag.upstreamOverflow, 'connection_limit_reached', 503],
  [ResponseFlag.noRouteFound, 'destination_not_found', 500],
  [ResponseFlag.rateLimited, 'connection_limit_reached', 503],
  [ResponseFlag.rateLimitServiceError, 'connection_limit_reached', 503],
  [ResponseFlag.upstreamRetryLimitExceeded, 'destination_unavailable', 503],
  [ResponseFlag.streamIdleTimeout, 'http_response_timeout', 504],
  [ResponseFlag.invalidEnvoyRequestHeaders, 'http_request_error', 0],
  [ResponseFlag.downstreamProtocolError, 'http_request_error', 0],
  [ResponseFlag.upstreamMaxStreamDurationReached, 'http_response_timeout', 504],
  [ResponseFlag.noFilterConfigFound, 'proxy_configuration_error', 500],
  [ResponseFlag.upstreamProtocolError, 'http_protocol_error', 502],
  [ResponseFlag.noClusterFound, 'destination_unavailable', 503],
  [ResponseFlag.dnsResolutionFailed, 'dns_error', 502],
];

/** The `proxy-status` header of a response that went wrong (RFC 9209). */
export class ProxyStatus {
  private readonly config: ProxyStatusConfig;
  private readonly name: string;

  constructor(config: ProxyStatusConfig, scope: ThreadScope) {
    this.config = config;
    this.name = config.usesNodeId ? scope.node.id : config.name;
  }

  apply(headers: ResponseHeaders, info: StreamInfo): void {
    const found = errors.find(([flag]) => (info.responseFlags & flag) !== 0);
    if (found === undefined) return;
    const [, error, status] = found;
    headers.append('proxy-status', this.text(error, info), ', ');
    if (this.config.setsRecommendedCode && status !== 0) headers.status = status;
  }

  private text(error: string, info: StreamInfo): string {
    const { removesDetails, removesTermination, removesFlags } = this.config;
    const text = `${this.name}; error=${error}`;
    if (removesDetails || info.responseCodeDetails === '') return text;
    const details = [info.responseCodeDetails.replace(/\s/g, '_')];
    const { connectionTerminationDetails } = info.connection;
    if (!removesTermination && connectionTerminationDetails !== '')
      details.push(connectionTerminationDetails);
    if (!removesFlags && info.responseFlags !== 0) details.push(flagText(info.responseFlags));
    return `${text}; details="${details.join('; ')}"`;
  }
}

function flagText(flags: number): string {
  return responseFlagTexts
    .filter(([bit]) => (flags & bit) !== 0)
    .map(([, short]) => short)
    .join(',');
}
