import type { ConfigNode } from '../../../api/config-node.js';
import type { Extension } from '../../../api/extension.js';

/** `envoy.extensions.bootstrap.internal_listener.v3.InternalListener`: a bootstrap that has it may have such listeners. */
export const internalListenerExtension: Extension = {
  name: 'envoy.bootstrap.internal_listener',
  typeUrl: 'envoy.extensions.bootstrap.internal_listener.v3.InternalListener',
  parse(node: ConfigNode) {
    node.noEffect('buffer_size_kb', 'bytes wait with their writer, whose own limit holds');
    return {};
  },
};
