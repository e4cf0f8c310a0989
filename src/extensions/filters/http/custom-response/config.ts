import type { ConfigNode } from '../../../../api/config-node.js';
import {
  parseSubstitutionFormat,
  type SubstitutionFormatConfig,
} from '../../../../format/substitution-format.js';
import { type MatcherConfig, parseMatcher } from '../../../../match/tree/config.js';
import type { HeaderAdditionConfig, RedirectConfig } from '../../../../route/config-types.js';
import { parseHeaderAdditions } from '../../../../route/header-mutations.js';
import { parseRedirect } from '../../../../route/redirect.js';

/** `LocalResponsePolicy`: an answer made here. */
export type LocalPolicyConfig = {
  readonly kind: 'local';
  /** Null: the response's own. */
  readonly status: number | null;
  readonly body: string;
  readonly bodyFormat: SubstitutionFormatConfig | null;
  readonly headers: readonly HeaderAdditionConfig[];
  /** Null: those of the response stay. */
  readonly details: string | null;
};

/** `RedirectPolicy`: the answer of another route. */
export type RedirectPolicyConfig = {
  readonly kind: 'redirect';
  /** Empty when `redirect` makes it. */
  readonly uri: string;
  readonly redirect: RedirectConfig | null;
  readonly status: number | null;
  readonly requestHeaders: readonly HeaderAdditionConfig[];
  readonly responseHeaders: readonly HeaderAdditionConfig[];
};

export type PolicyConfig = LocalPolicyConfig | RedirectPolicyConfig;

/** `envoy.extensions.filters.http.custom_response.v3.CustomResponse`, of the filter or of a route. */
export type CustomResponseConfig = {
  /** Null: no response is replaced. */
  readonly matcher: MatcherConfig<PolicyConfig> | null;
};

const policies = 'envoy.extensions.http.custom_response';

export function parseCustomResponse(node: ConfigNode): CustomResponseConfig {
  const matcher = node.message('custom_response_matcher');
  return {
    matcher:
      matcher === undefined
        ? null
        : parseMatcher<PolicyConfig>(matcher, { action: parsePolicy, allowsKeepMatching: true }),
  };
}

function parsePolicy(node: ConfigNode): PolicyConfig | undefined {
  switch (node.typeName) {
    case `${policies}.local_response_policy.v3.LocalResponsePolicy`:
      return parseLocal(node);
    case `${policies}.redirect_policy.v3.RedirectPolicy`:
      return parseRedirectPolicy(node);
    default:
      return undefined;
  }
}

function parseLocal(node: ConfigNode): LocalPolicyConfig {
  const format = node.message('body_format');
  const details = node.string('response_code_details');
  return {
    kind: 'local',
    status: node.optionalNumber('status_code') ?? null,
    body: node.dataSource('body') ?? '',
    bodyFormat: format === undefined ? null : parseSubstitutionFormat(format),
    headers: parseHeaderAdditions(node, 'response_headers_to_add'),
    details: node.bool('preserve_response_code_details') ? null : details,
  };
}

function parseRedirectPolicy(node: ConfigNode): RedirectPolicyConfig {
  node.unsupported('modify_request_headers_action', 'no such actions are built');
  const uri = node.string('uri');
  const redirect = node.message('redirect_action');
  if (redirect !== undefined) checkRedirect(redirect);
  else if (splitUri(uri) === undefined) {
    node.error(`Invalid uri specified for redirection for custom response: ${uri}`, 'uri');
  }
  return {
    kind: 'redirect',
    uri,
    redirect: redirect === undefined ? null : parseRedirect(redirect),
    status: node.optionalNumber('status_code') ?? null,
    requestHeaders: parseHeaderAdditions(node, 'request_headers_to_add'),
    responseHeaders: parseHeaderAdditions(node, 'response_headers_to_add'),
  };
}

function checkRedirect(node: ConfigNode): void {
  for (const field of ['regex_rewrite', 'prefix_rewrite']) {
    if (node.has(field)) node.error(`${field} is not supported for Custom Response`, field);
  }
  if (node.string('host_redirect') === '' && node.string('path_redirect') === '') {
    node.error('At least one of host_redirect and path_redirect needs to be specified');
  }
  if (node.string('path_redirect').includes('#')) {
    node.error(
      `#fragment is not supported for custom response. Specified path_redirect is ${node.string('path_redirect')}`,
      'path_redirect',
    );
  }
}

const absoluteUri = /^(https?):\/\/([^/?#]+)([^#]*)/i;

/** Scheme, authority and path of an absolute URI; undefined for other text. */
export function splitUri(
  uri: string,
): { readonly scheme: string; readonly authority: string; readonly path: string } | undefined {
  const [, scheme = '', authority = '', path = ''] = absoluteUri.exec(uri) ?? [];
  if (scheme === '') return undefined;
  return { scheme: scheme.toLowerCase(), authority, path: path.startsWith('/') ? path : `/${path}` };
}
