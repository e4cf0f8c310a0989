import type { ConfigNode } from '../../api/config-node.js';
import { formatProblem } from '../../format/text-format.js';
import { type HeaderMatcherConfig, parseHeaderMatchers } from '../../match/header-matcher.js';
import { type IpRangeConfig, parseIpRange } from '../../match/ip-range.js';
import { parseQueryMatcher, type QueryMatcherConfig } from '../../match/query-matcher.js';

/** One `RateLimit.Action`: what it adds to a descriptor. */
export type RateLimitActionConfig =
  | { readonly kind: 'source-cluster' | 'destination-cluster' | 'remote-address' }
  | { readonly kind: 'masked-remote-address'; readonly v4Bits: number; readonly v6Bits: number }
  | {
      readonly kind: 'header' | 'query';
      readonly name: string;
      readonly key: string;
      readonly skipIfAbsent: boolean;
    }
  | { readonly kind: 'generic'; readonly key: string; readonly value: string }
  | {
      readonly kind: 'header-match';
      readonly key: string;
      readonly value: string;
      readonly expected: boolean;
      readonly headers: readonly HeaderMatcherConfig[];
    }
  | {
      readonly kind: 'query-match';
      readonly key: string;
      readonly value: string;
      readonly expected: boolean;
      readonly parameters: readonly QueryMatcherConfig[];
    }
  | {
      readonly kind: 'address-match';
      readonly key: string;
      readonly value: string;
      readonly ranges: readonly IpRangeConfig[];
      readonly invert: boolean;
    }
  | {
      readonly kind: 'metadata';
      readonly key: string;
      readonly namespace: string;
      readonly path: readonly string[];
      readonly source: string;
      readonly fallback: string;
      readonly skipIfAbsent: boolean;
    };

/** `config.route.v3.RateLimit`, read. */
export type RateLimitConfig = {
  readonly stage: number;
  readonly disableKey: string;
  /** Null: an action is not supported, and no descriptor can come of it. */
  readonly actions: readonly RateLimitActionConfig[] | null;
  readonly hits: { readonly number: number } | { readonly format: string } | null;
  readonly isNegativeHits: boolean;
  readonly appliesOnStreamDone: boolean;
  /** `UNSPECIFIED`, `OFF`, `DRAFT_VERSION_03`. */
  readonly headersOption: string;
  /** Where the dynamic metadata has a limit that takes the place of the service's; null: nowhere. */
  readonly limit: { readonly namespace: string; readonly path: readonly string[] } | null;
};

/** Reads the rate limits of a route or virtual host. Their `hits_addend` is without effect, as in Envoy. */
export function parseRateLimits(node: ConfigNode, field: string): readonly RateLimitConfig[] {
  return node.list(field).map((limit) => ({ ...parseRateLimit(limit), hits: null, isNegativeHits: false }));
}

/** Limits in a filter itself belong to no stage and cannot be switched off. */
export function parseOwnRateLimits(node: ConfigNode): readonly RateLimitConfig[] {
  for (const limit of node.list('rate_limits')) {
    if (limit.has('stage') || limit.has('disable_key'))
      limit.error("'stage' field and 'disable_key' field are not supported");
    if (limit.has('limit')) limit.error("'limit' field is not supported", 'limit');
  }
  return node.list('rate_limits').map(parseRateLimit);
}

function parseRateLimit(node: ConfigNode): RateLimitConfig {
  const override = node.message('limit')?.message('dynamic_metadata')?.message('metadata_key');
  const addend = node.message('hits_addend');
  const format = addend?.string('format') ?? '';
  const problem = formatProblem(format);
  if (problem !== undefined) addend?.error(problem, 'format');
  if (format !== '' && addend?.has('number'))
    addend.error('hits_addend must contain either a format or a number');
  const actions = node.list('actions').map(parseAction);
  return {
    stage: node.number('stage'),
    disableKey: node.string('disable_key'),
    actions: actions.every((action) => action !== undefined) ? actions : null,
    hits: format !== '' ? { format } : addend?.has('number') ? { number: addend.number('number') } : null,
    isNegativeHits: addend?.bool('is_negative_hits') ?? false,
    appliesOnStreamDone: node.bool('apply_on_stream_done'),
    headersOption: node.enum('x_ratelimit_option'),
    limit:
      override === undefined
        ? null
        : {
            namespace: override.string('key'),
            path: override.list('path').map((segment) => segment.string('key')),
          },
  };
}

function parseAction(node: ConfigNode): RateLimitActionConfig | undefined {
  const kind = node.oneof('action_specifier') ?? '';
  const action = node.message(kind);
  if (action === undefined) return undefined;
  switch (kind) {
    case 'source_cluster':
      return { kind: 'source-cluster' };
    case 'destination_cluster':
      return { kind: 'destination-cluster' };
    case 'remote_address':
      return { kind: 'remote-address' };
    case 'masked_remote_address':
      return {
        kind: 'masked-remote-address',
        v4Bits: action.number('v4_prefix_mask_len', 32),
        v6Bits: action.number('v6_prefix_mask_len', 128),
      };
    case 'request_headers':
      return requestValue(action, 'header', action.string('header_name').toLowerCase());
    case 'query_parameters':
      return requestValue(action, 'query', action.string('query_parameter_name'));
    case 'metadata':
      return parseMetadataAction(action);
    case 'extension':
      node.unsupported('extension', 'descriptor extensions are not built');
      return undefined;
    default:
      return parseLabelled(action, kind);
  }
}

function requestValue(node: ConfigNode, kind: 'header' | 'query', name: string): RateLimitActionConfig {
  return { kind, name, key: node.string('descriptor_key'), skipIfAbsent: node.bool('skip_if_absent') };
}

/** Actions whose value stands in the configuration. */
function parseLabelled(node: ConfigNode, kind: string): RateLimitActionConfig | undefined {
  const value = node.string('descriptor_value');
  node.noEffect('default_value', 'the value is taken as it stands, and is never empty');
  const key = node.string('descriptor_key');
  switch (kind) {
    case 'generic_key':
      return { kind: 'generic', key: key || 'generic_key', value };
    case 'header_value_match':
      return {
        kind: 'header-match',
        key: key || 'header_match',
        value,
        expected: node.bool('expect_match', true),
        headers: parseHeaderMatchers(node, 'headers'),
      };
    case 'query_parameter_value_match':
      return {
        kind: 'query-match',
        key: key || 'query_match',
        value,
        expected: node.bool('expect_match', true),
        parameters: node.list('query_parameters').map(parseQueryMatcher),
      };
    case 'remote_address_match': {
      const matcher = node.message('address_matcher');
      return {
        kind: 'address-match',
        key: key || 'remote_address_match',
        value,
        ranges: matcher?.list('ranges').map(parseIpRange) ?? [],
        invert: matcher?.bool('invert_match') ?? false,
      };
    }
    default:
      return undefined;
  }
}

function parseMetadataAction(node: ConfigNode): RateLimitActionConfig {
  const key = node.message('metadata_key');
  const source = node.enum('source');
  if (source.startsWith('CLUSTER')) node.unsupportedValue('source', source, 'DYNAMIC and ROUTE_ENTRY are');
  return {
    kind: 'metadata',
    key: node.string('descriptor_key'),
    namespace: key?.string('key') ?? '',
    path: key?.list('path').map((segment) => segment.string('key')) ?? [],
    source,
    fallback: node.string('default_value'),
    skipIfAbsent: node.bool('skip_if_absent'),
  };
}
