import type { ThreadScope } from '../../../api/thread-scope.js';
import type { Host, HostPicker, LoadBalancerFactory } from '../../../api/upstream.js';
import type { Random } from '../../../base/random.js';
import { levelBalancer } from '../../../upstream/balancing/locality-routing.js';
import type { LeastRequestConfig } from '../../../upstream/balancing/policy-config.js';
import { SlowStart } from '../../../upstream/balancing/slow-start.js';
import { EdfScheduler } from '../../../upstream/edf-scheduler.js';
import { parseLeastRequest } from './config.js';

export const leastRequest: LoadBalancerFactory<LeastRequestConfig> = {
  name: 'envoy.load_balancing_policies.least_request',
  typeUrl: 'envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest',
  parse: parseLeastRequest,
  build: (config, cluster) => {
    const { scope } = cluster;
    return levelBalancer(cluster, config.locality, ({ hosts }) => {
      const slowStart = config.slowStart === null ? null : new SlowStart(config.slowStart, scope);
      const isStarting = slowStart !== null && hosts.some((host) => slowStart.isStarting(host));
      if (isStarting || hosts.some((host) => host.weight !== hosts[0]?.weight)) {
        return new WeightedLeast(hosts, activeRequestBias(config, scope), slowStart, scope.random);
      }
      if (config.isFullScan) return new FullScan(hosts, scope.random);
      return new LeastOfChoices(hosts, config.choiceCount, scope.random);
    });
  },
};

/** Read whenever hosts or their health change. A negative bias would favour busy hosts: it counts as 1, as in Envoy. */
function activeRequestBias(config: LeastRequestConfig, scope: ThreadScope): number {
  const { bias: configured, biasKey } = config;
  const bias = biasKey === '' ? configured : scope.runtime.double(biasKey, configured);
  return bias >= 0 ? bias : 1;
}

/** Draws with replacement; the first of those with the fewest active requests wins. */
class LeastOfChoices implements HostPicker {
  private readonly hosts: readonly Host[];
  private readonly choices: number;
  private readonly random: Random;

  constructor(hosts: readonly Host[], choices: number, random: Random) {
    this.hosts = hosts;
    this.choices = choices;
    this.random = random;
  }

  pick(): Host {
    const { hosts, random } = this;
    let least = hosts[random.below(hosts.length)] as Host;
    let active = least.activeRequests;
    for (let i = 1; i < this.choices; i++) {
      const host = hosts[random.below(hosts.length)] as Host;
      const requests = host.activeRequests;
      if (requests < active) {
        least = host;
        active = requests;
      }
    }
    return least;
  }
}

/** The least of all hosts; ties are broken uniformly in the same pass (a reservoir of one). */
class FullScan implements HostPicker {
  private readonly hosts: readonly Host[];
  private readonly random: Random;

  constructor(hosts: readonly Host[], random: Random) {
    this.hosts = hosts;
    this.random = random;
  }

  pick(): Host {
    const { hosts } = this;
    let least = hosts[0] as Host;
    let active = least.activeRequests;
    let ties = 1;
    for (let i = 1; i < hosts.length; i++) {
      const host = hosts[i] as Host;
      const requests = host.activeRequests;
      if (requests > active) continue;
      ties = requests < active ? 1 : ties + 1;
      active = requests;
      if (ties === 1 || this.random.below(ties) === 0) least = host;
    }
    return least;
  }
}

/** Unequal weights: scheduled by weight, divided by how busy the host is when it is put back. */
class WeightedLeast implements HostPicker {
  readonly isForeseeable = true;
  private readonly schedule: EdfScheduler<Host>;

  constructor(hosts: readonly Host[], bias: number, slowStart: SlowStart | null, random: Random) {
    const idle =
      bias === 1
        ? (host: Host): number => host.weight / (host.activeRequests + 1)
        : (host: Host): number => host.weight / (host.activeRequests + 1) ** bias;
    const weightOf = slowStart === null ? idle : (host: Host): number => idle(host) * slowStart.factor(host);
    this.schedule = new EdfScheduler(hosts, weightOf, random.u32() / 0x1_0000_0000);
  }

  pick(): Host | null {
    return this.schedule.pick() ?? null;
  }
}
