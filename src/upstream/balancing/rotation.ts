import type { BalancedCluster, Host, HostPicker, PickerMaker } from '../../api/upstream.js';
import type { Random } from '../../base/random.js';
import { EdfScheduler } from '../edf-scheduler.js';
import type { SlowStartConfig } from './policy-config.js';
import { SlowStart } from './slow-start.js';

/** Hosts take turns; unequal weights, or hosts that have begun a moment ago, make it a weighted schedule. */
export function rotating(
  cluster: BalancedCluster,
  slowStartConfig: SlowStartConfig | null,
  weightOf: (host: Host) => number,
): PickerMaker {
  const { random } = cluster.scope;
  const turns: Turns = { next: random.u32() };
  return ({ hosts }) => {
    const slowStart = slowStartConfig === null ? null : new SlowStart(slowStartConfig, cluster.scope);
    if (slowStart !== null && hosts.some((host) => slowStart.isStarting(host))) {
      return new WeightedRotation(hosts, (host) => weightOf(host) * slowStart.factor(host), random);
    }
    if (hasEqualWeights(hosts, weightOf)) return new Rotation(hosts, turns);
    return new WeightedRotation(hosts, weightOf, random);
  };
}

/** Where the rotation stands; outlives the pickers, so that a change of health does not begin anew at the first host. */
interface Turns {
  next: number;
}

class Rotation implements HostPicker {
  readonly isForeseeable = true;
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
  readonly isForeseeable = true;
  private readonly schedule: EdfScheduler<Host>;

  constructor(hosts: readonly Host[], weightOf: (host: Host) => number, random: Random) {
    this.schedule = new EdfScheduler(hosts, weightOf, random.u32() / 0x1_0000_0000);
  }

  pick(): Host | null {
    return this.schedule.pick() ?? null;
  }
}

function hasEqualWeights(hosts: readonly Host[], weightOf: (host: Host) => number): boolean {
  const [first] = hosts;
  return first === undefined || hosts.every((host) => weightOf(host) === weightOf(first));
}
