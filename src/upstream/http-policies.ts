import type { ConfigNode } from '../api/config-node.js';
import type { AttemptChain } from '../api/http-filter.js';
import type { HashPolicyView, MirrorPolicyView, RetryPolicyConfig } from '../api/route.js';
import type { ThreadScope } from '../api/thread-scope.js';
import type { HashPolicyConfig, MirrorPolicyConfig } from '../route/config-types.js';
import { HashPolicies, parseHashPolicies } from '../route/hash-policy.js';
import { MirrorPolicy, parseMirrorPolicies } from '../route/mirror-policy.js';
import { parseRetryPolicy } from '../route/retry-policy.js';
import { buildAttemptChain } from '../stream/filter-chain.js';
import { type FilterEntry, parseClusterAttemptFilters } from '../stream/filter-chain-config.js';

/** What a cluster says about its requests in the place of their routes. */
export type HttpPoliciesConfig = {
  readonly retryPolicy: RetryPolicyConfig | null;
  readonly hashPolicies: readonly HashPolicyConfig[];
  readonly mirrorPolicies: readonly MirrorPolicyConfig[];
  /** Null: those of the router. */
  readonly attemptFilters: readonly FilterEntry[] | null;
};

/** The same, ready to run. */
export interface HttpPolicies {
  readonly retryPolicy: RetryPolicyConfig | null;
  readonly hashPolicy: HashPolicyView | null;
  /** Empty: the route's count. */
  readonly mirrors: readonly MirrorPolicyView[];
  readonly attemptFilters: AttemptChain | null;
}

/** `http` is the cluster's `HttpProtocolOptions`. */
export function parseHttpPolicies(http: ConfigNode | undefined): HttpPoliciesConfig {
  const retry = http?.message('retry_policy');
  return {
    retryPolicy: retry === undefined ? null : parseRetryPolicy(retry),
    hashPolicies: http === undefined ? [] : parseHashPolicies(http, 'hash_policy'),
    mirrorPolicies: http === undefined ? [] : parseMirrorPolicies(http, false),
    attemptFilters: http === undefined ? null : parseClusterAttemptFilters(http, 'http_filters'),
  };
}

/** `statPrefix` is the root of the cluster's stats. */
export function buildHttpPolicies(
  config: HttpPoliciesConfig,
  scope: ThreadScope,
  statPrefix: string,
): HttpPolicies {
  const { retryPolicy, hashPolicies, mirrorPolicies, attemptFilters } = config;
  return {
    retryPolicy,
    hashPolicy: hashPolicies.length === 0 ? null : new HashPolicies(hashPolicies),
    mirrors: mirrorPolicies.map((policy) => new MirrorPolicy(policy)),
    attemptFilters: buildAttemptChain(attemptFilters, scope, statPrefix),
  };
}
