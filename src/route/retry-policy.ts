import type { ConfigNode } from '../api/config-node.js';
import type { RetryPolicyConfig } from '../api/route.js';
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

/** The known tokens of a comma-separated list of retry conditions. */
export function parseRetryOn(text: string): string[] {
  if (text === '') return [];
  const tokens = text.split(',').map((token) => token.trim());
  return tokens.filter((token) => conditions.has(token));
}

/** Reads `config.route.v3.RetryPolicy`. */
export function parseRetryPolicy(node: ConfigNode): RetryPolicyConfig {
  node.unsupported('retry_priority', 'retry priorities are not built');
  node.unsupported('retry_options_predicates', 'retry options predicates are not built');
  node.unsupported('rate_limited_retry_back_off', 'retries wait as retry_back_off says');
  const predicates = node.extensions('retry.host.predicate', 'retry_host_predicate');
  return {
    retryOn: parseRetryOn(node.string('retry_on')),
    numRetries: node.number('num_retries', 1),
    perTryTimeoutMs: node.duration('per_try_timeout', 0),
    retriableStatusCodes: node.numbers('retriable_status_codes'),
    ...parseBackOff(node),
    hostSelectionMaxAttempts: node.number('host_selection_retry_max_attempts', 1) || 1,
    hostPredicates: predicates.map(({ typeUrl, config }) => ({ typeUrl, config })),
    retriableHeaders: parseHeaderMatchers(node, 'retriable_headers'),
    retriableRequestHeaders: parseHeaderMatchers(node, 'retriable_request_headers'),
  };
}

function parseBackOff(node: ConfigNode): { baseIntervalMs: number; maxIntervalMs: number } {
  const backOff = node.message('retry_back_off');
  if (backOff === undefined) return { baseIntervalMs: 25, maxIntervalMs: 250 };
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
