import type { Extension } from '../../api/extension.js';

/** A retry goes to a host that has not been tried yet, as long as re-selection finds one. The router asks it. */
export const previousHosts: Extension = {
  name: 'envoy.retry_host_predicates.previous_hosts',
  typeUrl: 'envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate',
  parse: () => ({}),
};

/** A retry goes to no canary host, as long as re-selection finds another. The router asks it. */
export const omitCanaryHosts: Extension = {
  name: 'envoy.retry_host_predicates.omit_canary_hosts',
  typeUrl: 'envoy.extensions.retry.host.omit_canary_hosts.v3.OmitCanaryHostsPredicate',
  parse: () => ({}),
};
