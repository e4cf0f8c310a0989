import type { ConfigNode } from '../../../../api/config-node.js';

export type TlsInspectorConfig = {
  readonly withJa3: boolean;
  readonly withJa4: boolean;
  readonly maxHelloBytes: number;
  readonly closesOnBadHello: boolean;
};

/** Reads `envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector`. */
export function parseTlsInspector(node: ConfigNode): TlsInspectorConfig {
  node.noEffect('initial_read_buffer_size', 'the buffer grows with what has come');
  return {
    withJa3: node.bool('enable_ja3_fingerprinting'),
    withJa4: node.bool('enable_ja4_fingerprinting'),
    maxHelloBytes: node.number('max_client_hello_size', 16_384),
    closesOnBadHello: node.bool('close_connection_on_client_hello_parsing_errors'),
  };
}
