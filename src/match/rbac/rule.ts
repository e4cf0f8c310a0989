import type { Address, StreamInfo } from '../../api/stream-info.js';
import { type CidrRange, parseIp, unmapIpv4 } from '../../base/cidr.js';
import type { RequestHeaders } from '../../base/header-map.js';
import { isPlainObject } from '../../base/plain-path.js';
import { filterStateText } from '../filter-state-text.js';
import { buildHeaderMatcher } from '../header-matcher.js';
import { buildIpRange, isInRange } from '../ip-range.js';
import { buildMetadataMatcher } from '../metadata-matcher.js';
import { buildStringMatcher, type StringMatcherConfig } from '../string-matcher.js';
import type { RbacAddress, RbacRuleConfig } from './rule-config.js';

/** Whether a request (or a connection, with an empty head) fulfils a rule. */
export type RbacRule = (headers: RequestHeaders, info: StreamInfo) => boolean;

const addressOf: { readonly [of in RbacAddress]: (info: StreamInfo) => Address } = {
  destination: (info) => info.connection.localAddress,
  'connection-remote': (info) => info.connection.remoteAddress,
  'direct-remote': (info) => info.connection.directRemoteAddress,
  remote: (info) => info.remoteAddress,
};

export function buildRbacRule(config: RbacRuleConfig): RbacRule {
  switch (config.kind) {
    case 'any':
      return () => true;
    case 'none':
      return () => false;
    case 'and':
      return allOf(config.rules.map(buildRbacRule));
    case 'or':
      return anyOf(config.rules.map(buildRbacRule));
    case 'not': {
      const rule = buildRbacRule(config.rule);
      return (headers, info) => !rule(headers, info);
    }
    case 'header':
      return buildHeaderMatcher(config.matcher);
    case 'ip': {
      const range = buildIpRange(config.range);
      const addressIn = addressOf[config.of];
      return (_, info) => isInRange(range, addressIn(info));
    }
    case 'port':
      return (_, { connection: { localAddress } }) =>
        localAddress.isIp && localAddress.port >= config.start && localAddress.port < config.end;
    case 'metadata':
      return metadataRule(config);
    case 'path':
    case 'server-name':
    case 'authenticated':
    case 'filter-state':
      return textRule(config);
  }
}

export function anyOf(rules: readonly RbacRule[]): RbacRule {
  const [only] = rules;
  if (rules.length === 1 && only !== undefined) return only;
  return (headers, info) => {
    for (const rule of rules) if (rule(headers, info)) return true;
    return false;
  };
}

function allOf(rules: readonly RbacRule[]): RbacRule {
  return (headers, info) => {
    for (const rule of rules) if (!rule(headers, info)) return false;
    return true;
  };
}

function metadataRule({ source, matcher }: Extract<RbacRuleConfig, { kind: 'metadata' }>): RbacRule {
  const matches = buildMetadataMatcher(matcher);
  if (source === 'dynamic') {
    return (_, { dynamicMetadata }) => matches((namespace) => dynamicMetadata?.get(namespace));
  }
  return (_, { routeMetadata }) =>
    matches((namespace) => (isPlainObject(routeMetadata) ? routeMetadata[namespace] : undefined));
}

type TextRuleConfig = Extract<
  RbacRuleConfig,
  { kind: 'path' | 'server-name' | 'authenticated' | 'filter-state' }
>;

function textRule(config: TextRuleConfig): RbacRule {
  if (config.kind === 'filter-state') return filterStateRule(config);
  if (config.kind === 'authenticated') return authenticatedRule(config.name);
  const accepts = buildStringMatcher(config.matcher);
  if (config.kind === 'server-name') {
    return (_, { connection }) => accepts(connection.requestedServerName);
  }
  return (headers) => headers.path !== '' && accepts(pathWithoutQuery(headers.path));
}

/** A certificate with a URI, a DNS name or a subject that matches; without a name TLS suffices, as in Envoy. */
function authenticatedRule(name: StringMatcherConfig | null): RbacRule {
  if (name === null) return (_, { connection }) => connection.tls !== null;
  const accepts = buildStringMatcher(name);
  return (_, { connection }) => {
    const peer = connection.tls?.peer ?? null;
    return (
      peer !== null && (peer.uriSans.some(accepts) || peer.dnsSans.some(accepts) || accepts(peer.subject))
    );
  };
}

const queryOrFragment = /[?#]/;

function pathWithoutQuery(path: string): string {
  const end = path.search(queryOrFragment);
  return end < 0 ? path : path.slice(0, end);
}

function filterStateRule({
  key,
  text,
  ranges,
  invert,
}: Extract<RbacRuleConfig, { kind: 'filter-state' }>): RbacRule {
  const accepts = text === null ? inRanges(ranges.map(buildIpRange), invert) : buildStringMatcher(text);
  return (_, { filterState }) => {
    const value = filterState?.get(key);
    return value !== undefined && accepts(filterStateText(value));
  };
}

function inRanges(ranges: readonly CidrRange[], invert: boolean): (text: string) => boolean {
  return (text) => {
    const words = parseIp(text);
    if (words === null) return false;
    const address = unmapIpv4(words);
    return ranges.some((range) => range.contains(address)) !== invert;
  };
}
