import type { Host, HostPicker, LoadBalancerFactory } from '../../../api/upstream.js';
import type { Random } from '../../../base/random.js';
import { levelBalancer } from '../../../upstream/balancing/locality-routing.js';
import type { RandomConfig } from '../../../upstream/balancing/policy-config.js';
import { parseRandom } from './config.js';

export const random: LoadBalancerFactory<RandomConfig> = {
  name: 'envoy.load_balancing_policies.random',
  typeUrl: 'envoy.extensions.load_balancing_policies.random.v3.Random',
  parse: parseRandom,
  build: (config, cluster) =>
    levelBalancer(cluster, config.locality, ({ hosts }) => new UniformPicker(hosts, cluster.scope.random)),
};

/** Weights are ignored, as in Envoy. */
class UniformPicker implements HostPicker {
  readonly isForeseeable = true;
  private readonly hosts: readonly Host[];
  private readonly random: Random;

  constructor(hosts: readonly Host[], source: Random) {
    this.hosts = hosts;
    this.random = source;
  }

  pick(): Host {
    return this.hosts[this.random.below(this.hosts.length)] as Host;
  }
}
