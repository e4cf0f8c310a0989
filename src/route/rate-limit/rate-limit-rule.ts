import type { RateLimitDescriptor, RateLimitInput, RateLimitRule } from '../../api/route.js';
import { type CidrRange, formatIp, maskIp } from '../../base/cidr.js';
import type { Plain } from '../../base/plain.js';
import { isPlainObject, plainAt } from '../../base/plain-path.js';
import { compileFormat } from '../../format/text-format.js';
import { buildHeaderMatchers } from '../../match/header-matcher.js';
import { addressWords, buildIpRange } from '../../match/ip-range.js';
import { buildQueryMatcher, decodedQueryParameter } from '../../match/query-matcher.js';
import type { RateLimitActionConfig, RateLimitConfig } from './rate-limit-config.js';

/** Text for the entry; null: nothing is added; undefined: no descriptor can be made of this request. */
type EntryText = (input: RateLimitInput) => string | null | undefined;

interface Step {
  readonly key: string;
  readonly text: EntryText;
}

export function buildRateLimits(configs: readonly RateLimitConfig[]): readonly RateLimitRule[] {
  return configs.map((config) => new LiveRule(config));
}

class LiveRule implements RateLimitRule {
  readonly stage: number;
  readonly disableKey: string;
  readonly appliesOnStreamDone: boolean;
  readonly headersOption: string;
  private readonly steps: readonly Step[] | null;
  private readonly hits: HitsOf;
  private readonly isNegative: boolean;
  private readonly limit: RateLimitConfig['limit'];

  constructor(config: RateLimitConfig) {
    this.stage = config.stage;
    this.disableKey = config.disableKey;
    this.appliesOnStreamDone = config.appliesOnStreamDone;
    this.headersOption = config.headersOption;
    this.steps = config.actions?.map(buildStep) ?? null;
    this.hits = buildHits(config.hits);
    this.isNegative = config.isNegativeHits;
    this.limit = config.limit;
  }

  describe(input: RateLimitInput): RateLimitDescriptor | null {
    if (this.steps === null) return null;
    const entries: (readonly [key: string, value: string])[] = [];
    for (const { key, text } of this.steps) {
      const value = text(input);
      if (value === undefined) return null;
      if (value !== null) entries.push([key, value]);
    }
    const hits = this.hits(input);
    if (hits === null) return null;
    return { entries, hits, isNegativeHits: this.isNegative, limit: this.limitOf(input), rule: this };
  }

  private limitOf({ info }: RateLimitInput): RateLimitDescriptor['limit'] {
    const { limit } = this;
    if (limit === null) return null;
    const found = plainAt(info.dynamicMetadata?.get(limit.namespace), limit.path);
    if (!isPlainObject(found)) return null;
    const { requests_per_unit: requestsPerUnit, unit } = found;
    const number = typeof unit === 'string' ? unitNames.indexOf(unit) : -1;
    if (typeof requestsPerUnit !== 'number' || number < 0) return null;
    return { requestsPerUnit: Math.min(Math.max(0, Math.trunc(requestsPerUnit)), 0xffff_ffff), unit: number };
  }
}

/** `envoy.type.v3.RateLimitUnit`. */
const unitNames = ['UNKNOWN', 'SECOND', 'MINUTE', 'HOUR', 'DAY', 'MONTH', 'YEAR', 'WEEK'];

/** Undefined: none are configured; null: the format gave no whole number, and there is no descriptor. */
type HitsOf = (input: RateLimitInput) => number | undefined | null;

function buildHits(hits: RateLimitConfig['hits']): HitsOf {
  if (hits === null) return () => undefined;
  if ('number' in hits) return () => hits.number;
  const format = compileFormat(hits.format);
  return (input) => {
    const text = format(input);
    return /^[0-9]{1,10}$/.test(text) ? Number(text) : null;
  };
}

function buildStep(config: RateLimitActionConfig): Step {
  switch (config.kind) {
    case 'source-cluster':
      return { key: 'source_cluster', text: ({ localCluster }) => localCluster };
    case 'destination-cluster':
      return { key: 'destination_cluster', text: (input) => input.clusterName() };
    case 'remote-address':
      return {
        key: 'remote_address',
        text: ({ info: { remoteAddress } }) => (remoteAddress.isIp ? remoteAddress.ip : undefined),
      };
    case 'masked-remote-address':
      return { key: 'masked_remote_address', text: maskedAddress(config.v4Bits, config.v6Bits) };
    case 'header':
      return {
        key: config.key,
        text: ({ requestHeaders }) =>
          requestHeaders?.get(config.name) ?? (config.skipIfAbsent ? null : undefined),
      };
    case 'query':
      return {
        key: config.key,
        text: ({ requestHeaders }) =>
          decodedQueryParameter(requestHeaders?.path ?? '', config.name) ??
          (config.skipIfAbsent ? null : undefined),
      };
    case 'metadata':
      return { key: config.key, text: metadataText(config) };
    default:
      return labelledStep(config);
  }
}

type Labelled = Extract<RateLimitActionConfig, { readonly value: string }>;

function labelledStep(config: Labelled): Step {
  const { key, value } = config;
  const applies = condition(config);
  return { key, text: applies === null ? () => value : (input) => (applies(input) ? value : undefined) };
}

function condition(config: Labelled): ((input: RateLimitInput) => boolean) | null {
  switch (config.kind) {
    case 'generic':
      return null;
    case 'header-match': {
      const matches = buildHeaderMatchers(config.headers) ?? (() => true);
      return ({ requestHeaders }) => requestHeaders !== null && matches(requestHeaders) === config.expected;
    }
    case 'query-match': {
      const matchers = config.parameters.map(buildQueryMatcher);
      return ({ requestHeaders }) =>
        matchers.every((matches) => matches(requestHeaders?.path ?? '')) === config.expected;
    }
    case 'address-match':
      return inRanges(config.ranges.map(buildIpRange), config.invert);
  }
}

function inRanges(ranges: readonly CidrRange[], invert: boolean): (input: RateLimitInput) => boolean {
  return ({ info }) => {
    const words = addressWords(info.remoteAddress);
    return words !== null && ranges.some((range) => range.contains(words)) !== invert;
  };
}

function maskedAddress(v4Bits: number, v6Bits: number): EntryText {
  return ({ info }) => {
    const words = addressWords(info.remoteAddress);
    if (words === null) return undefined;
    const bits = words.length === 1 ? v4Bits : v6Bits;
    return `${formatIp(maskIp(words, bits))}/${bits}`;
  };
}

function metadataText(config: Extract<RateLimitActionConfig, { kind: 'metadata' }>): EntryText {
  const { namespace, path, source, fallback, skipIfAbsent } = config;
  return ({ info }) => {
    const structure: Plain =
      source === 'DYNAMIC'
        ? info.dynamicMetadata?.get(namespace)
        : isPlainObject(info.routeMetadata)
          ? info.routeMetadata[namespace]
          : undefined;
    const value = plainAt(structure, path);
    if (typeof value === 'string' && value !== '') return value;
    if (fallback !== '') return fallback;
    return skipIfAbsent ? null : undefined;
  };
}
