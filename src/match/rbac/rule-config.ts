import type { ConfigNode } from '../../api/config-node.js';
import type { Plain } from '../../base/plain.js';
import { isPlainObject } from '../../base/plain-path.js';
import { type HeaderMatcherConfig, parseHeaderMatcher } from '../header-matcher.js';
import { type IpRangeConfig, parseIpRange } from '../ip-range.js';
import { type MetadataMatcherConfig, parseMetadataMatcher } from '../metadata-matcher.js';
import { parseStringMatcher, type StringMatcherConfig } from '../string-matcher.js';

/** Whose address a range is compared with. */
export type RbacAddress = 'destination' | 'connection-remote' | 'direct-remote' | 'remote';

/** One `config.rbac.v3.Permission` or `Principal`, read: what they have in common is one tree. */
export type RbacRuleConfig =
  | { readonly kind: 'any' }
  /** What no request fulfils, like a principal that only an unsupported extension could decide. */
  | { readonly kind: 'none' }
  | { readonly kind: 'and' | 'or'; readonly rules: readonly RbacRuleConfig[] }
  | { readonly kind: 'not'; readonly rule: RbacRuleConfig }
  | { readonly kind: 'header'; readonly matcher: HeaderMatcherConfig }
  | { readonly kind: 'path'; readonly matcher: StringMatcherConfig }
  | { readonly kind: 'ip'; readonly of: RbacAddress; readonly range: IpRangeConfig }
  | { readonly kind: 'port'; readonly start: number; readonly end: number }
  | {
      readonly kind: 'metadata';
      readonly source: 'dynamic' | 'route';
      readonly matcher: MetadataMatcherConfig;
    }
  | { readonly kind: 'server-name'; readonly matcher: StringMatcherConfig }
  | { readonly kind: 'authenticated'; readonly name: StringMatcherConfig | null }
  | {
      readonly kind: 'filter-state';
      readonly key: string;
      readonly text: StringMatcherConfig | null;
      readonly ranges: readonly IpRangeConfig[];
      readonly invert: boolean;
    };

const any: RbacRuleConfig = { kind: 'any' };
const none: RbacRuleConfig = { kind: 'none' };

export function parsePermission(node: ConfigNode): RbacRuleConfig {
  switch (node.oneof('rule')) {
    case 'and_rules':
      return { kind: 'and', rules: setOf(node, 'and_rules', 'rules', parsePermission) };
    case 'or_rules':
      return { kind: 'or', rules: setOf(node, 'or_rules', 'rules', parsePermission) };
    case 'not_rule':
      return negated(node, 'not_rule', parsePermission);
    case 'destination_ip':
      return ipRule(node, 'destination_ip', 'destination');
    case 'destination_port': {
      const port = node.number('destination_port');
      return { kind: 'port', start: port, end: port + 1 };
    }
    case 'destination_port_range':
      return portRange(node.message('destination_port_range'));
    case 'requested_server_name':
      return textRule(node, 'requested_server_name', 'server-name');
    case 'matcher':
      node.unsupported('matcher', 'permission extensions are not built');
      return none;
    case 'uri_template':
      return templateRule(node.extension('path.matcher', 'uri_template')?.config ?? null);
    default:
      return parseCommon(node, 'rule');
  }
}

export function parsePrincipal(node: ConfigNode): RbacRuleConfig {
  switch (node.oneof('identifier')) {
    case 'and_ids':
      return { kind: 'and', rules: setOf(node, 'and_ids', 'ids', parsePrincipal) };
    case 'or_ids':
      return { kind: 'or', rules: setOf(node, 'or_ids', 'ids', parsePrincipal) };
    case 'not_id':
      return negated(node, 'not_id', parsePrincipal);
    case 'authenticated': {
      const name = node.message('authenticated')?.message('principal_name');
      return { kind: 'authenticated', name: name === undefined ? null : parseStringMatcher(name) };
    }
    case 'source_ip':
      return ipRule(node, 'source_ip', 'connection-remote');
    case 'direct_remote_ip':
      return ipRule(node, 'direct_remote_ip', 'direct-remote');
    case 'remote_ip':
      return ipRule(node, 'remote_ip', 'remote');
    case 'filter_state':
      return filterStateRule(node.message('filter_state'));
    case 'custom':
      node.unsupported('custom', 'principal extensions are not built');
      return none;
    default:
      return parseCommon(node, 'identifier');
  }
}

/** The members that permissions and principals share. */
function parseCommon(node: ConfigNode, oneof: string): RbacRuleConfig {
  switch (node.oneof(oneof)) {
    case 'any':
      return node.bool('any') ? any : none;
    case 'header': {
      const matcher = node.message('header');
      return matcher === undefined ? any : { kind: 'header', matcher: parseHeaderMatcher(matcher) };
    }
    case 'url_path': {
      const path = node.message('url_path')?.message('path');
      return path === undefined ? any : { kind: 'path', matcher: parseStringMatcher(path) };
    }
    case 'metadata':
      return metadataRule(node.message('metadata'), 'dynamic');
    case 'sourced_metadata': {
      const sourced = node.message('sourced_metadata');
      const source = sourced?.enum('metadata_source') === 'ROUTE' ? 'route' : 'dynamic';
      return metadataRule(sourced?.message('metadata_matcher'), source);
    }
    default:
      return none;
  }
}

/** The matcher of paths has made an expression of the template. */
function templateRule(config: Plain): RbacRuleConfig {
  const pattern = isPlainObject(config) ? config['pattern'] : undefined;
  if (typeof pattern !== 'string') return none;
  return { kind: 'path', matcher: { kind: 'regex', value: pattern, ignoreCase: false } };
}

function setOf(
  node: ConfigNode,
  field: string,
  list: string,
  parse: (node: ConfigNode) => RbacRuleConfig,
): readonly RbacRuleConfig[] {
  return node.message(field)?.list(list).map(parse) ?? [];
}

function negated(
  node: ConfigNode,
  field: string,
  parse: (node: ConfigNode) => RbacRuleConfig,
): RbacRuleConfig {
  const inner = node.message(field);
  return { kind: 'not', rule: inner === undefined ? none : parse(inner) };
}

function ipRule(node: ConfigNode, field: string, of: RbacAddress): RbacRuleConfig {
  const range = node.message(field);
  return range === undefined ? none : { kind: 'ip', of, range: parseIpRange(range) };
}

function portRange(node: ConfigNode | undefined): RbacRuleConfig {
  if (node === undefined) return none;
  const start = node.number('start');
  const end = node.number('end');
  if (start < 0 || start > 65_536) node.error(`range start ${start} is out of bounds`, 'start');
  else if (end < 0 || end > 65_536) node.error(`range end ${end} is out of bounds`, 'end');
  else if (start >= end)
    node.error(`range start ${start} cannot be greater or equal than range end ${end}`, 'start');
  return { kind: 'port', start, end };
}

function textRule(node: ConfigNode, field: string, kind: 'server-name'): RbacRuleConfig {
  const matcher = node.message(field);
  return matcher === undefined ? none : { kind, matcher: parseStringMatcher(matcher) };
}

function metadataRule(node: ConfigNode | undefined, source: 'dynamic' | 'route'): RbacRuleConfig {
  return node === undefined ? none : { kind: 'metadata', source, matcher: parseMetadataMatcher(node) };
}

function filterStateRule(node: ConfigNode | undefined): RbacRuleConfig {
  if (node === undefined) return none;
  const text = node.message('string_match');
  const address = node.message('address_match');
  return {
    kind: 'filter-state',
    key: node.string('key'),
    text: text === undefined ? null : parseStringMatcher(text),
    ranges: address?.list('ranges').map(parseIpRange) ?? [],
    invert: address?.bool('invert_match') ?? false,
  };
}
