import type { BoundStats } from '../../api/stats.js';
import { HostHealth } from '../../api/upstream.js';
import type { Member } from '../membership/member.js';
import type { HealthCheckConfig } from './config.js';
import { HealthChecker } from './health-checker.js';
import { activeHealthMask, type HealthFlags } from './health-flags.js';
import { J } from './health-stats.js';
import type { CheckedCluster, HealthScope, HostChecker } from './host-checker.js';

/** What one check thinks of a host. */
class Opinion implements HealthFlags {
  bits: number;

  constructor(bits: number) {
    this.bits = bits;
  }

  has(bits: number): boolean {
    return (this.bits & bits) !== 0;
  }

  change(set: number, clear: number): void {
    this.bits = (this.bits & ~clear) | set;
  }
}

interface JudgedHost {
  readonly opinions: readonly Opinion[];
  /** Checks whose first result is awaited; until then the host stays as it was. */
  readonly awaited: Set<number>;
}

/**
 * Several checks of the same hosts. Each keeps an opinion of its own; a host is as its worst check sees it, from when
 * each of them has had a result.
 */
export class JointHealthChecker implements HostChecker {
  private readonly checkers: readonly HealthChecker[];
  private readonly hosts: Map<Member, JudgedHost>;
  private readonly cluster: CheckedCluster;
  private readonly stats: BoundStats;

  constructor(configs: readonly HealthCheckConfig[], cluster: CheckedCluster, scope: HealthScope) {
    const root = `${cluster.statRoot}.health_check`;
    this.cluster = cluster;
    this.hosts = new Map();
    this.stats = scope.stats.bind(root, J);
    this.stats.add(J.healthy, 0);
    this.stats.add(J.degraded, 0);
    this.checkers = configs.map((config, i) => {
      const part: CheckedCluster = {
        config: cluster.config,
        statRoot: cluster.statRoot,
        hasTraffic: () => cluster.hasTraffic(),
        transportOf: (metadata) => cluster.transportOf(metadata),
        onResult: (member) => this.onResult(i, member),
        ...(cluster.probeFor === undefined ? {} : { probeFor: cluster.probeFor }),
      };
      return new HealthChecker(config, part, scope, {
        flagsOf: (member) => this.hosts.get(member)?.opinions[i] ?? member,
      });
    });
  }

  add(member: Member): void {
    if (member.record.healthCheck?.disabled === true) return;
    const bits = member.health & activeHealthMask;
    this.hosts.set(member, {
      opinions: this.checkers.map(() => new Opinion(bits)),
      awaited: new Set(this.checkers.keys()),
    });
    for (const checker of this.checkers) checker.add(member);
  }

  remove(member: Member): void {
    for (const checker of this.checkers) checker.remove(member);
    const host = this.hosts.get(member);
    this.hosts.delete(member);
    if (host?.awaited.size === 0) this.countHealth(member.health, -1);
  }

  close(): void {
    for (const member of [...this.hosts.keys()]) this.remove(member);
  }

  *unchecked(): Generator<Member, void> {
    for (const [member, { awaited }] of this.hosts) if (awaited.size > 0) yield member;
  }

  /** The last check is the one that hears of it, as in Envoy. */
  failPassively(member: Member): void {
    this.checkers.at(-1)?.failPassively(member);
  }

  private onResult(check: number, member: Member): void {
    const host = this.hosts.get(member);
    if (host === undefined) return;
    const wasAwaited = host.awaited.size > 0;
    host.awaited.delete(check);
    if (host.awaited.size > 0) return;
    let bits = 0;
    for (const opinion of host.opinions) bits |= opinion.bits;
    if (!wasAwaited) this.countHealth(member.health, -1);
    this.countHealth(bits, 1);
    member.change(bits, activeHealthMask & ~bits);
    this.cluster.onResult(member, (bits & HostHealth.failedActiveHc) === 0);
  }

  private countHealth(bits: number, n: number): void {
    if ((bits & HostHealth.failedActiveHc) === 0) this.stats.add(J.healthy, n);
    if ((bits & HostHealth.degradedActiveHc) !== 0) this.stats.add(J.degraded, n);
  }
}
