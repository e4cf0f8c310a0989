import type { LoadBalancerFactory } from '../../../api/upstream.js';
import { levelBalancer } from '../../../upstream/balancing/locality-routing.js';
import { defaultLocalityRouting } from '../../../upstream/balancing/policy-config.js';
import { rotating } from '../../../upstream/balancing/rotation.js';
import {
  parseReportedWeights,
  type ReportedWeightsConfig,
  reportedWeightsType,
} from '../../../upstream/load-report/load-rules.js';

/** Hosts take turns by what they report of their own load. */
export const clientSideWeightedRoundRobin: LoadBalancerFactory<ReportedWeightsConfig> = {
  name: 'envoy.load_balancing_policies.client_side_weighted_round_robin',
  typeUrl: reportedWeightsType,
  parse: parseReportedWeights,
  build: ({ slowStart }, cluster) =>
    levelBalancer(
      cluster,
      defaultLocalityRouting,
      rotating(cluster, slowStart, (host) => host.loadWeight),
    ),
  loadRules: ({ rules }) => rules,
};
