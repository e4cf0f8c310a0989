import type { ConfigNode } from '../api/config-node.js';
import type { RetryPluginConfig, RetryPolicyConfig } from '../api/route.js';
import { parseHeaderMatchers } from '../match/header-matcher.js';

/** Conditions of `retry_on` and `x-envoy-retry-on`. */
const httpConditions = [
  '5xx',
  'gateway-error',
  'reset',
  'reset-before-request',
  'connect-failure',
  'refused-stream',
  'retriable-4xx',
  'retriable-status-codes',
  'retriable-headers',
  'envoy-ratelimited',
  'http3-post-connect-failure',
];
/** Conditions of `x-envoy-retry-grpc-on`. */
const grpcConditions = ['cancelled', 'deadline-exceeded', 'resource-exhausted', 'internal', 'unavailable'];
const conditions: ReadonlySet<string> = new Set([...httpConditions, ...grpcConditions]);

/** One retry at most, on no condition. */
export const plainRetryPolicy: RetryPolicyConfig = {
  retryOn: [],
  numRetries: 1,
  perTryTimeoutMs: 0,
  perTryIdleTimeoutMs: 0,
  retriableStatusCodes: [],
  baseIntervalMs: null,
  maxIntervalMs: null,
  rateLimited: null,
  hostSelectionMaxAttempts: 1,
  hostPredicates: [],
  retryPriority: null,
  retriableHeaders: null,
  retriableRequestHeaders: null,
  refreshesCluster: false,
};

/** The known tokens of a comma-separated list of retry conditions. */
export function parseRetryOn(text: string): string[] {
  if (text === '') return [];
  const tokens = text.split(',').map((token) => token.trim());
  return tokens.filter((token) => conditions.has(token));
}

/** Reads `config.route.v3.RetryPolicy`. */
export function parseRetryPolicy(node: ConfigNode): RetryPolicyConfig {
  node.unsupported('retry_options_predicates', 'no predicate is known');
  const plain = ({ typeUrl, config }: RetryPluginConfig): RetryPluginConfig => ({ typeUrl, config });
  const priority = node.extension('retry.priority', 'retry_priority');
  return {
    retryOn: parseRetryOn(node.string('retry_on')),
    numRetries: node.number('num_retries', 1),
    perTryTimeoutMs: node.duration('per_try_timeout', 0),
    perTryIdleTimeoutMs: node.duration('per_try_idle_timeout', 0),
    retriableStatusCodes: node.numbers('retriable_status_codes'),
    ...parseBackOff(node),
    rateLimited: parseRateLimited(node),
    hostSelectionMaxAttempts: node.number('host_selection_retry_max_attempts', 1) || 1,
    hostPredicates: node.extensions('retry.host.predicate', 'retry_host_predicate').map(plain),
    retryPriority: priority === undefined ? null : plain(priority),
    retriableHeaders: parseHeaderMatchers(node, 'retriable_headers'),
    retriableRequestHeaders: parseHeaderMatchers(node, 'retriable_request_headers'),
    refreshesCluster: node.bool('refresh_cluster_on_retry'),
  };
}

/** Reads `config.core.v3.RetryPolicy`, for requests of the proxy's own; these wait a second at first. */
export function parseOwnRetryPolicy(
  node: ConfigNode | undefined,
  retryOn: readonly string[] | null = null,
): RetryPolicyConfig | null {
  if (node === undefined) return null;
  for (const field of ['retry_priority', 'retry_host_predicate', 'host_selection_retry_max_attempts'])
    node.unsupported(field, 'requests of its own go where the balancer sends them');
  const backOff = parseBackOff(node);
  const baseIntervalMs = backOff.baseIntervalMs ?? 1000;
  const maxIntervalMs = backOff.maxIntervalMs ?? baseIntervalMs * 10;
  if (retryOn !== null) node.noEffect('retry_on', 'Envoy has conditions of its own here');
  return {
    ...plainRetryPolicy,
    retryOn: retryOn ?? parseRetryOn(node.string('retry_on')),
    numRetries: node.number('num_retries', 1),
    baseIntervalMs,
    maxIntervalMs,
    // So says Envoy: a try may take as long as the longest wait between two.
    perTryTimeoutMs: maxIntervalMs,
  };
}

function parseBackOff(node: ConfigNode): Pick<RetryPolicyConfig, 'baseIntervalMs' | 'maxIntervalMs'> {
  const backOff = node.message('retry_back_off');
  if (backOff === undefined) return { baseIntervalMs: null, maxIntervalMs: null };
  const baseIntervalMs = Math.max(1, backOff.duration('base_interval', 25));
  const maxIntervalMs = Math.max(1, backOff.duration('max_interval', baseIntervalMs * 10));
  if (maxIntervalMs < baseIntervalMs) {
    backOff.error(
      'retry_policy.max_interval must greater than or equal to the base_interval',
      'max_interval',
    );
  }
  return { baseIntervalMs, maxIntervalMs };
}

function parseRateLimited(node: ConfigNode): RetryPolicyConfig['rateLimited'] {
  const limited = node.message('rate_limited_retry_back_off');
  if (limited === undefined) return null;
  return {
    resetHeaders: limited.list('reset_headers').map((header) => ({
      name: header.string('name').toLowerCase(),
      format: header.enum('format') === 'UNIX_TIMESTAMP' ? 'UNIX_TIMESTAMP' : 'SECONDS',
    })),
    maxIntervalMs: limited.duration('max_interval', 300_000),
  };
}
