import type { ConfigNode } from '../api/config-node.js';
import type { HeaderMap } from '../base/header-map.js';
import {
  buildHeaderMatchers,
  type HeaderMatcherConfig,
  type HeaderPredicate,
  parseHeaderMatchers,
} from './header-matcher.js';

/** `envoy.config.common.matcher.v3.MatchPredicate` as the head of a response alone decides it. */
export type MessagePredicateConfig =
  | { readonly kind: 'or' | 'and'; readonly rules: readonly MessagePredicateConfig[] }
  | { readonly kind: 'not'; readonly rule: MessagePredicateConfig }
  | { readonly kind: 'response-headers'; readonly headers: readonly HeaderMatcherConfig[] }
  | { readonly kind: 'any' }
  /** Of parts of the exchange that are not looked at. */
  | { readonly kind: 'never' };

const unseenParts = [
  'http_request_headers_match',
  'http_request_trailers_match',
  'http_response_trailers_match',
  'http_request_generic_body_match',
  'http_response_generic_body_match',
] as const;

export function parseMessagePredicate(node: ConfigNode): MessagePredicateConfig {
  for (const kind of ['or', 'and'] as const) {
    const set = node.message(`${kind}_match`);
    if (set !== undefined) return { kind, rules: set.list('rules').map(parseMessagePredicate) };
  }
  const not = node.message('not_match');
  if (not !== undefined) return { kind: 'not', rule: parseMessagePredicate(not) };
  const headers = node.message('http_response_headers_match');
  if (headers !== undefined)
    return { kind: 'response-headers', headers: parseHeaderMatchers(headers, 'headers') };
  for (const part of unseenParts) node.noEffect(part, 'only the heads of responses are looked at');
  return { kind: node.bool('any_match') ? 'any' : 'never' };
}

/** Compiles the rules for the head of a response. */
export function buildMessagePredicate(config: MessagePredicateConfig): HeaderPredicate {
  switch (config.kind) {
    case 'or':
    case 'and': {
      const rules = config.rules.map(buildMessagePredicate);
      return config.kind === 'or'
        ? (headers) => rules.some((matches) => matches(headers))
        : (headers) => rules.every((matches) => matches(headers));
    }
    case 'not': {
      const matches = buildMessagePredicate(config.rule);
      return (headers: HeaderMap) => !matches(headers);
    }
    case 'response-headers':
      return buildHeaderMatchers(config.headers) ?? always;
    case 'any':
      return always;
    case 'never':
      return () => false;
  }
}

function always(): boolean {
  return true;
}
