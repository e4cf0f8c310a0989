import type { LoadBalancerFactory } from '../../../api/upstream.js';
import { levelBalancer } from '../../../upstream/balancing/locality-routing.js';
import type { RoundRobinConfig } from '../../../upstream/balancing/policy-config.js';
import { rotating } from '../../../upstream/balancing/rotation.js';
import { parseRoundRobin } from './config.js';

export const roundRobin: LoadBalancerFactory<RoundRobinConfig> = {
  name: 'envoy.load_balancing_policies.round_robin',
  typeUrl: 'envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin',
  parse: parseRoundRobin,
  build: ({ locality, slowStart }, cluster) =>
    levelBalancer(
      cluster,
      locality,
      rotating(cluster, slowStart, (host) => host.weight),
    ),
};
