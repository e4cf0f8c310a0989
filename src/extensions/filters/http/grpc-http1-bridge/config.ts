import type { ConfigNode } from '../../../../api/config-node.js';

/** `envoy.extensions.filters.http.grpc_http1_bridge.v3.Config`. */
export type GrpcHttp1BridgeConfig = {
  readonly upgradesProtobuf: boolean;
  readonly ignoresQuery: boolean;
};

export function parseGrpcHttp1Bridge(node: ConfigNode): GrpcHttp1BridgeConfig {
  return {
    upgradesProtobuf: node.bool('upgrade_protobuf_to_grpc'),
    ignoresQuery: node.bool('ignore_query_parameters'),
  };
}
