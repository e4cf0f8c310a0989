import type { Host, HostPicker, LoadBalancerFactory } from '../../../api/upstream.js';
import type { Random } from '../../../base/random.js';
import { levelBalancer } from '../../../upstream/balancing/locality-routing.js';
import type { RoundRobinConfig } from '../../../upstream/balancing/policy-config.js';
import { SlowStart } from '../../../upstream/balancing/slow-start.js';
import { EdfScheduler } from '../../../upstream/edf-scheduler.js';
import { parseRoundRobin } from './config.js';

export const roundRobin: LoadBalancerFactory<RoundRobinConfig> = {
  name: 'envoy.load_balancing_policies.round_robin',
  typeUrl: 'envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin',
  parse: parseRoundRobin,
  build: (config, cluster) => {
    const { random } = cluster.scope;
    const turns: Turns = { next: random.u32() };
    return levelBalancer(cluster, config.locality, ({ hosts }) => {
      const slowStart = config.slowStart === null ? null : new SlowStart(config.slowStart, cluster.scope);
      if (slowStart !== null && hosts.some((host) => slowStart.isStarting(host))) {
        return new WeightedRotation(hosts, (host) => host.weight * slowStart.factor(host), random);
      }
      if (hasEqualWeights(hosts)) return new Rotation(hosts, turns);
      return new WeightedRotation(hosts, (host) => host.weight, random);
    });
  },
};

/** Where the rotation stands; outlives the pickers, so that a change of health does not begin anew at the first host. */
interface Turns {
  next: number;
}

class Rotation implements HostPicker {
  private readonly hosts: readonly Host[];
  private readonly turns: Turns;
  private at: number;

  constructor(hosts: readonly Host[], turns: Turns) {
    this.hosts = hosts;
    this.turns = turns;
    this.at = turns.next % hosts.length;
  }

  pick(): Host {
    const host = this.hosts[this.at] as Host;
    this.at = this.at + 1 === this.hosts.length ? 0 : this.at + 1;
    this.turns.next = this.at;
    return host;
  }
}

class WeightedRotation implements HostPicker {
  private readonly schedule: EdfScheduler<Host>;

  constructor(hosts: readonly Host[], weightOf: (host: Host) => number, random: Random) {
    this.schedule = new EdfScheduler(hosts, weightOf, random.u32() / 0x1_0000_0000);
  }

  pick(): Host | null {
    return this.schedule.pick() ?? null;
  }
}

function hasEqualWeights(hosts: readonly Host[]): boolean {
  return hosts.every((host) => host.weight === hosts[0]?.weight);
}
