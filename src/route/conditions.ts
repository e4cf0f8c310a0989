import type { FractionConfig } from '../api/config-node.js';
import type { RouteInput } from '../api/route.js';
import type { RuntimeView } from '../api/runtime.js';
import { isGrpcContentType } from '../format/grpc-status.js';
import { buildCookieMatcher, type CookieMatcherConfig } from '../match/cookie-matcher.js';
import { buildHeaderMatcher, type HeaderMatcherConfig } from '../match/header-matcher.js';
import { buildMetadataMatcher, type MetadataMatcherConfig } from '../match/metadata-matcher.js';
import { buildQueryMatcher, type QueryMatcherConfig } from '../match/query-matcher.js';
import { buildStringMatcher } from '../match/string-matcher.js';
import type { RouteMatchConfig } from './config-types.js';

export type Condition = (input: RouteInput) => boolean;

/** What a condition asks, as it was configured. */
export type ConditionConfig =
  | { readonly kind: 'fraction'; readonly fraction: FractionConfig }
  | { readonly kind: 'grpc' }
  | { readonly kind: 'header'; readonly header: HeaderMatcherConfig }
  | { readonly kind: 'query'; readonly query: QueryMatcherConfig }
  | { readonly kind: 'cookie'; readonly cookie: CookieMatcherConfig }
  | { readonly kind: 'tls'; readonly tls: NonNullable<RouteMatchConfig['tls']> }
  | { readonly kind: 'metadata'; readonly metadata: MetadataMatcherConfig }
  | { readonly kind: 'filter-state'; readonly state: RouteMatchConfig['filterState'][number] };

/** One condition: what routes requests, and what it says of itself when somebody wants to know. */
export interface ConditionPart {
  readonly test: Condition;
  readonly config: ConditionConfig;
}

const noParts: readonly ConditionPart[] = [];

/** Everything a route asks besides its path, in Envoy's order. */
export function buildConditionParts(match: RouteMatchConfig, runtime: RuntimeView): readonly ConditionPart[] {
  const configs = conditionConfigs(match);
  if (configs.length === 0) return noParts;
  return configs.map((config) => ({ test: buildCondition(config, runtime), config }));
}

/** All of them as one; null for none, so that callers can skip the call. */
export function conditionOf(parts: readonly ConditionPart[]): Condition | null {
  const tests = parts.map(({ test }) => test);
  const [first, second] = tests;
  if (first === undefined) return null;
  if (second === undefined) return first;
  return (input) => {
    for (const passes of tests) if (!passes(input)) return false;
    return true;
  };
}

export function buildConditions(match: RouteMatchConfig, runtime: RuntimeView): Condition | null {
  return conditionOf(buildConditionParts(match, runtime));
}

function conditionConfigs(match: RouteMatchConfig): readonly ConditionConfig[] {
  const { runtimeFraction, tls } = match;
  const configs: ConditionConfig[] = [];
  if (runtimeFraction !== null) configs.push({ kind: 'fraction', fraction: runtimeFraction });
  if (match.grpcOnly) configs.push({ kind: 'grpc' });
  for (const header of match.headers) configs.push({ kind: 'header', header });
  for (const query of match.queryParameters) configs.push({ kind: 'query', query });
  for (const cookie of match.cookies) configs.push({ kind: 'cookie', cookie });
  if (tls !== null) configs.push({ kind: 'tls', tls });
  for (const metadata of match.dynamicMetadata) configs.push({ kind: 'metadata', metadata });
  for (const state of match.filterState) configs.push({ kind: 'filter-state', state });
  return configs;
}

function buildCondition(config: ConditionConfig, runtime: RuntimeView): Condition {
  switch (config.kind) {
    case 'fraction': {
      const { fraction } = config;
      return (input) => runtime.sampled(fraction, input.random);
    }
    case 'grpc':
      return (input) => isGrpcContentType(input.headers.get('content-type'));
    case 'header': {
      const matches = buildHeaderMatcher(config.header);
      return (input) => matches(input.headers);
    }
    case 'query': {
      const matches = buildQueryMatcher(config.query);
      return (input) => matches(input.headers.path);
    }
    case 'cookie': {
      const matches = buildCookieMatcher(config.cookie);
      return (input) => matches(input.headers);
    }
    case 'tls':
      return tlsCondition(config.tls);
    case 'metadata': {
      const matches = buildMetadataMatcher(config.metadata);
      return ({ info }) => matches((namespace) => info.dynamicMetadata?.get(namespace));
    }
    case 'filter-state':
      return filterStateCondition(config.state);
  }
}

function tlsCondition({ presented, validated }: NonNullable<RouteMatchConfig['tls']>): Condition {
  return ({ info: { connection } }) => {
    const isPresented = (connection.tls?.peer ?? null) !== null;
    const isValidated = connection.tls?.isPeerValidated ?? false;
    return (presented ?? isPresented) === isPresented && (validated ?? isValidated) === isValidated;
  };
}

function filterStateCondition({ key, matcher }: RouteMatchConfig['filterState'][number]): Condition {
  const accepts = buildStringMatcher(matcher);
  return ({ info }) => {
    const value = info.filterState?.get(key);
    return typeof value === 'string' && accepts(value);
  };
}
