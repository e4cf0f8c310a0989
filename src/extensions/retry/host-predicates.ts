import type { ConfigNode } from '../../api/config-node.js';
import type { RetryHostPredicate } from '../../api/retry-plugins.js';
import type { Plain } from '../../base/plain.js';
import { plainAt } from '../../base/plain-path.js';

/** A retry goes to a host that has not been tried yet, as long as re-selection finds one. */
export const previousHosts: RetryHostPredicate = {
  name: 'envoy.retry_host_predicates.previous_hosts',
  typeUrl: 'envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate',
  parse: () => ({}),
  refuses: (_, host, tried) => tried.includes(host),
};

/** A retry goes to no canary host, as long as re-selection finds another. */
export const omitCanaryHosts: RetryHostPredicate = {
  name: 'envoy.retry_host_predicates.omit_canary_hosts',
  typeUrl: 'envoy.extensions.retry.host.omit_canary_hosts.v3.OmitCanaryHostsPredicate',
  parse: () => ({}),
  refuses: (_, host) => host.isCanary,
};

type Labels = { readonly labels: { readonly [key: string]: Plain } };

/** A retry goes to no host that has all of these values in its `envoy.lb` metadata. */
export const omitHostMetadata: RetryHostPredicate<Labels> = {
  name: 'envoy.retry_host_predicates.omit_host_metadata',
  typeUrl: 'envoy.extensions.retry.host.omit_host_metadata.v3.OmitHostMetadataConfig',
  parse: (node: ConfigNode) => {
    const labels = plainAt(node.message('metadata_match')?.struct('filter_metadata') ?? {}, ['envoy.lb']);
    return { labels: isLabels(labels) ? labels : {} };
  },
  refuses: ({ labels }, host) => {
    const wanted = Object.entries(labels);
    const own = plainAt(host.metadata, ['filter_metadata', 'envoy.lb']);
    return wanted.length > 0 && isLabels(own) && wanted.every(([key, value]) => holds(own[key], value));
  },
};

function isLabels(value: Plain): value is Labels['labels'] {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A list holds each of its members. */
function holds(own: Plain, value: Plain): boolean {
  if (Array.isArray(own) && !Array.isArray(value)) return own.some((item: Plain) => holds(item, value));
  return JSON.stringify(own) === JSON.stringify(value);
}
