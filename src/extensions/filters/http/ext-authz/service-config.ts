import type { ConfigNode } from '../../../../api/config-node.js';
import type { RetryPolicyConfig } from '../../../../api/route.js';
import type { HeaderAdditionConfig } from '../../../../route/config-types.js';
import { parseOwnRetryPolicy } from '../../../../route/retry-policy.js';
import { type Patterns, parsePatterns } from './patterns.js';

/** `HttpService`: who is asked, what he is told, and what is taken from his answer. */
export type HttpServiceConfig = {
  readonly cluster: string;
  readonly timeoutMs: number;
  readonly pathPrefix: string;
  /** Instead of the request's path; empty: none. */
  readonly pathOverride: string;
  readonly allowedHeaders: Patterns;
  readonly headersToAdd: readonly HeaderAdditionConfig[];
  readonly toUpstream: Patterns;
  readonly toUpstreamAppended: Patterns;
  readonly toClient: Patterns;
  readonly toClientOnSuccess: Patterns;
  readonly toMetadata: Patterns;
  /** Null: the service is asked once. */
  readonly retryPolicy: RetryPolicyConfig | null;
};

export function parseHttpService(node: ConfigNode): HttpServiceConfig {
  const pathPrefix = node.string('path_prefix');
  const pathOverride = node.string('path_override');
  if (pathPrefix !== '' && pathOverride !== '')
    node.error('Only one of path_prefix or path_override may be set, not both.', 'path_override');
  if (pathPrefix !== '' && !pathPrefix.startsWith('/'))
    node.error('path_prefix should start with "/".', 'path_prefix');
  if (pathOverride !== '' && !pathOverride.startsWith('/'))
    node.error('path_override should start with "/".', 'path_override');
  const uri = node.message('server_uri');
  uri?.noEffect('uri', 'the cluster says where the service is, and the request has its own host');
  const request = node.message('authorization_request');
  const answer = node.message('authorization_response');
  return {
    cluster: uri?.string('cluster') ?? '',
    timeoutMs: uri?.duration('timeout', 200) ?? 200,
    pathPrefix,
    pathOverride,
    allowedHeaders: parsePatterns(request?.message('allowed_headers')),
    headersToAdd: (request?.list('headers_to_add') ?? []).map(parseAddition),
    toUpstream: parsePatterns(answer?.message('allowed_upstream_headers')),
    toUpstreamAppended: parsePatterns(answer?.message('allowed_upstream_headers_to_append')),
    toClient: parsePatterns(answer?.message('allowed_client_headers')),
    toClientOnSuccess: parsePatterns(answer?.message('allowed_client_headers_on_success')),
    toMetadata: parsePatterns(answer?.message('dynamic_metadata_from_headers')),
    retryPolicy: parseOwnRetryPolicy(node.message('retry_policy')),
  };
}

function parseAddition(node: ConfigNode): HeaderAdditionConfig {
  const name = node.string('key').toLowerCase();
  return { name, value: node.string('value'), action: 'overwrite-or-add', keepEmpty: false };
}
