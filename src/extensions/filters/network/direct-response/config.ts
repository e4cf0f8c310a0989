import type { ConfigNode } from '../../../../api/config-node.js';

/** `envoy.extensions.filters.network.direct_response.v3.Config`. */
export type DirectResponseConfig = {
  /** One character per byte. */
  readonly response: string;
};

export function parseDirectResponse(node: ConfigNode): DirectResponseConfig {
  return { response: Buffer.from(node.dataSource('response') ?? '').toString('latin1') };
}
