import type { BoundStats } from '../../api/stats.js';
import { Http1 } from '../../codec/http1/http1-stats.js';
import type { Member } from '../membership/member.js';
import type { HealthCheckConfig } from './config.js';
import { healthEvents } from './event-writers.js';
import { H } from './health-stats.js';
import { type CheckScope, HostCheck } from './host-check.js';
import type { CheckedCluster, CheckView, HealthScope, HostChecker } from './host-checker.js';
import { ProbeMakers } from './probe-makers.js';

/** One check of a cluster's hosts. */
export class HealthChecker implements HostChecker {
  private readonly scope: CheckScope;
  private readonly checks: Map<Member, HostCheck>;
  private readonly makers: ProbeMakers;
  private readonly cluster: CheckedCluster;
  private readonly view: CheckView | null;

  /** Without a view the check is the only one, and its flags are the hosts' own. */
  constructor(
    config: HealthCheckConfig,
    cluster: CheckedCluster,
    scope: HealthScope,
    view: CheckView | null,
  ) {
    const root = `${cluster.statRoot}.health_check`;
    const stats = scope.stats.bind(config.name === '' ? root : `${root}.name.${config.name}`, H);
    this.makers = new ProbeMakers(config, cluster, scope, stats);
    this.scope = {
      config,
      timers: scope.timers,
      random: scope.random,
      runtime: scope.runtime,
      stats,
      events: healthEvents(config, cluster.config.name, this.makers.eventType, scope),
      hasTraffic: () => cluster.hasTraffic(),
      onResult: (member, passed) => cluster.onResult(member, passed),
    };
    this.checks = new Map();
    this.cluster = cluster;
    this.view = view;
    listStats(config, cluster, scope, stats);
  }

  add(member: Member): void {
    if (member.record.healthCheck?.disabled === true) return;
    const makeProbe = this.cluster.probeFor?.(member) ?? this.makers.of(member);
    const flags = this.view?.flagsOf(member) ?? member;
    const check = new HostCheck(member, flags, this.scope, makeProbe);
    this.checks.set(member, check);
    check.start();
  }

  remove(member: Member): void {
    this.checks.get(member)?.close();
    this.checks.delete(member);
  }

  close(): void {
    for (const check of this.checks.values()) check.close();
    this.checks.clear();
  }

  *unchecked(): Generator<Member, void> {
    for (const check of this.checks.values()) if (!check.hasResult) yield check.member;
  }

  failPassively(member: Member): void {
    this.checks.get(member)?.failPassively();
  }
}

/** These stand in the list from the start. */
function listStats(
  { check }: HealthCheckConfig,
  { statRoot }: CheckedCluster,
  { stats }: HealthScope,
  own: BoundStats,
): void {
  if (check.kind === 'http' && check.http.protocol === 'http1') stats.bind(`${statRoot}.http1`, Http1);
  own.add(H.healthy, 0);
  own.add(H.degraded, 0);
}
