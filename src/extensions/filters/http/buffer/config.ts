import type { ConfigNode } from '../../../../api/config-node.js';

/** `envoy.extensions.filters.http.buffer.v3.Buffer`. */
export type BufferConfig = {
  readonly maxRequestBytes: number;
};

/** `BufferPerRoute`. */
export type BufferRouteConfig = {
  readonly isDisabled: boolean;
  readonly maxRequestBytes: number;
};

export function parseBuffer(node: ConfigNode): BufferConfig {
  return { maxRequestBytes: node.number('max_request_bytes') };
}

export function parseBufferPerRoute(node: ConfigNode): BufferRouteConfig {
  const isDisabled = node.bool('disabled');
  const buffer = node.message('buffer');
  return { isDisabled, maxRequestBytes: buffer === undefined ? 0 : parseBuffer(buffer).maxRequestBytes };
}
