import type { ExtensionRegistry } from '../../api/extension.js';
import type { HostUpdate } from '../../api/messages-upstream.js';
import type { RuntimeView } from '../../api/runtime.js';
import type { SecretView } from '../../api/secrets.js';
import type { BoundStats, Counter, StatScope } from '../../api/stats.js';
import type { Address } from '../../api/stream-info.js';
import type { Logger } from '../../api/thread-scope.js';
import { HostHealth, HostWord } from '../../api/upstream.js';
import type { Clock } from '../../base/clock.js';
import type { Random } from '../../base/random.js';
import type { TimerWheel } from '../../base/timer-wheel.js';
import { ipAddress } from '../../network/address.js';
import { ClusterTransports } from '../cluster-transports.js';
import type { ClusterConfig, EndpointConfig } from '../config.js';
import { HealthChecker } from '../health/health-checker.js';
import { OutlierDetector } from '../outlier-detector.js';
import { ClusterWords } from '../shared-words.js';
import { DnsRefresh } from './dns-refresh.js';
import { hostRecord, initialHealth, staticAddress } from './endpoint-host.js';
import { HostSlots } from './host-slots.js';
import { Member, type MemberOwner } from './member.js';
import { MembershipGauges } from './membership-gauges.js';
import { M } from './membership-stats.js';
import type { NameResolver } from './name-resolver.js';

/** What the clusters of main share. */
export interface MembershipScope {
  /** Main and every worker. */
  readonly threads: number;
  readonly clock: Clock;
  /** Milliseconds on the clock that threads share. */
  sharedNowMs(): number;
  readonly timers: TimerWheel;
  readonly random: Random;
  readonly runtime: RuntimeView;
  readonly stats: StatScope;
  readonly log: Logger;
  readonly extensions: ExtensionRegistry;
  readonly secrets: SecretView;
  /** The resolver that asks these servers, the system's when there are none. Called once per name. */
  resolverFor(servers: readonly string[]): NameResolver;
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
export class ClusterMembership implements MemberOwner {
  readonly config: ClusterConfig;
  readonly words: ClusterWords;
  readonly checker: HealthChecker | null;
  readonly outlier: OutlierDetector | null;
  private readonly scope: MembershipScope;
  private readonly stats: BoundStats;
  private readonly gauges: MembershipGauges;
  /** Counts host objects that were given the only transport socket there is, as Envoy does. */
  private readonly transportMatches: Counter;
  private readonly slots: HostSlots;
  /** By endpoint of the configuration. */
  private readonly groups: (readonly Member[])[];
  private readonly refreshes: DnsRefresh[];
  private readonly onReady: () => void;
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
    this.stats = scope.stats.bind(root, M);
    this.gauges = new MembershipGauges(this.stats);
    this.transportMatches = scope.stats.counter(`${root}.default.total_match_count`);
    this.slots = new HostSlots(scope.threads);
    this.groups = config.endpoints.map(() => []);
    this.refreshes = [];
    this.onReady = onReady;
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
    this.stats.set(M.warming_state, 0);
  }

  start(): void {
    const { endpoints, type, waitForWarmOnInit } = this.config;
    this.slots.reserve(endpoints.length, 0);
    for (const [group, endpoint] of endpoints.entries()) {
      if (type === 'STATIC' || endpoint.isPipe) this.replace(group, [staticAddress(endpoint)]);
      else this.discover(endpoint, group);
    }
    if (this.members().next().done !== true) this.stats.inc(M.membership_change);
    this.publish();
    for (const refresh of this.refreshes) refresh.start();
    if (this.refreshes.length === 0 || !waitForWarmOnInit) this.discovered();
  }

  close(): void {
    for (const refresh of this.refreshes) refresh.close();
    this.checker?.close();
    this.outlier?.close();
  }

  *members(): Generator<Member, void> {
    for (const group of this.groups) yield* group;
  }

  memberAt(slot: number): Member | undefined {
    for (const member of this.members()) if (member.slot === slot) return member;
    return undefined;
  }

  /** The state of now, for a worker that starts late. */
  update(): HostUpdate {
    return {
      cluster: this.config.name,
      version: this.version,
      words: this.words.buffer,
      tables: this.slots.refs,
      hosts: Array.from(this.members(), (member) => member.record),
    };
  }

  /** That worker is dead: gives back what it held. */
  reclaim(thread: number): void {
    this.words.reclaim(thread);
    this.slots.reclaim(thread);
  }

  private makeChecker(root: string): HealthChecker | null {
    const config = this.config.healthChecks[0];
    if (config === undefined) return null;
    const transports = new ClusterTransports(this.config, root, this.scope.extensions, this.scope);
    return new HealthChecker({
      config,
      cluster: this.config.name,
      statRoot: root,
      scope: this.scope,
      hasTraffic: () => this.sawTraffic(),
      transportOf: (member) => transports.of(member.record.metadata),
      onResult: (member, passed) => this.onChecked(member, passed),
    });
  }

  private discover(endpoint: EndpointConfig, group: number): void {
    const { timers, random, log } = this.scope;
    const refresh = new DnsRefresh({
      name: endpoint.address,
      config: this.config.dns,
      resolver: this.scope.resolverFor(this.config.dns.resolvers),
      timers,
      random,
      stats: this.stats,
      onAddresses: (ips) => this.onAddresses(endpoint, group, ips),
      onSettled: () => this.discovered(),
      onFailure: (error) => log.debug(`DNS: ${endpoint.address} of cluster ${this.config.name}: ${error}`),
    });
    this.refreshes.push(refresh);
  }

  private onAddresses(endpoint: EndpointConfig, group: number, ips: readonly string[]): void {
    const addresses = ips.map((ip) => ipAddress(ip, endpoint.port));
    if (!this.replace(group, addresses)) {
      this.stats.inc(M.update_no_rebuild);
      return;
    }
    this.stats.set(M.max_host_weight, (this.groups[group] ?? []).length > 0 ? endpoint.weight : 0);
    this.stats.inc(M.membership_change);
    this.publish();
  }

  /** Makes these the hosts of that endpoint; answers whether any came or went. */
  private replace(group: number, addresses: readonly Address[]): boolean {
    this.transportMatches.add(addresses.length);
    const old = new Map((this.groups[group] ?? []).map((member) => [member.address.text, member]));
    const added = addresses.filter(({ text }) => !old.has(text));
    this.slots.reserve(added.length, this.scope.acknowledgedVersion(this.config.name));
    const next: Member[] = [];
    for (const address of addresses) {
      const kept = old.get(address.text);
      old.delete(address.text);
      kept?.change(0, HostHealth.pendingDynamicRemoval);
      next.push(kept ?? this.makeMember(group, address));
    }
    let hasChanged = added.length > 0;
    for (const member of old.values()) {
      if (this.outlivesDiscovery(member)) {
        member.change(HostHealth.pendingDynamicRemoval, 0);
        next.push(member);
      } else {
        this.forget(member);
        hasChanged = true;
      }
    }
    this.groups[group] = next;
    return hasChanged;
  }

  /** A host that discovery has dropped serves on while it passes its health check. */
  private outlivesDiscovery(member: Member): boolean {
    if (this.checker === null || this.config.ignoreHealthOnHostRemoval) return false;
    return !member.has(HostHealth.failedActiveHc | HostHealth.failedEdsHealth | HostHealth.edsStatusDraining);
  }

  private makeMember(group: number, address: Address): Member {
    const endpoint = this.config.endpoints[group] as EndpointConfig;
    const slot = this.slots.take();
    const record = hostRecord(this.config, endpoint, address, slot);
    const health = initialHealth(this.config, endpoint);
    const member = new Member(record, address, this.slots.place(slot), health, this);
    this.gauges.added(health);
    this.checker?.add(member);
    this.outlier?.add(member);
    return member;
  }

  private forget(member: Member): void {
    this.checker?.remove(member);
    this.outlier?.remove(member);
    this.gauges.removed(member.health);
    this.slots.release(member.slot, this.version + 1);
    if (this.unchecked?.delete(member) === true) this.readyWhenChecked();
  }

  // MemberOwner

  sharedNowMs(): number {
    return this.scope.sharedNowMs();
  }

  onHealthChange(member: Member, before: number, after: number): void {
    this.gauges.changed(before, after);
    this.words.bumpGeneration();
    const isDropped = HostHealth.pendingDynamicRemoval | HostHealth.failedActiveHc;
    if ((after & isDropped) === isDropped) this.drop(member);
  }

  /** Discovery dropped it before, now its check fails. */
  private drop(member: Member): void {
    const group = this.groups.findIndex((members) => members.includes(member));
    if (group < 0) return;
    this.groups[group] = (this.groups[group] ?? []).filter((each) => each !== member);
    this.forget(member);
    this.stats.inc(M.membership_change);
    this.publish();
  }

  private publish(): void {
    this.version++;
    this.scope.publish(this.update());
    this.words.bumpGeneration();
  }

  private onChecked(member: Member, passed: boolean): void {
    if (passed && !member.has(HostHealth.failedActiveHc)) this.outlier?.onHealthCheckPassed(member);
    if (this.unchecked?.delete(member) === true) this.readyWhenChecked();
  }

  /** Some discovery has ended: the hosts known now are the ones to wait for. */
  private discovered(): void {
    if (this.unchecked !== null) return;
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
