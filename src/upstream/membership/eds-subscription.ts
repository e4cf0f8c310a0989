import type { HostPolicy } from '../../api/messages-upstream.js';
import { statBlock } from '../../api/stats.js';
import { Timer } from '../../base/timer-wheel.js';
import { xxHash64 } from '../../base/xx-hash.js';
import { type AssignedHosts, staticAddress } from '../endpoints-config.js';
import type { AssignmentAnswer } from './assignments.js';
import type { DiscoveryOwner, FoundHost, PolicyChange } from './discovery.js';
import type { EdsScope } from './eds-scope.js';
import { M } from './membership-stats.js';
import { Notices } from './notices.js';

/** `cluster.<name>.`: what subscriptions count beside the block that all clusters have. */
export const Subscription = statBlock({
  counters: ['init_fetch_timeout', 'update_rejected'],
  gauges: ['update_time'],
  histograms: ['update_duration'],
});

/** Assignments of one EDS cluster, wherever they come from: which of them count, and what becomes of their hosts. */
export class EdsSubscription {
  private readonly owner: DiscoveryOwner;
  private readonly scope: EdsScope;
  /** `cluster_name` that an assignment has to have. */
  readonly expected: string;
  private readonly counts;
  private readonly staleTimer: Timer;
  private readonly notices: Notices;
  private levels: ReadonlyMap<number, string>;
  /** The hosts of the last answer that was taken, each by what makes it the host that it is. */
  private known: ReadonlySet<string>;
  /** Of the last answer that was accepted. */
  version: string;

  constructor(owner: DiscoveryOwner, scope: EdsScope) {
    const { eds, name, statName } = owner.config;
    this.owner = owner;
    this.scope = scope;
    this.expected = eds?.serviceName || name;
    this.counts = scope.stats.bind(`cluster.${statName}`, Subscription);
    this.counts.add(Subscription.init_fetch_timeout, 0);
    scope.readout(`cluster.${statName}.version_text`, '');
    this.staleTimer = new Timer(() => this.expire());
    this.notices = new Notices(scope.log);
    this.levels = new Map();
    this.known = new Set();
    this.version = '';
  }

  close(): void {
    this.scope.timers.cancel(this.staleTimer);
  }

  /** Nobody has answered. `where` is for people. */
  fail(where: string, why: string): void {
    this.owner.stats.inc(M.update_failure);
    this.scope.log.warn(`EDS: ${where}: ${why}`);
  }

  /** The cluster's start has waited long enough. */
  countTimeout(): void {
    this.counts.inc(Subscription.init_fetch_timeout);
  }

  reject(where: string, why: string): void {
    this.counts.inc(Subscription.update_rejected);
    this.scope.log.warn(`EDS: ${where} for cluster ${this.owner.config.name}: ${why}`);
  }

  take(answer: Exclude<AssignmentAnswer, { kind: 'unreadable' }>, where: string): void {
    const problem = answer.kind === 'refused' ? answer.error : this.problemOf(answer.assignments);
    if (problem !== null || answer.kind === 'refused') this.reject(where, problem ?? '');
    else this.accept(answer);
  }

  private problemOf(assignments: readonly AssignedHosts[]): string | null {
    if (assignments.length > 1) return `Unexpected EDS resource length: ${assignments.length}`;
    const name = assignments[0]?.assignment ?? this.expected;
    return name === this.expected ? null : `Unexpected EDS cluster (expecting ${this.expected}): ${name}`;
  }

  private accept({ notices, version, assignments }: Extract<AssignmentAnswer, { kind: 'read' }>): void {
    const { owner, scope, counts } = this;
    this.notices.tell(notices);
    this.version = version;
    owner.stats.inc(M.update_success);
    owner.stats.set(M.version, Number(xxHash64(version)));
    scope.readout(`${owner.stats.prefix}.version_text`, version);
    counts.set(Subscription.update_time, Math.trunc(scope.clock.wallMs()));
    const [assignment] = assignments;
    if (assignment === undefined) owner.stats.inc(M.update_empty);
    else this.apply(assignment);
  }

  private apply(assignment: AssignedHosts): void {
    const { owner, scope } = this;
    const { staleAfterMs } = assignment;
    scope.timers.cancel(this.staleTimer);
    if (staleAfterMs > 0) {
      owner.stats.inc(M.assignment_timeout_received);
      scope.timers.schedule(this.staleTimer, staleAfterMs);
    }
    this.takeHosts(foundHosts(assignment), owner.setPolicy(policyOf(assignment)));
  }

  private expire(): void {
    this.owner.stats.inc(M.assignment_stale);
    this.takeHosts([], 'none');
  }

  private takeHosts(hosts: readonly FoundHost[], policy: PolicyChange): void {
    const { owner } = this;
    const change = owner.replace(0, hosts);
    if (change === 'none' && policy !== 'balancing') {
      owner.stats.inc(M.update_no_rebuild);
      // Envoy waits for the next change of hosts.
      if (policy === 'drops') owner.announce();
      return;
    }
    const levels = levelsOf(hosts);
    for (const level of new Set([...levels.keys(), ...this.levels.keys()])) {
      if (levels.get(level) !== this.levels.get(level)) owner.stats.inc(M.membership_change);
    }
    this.levels = levels;
    const known = hosts.filter((host) => this.known.has(identityOf(host)));
    owner.stats.set(M.max_host_weight, weightOfLastLevel(known, hosts));
    this.known = new Set(hosts.map(identityOf));
    owner.publish();
  }
}

function policyOf(assignment: AssignedHosts): HostPolicy {
  const { overprovisioningFactor, weightedPriorityHealth, dropMillionths, dropCategory } = assignment;
  return { overprovisioningFactor, weightedPriorityHealth, dropMillionths, dropCategory };
}

/** An address is one host, however often it stands there: the first time counts. */
function foundHosts({ endpoints }: AssignedHosts): readonly FoundHost[] {
  const found = new Map<string, FoundHost>();
  for (const endpoint of endpoints) {
    const address = staticAddress(endpoint);
    if (!found.has(address.text)) found.set(address.text, { endpoint, address });
  }
  return [...found.values()];
}

/** The greatest weight of the highest level, as Envoy has it: levels overwrite each other's, hosts that join count none. */
function weightOfLastLevel(known: readonly FoundHost[], hosts: readonly FoundHost[]): number {
  const last = hosts.reduce((level, { endpoint }) => Math.max(level, endpoint.priority), 0);
  const weights = known.map(({ endpoint }) => (endpoint.priority === last ? endpoint.weight : 1));
  return weights.reduce((max, weight) => Math.max(max, weight), 1);
}

function identityOf({ endpoint, address }: FoundHost): string {
  const { hostname, locality } = endpoint;
  return [address.text, hostname, ...Object.values(locality)].join('\0');
}

/** Who is in each priority level, as one text a level. */
function levelsOf(hosts: readonly FoundHost[]): ReadonlyMap<number, string> {
  const byLevel = new Map<number, string[]>();
  for (const host of hosts) {
    const { priority } = host.endpoint;
    const level = byLevel.get(priority);
    if (level === undefined) byLevel.set(priority, [identityOf(host)]);
    else level.push(identityOf(host));
  }
  return new Map([...byLevel].map(([level, texts]) => [level, texts.sort().join()]));
}
