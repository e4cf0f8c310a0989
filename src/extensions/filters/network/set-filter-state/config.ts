import type { ConfigNode } from '../../../../api/config-node.js';
import {
  type FilterStateValueConfig,
  parseFilterStateValues,
} from '../../../../stream/filter-state-values.js';

/** `envoy.extensions.filters.network.set_filter_state.v3.Config`. */
export type SetFilterStateConfig = {
  readonly onNewConnection: readonly FilterStateValueConfig[];
  readonly onHandshake: readonly FilterStateValueConfig[];
  readonly onFirstData: readonly FilterStateValueConfig[];
};

export function parseSetFilterState(node: ConfigNode): SetFilterStateConfig {
  return {
    onNewConnection: parseFilterStateValues(node, 'on_new_connection'),
    onHandshake: parseFilterStateValues(node, 'on_downstream_tls_handshake'),
    onFirstData: parseFilterStateValues(node, 'on_downstream_data'),
  };
}
