import type { ThreadScope } from '../../../api/thread-scope.js';
import type { Host, HostPicker, LoadBalancerFactory } from '../../../api/upstream.js';
import type { Random } from '../../../base/random.js';
import { parseRandom, type RandomConfig } from './config.js';

export const random: LoadBalancerFactory<RandomConfig> = {
  name: 'envoy.load_balancing_policies.random',
  typeUrl: 'envoy.extensions.load_balancing_policies.random.v3.Random',
  parse: parseRandom,
  build: (_config: RandomConfig, scope: ThreadScope) => (hosts) => new UniformPicker(hosts, scope.random),
};

/** Weights are ignored, as in Envoy. */
class UniformPicker implements HostPicker {
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
