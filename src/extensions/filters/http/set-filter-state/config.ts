import type { ConfigNode } from '../../../../api/config-node.js';
import {
  type FilterStateValueConfig,
  parseFilterStateValues,
} from '../../../../stream/filter-state-values.js';

/** `envoy.extensions.filters.http.set_filter_state.v3.Config`, of the filter or of a route. */
export type SetFilterStateConfig = {
  readonly values: readonly FilterStateValueConfig[];
  readonly clearsRoute: boolean;
};

export function parseSetFilterState(node: ConfigNode): SetFilterStateConfig {
  return {
    values: parseFilterStateValues(node, 'on_request_headers'),
    clearsRoute: node.bool('clear_route_cache'),
  };
}
