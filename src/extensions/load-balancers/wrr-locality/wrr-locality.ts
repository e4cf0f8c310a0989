import type { LoadBalancerFactory } from '../../../api/upstream.js';
import { levelBalancer } from '../../../upstream/balancing/locality-routing.js';
import { defaultLocalityRouting } from '../../../upstream/balancing/policy-config.js';
import { rotating } from '../../../upstream/balancing/rotation.js';
import type { ReportedWeightsConfig } from '../../../upstream/load-report/load-rules.js';
import { parseWrrLocality } from './config.js';

/** Localities by their weights, and in them hosts by what they report of their own load. */
export const wrrLocality: LoadBalancerFactory<ReportedWeightsConfig | null> = {
  name: 'envoy.load_balancing_policies.wrr_locality',
  typeUrl: 'envoy.extensions.load_balancing_policies.wrr_locality.v3.WrrLocality',
  parse: parseWrrLocality,
  build: (config, cluster) =>
    levelBalancer(
      cluster,
      { ...defaultLocalityRouting, kind: 'weighted' },
      rotating(cluster, config?.slowStart ?? null, (host) => host.loadWeight),
    ),
  loadRules: (config) => config?.rules ?? null,
};
