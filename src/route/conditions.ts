import type { RouteInput } from '../api/route.js';
import type { RuntimeView } from '../api/runtime.js';
import { isGrpcContentType } from '../format/grpc-status.js';
import { buildCookieMatcher } from '../match/cookie-matcher.js';
import { buildHeaderMatchers } from '../match/header-matcher.js';
import { buildMetadataMatcher } from '../match/metadata-matcher.js';
import { buildQueryMatcher } from '../match/query-matcher.js';
import { buildStringMatcher } from '../match/string-matcher.js';
import type { RouteMatchConfig } from './config-types.js';

export type Condition = (input: RouteInput) => boolean;

/** Everything a route asks besides its path, in Envoy's order; null when it asks nothing. */
export function buildConditions(match: RouteMatchConfig, runtime: RuntimeView): Condition | null {
  const conditions: Condition[] = [];
  const { runtimeFraction } = match;
  if (runtimeFraction !== null) conditions.push((input) => runtime.sampled(runtimeFraction, input.random));
  if (match.grpcOnly) conditions.push((input) => isGrpcContentType(input.headers.get('content-type')));
  const headers = buildHeaderMatchers(match.headers);
  if (headers !== null) conditions.push((input) => headers(input.headers));
  for (const query of match.queryParameters.map(buildQueryMatcher)) {
    conditions.push((input) => query(input.headers.path));
  }
  for (const cookie of match.cookies.map(buildCookieMatcher))
    conditions.push((input) => cookie(input.headers));
  if (match.tls !== null) conditions.push(tlsCondition(match.tls));
  for (const metadata of match.dynamicMetadata.map(buildMetadataMatcher)) {
    conditions.push(({ info }) => metadata((namespace) => info.dynamicMetadata?.get(namespace)));
  }
  for (const state of match.filterState) conditions.push(filterStateCondition(state));
  return allOf(conditions);
}

function allOf(conditions: readonly Condition[]): Condition | null {
  const [first, second] = conditions;
  if (first === undefined) return null;
  if (second === undefined) return first;
  return (input) => {
    for (const passes of conditions) if (!passes(input)) return false;
    return true;
  };
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
