import type { ConfigNode, FractionConfig } from '../../../../api/config-node.js';
import { statusCodeOf } from '../../../../api/status-codes.js';
import type { HeaderAdditionConfig } from '../../../../route/config-types.js';
import { parseHeaderAdditions } from '../../../../route/header-mutations.js';
import { parseOwnRateLimits, type RateLimitConfig } from '../../../../route/rate-limit/rate-limit-config.js';
import { type GrpcServiceConfig, parseGrpcService } from '../../../../upstream/grpc-service.js';

/** `envoy.extensions.filters.http.ratelimit.v3.RateLimit`. */
export type HttpRateLimitConfig = {
  readonly domain: string;
  readonly stage: number;
  readonly requestType: 'internal' | 'external' | 'both';
  readonly service: GrpcServiceConfig;
  readonly enabled: FractionConfig;
  readonly enforced: FractionConfig;
  /** Requests that are refused when the service fails. */
  readonly deniesFailure: FractionConfig;
  readonly statusOnError: number;
  readonly status: number;
  readonly isResourceExhausted: boolean;
  readonly tellsRateLimit: boolean;
  readonly hidesLimiting: boolean;
  readonly tellsRetryAfter: boolean;
  readonly responseHeaders: readonly HeaderAdditionConfig[];
  readonly statPrefix: string;
  /** Null: the rate limits of route and virtual host describe requests. */
  readonly rateLimits: readonly RateLimitConfig[] | null;
  readonly metadataNamespace: string;
};

/** `RateLimitPerRoute`. */
export type RouteRateLimitConfig = {
  readonly hostRateLimits: 'OVERRIDE' | 'INCLUDE' | 'IGNORE';
  /** Empty: the filter's. */
  readonly domain: string;
  readonly rateLimits: readonly RateLimitConfig[] | null;
};

const defaultTimeoutMs = 20;

const whole = (runtimeKey: string, numerator = 100): FractionConfig => ({
  numerator,
  denominator: 100,
  runtimeKey,
});

export function parseHttpRateLimit(node: ConfigNode): HttpRateLimitConfig {
  const type = node.string('request_type');
  const status = refusalOf(node.message('rate_limited_status')?.enum('code') ?? '');
  return {
    domain: node.string('domain'),
    stage: node.number('stage'),
    requestType: type === 'internal' || type === 'external' ? type : 'both',
    service: parseService(node),
    enabled: node.has('filter_enabled')
      ? node.fraction('filter_enabled', whole(''))
      : whole('ratelimit.http_filter_enabled'),
    enforced: node.has('filter_enforced')
      ? node.fraction('filter_enforced', whole(''))
      : whole('ratelimit.http_filter_enforcing'),
    deniesFailure: parseDenial(node),
    statusOnError: statusCodeOf(node.message('status_on_error')?.enum('code') ?? '') ?? 500,
    status,
    isResourceExhausted: node.bool('rate_limited_as_resource_exhausted'),
    tellsRateLimit: node.enum('enable_x_ratelimit_headers', 'OFF') === 'DRAFT_VERSION_03',
    hidesLimiting: node.bool('disable_x_envoy_ratelimited_header'),
    // As in Envoy: other codes say nothing of when to come back.
    tellsRetryAfter: node.bool('enable_retry_after_header') && status === 429,
    responseHeaders: parseHeaderAdditions(node, 'response_headers_to_add'),
    statPrefix: node.string('stat_prefix'),
    rateLimits: parseOwn(node),
    metadataNamespace: node.string('metadata_namespace') || 'envoy.filters.http.ratelimit',
  };
}

export function parseHttpRateLimitRoute(node: ConfigNode): RouteRateLimitConfig {
  const option = node.enum('vh_rate_limits', 'OVERRIDE');
  node.noEffect('override_option', 'as in Envoy, which does not look at it');
  return {
    hostRateLimits: option === 'INCLUDE' || option === 'IGNORE' ? option : 'OVERRIDE',
    domain: node.string('domain'),
    rateLimits: parseOwn(node),
  };
}

function parseOwn(node: ConfigNode): readonly RateLimitConfig[] | null {
  return node.list('rate_limits').length > 0 ? parseOwnRateLimits(node) : null;
}

function parseService(node: ConfigNode): GrpcServiceConfig {
  const service = node.message('rate_limit_service');
  service?.enum('transport_api_version');
  const grpc = service?.message('grpc_service');
  const timeoutMs = node.duration('timeout', defaultTimeoutMs);
  grpc?.noEffect('timeout', 'the filter has a timeout of its own');
  return { ...(grpc === undefined ? noService : parseGrpcService(grpc, timeoutMs)), timeoutMs };
}

/** The message asks for a service; nobody gets here without. */
const noService: GrpcServiceConfig = {
  cluster: '',
  authority: '',
  timeoutMs: 0,
  metadata: [],
  maxMessageBytes: 0,
  hidesProxy: false,
};

function parseDenial(node: ConfigNode): FractionConfig {
  const always = whole('', node.bool('failure_mode_deny') ? 100 : 0);
  return node.has('failure_mode_deny_percent') ? node.fraction('failure_mode_deny_percent', always) : always;
}

/** Codes below 400 would not say that anything was refused. */
function refusalOf(name: string): number {
  const status = statusCodeOf(name) ?? 429;
  return status < 400 ? 429 : status;
}
