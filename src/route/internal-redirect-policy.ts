import type { ConfigNode } from '../api/config-node.js';
import type { InternalRedirectConfig } from '../api/route.js';

const allowed = new Set([301, 302, 303, 307, 308]);

/** Reads `internal_redirect_policy` or the deprecated fields before it; null when redirects are passed on. */
export function parseInternalRedirect(node: ConfigNode): InternalRedirectConfig | null {
  const policy = node.message('internal_redirect_policy');
  if (policy === undefined) return parseDeprecated(node);
  const statuses = policy.numbers('redirect_response_codes').filter((status) => allowed.has(status));
  const predicates = policy.extensions('internal.redirect.predicate', 'predicates');
  return {
    statuses: policy.numbers('redirect_response_codes').length === 0 ? [302] : statuses,
    maxRedirects: policy.number('max_internal_redirects', 1),
    predicates: predicates.map(({ typeUrl, config }) => ({ typeUrl, config })),
    allowsCrossScheme: policy.bool('allow_cross_scheme_redirect'),
    headersToCopy: parseHeadersToCopy(policy),
  };
}

function parseDeprecated(node: ConfigNode): InternalRedirectConfig | null {
  const maxRedirects = node.number('max_internal_redirects', 1);
  if (node.enum('internal_redirect_action') !== 'HANDLE_INTERNAL_REDIRECT') return null;
  return { statuses: [302], maxRedirects, predicates: [], allowsCrossScheme: false, headersToCopy: [] };
}

function parseHeadersToCopy(policy: ConfigNode): readonly string[] {
  const names = policy.strings('response_headers_to_copy').map((name) => name.toLowerCase());
  if (names.some((name) => name.startsWith(':') || name === 'host')) {
    policy.error(':-prefixed headers or Hosts may not be specified here.', 'response_headers_to_copy');
  }
  return names;
}
