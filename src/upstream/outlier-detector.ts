import type { OutlierReport } from '../api/messages-upstream.js';
import type { RuntimeView } from '../api/runtime.js';
import type { BoundStats, StatScope } from '../api/stats.js';
import type { Logger } from '../api/thread-scope.js';
import { HostHealth } from '../api/upstream.js';
import type { Clock } from '../base/clock.js';
import type { Random } from '../base/random.js';
import { Timer, type TimerWheel } from '../base/timer-wheel.js';
import type { Member } from './membership/member.js';
import type { OutlierConfig } from './outlier-config.js';
import { O } from './outlier-stats.js';

export interface OutlierScope {
  readonly clock: Clock;
  readonly timers: TimerWheel;
  readonly random: Random;
  readonly runtime: RuntimeView;
  readonly stats: StatScope;
  readonly log: Logger;
}

/** What is remembered of one host. */
interface Monitor {
  readonly member: Member;
  /** How many times the base time the next ejection lasts, less one. */
  backoff: number;
  ejectedMs: number;
  jitterMs: number;
}

/**
 * Ejects hosts of one cluster that answer with errors in a row, as workers report it, and takes them back:
 *
 *   in ──report, allowed and enforced──▶ ejected ──time over at a sweep, or health check passed──▶ in
 *
 * Each ejection lasts one base time longer than the last, up to the maximum; each sweep that finds the host in takes
 * one off again.
 */
export class OutlierDetector {
  private readonly config: OutlierConfig;
  private readonly cluster: string;
  private readonly scope: OutlierScope;
  private readonly stats: BoundStats;
  private readonly monitors: Map<Member, Monitor>;
  private readonly sweepTimer: Timer;
  private ejected: number;

  constructor(config: OutlierConfig, cluster: string, scope: OutlierScope, statRoot: string) {
    this.config = config;
    this.cluster = cluster;
    this.scope = scope;
    this.stats = scope.stats.bind(`${statRoot}.outlier_detection`, O);
    this.monitors = new Map();
    this.sweepTimer = new Timer(() => this.sweep());
    this.ejected = 0;
    this.stats.set(O.ejections_active, 0);
    this.scheduleSweep();
  }

  add(member: Member): void {
    this.monitors.set(member, { member, backoff: 0, ejectedMs: 0, jitterMs: 0 });
  }

  remove(member: Member): void {
    if (this.monitors.delete(member) && member.has(HostHealth.failedOutlierCheck)) this.countEjected(-1);
  }

  close(): void {
    this.scope.timers.cancel(this.sweepTimer);
  }

  /** A worker saw that many errors in a row. Reports about hosts that are gone or ejected already come late. */
  report(member: Member, kind: OutlierReport['kind']): void {
    const monitor = this.monitors.get(member);
    if (monitor === undefined || member.has(HostHealth.failedOutlierCheck)) return;
    const is5xx = kind === 'consecutive-5xx';
    this.stats.inc(
      is5xx ? O.ejections_detected_consecutive_5xx : O.ejections_detected_consecutive_gateway_failure,
    );
    if (is5xx) this.stats.inc(O.ejections_consecutive_5xx);
    if (!this.mayEject()) {
      this.stats.inc(O.ejections_overflow);
      return;
    }
    if (is5xx) this.stats.inc(O.ejections_total);
    if (!this.isEnforced(is5xx)) return;
    this.stats.inc(
      is5xx ? O.ejections_enforced_consecutive_5xx : O.ejections_enforced_consecutive_gateway_failure,
    );
    this.eject(monitor);
  }

  onHealthCheckPassed(member: Member): void {
    const monitor = this.monitors.get(member);
    if (monitor !== undefined && this.config.unejectOnHealthCheck) this.takeBack(monitor);
  }

  private mayEject(): boolean {
    if (this.ejected === 0 && this.config.alwaysEjectOneHost) return true;
    const percent = (100 * (this.ejected + 1)) / this.monitors.size;
    return percent <= Math.min(100, this.setting('max_ejection_percent', this.config.maxEjectionPercent));
  }

  private isEnforced(is5xx: boolean): boolean {
    const percent = is5xx
      ? this.setting('enforcing_consecutive_5xx', this.config.enforcing5xxPercent)
      : this.setting('enforcing_consecutive_gateway_failure', this.config.enforcingGatewayPercent);
    return this.scope.random.below(100) < percent;
  }

  private eject(monitor: Monitor): void {
    const baseMs = this.setting('base_ejection_time_ms', this.config.baseEjectionMs);
    const maxMs = this.setting('max_ejection_time_ms', this.config.maxEjectionMs);
    const jitterMs = this.setting('max_ejection_time_jitter_ms', this.config.maxJitterMs);
    this.stats.inc(O.ejections_enforced_total);
    this.countEjected(1);
    monitor.ejectedMs = this.scope.clock.now();
    monitor.jitterMs = jitterMs >= 1 ? this.scope.random.below(Math.trunc(jitterMs) + 1) : 0;
    if (monitor.backoff * baseMs < maxMs + baseMs) monitor.backoff++;
    monitor.member.change(HostHealth.failedOutlierCheck, 0);
    this.scope.log.debug(`outlier detection: ${monitor.member.address.text} of ${this.cluster} is ejected`);
  }

  private takeBack(monitor: Monitor): void {
    if (!monitor.member.has(HostHealth.failedOutlierCheck)) return;
    this.countEjected(-1);
    monitor.member.change(0, HostHealth.failedOutlierCheck);
    this.scope.log.debug(`outlier detection: ${monitor.member.address.text} of ${this.cluster} is back`);
  }

  private sweep(): void {
    const baseMs = this.setting('base_ejection_time_ms', this.config.baseEjectionMs);
    const maxMs = this.setting('max_ejection_time_ms', this.config.maxEjectionMs);
    const nowMs = this.scope.clock.now();
    for (const monitor of this.monitors.values()) {
      if (!monitor.member.has(HostHealth.failedOutlierCheck)) {
        if (monitor.backoff > 0) monitor.backoff--;
        continue;
      }
      const lengthMs = Math.min(baseMs * monitor.backoff, maxMs) + monitor.jitterMs;
      if (lengthMs <= nowMs - monitor.ejectedMs) this.takeBack(monitor);
    }
    this.scheduleSweep();
  }

  private scheduleSweep(): void {
    const intervalMs = Math.max(1, this.setting('interval_ms', this.config.intervalMs));
    this.scope.timers.schedule(this.sweepTimer, intervalMs);
  }

  private countEjected(n: number): void {
    this.ejected += n;
    this.stats.add(O.ejections_active, n);
  }

  private setting(field: string, configured: number): number {
    return this.scope.runtime.number(`outlier_detection.${field}`, configured);
  }
}
