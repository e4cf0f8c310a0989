import type { FailedCondition, Trial } from '../api/explain.js';
import type { RouteInput } from '../api/route.js';
import { cookieValue } from '../match/cookie-matcher.js';
import {
  cookieMatcherText,
  fractionText,
  headerMatcherText,
  metadataMatcherText,
  queryMatcherText,
  stringMatcherText,
} from '../match/matcher-text.js';
import { queryParameter } from '../match/query-matcher.js';
import type { ConditionConfig, ConditionPart } from './conditions.js';
import type { PathMatchConfig } from './config-types.js';
import type { IndexTrial } from './path-index.js';

/** What a condition asks, in words. */
export function conditionText(config: ConditionConfig): string {
  switch (config.kind) {
    case 'fraction':
      return fractionText(config.fraction);
    case 'grpc':
      return 'the request is gRPC';
    case 'header':
      return headerMatcherText(config.header);
    case 'query':
      return queryMatcherText(config.query);
    case 'cookie':
      return cookieMatcherText(config.cookie);
    case 'tls':
      return `client certificate ${certificateText(config.tls)}`;
    case 'metadata':
      return metadataMatcherText(config.metadata);
    case 'filter-state':
      return `filter state ${config.state.key} ${stringMatcherText(config.state.matcher)}`;
  }
}

function certificateText({ presented, validated }: Extract<ConditionConfig, { kind: 'tls' }>['tls']): string {
  const asked = [
    ...(presented === null ? [] : [presented ? 'is shown' : 'is not shown']),
    ...(validated === null ? [] : [validated ? 'is valid' : 'is not valid']),
  ];
  return asked.join(' and ');
}

/** What the request has of that which the condition looks at. */
function gotText(config: ConditionConfig, { headers, info, random }: RouteInput): string {
  switch (config.kind) {
    case 'fraction':
      return `random number ${random % config.fraction.denominator}`;
    case 'grpc':
      return quoted(headers.get('content-type'));
    case 'header':
      return quoted(headers.joined(config.header.name));
    case 'query':
      return quoted(queryParameter(headers.path, config.query.name));
    case 'cookie':
      return quoted(cookieValue(headers, config.cookie.name));
    case 'tls':
      return info.connection.tls === null ? 'no TLS' : 'TLS without a certificate';
    case 'metadata':
      return info.dynamicMetadata === null
        ? 'no metadata'
        : JSON.stringify(info.dynamicMetadata.get(config.metadata.namespace) ?? null);
    case 'filter-state': {
      const value = info.filterState?.get(config.state.key);
      return quoted(typeof value === 'string' ? value : undefined);
    }
  }
}

function quoted(text: string | undefined): string {
  return text === undefined ? 'absent' : `'${text}'`;
}

/** The first of the conditions that does not hold; null when all do. */
export function firstFailed(parts: readonly ConditionPart[], input: RouteInput): FailedCondition | null {
  const failed = parts.find(({ test }) => !test(input));
  if (failed === undefined) return null;
  return { condition: conditionText(failed.config), got: gotText(failed.config, input) };
}

const pathVerbs: { readonly [kind in PathMatchConfig['kind']]: string } = {
  prefix: 'path begins with',
  path: 'path is',
  'path-separated': 'path is or lies below',
  regex: 'path matches',
  connect: 'method is CONNECT',
};

export function pathText({ kind, value, caseSensitive }: PathMatchConfig): string {
  if (kind === 'connect') return pathVerbs.connect;
  const quotedValue = kind === 'regex' ? `/${value}/` : `'${value}'`;
  return `${pathVerbs[kind]} ${quotedValue}${caseSensitive ? '' : ' in any case'}`;
}

/** A route of an index as `explain` lists it. */
export function trialOf(
  trial: IndexTrial<{ readonly name: string; readonly origin: string }>,
  input: RouteInput,
): Trial {
  const { path, parts, target, verdict } = trial;
  const match = [pathText(path), ...parts.map(({ config }) => conditionText(config))].join(' and ');
  const failed =
    verdict === 'failed'
      ? trial.matchesPath
        ? firstFailed(parts, input)
        : {
            condition: pathText(path),
            got: path.kind === 'connect' ? input.headers.method : input.headers.path,
          }
      : null;
  return { name: target.name, match, origin: target.origin, verdict, failed };
}
