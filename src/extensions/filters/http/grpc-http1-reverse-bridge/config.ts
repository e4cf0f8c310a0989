import type { ConfigNode } from '../../../../api/config-node.js';

/** `envoy.extensions.filters.http.grpc_http1_reverse_bridge.v3.FilterConfig`. */
export type ReverseBridgeConfig = {
  readonly contentType: string;
  readonly withholdsFrames: boolean;
  /** Lower case; empty: the answer is held until its size is known. */
  readonly responseSizeHeader: string;
};

/** `FilterConfigPerRoute`. */
export type ReverseBridgeRouteConfig = {
  readonly isDisabled: boolean;
};

export function parseReverseBridge(node: ConfigNode): ReverseBridgeConfig {
  return {
    contentType: node.string('content_type'),
    withholdsFrames: node.bool('withhold_grpc_frames'),
    responseSizeHeader: node.string('response_size_header').toLowerCase(),
  };
}

export function parseReverseBridgePerRoute(node: ConfigNode): ReverseBridgeRouteConfig {
  return { isDisabled: node.bool('disabled') };
}
