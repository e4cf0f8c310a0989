import { statBlock } from '../../api/stats.js';
import {
  type BalancedCluster,
  type ClusterHosts,
  degradedMask,
  type Host,
  type HostPicker,
  type HostSource,
  type LoadBalancerContext,
  type PickerMaker,
  unhealthyMask,
} from '../../api/upstream.js';
import { groupByLocality, localityKey } from './locality-groups.js';
import { narrowed } from './locality-weighted.js';
import type { LocalityRoutingConfig } from './policy-config.js';

/** `cluster.<name>.` */
export const Z = statBlock({
  counters: [
    'lb_local_cluster_not_ok',
    'lb_recalculate_zone_structures',
    'lb_zone_cluster_too_small',
    'lb_zone_no_capacity_left',
    'lb_zone_number_differs',
    'lb_zone_routing_all_directly',
    'lb_zone_routing_cross_zone',
    'lb_zone_routing_sampled',
  ],
});

/** Shares are counted in ten-thousandths. */
const whole = 10_000;

interface Zone {
  readonly source: HostSource;
  picker: HostPicker | null;
}

/** What the shares of both clusters come to. */
interface ZonePlan {
  readonly routing: 'none' | 'direct' | 'residual';
  /** Ten-thousandths of the traffic that stay in the own zone. */
  readonly localShare: number;
  /** Capacity left in each other zone, summed up; position as in `zones`. */
  readonly residual: readonly number[];
}

const noPlan: ZonePlan = { routing: 'none', localShare: 0, residual: [] };

/**
 * Keeps traffic in the own zone as far as both clusters' sizes allow it: the upstream's share of hosts in each zone
 * against the share of proxies there. Only priority 0 and only while both clusters are well.
 */
class ZonePicker implements HostPicker {
  private readonly cluster: BalancedCluster;
  private readonly config: LocalityRoutingConfig;
  private readonly pickerOf: PickerMaker;
  private readonly everywhere: HostPicker;
  private readonly local: ClusterHosts;
  private readonly stats;
  private readonly minClusterSize: number;
  /** So many healthy hosts in the own zone keep everything there; 0 = none are enough. */
  private readonly forceLocalMinHosts: number;
  private readonly size: number;
  /** The own zone first. */
  private readonly zones: readonly Zone[];
  private plan: ZonePlan;
  /** The proxies' own cluster was not in panic when its hosts or their health last changed. */
  private isLocalWell: boolean;
  private version: number;

  constructor(
    source: HostSource,
    cluster: BalancedCluster,
    local: ClusterHosts,
    config: LocalityRoutingConfig,
    pickerOf: PickerMaker,
  ) {
    const { runtime, stats } = cluster.scope;
    this.cluster = cluster;
    this.config = config;
    this.pickerOf = pickerOf;
    this.local = local;
    this.everywhere = pickerOf(source);
    this.stats = stats.bind(cluster.stats.prefix, Z);
    this.minClusterSize = runtime.number('upstream.zone_routing.min_cluster_size', config.minClusterSize);
    this.forceLocalMinHosts =
      config.forceLocalMinHosts === 0
        ? 0
        : runtime.number('upstream.zone_routing.force_local_zone.min_size', config.forceLocalMinHosts);
    this.size = source.hosts.length;
    this.zones = zonesOf(source, cluster);
    this.plan = noPlan;
    this.isLocalWell = false;
    this.version = -1;
  }

  pick(context: LoadBalancerContext, attempt: number): Host | null {
    const zone = this.zoneNow();
    if (zone === null || zone.source.hosts.length === 0) return this.everywhere.pick(context, attempt);
    zone.picker ??= this.pickerOf(zone.source);
    return zone.picker.pick(context, attempt);
  }

  private zoneNow(): Zone | null {
    const version = this.local.hostsVersion;
    if (version !== this.version) {
      this.version = version;
      this.plan = this.planNow();
      this.isLocalWell = !isInPanic(this.local.currentHosts, this.cluster);
    }
    if (this.plan.routing === 'none' || !this.isSampled()) return null;
    if (this.size < this.minClusterSize) {
      this.stats.inc(Z.lb_zone_cluster_too_small);
      return null;
    }
    if (!this.isLocalWell) {
      this.stats.inc(Z.lb_local_cluster_not_ok);
      return null;
    }
    return this.zoneOfPlan();
  }

  private isSampled(): boolean {
    const { runtime, random } = this.cluster.scope;
    const percent = runtime.number('upstream.zone_routing.enabled', this.config.enabledPercent);
    return percent >= 100 || random.below(100) < percent;
  }

  private zoneOfPlan(): Zone | null {
    const { plan, stats, zones } = this;
    const { random } = this.cluster.scope;
    if (plan.routing === 'direct') {
      stats.inc(Z.lb_zone_routing_all_directly);
      return zones[0] ?? null;
    }
    if (random.below(whole) < plan.localShare) {
      stats.inc(Z.lb_zone_routing_sampled);
      return zones[0] ?? null;
    }
    stats.inc(Z.lb_zone_routing_cross_zone);
    const left = plan.residual.at(-1) ?? 0;
    if (left === 0) {
      stats.inc(Z.lb_zone_no_capacity_left);
      return zones[random.below(zones.length)] ?? null;
    }
    const draw = random.below(left);
    return zones[plan.residual.findIndex((reached) => draw < reached)] ?? null;
  }

  private planNow(): ZonePlan {
    this.stats.inc(Z.lb_recalculate_zone_structures);
    const own = this.zones[0];
    const locals = this.local.currentHosts.filter((host) => host.priority === 0 && isHealthy(host));
    if (own === undefined || this.zones.length < 2) return noPlan;
    const localGroups = groupByLocality(locals);
    const ownZone = this.cluster.scope.node.zone;
    if (![...localGroups.values()].some(({ locality }) => locality.zone === ownZone)) return noPlan;
    const upstream = this.shares(this.zones.map(({ source }) => source.hosts));
    const proxies = this.shares(
      this.zones.map(({ source }) => hostsLike(source, localGroups)),
      locals,
    );
    return this.compare(upstream, proxies);
  }

  private compare(upstream: readonly number[], proxies: readonly number[]): ZonePlan {
    const own = upstream[0] ?? 0;
    const isForced =
      this.forceLocalMinHosts > 0 && (this.zones[0]?.source.hosts.length ?? 0) >= this.forceLocalMinHosts;
    if ((own > 0 && own >= (proxies[0] ?? 0)) || isForced) return { ...noPlan, routing: 'direct' };
    const localShare = (proxies[0] ?? 0) === 0 ? 0 : Math.floor((own * whole) / (proxies[0] as number));
    let reached = 0;
    const residual = upstream.map((share, i) => {
      if (i > 0) reached += Math.max(0, share - (proxies[i] ?? 0));
      return reached;
    });
    return { routing: 'residual', localShare, residual };
  }

  /** Each group's part of all of them, or of `all`. */
  private shares(
    groups: readonly (readonly Host[])[],
    all: readonly Host[] = groups.flat(),
  ): readonly number[] {
    const sizeOf = (hosts: readonly Host[]): number =>
      this.config.countsWeights ? hosts.reduce((sum, host) => sum + host.weight, 0) : hosts.length;
    const total = sizeOf(all);
    return groups.map((hosts) => (total === 0 ? 0 : Math.floor((whole * sizeOf(hosts)) / total)));
  }
}

function hostsLike(source: HostSource, groups: ReturnType<typeof groupByLocality>): readonly Host[] {
  const [first] = source.hosts;
  return first === undefined ? [] : (groups.get(localityKey(first.locality))?.hosts ?? []);
}

function isHealthy(host: Host): boolean {
  return (host.health & (unhealthyMask | degradedMask)) === 0;
}

function isInPanic(hosts: readonly Host[], cluster: BalancedCluster): boolean {
  if (hosts.length === 0) return true;
  const healthy = hosts.filter(isHealthy).length;
  const { panicThresholdPercent, scope } = cluster;
  const threshold = scope.runtime.number('upstream.healthy_panic_threshold', panicThresholdPercent);
  return (100 * healthy) / hosts.length < threshold;
}

/** The localities of the candidates; the own zone stands first, and is empty when no candidate is in it. */
function zonesOf(source: HostSource, cluster: BalancedCluster): readonly Zone[] {
  const { zone } = cluster.scope.node;
  const groups = [...groupByLocality(source.hosts).values()];
  const own = groups.find(({ locality }) => locality.zone === zone);
  const others = groups.filter((group) => group !== own);
  return [own?.hosts ?? [], ...others.map(({ hosts }) => hosts)].map((hosts) => ({
    source: narrowed(source, hosts),
    picker: null,
  }));
}

/** Routes by zone where the bootstrap names the proxy's own cluster; elsewhere the policy is as it was. */
export function zoneAware(
  cluster: BalancedCluster,
  config: LocalityRoutingConfig,
  pickerOf: PickerMaker,
): PickerMaker {
  return (source) => {
    const { localCluster } = cluster;
    const applies = localCluster !== null && source.kind === 'healthy' && source.priority === 0;
    return applies ? new ZonePicker(source, cluster, localCluster, config, pickerOf) : pickerOf(source);
  };
}
