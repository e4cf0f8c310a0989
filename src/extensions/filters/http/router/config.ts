import type { ConfigNode } from '../../../../api/config-node.js';

/** `envoy.extensions.filters.http.router.v3.Router`. */
export type RouterConfig = {
  readonly dynamicStats: boolean;
  readonly suppressEnvoyHeaders: boolean;
  readonly respectExpectedTimeout: boolean;
};

export function parseRouter(node: ConfigNode): RouterConfig {
  if (node.bool('start_child_span')) node.noEffect('start_child_span', 'tracing is not built yet');
  return {
    dynamicStats: node.optionalBool('dynamic_stats') ?? true,
    suppressEnvoyHeaders: node.bool('suppress_envoy_headers'),
    respectExpectedTimeout: node.bool('respect_expected_rq_timeout'),
  };
}
