import type { OutlierReport } from '../api/messages-upstream.js';
import type { RuntimeView } from '../api/runtime.js';
import type { BoundStats, StatScope } from '../api/stats.js';
import type { Logger } from '../api/thread-scope.js';
import { HostHealth } from '../api/upstream.js';
import type { Clock } from '../base/clock.js';
import type { Random } from '../base/random.js';
import { Timer, type TimerWheel } from '../base/timer-wheel.js';
import type { Member } from './membership/member.js';
import type { Detector, OutlierConfig, OutlierOrigin } from './outlier-config.js';
import {
  degradedLine,
  type EjectionCause,
  ejectionLine,
  type OutlierEvent,
  returnLine,
} from './outlier-log.js';
import { detectedStats, enforcedStats, O } from './outlier-stats.js';
import { type RateSummary, SuccessRates } from './success-rates.js';

export interface OutlierScope {
  readonly clock: Clock;
  readonly timers: TimerWheel;
  readonly random: Random;
  readonly runtime: RuntimeView;
  readonly stats: StatScope;
  readonly log: Logger;
  /** Writes a line of `outlier_detection.event_log_path`; null when there is none. */
  readonly outlierLog: ((line: string) => void) | null;
}

/** What is remembered of one host. */
interface Monitor {
  readonly member: Member;
  /** How many times the base time the next ejection lasts, less one. */
  backoff: number;
  ejectedMs: number;
  jitterMs: number;
  ejections: number;
  /** Null until it came back once. */
  returnedMs: number | null;
  /** The same of its time as a degraded host, which is no ejection. */
  readonly degraded: { backoff: number; sinceMs: number; endedMs: number | null };
}

const detectorOf: { readonly [kind in Exclude<OutlierReport['kind'], 'degraded'>]: Detector } = {
  'consecutive-5xx': 'consecutive_5xx',
  'consecutive-gateway': 'consecutive_gateway_failure',
  'consecutive-local': 'consecutive_local_origin_failure',
};

/**
 * Ejects hosts of one cluster and takes them back. Errors in a row are reported by workers as they happen; rates are
 * judged at each sweep:
 *
 *   in ──report or rate, allowed and enforced──▶ ejected ──time over at a sweep, or health check passed──▶ in
 *   in ──answer calls itself degraded──▶ degraded ──time over at a sweep──▶ in
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
  private readonly rates: { readonly [origin in OutlierOrigin]: SuccessRates };
  private readonly sweepTimer: Timer;
  private ejected: number;

  constructor(config: OutlierConfig, cluster: string, scope: OutlierScope, statRoot: string) {
    this.config = config;
    this.cluster = cluster;
    this.scope = scope;
    this.stats = scope.stats.bind(`${statRoot}.outlier_detection`, O);
    this.monitors = new Map();
    this.rates = { external: new SuccessRates('external'), local: new SuccessRates('local') };
    this.sweepTimer = new Timer(() => this.sweep());
    this.ejected = 0;
    this.stats.set(O.ejections_active, 0);
    this.scheduleSweep();
  }

  add(member: Member): void {
    this.monitors.set(member, {
      member,
      backoff: 0,
      ejectedMs: 0,
      jitterMs: 0,
      ejections: 0,
      returnedMs: null,
      degraded: { backoff: 0, sinceMs: 0, endedMs: null },
    });
    this.rates.external.add(member);
    this.rates.local.add(member);
  }

  remove(member: Member): void {
    if (this.monitors.delete(member) && member.has(HostHealth.failedOutlierCheck)) this.countEjected(-1);
    this.rates.external.remove(member);
    this.rates.local.remove(member);
  }

  close(): void {
    this.scope.timers.cancel(this.sweepTimer);
  }

  /** Average and threshold of the last interval. */
  summary(origin: OutlierOrigin): RateSummary {
    return this.rates[origin].summary;
  }

  /** Percent of the last interval, -1 when too little came. */
  successRate(member: Member, origin: OutlierOrigin): number {
    return this.rates[origin].rateOf(member);
  }

  /** What threads saw. Reports about hosts that are gone, or marked already, come late. */
  report(member: Member, kind: OutlierReport['kind']): void {
    const monitor = this.monitors.get(member);
    if (monitor === undefined) return;
    if (kind === 'degraded') {
      this.degrade(monitor);
      return;
    }
    if (member.has(HostHealth.failedOutlierCheck)) return;
    const detector = detectorOf[kind];
    if (detector === 'consecutive_5xx') this.stats.inc(O.ejections_consecutive_5xx);
    this.detect(monitor, detector, 0, null);
  }

  onHealthCheckPassed(member: Member): void {
    const monitor = this.monitors.get(member);
    if (monitor !== undefined && this.config.unejectOnHealthCheck) this.takeBack(monitor);
  }

  private detect(monitor: Monitor, detector: Detector, rate: number, summary: RateSummary | null): void {
    this.stats.inc(detectedStats[detector]);
    if (!this.mayEject()) {
      this.stats.inc(O.ejections_overflow);
      return;
    }
    if (detector === 'consecutive_5xx' || detector === 'success_rate') this.stats.inc(O.ejections_total);
    const isEnforced = this.isEnforced(detector) && !monitor.member.has(HostHealth.failedOutlierCheck);
    if (isEnforced) {
      this.stats.inc(enforcedStats[detector]);
      this.eject(monitor);
    }
    this.writeEjection(monitor, { detector, isEnforced, rate, summary });
  }

  private mayEject(): boolean {
    if (this.ejected === 0 && this.config.alwaysEjectOneHost) return true;
    const percent = (100 * (this.ejected + 1)) / this.monitors.size;
    return percent <= Math.min(100, this.setting('max_ejection_percent', this.config.maxEjectionPercent));
  }

  private isEnforced(detector: Detector): boolean {
    const percent = this.setting(`enforcing_${detector}`, this.config.enforcing[detector]);
    return this.scope.random.below(100) < percent;
  }

  private eject(monitor: Monitor): void {
    const jitterMs = this.setting('max_ejection_time_jitter_ms', this.config.maxJitterMs);
    this.stats.inc(O.ejections_enforced_total);
    this.countEjected(1);
    monitor.ejections++;
    monitor.ejectedMs = this.scope.clock.now();
    monitor.jitterMs = jitterMs >= 1 ? this.scope.random.below(Math.trunc(jitterMs) + 1) : 0;
    monitor.backoff = this.longer(monitor.backoff);
    monitor.member.change(HostHealth.failedOutlierCheck, 0);
    this.scope.log.debug(`outlier detection: ${monitor.member.address.text} of ${this.cluster} is ejected`);
  }

  /** No limit holds for how many hosts may be: they still serve. */
  private degrade(monitor: Monitor): void {
    const { member, degraded } = monitor;
    if (member.has(HostHealth.degradedOutlierDetection)) return;
    this.stats.inc(O.ejections_detected_degradation);
    degraded.sinceMs = this.scope.clock.now();
    degraded.backoff = this.longer(degraded.backoff);
    member.change(HostHealth.degradedOutlierDetection, 0);
    this.scope.outlierLog?.(degradedLine(this.event(monitor, monitor.returnedMs)));
  }

  private endDegraded(monitor: Monitor): void {
    monitor.degraded.endedMs = this.scope.clock.now();
    monitor.member.change(0, HostHealth.degradedOutlierDetection);
    const { ejections, ejectedMs } = monitor;
    this.scope.outlierLog?.(returnLine(this.event(monitor, ejections === 0 ? null : ejectedMs)));
  }

  private takeBack(monitor: Monitor): void {
    if (!monitor.member.has(HostHealth.failedOutlierCheck)) return;
    this.countEjected(-1);
    monitor.member.forgetErrors();
    monitor.member.change(0, HostHealth.failedOutlierCheck);
    this.scope.log.debug(`outlier detection: ${monitor.member.address.text} of ${this.cluster} is back`);
    this.scope.outlierLog?.(returnLine(this.event(monitor, monitor.ejectedMs)));
    monitor.returnedMs = this.scope.clock.now();
  }

  private sweep(): void {
    const nowMs = this.scope.clock.now();
    for (const monitor of this.monitors.values()) {
      const { member, degraded } = monitor;
      if (member.has(HostHealth.failedOutlierCheck)) {
        if (this.isOver(monitor.backoff, monitor.ejectedMs, monitor.jitterMs, nowMs)) this.takeBack(monitor);
      }
      if (member.has(HostHealth.degradedOutlierDetection)) {
        if (this.isOver(degraded.backoff, degraded.sinceMs, 0, nowMs)) this.endDegraded(monitor);
      }
    }
    this.judge('external', 'success_rate', 'failure_percentage');
    this.judge('local', 'local_origin_success_rate', 'failure_percentage_local_origin');
    for (const monitor of this.monitors.values()) this.forgive(monitor, nowMs);
    this.scheduleSweep();
  }

  private isOver(backoff: number, sinceMs: number, jitterMs: number, nowMs: number): boolean {
    const baseMs = this.setting('base_ejection_time_ms', this.config.baseEjectionMs);
    const maxMs = this.setting('max_ejection_time_ms', this.config.maxEjectionMs);
    return Math.min(baseMs * backoff, maxMs) + jitterMs <= nowMs - sinceMs;
  }

  /** The next time lasts one base time longer, up to the longest. */
  private longer(backoff: number): number {
    const baseMs = this.setting('base_ejection_time_ms', this.config.baseEjectionMs);
    const maxMs = this.setting('max_ejection_time_ms', this.config.maxEjectionMs);
    return backoff * baseMs < maxMs + baseMs ? backoff + 1 : backoff;
  }

  /** A whole interval without a mark takes one base time off again. */
  private forgive(monitor: Monitor, nowMs: number): void {
    const { member, degraded, returnedMs } = monitor;
    const sinceMs = nowMs - this.intervalMs;
    if (returnedMs !== null && returnedMs <= sinceMs && !member.has(HostHealth.failedOutlierCheck)) {
      monitor.backoff = Math.max(0, monitor.backoff - 1);
    }
    const { endedMs } = degraded;
    if (endedMs !== null && endedMs <= sinceMs && !member.has(HostHealth.degradedOutlierDetection)) {
      degraded.backoff = Math.max(0, degraded.backoff - 1);
    }
  }

  private judge(origin: OutlierOrigin, byRate: Detector, byFailures: Detector): void {
    const { successRate, failurePercentage } = this.config;
    const verdict = this.rates[origin].judge(
      {
        minimumHosts: this.setting('success_rate_minimum_hosts', successRate.minimumHosts),
        requestVolume: this.setting('success_rate_request_volume', successRate.requestVolume),
        stdevFactor: this.setting('success_rate_stdev_factor', successRate.stdevFactor),
      },
      {
        minimumHosts: this.setting('failure_percentage_minimum_hosts', failurePercentage.minimumHosts),
        requestVolume: this.setting('failure_percentage_request_volume', failurePercentage.requestVolume),
        threshold: this.setting('failure_percentage_threshold', failurePercentage.threshold),
      },
    );
    for (const { member, rate } of verdict.below) {
      this.stats.inc(O.ejections_success_rate);
      this.detectRate(member, byRate, rate, verdict.summary);
    }
    for (const { member, rate } of verdict.failing) this.detectRate(member, byFailures, rate, null);
  }

  private detectRate(member: Member, detector: Detector, rate: number, summary: RateSummary | null): void {
    const monitor = this.monitors.get(member);
    if (monitor !== undefined) this.detect(monitor, detector, rate, summary);
  }

  private scheduleSweep(): void {
    this.scope.timers.schedule(this.sweepTimer, this.intervalMs);
  }

  private get intervalMs(): number {
    return Math.max(1, this.setting('interval_ms', this.config.intervalMs));
  }

  private countEjected(n: number): void {
    this.ejected += n;
    this.stats.add(O.ejections_active, n);
  }

  private writeEjection(monitor: Monitor, cause: EjectionCause): void {
    this.scope.outlierLog?.(ejectionLine(this.event(monitor, monitor.returnedMs), cause));
  }

  private event({ member, ejections }: Monitor, lastActionMs: number | null): OutlierEvent {
    const { clock } = this.scope;
    return {
      wallMs: clock.wallMs(),
      sinceLastMs: lastActionMs === null ? null : clock.now() - lastActionMs,
      cluster: this.cluster,
      host: member.address.text,
      ejections,
    };
  }

  private setting(field: string, configured: number): number {
    return this.scope.runtime.number(`outlier_detection.${field}`, configured);
  }
}
