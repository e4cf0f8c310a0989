import type { ExtensionRegistry } from '../../api/extension.js';
import type { HostPolicy, HostUpdate, HostWant } from '../../api/messages-upstream.js';
import type { RuntimeView } from '../../api/runtime.js';
import type { SecretView } from '../../api/secrets.js';
import type { BoundStats } from '../../api/stats.js';
import {
  degradedMask,
  HostHealth,
  HostWord,
  hostWords,
  loadHostWords,
  unhealthyMask,
} from '../../api/upstream.js';
import type { BufferPool } from '../../base/buffer-pool.js';
import { ClusterTransports } from '../cluster-transports.js';
import type { ClusterConfig } from '../config.js';
import { HealthChecker } from '../health/health-checker.js';
import type { CheckedCluster, HostChecker } from '../health/host-checker.js';
import { JointHealthChecker } from '../health/joint-health-checker.js';
import { loadRulesOf } from '../load-report/load-rules.js';
import { LoadWeights } from '../load-report/load-weights.js';
import { OutlierDetector } from '../outlier-detector.js';
import { ClusterWords } from '../shared-words.js';
import type { Discovery, DiscoveryOwner, FoundHost, HostChange, HostUse, PolicyChange } from './discovery.js';
import type { EdsScope } from './eds-scope.js';
import {
  checkedHealthMask,
  configuredHealthMask,
  endpointHealth,
  hostRecord,
  initialHealth,
  isSameHost,
  isSameMetadata,
  isSameRecord,
} from './endpoint-host.js';
import { EndpointStats, type StatSources } from './endpoint-stats.js';
import { HostSlots } from './host-slots.js';
import { makeDiscovery } from './make-discovery.js';
import { Member, type MemberOwner } from './member.js';
import { MembershipGauges } from './membership-gauges.js';
import { CM, M } from './membership-stats.js';
import { TransportMatches } from './transport-matches.js';

/** What the clusters of main share. */
export interface MembershipScope extends EdsScope {
  /** Writes a line of `outlier_detection.event_log_path`; null when there is none. */
  readonly outlierLog: ((line: string) => void) | null;
  /** A log file, opened once for all who name it. */
  openLog(path: string): (line: string) => void;
  readonly buffers: BufferPool;
  /** Main and every worker. */
  readonly threads: number;
  /** Milliseconds on the clock that threads share. */
  sharedNowMs(): number;
  /** Absent: nobody lists stats. */
  readonly statSources?: StatSources;
  readonly runtime: RuntimeView;
  readonly extensions: ExtensionRegistry;
  readonly secrets: SecretView;
  /** Sends an update to every worker. */
  publish(update: HostUpdate): void;
  /** The latest version of that cluster's hosts that every worker has in force; 0 before the first. */
  acknowledgedVersion(cluster: string): number;
}

/** How long a look for traffic stays true; it reads a word per host and thread. */
const trafficLookMs = 1000;

/**
 * The hosts of one cluster on main, their owner: discovery makes them, health checks and outlier detection mark them,
 * every change is published. Ready once some discovery has ended and the hosts found then were checked once.
 *
 *   discovering ──hosts known──▶ checking ──each checked once──▶ ready
 */
export class ClusterMembership implements MemberOwner, DiscoveryOwner {
  readonly config: ClusterConfig;
  readonly words: ClusterWords;
  readonly checker: HostChecker | null;
  readonly outlier: OutlierDetector | null;
  private readonly loads: LoadWeights | null;
  private readonly scope: MembershipScope;
  readonly stats: BoundStats;
  private readonly managerStats: BoundStats;
  private readonly gauges: MembershipGauges;
  private readonly endpointStats: EndpointStats | null;
  private readonly transportMatches: TransportMatches;
  private readonly slots: HostSlots;
  /** As the discovery forms them. */
  private readonly groups: (readonly Member[])[];
  private readonly discovery: Discovery;
  private readonly onReady: () => void;
  private policy: HostPolicy;
  private ownTransports: ClusterTransports | null;
  private version: number;
  /** Hosts whose first check is awaited; null while discovery is. */
  private unchecked: Set<Member> | null;
  private hasTraffic: boolean;
  private trafficLookedMs: number;
  isReady: boolean;

  constructor(config: ClusterConfig, scope: MembershipScope, onReady: () => void) {
    const root = `cluster.${config.statName}`;
    this.config = config;
    this.words = new ClusterWords(ClusterWords.allocate(scope.threads), 0);
    this.scope = scope;
    this.ownTransports = null;
    this.stats = scope.stats.bind(root, M);
    this.managerStats = scope.stats.bind('cluster_manager', CM);
    this.gauges = new MembershipGauges(this.stats);
    const { statSources } = scope;
    const isListed = config.traffic.perEndpoint && statSources !== undefined;
    this.endpointStats = isListed ? new EndpointStats(root, statSources) : null;
    this.transportMatches = new TransportMatches(config, scope.stats, root);
    const loadRules = loadRulesOf(config.balancer, scope.extensions);
    this.slots = new HostSlots(scope.threads, loadRules === null ? hostWords : loadHostWords);
    this.discovery = makeDiscovery(this, scope);
    this.groups = Array.from({ length: this.discovery.groups }, () => []);
    this.onReady = onReady;
    this.policy = {
      overprovisioningFactor: config.overprovisioningFactor,
      weightedPriorityHealth: config.weightedPriorityHealth,
      dropMillionths: config.dropMillionths,
      dropCategory: config.dropCategory,
    };
    this.version = 0;
    this.unchecked = null;
    this.hasTraffic = false;
    this.trafficLookedMs = Number.NEGATIVE_INFINITY;
    this.isReady = false;
    this.checker = this.makeChecker(root);
    this.outlier =
      config.outlier === null
        ? null
        : new OutlierDetector(config.outlier, config.name, scope, this.stats.prefix);
    this.loads = loadRules === null ? null : new LoadWeights(loadRules, this, scope.timers);
    this.stats.set(M.warming_state, 0);
  }

  start(): void {
    this.discovery.fill();
    const levels = new Set(Array.from(this.members(), ({ record }) => record.priority));
    this.stats.add(M.membership_change, levels.size);
    this.publish();
    if (!this.discovery.start()) this.discovered();
    else if (this.unchecked === null) this.stats.set(M.warming_state, 1);
  }

  close(): void {
    this.discovery.close();
    this.checker?.close();
    this.outlier?.close();
    this.endpointStats?.close();
    this.loads?.close();
  }

  *members(): Generator<Member, void> {
    for (const group of this.groups) yield* group;
  }

  memberAt(slot: number): Member | undefined {
    for (const member of this.members()) if (member.slot === slot) return member;
    return undefined;
  }

  get hostPolicy(): HostPolicy {
    return this.policy;
  }

  /** The state of now, for a worker that starts late. */
  update(): HostUpdate {
    return {
      cluster: this.config.name,
      version: this.version,
      words: this.words.buffer,
      tables: this.slots.refs,
      hosts: Array.from(this.members(), (member) => member.record),
      policy: this.policy,
    };
  }

  /** That worker is dead: gives back what it held. */
  reclaim(thread: number): void {
    this.words.reclaim(thread);
    this.slots.reclaim(thread);
  }

  private makeChecker(statRoot: string): HostChecker | null {
    const { healthChecks } = this.config;
    const [only] = healthChecks;
    if (only === undefined) return null;
    const { transports } = this;
    const cluster: CheckedCluster = {
      config: this.config,
      statRoot,
      hasTraffic: () => this.sawTraffic(),
      transportOf: (metadata) => transports.of(metadata),
      onResult: (member, passed) => this.onChecked(member, passed),
    };
    return healthChecks.length === 1
      ? new HealthChecker(only, cluster, this.scope, null)
      : new JointHealthChecker(healthChecks, cluster, this.scope);
  }

  want(want: HostWant): void {
    this.discovery.want?.(want);
  }

  // DiscoveryOwner

  /** Built when it is first needed. */
  get transports(): ClusterTransports {
    const root = `cluster.${this.config.statName}`;
    this.ownTransports ??= new ClusterTransports(this.config, root, this.scope.extensions, this.scope);
    return this.ownTransports;
  }

  takeTopologyNotes(): { readonly redirections: number; readonly failures: number } {
    return this.words.takeTopologyNotes();
  }

  reserve(count: number): void {
    this.slots.reserve(count, this.scope.acknowledgedVersion(this.config.name));
  }

  replace(group: number, hosts: readonly FoundHost[], made = hosts.length): HostChange {
    this.transportMatches.count(hosts, made, () => this.transports);
    const old = new Map((this.groups[group] ?? []).map((member) => [member.address.text, member]));
    const added = hosts.filter((host) => !this.isKnown(old.get(host.address.text), host));
    this.reserve(added.length);
    const next: Member[] = [];
    let change: HostChange = 'none';
    for (const host of hosts) {
      const before = old.get(host.address.text);
      old.delete(host.address.text);
      if (before === undefined || !this.isKnown(before, host)) {
        next.push(this.takeOver(before, host));
        continue;
      }
      next.push(before);
      if (this.refresh(before, host)) change = 'facts';
    }
    if (this.drop(old.values(), next) || added.length > 0) change = 'hosts';
    // The same hosts in another order are left in the one that threads know.
    if (change !== 'none') this.groups[group] = next;
    return change;
  }

  private isKnown(member: Member | undefined, host: FoundHost): boolean {
    if (member === undefined) return false;
    return isSameHost(member.record, hostRecord(this.config, host, member.slot), this.checker !== null);
  }

  /** A new host; what health checks know of the one before at its address still holds. */
  private takeOver(before: Member | undefined, host: FoundHost): Member {
    const member = this.makeMember(host);
    if (before === undefined) return member;
    const isChecked = this.checker !== null && member.record.healthCheck?.disabled !== true;
    if (isChecked) member.change(before.health & checkedHealthMask, checkedHealthMask);
    this.forget(before);
    return member;
  }

  move(group: number, host: FoundHost): void {
    const member = this.groups[group]?.[0];
    member?.describe(hostRecord(this.config, host, member.slot), host.address);
  }

  *uses(): Generator<HostUse, void> {
    for (const member of this.members()) {
      yield {
        address: member.address,
        isConnected: member.total(HostWord.cxActive) > 0,
        used: usesOf(member),
      };
    }
  }

  usesOf(group: number): number {
    return (this.groups[group] ?? []).reduce((sum, member) => sum + usesOf(member), 0);
  }

  setPolicy(policy: HostPolicy): PolicyChange {
    const before = this.policy;
    this.policy = policy;
    const isBalancedAlike =
      policy.overprovisioningFactor === before.overprovisioningFactor &&
      policy.weightedPriorityHealth === before.weightedPriorityHealth;
    if (!isBalancedAlike) return 'balancing';
    return policy.dropMillionths === before.dropMillionths ? 'none' : 'drops';
  }

  /** Takes over what discovery says anew of a host that stays; answers whether threads have to hear of it. */
  private refresh(member: Member, host: FoundHost): boolean {
    const { healthStatus } = host.endpoint;
    const before = member.health;
    member.change(endpointHealth(healthStatus), HostHealth.pendingDynamicRemoval | configuredHealthMask);
    const record = hostRecord(this.config, host, member.slot);
    const isSame = isSameRecord(member.record, record);
    // As in Envoy, where a host looks for its transport socket anew.
    if (!isSame && !isSameMetadata(member.record, record))
      this.transportMatches.count([host], 1, () => this.transports);
    member.describe(record, host.address);
    return !isSame || coarseHealth(member.health) !== coarseHealth(before);
  }

  /** These are not there any more; those that outlive that join `kept`. Answers whether any goes. */
  private drop(members: Iterable<Member>, kept: Member[]): boolean {
    let hasGone = false;
    for (const member of members) {
      if (this.outlivesDiscovery(member)) {
        member.change(HostHealth.pendingDynamicRemoval, 0);
        kept.push(member);
      } else {
        this.forget(member);
        hasGone = true;
      }
    }
    return hasGone;
  }

  /** A host that discovery has dropped serves on while it passes its health check. */
  private outlivesDiscovery(member: Member): boolean {
    if (this.checker === null || this.config.ignoreHealthOnHostRemoval) return false;
    return !member.has(HostHealth.failedActiveHc | HostHealth.failedEdsHealth | HostHealth.edsStatusDraining);
  }

  private makeMember(host: FoundHost): Member {
    const slot = this.slots.take();
    const record = hostRecord(this.config, host, slot);
    const health = initialHealth(this.config, host.endpoint);
    const member = new Member(record, host.address, this.slots.place(slot), health, this);
    this.gauges.added(health);
    this.endpointStats?.added(member);
    this.checker?.add(member);
    this.outlier?.add(member);
    return member;
  }

  private forget(member: Member): void {
    this.checker?.remove(member);
    this.outlier?.remove(member);
    this.gauges.removed(member.health);
    this.endpointStats?.removed(member);
    this.slots.release(member.slot, this.version + 1);
    if (this.unchecked?.delete(member) === true) this.readyWhenChecked();
  }

  // MemberOwner

  sharedNowMs(): number {
    return this.scope.sharedNowMs();
  }

  onHealthChange(member: Member, before: number, after: number): void {
    if ((after & ~before & (unhealthyMask | degradedMask)) !== 0) this.discovery.onHostDegraded?.();
    this.gauges.changed(before, after);
    this.words.bumpGeneration();
    const isDropped = HostHealth.pendingDynamicRemoval | HostHealth.failedActiveHc;
    if ((after & isDropped) === isDropped) this.expire(member);
  }

  onWeightsChanged(): void {
    this.words.bumpGeneration();
  }

  /** Discovery dropped it before, now its check fails. */
  private expire(member: Member): void {
    const group = this.groups.findIndex((members) => members.includes(member));
    if (group < 0) return;
    this.groups[group] = (this.groups[group] ?? []).filter((each) => each !== member);
    this.forget(member);
    this.stats.inc(M.membership_change);
    this.publish();
  }

  publish(): void {
    if (this.isReady) this.managerStats.inc(CM.cluster_updated);
    this.announce();
  }

  announce(): void {
    this.version++;
    this.scope.publish(this.update());
    this.words.bumpGeneration();
  }

  private onChecked(member: Member, passed: boolean): void {
    if (passed && !member.has(HostHealth.failedActiveHc)) this.outlier?.onHealthCheckPassed(member);
    if (this.unchecked?.delete(member) === true) this.readyWhenChecked();
  }

  discovered(): void {
    if (this.unchecked !== null) return;
    this.stats.set(M.warming_state, 0);
    this.unchecked = new Set(this.checker?.unchecked());
    this.readyWhenChecked();
  }

  private readyWhenChecked(): void {
    if (this.isReady || this.unchecked === null || this.unchecked.size > 0) return;
    this.isReady = true;
    this.onReady();
  }

  /** Whether any thread ever opened a connection to a host of the cluster. */
  private sawTraffic(): boolean {
    if (this.hasTraffic) return true;
    const nowMs = this.scope.clock.now();
    if (nowMs - this.trafficLookedMs < trafficLookMs) return false;
    this.trafficLookedMs = nowMs;
    for (const member of this.members()) {
      if (member.total(HostWord.cxTotal) === 0) continue;
      this.hasTraffic = true;
      return true;
    }
    return false;
  }
}

/** What balancers make of health: the reasons for it do not matter to them. */
function coarseHealth(health: number): number {
  if ((health & unhealthyMask) !== 0) return unhealthyMask;
  return (health & degradedMask) !== 0 ? degradedMask : 0;
}

function usesOf(member: Member): number {
  return member.total(HostWord.cxTotal) + member.total(HostWord.rqTotal);
}
