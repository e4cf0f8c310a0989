import type {
  BalancedCluster,
  Host,
  HostPicker,
  HostSource,
  LoadBalancerContext,
  PickerMaker,
} from '../../api/upstream.js';
import { EdfScheduler } from '../edf-scheduler.js';
import { excludedMaskOf } from '../host-selection.js';
import { groupByLocality, type LocalityGroup } from './locality-groups.js';

/** One locality with the weight that its health leaves it. */
interface WeightedLocality {
  readonly weight: number;
  readonly source: HostSource;
  picker: HostPicker | null;
}

/** A locality by weight first, then a host of it; localities without a weight or a candidate get nothing. */
class LocalityPicker implements HostPicker {
  private readonly schedule: EdfScheduler<WeightedLocality>;
  private readonly pickerOf: PickerMaker;

  constructor(localities: readonly WeightedLocality[], start: number, pickerOf: PickerMaker) {
    this.schedule = new EdfScheduler(localities, ({ weight }) => weight, start);
    this.pickerOf = pickerOf;
  }

  pick(context: LoadBalancerContext, attempt: number): Host | null {
    const locality = this.schedule.pick();
    if (locality === undefined) return null;
    locality.picker ??= this.pickerOf(locality.source);
    return locality.picker.pick(context, attempt);
  }
}

/** Hosts per locality that count, healthy or not. */
function countedHosts(level: readonly Host[], cluster: BalancedCluster): ReadonlyMap<string, LocalityGroup> {
  const excluded = excludedMaskOf(cluster);
  return groupByLocality(level.filter((host) => (host.health & excluded) === 0));
}

/** Spreads each level by the weights of its localities; a level in panic is one locality. */
export function localityWeighted(cluster: BalancedCluster, pickerOf: PickerMaker): PickerMaker {
  return (source) => {
    if (source.kind === 'all') return pickerOf(source);
    const counted = countedHosts(source.level, cluster);
    const present = cluster.localityWeight === undefined ? counted : groupByLocality(source.level);
    const localities: WeightedLocality[] = [];
    for (const [key, { hosts }] of groupByLocality(source.hosts)) {
      const total = counted.get(key)?.hosts.length ?? 0;
      const weight = localityWeight(hosts[0] as Host, present.get(key)?.hosts.length ?? 0, cluster);
      if (weight === 0 || total === 0) continue;
      const health = Math.min(1, (cluster.overprovisioningFactor / 100) * (hosts.length / total));
      localities.push({ weight: weight * health, source: narrowed(source, hosts), picker: null });
    }
    if (localities.length === 0) return pickerOf(source);
    return new LocalityPicker(localities, cluster.scope.random.u32() / 0x1_0000_0000, pickerOf);
  };
}

/** What the locality of a host weighs, of which the level has `present` hosts. */
export function localityWeight(host: Host, present: number, cluster: BalancedCluster): number {
  return cluster.localityWeight?.(host, present) ?? host.localityWeight;
}

/** The same source with fewer candidates. */
export function narrowed({ kind, priority, level }: HostSource, hosts: readonly Host[]): HostSource {
  return { hosts, kind, priority, level };
}
