import type { LoadBalancerFactory } from '../../../api/upstream.js';
import { loadRulesOf } from '../../../upstream/load-report/load-rules.js';
import { type OverrideHostConfig, parseOverrideHost } from './config.js';
import { OverrideHostChooser } from './override-host-chooser.js';

/** Requests go to the hosts that they name, in that order; others, and those beyond the list, as another policy says. */
export const overrideHost: LoadBalancerFactory<OverrideHostConfig> = {
  name: 'envoy.load_balancing_policies.override_host',
  typeUrl: 'envoy.extensions.load_balancing_policies.override_host.v3.OverrideHost',
  parse: parseOverrideHost,
  loadRules: ({ fallback }, extensions) => loadRulesOf(fallback, extensions),
  build: (config, cluster) => {
    const factory = cluster.scope.extensions.find(
      'load.balancer',
      config.fallback.typeUrl,
    ) as LoadBalancerFactory;
    const fallback = factory.build(config.fallback.config, cluster);
    return (hosts) => new OverrideHostChooser(hosts, config, fallback(hosts));
  },
};
