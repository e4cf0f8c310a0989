import type { ConfigNode } from '../../../../api/config-node.js';

/** `envoy.extensions.filters.http.cors.v3.Cors`: the policies are the routes'. */
export type CorsConfig = null;

export function parseCors(_node: ConfigNode): CorsConfig {
  return null;
}
