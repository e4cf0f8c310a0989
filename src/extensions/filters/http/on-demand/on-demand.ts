import type { ConfigNode } from '../../../../api/config-node.js';
import type { HttpFilterFactory } from '../../../../api/http-filter.js';

/** `envoy.extensions.filters.http.on_demand.v3.OnDemand`. */
type OnDemandConfig = null;

function parseOnDemand(node: ConfigNode): OnDemandConfig {
  node.unsupported('odcds', 'clusters are not discovered on demand');
  return null;
}

/** Waits for virtual hosts that are discovered on demand; none are, so every request passes. */
export const onDemandFilter: HttpFilterFactory<OnDemandConfig, OnDemandConfig> = {
  name: 'envoy.filters.http.on_demand',
  typeUrl: 'envoy.extensions.filters.http.on_demand.v3.OnDemand',
  routeTypeUrl: 'envoy.extensions.filters.http.on_demand.v3.PerRouteConfig',
  parse: parseOnDemand,
  parseRoute: parseOnDemand,
  build: () => () => passing,
};

const passing = {};
