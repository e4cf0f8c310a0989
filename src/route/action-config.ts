import type { ConfigNode } from '../api/config-node.js';
import type { ConnectConfig, GrpcTimeoutConfig, Places, RetryPolicyConfig } from '../api/route.js';
import { parseMetadata } from '../match/metadata.js';
import { placesOf } from '../match/places.js';
import { type ClusterPlugins, parseClusterSpecifier } from './cluster-specifier.js';
import type { BodyLimitConfig, MirrorPolicyConfig, RouteActionConfig } from './config-types.js';
import { parseHashPolicies } from './hash-policy.js';
import { parseHostRewrite } from './host-rewrite.js';
import { parseInternalRedirect } from './internal-redirect-policy.js';
import { parseMirrorPolicies } from './mirror-policy.js';
import { parsePathRewrite } from './path-rewrite.js';
import { parseRateLimits } from './rate-limit/rate-limit-config.js';
import { parseRetryPolicy } from './retry-policy.js';

/** What a route action inherits from the levels above it when it says nothing itself. */
export interface Inherited {
  readonly retryPolicy: RetryPolicyConfig | null;
  /** Where it stands. */
  readonly retryPlace: number | string | null;
  readonly hedgesOnPerTryTimeout: boolean;
  readonly mirrorPolicies: readonly MirrorPolicyConfig[];
  readonly validateClusters: boolean;
  readonly plugins: ClusterPlugins;
  readonly bodyLimit: BodyLimitConfig | null;
}

const notFoundStatuses: { readonly [name: string]: number } = {
  SERVICE_UNAVAILABLE: 503,
  NOT_FOUND: 404,
  INTERNAL_SERVER_ERROR: 500,
};

/** Reads `config.route.v3.RouteAction`. */
export function parseRouteAction(node: ConfigNode, inherited: Inherited): RouteActionConfig {
  const retryPolicy = node.message('retry_policy');
  const mirrors = parseMirrorPolicies(node, inherited.validateClusters);
  refuseUnbuilt(node);
  return {
    kind: 'route',
    cluster: parseClusterSpecifier(node, inherited.validateClusters, inherited.plugins),
    clusterNotFoundStatus: notFoundStatuses[node.enum('cluster_not_found_response_code')] ?? 503,
    timeoutMs: parseTimeout(node),
    idleTimeoutMs: node.optionalDuration('idle_timeout') ?? null,
    ...parseMaxStreamDuration(node),
    grpcGlobalTimeout: parseGrpcGlobalTimeout(node),
    retryPolicy: retryPolicy === undefined ? inherited.retryPolicy : parseRetryPolicy(retryPolicy),
    places: placesOfAction(node, inherited),
    hedgesOnPerTryTimeout: parseHedgePolicy(node) ?? inherited.hedgesOnPerTryTimeout,
    internalRedirect: parseInternalRedirect(node),
    priority: node.enum('priority') === 'HIGH' ? 'HIGH' : 'DEFAULT',
    pathRewrite: parsePathRewrite(node),
    hostRewrite: parseHostRewrite(node),
    appendXForwardedHost: node.bool('append_x_forwarded_host'),
    upgrades: parseUpgrades(node),
    connect: parseConnect(node),
    metadataMatch: parseMetadata(node, 'metadata_match'),
    hashPolicies: parseHashPolicies(node, 'hash_policy'),
    mirrorPolicies: mirrors.length > 0 ? mirrors : inherited.mirrorPolicies,
    rateLimits: parseRateLimits(node, 'rate_limits'),
    includesHostRateLimits: node.bool('include_vh_rate_limits'),
  };
}

const placedFields = [
  'timeout',
  'idle_timeout',
  'max_stream_duration',
  'retry_policy',
  'hedge_policy',
  'priority',
];

/** A retry policy may be that of the virtual host. */
function placesOfAction(node: ConfigNode, { retryPlace }: Inherited): Places {
  const places = placesOf(node, placedFields);
  return retryPlace === null || 'retry_policy' in places ? places : { ...places, retry_policy: retryPlace };
}

function refuseUnbuilt(node: ConfigNode): void {
  node.noEffect('early_data_policy', 'there is no early data to decide about');
  node.noEffect('flush_timeout', 'the idle timeout holds while a response is flushed');
}

/** Whether a late attempt is joined by another one; undefined when nothing is said. */
export function parseHedgePolicy(node: ConfigNode): boolean | undefined {
  const hedge = node.message('hedge_policy');
  if (hedge === undefined) return undefined;
  hedge.noEffect('initial_requests', 'one attempt is made at first, as in Envoy');
  hedge.noEffect('additional_request_chance', 'one attempt is made at first, as in Envoy');
  return hedge.bool('hedge_on_per_try_timeout');
}

/** The upstream timeout is off as soon as `max_stream_duration` is there, whatever it says. */
function parseTimeout(node: ConfigNode): number {
  const timeoutMs = node.duration('timeout', 15_000);
  return node.has('max_stream_duration') ? 0 : timeoutMs;
}

function parseMaxStreamDuration(
  node: ConfigNode,
): Pick<RouteActionConfig, 'maxStreamDurationMs' | 'grpcTimeout'> {
  const limits = node.message('max_stream_duration');
  if (limits === undefined) return { maxStreamDurationMs: null, grpcTimeout: null };
  const maxMs = limits.optionalDuration('grpc_timeout_header_max');
  const offsetMs = limits.duration('grpc_timeout_header_offset', 0);
  return {
    maxStreamDurationMs: limits.optionalDuration('max_stream_duration') ?? null,
    grpcTimeout: maxMs === undefined ? null : { maxMs, offsetMs },
  };
}

/** Two deprecated fields. */
function parseGrpcGlobalTimeout(node: ConfigNode): GrpcTimeoutConfig | null {
  const maxMs = node.optionalDuration('max_grpc_timeout');
  const offsetMs = node.duration('grpc_timeout_offset', 0);
  if (maxMs === undefined) return null;
  if (node.has('max_stream_duration'))
    node.unsupported('max_grpc_timeout', 'beside max_stream_duration, which replaces it');
  return { maxMs, offsetMs };
}

function parseConnect(node: ConfigNode): ConnectConfig | null {
  for (const upgrade of node.list('upgrade_configs')) {
    const connect = upgrade.message('connect_config');
    if (connect === undefined) continue;
    connect.unsupported('proxy_protocol_config', 'tunnels begin with the client’s own bytes');
    return { allowsPost: connect.bool('allow_post') };
  }
  return null;
}

function parseUpgrades(node: ConfigNode): { readonly [type: string]: boolean } {
  const upgrades: { [type: string]: boolean } = {};
  for (const upgrade of node.list('upgrade_configs')) {
    const type = upgrade.string('upgrade_type');
    const key = type.toLowerCase();
    if (Object.hasOwn(upgrades, key)) upgrade.error(`Duplicate upgrade ${key}`, 'upgrade_type');
    if (upgrade.has('connect_config')) {
      if (key !== 'connect' && key !== 'connect-udp') {
        upgrade.error(`Non-CONNECT upgrade type ${type} has ConnectConfig`, 'connect_config');
      }
    }
    upgrades[key] = upgrade.bool('enabled', true);
  }
  return upgrades;
}
