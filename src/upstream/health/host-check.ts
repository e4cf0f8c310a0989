import type { RuntimeView } from '../../api/runtime.js';
import type { BoundStats } from '../../api/stats.js';
import { HostHealth } from '../../api/upstream.js';
import type { Random } from '../../base/random.js';
import { Timer, type TimerWheel } from '../../base/timer-wheel.js';
import type { Member } from '../membership/member.js';
import type { HealthCheckConfig } from './config.js';
import type { HealthEvents, HealthFailure } from './health-events.js';
import type { HealthFlags } from './health-flags.js';
import { H } from './health-stats.js';
import type { Probe, ProbeMaker, ProbeResult } from './probe.js';

/** What the checks of one cluster share. */
export interface CheckScope {
  readonly config: HealthCheckConfig;
  readonly timers: TimerWheel;
  readonly random: Random;
  readonly runtime: RuntimeView;
  readonly stats: BoundStats;
  /** Null: nobody logs them. */
  readonly events: HealthEvents | null;
  /** Whether the cluster ever had a connection to a host. */
  hasTraffic(): boolean;
  /** After each result; health bits are up to date. */
  onResult(member: Member, passed: boolean): void;
}

/** What a result did to the host's state; `pending` while a threshold is begun and not reached. */
type Transition = 'none' | 'pending' | 'changed';

/**
 * The check of one host, again and again:
 *
 *   waiting ──interval──▶ probing ──result or timeout──▶ waiting
 *
 *   failed ──healthy_threshold passes, or the first check──▶ healthy
 *   healthy ──one refusal, or unhealthy_threshold network failures in a row──▶ failed
 */
export class HostCheck {
  readonly member: Member;
  private readonly flags: HealthFlags;
  private readonly scope: CheckScope;
  private readonly probe: Probe;
  private readonly intervalTimer: Timer;
  private readonly timeoutTimer: Timer;
  private passes: number;
  private failures: number;
  hasResult: boolean;

  /** `flags` are the member's own unless several checks share the host. */
  constructor(member: Member, flags: HealthFlags, scope: CheckScope, makeProbe: ProbeMaker) {
    this.member = member;
    this.flags = flags;
    this.scope = scope;
    this.probe = makeProbe((result) => this.onResult(result));
    this.intervalTimer = new Timer(() => this.begin());
    this.timeoutTimer = new Timer(() => this.onTimeout());
    this.passes = 0;
    this.failures = 0;
    this.hasResult = false;
    if (!flags.has(HostHealth.failedActiveHc)) scope.stats.add(H.healthy, 1);
  }

  start(): void {
    const { initialJitterMs } = this.scope.config;
    if (initialJitterMs < 1) this.begin();
    else this.scope.timers.schedule(this.intervalTimer, this.withJitter(0, initialJitterMs));
  }

  close(): void {
    const { stats, timers } = this.scope;
    timers.cancel(this.intervalTimer);
    timers.cancel(this.timeoutTimer);
    this.probe.abandon();
    this.probe.close();
    if (!this.flags.has(HostHealth.failedActiveHc)) stats.add(H.healthy, -1);
    if (this.flags.has(HostHealth.degradedActiveHc)) stats.add(H.degraded, -1);
  }

  /** The data path saw `x-envoy-immediate-health-check-fail`: failed at once, checks go on as they were. */
  failPassively(): void {
    this.fail('PASSIVE', false, 0, HostHealth.excludedViaImmediateHcFail);
  }

  private begin(): void {
    this.scope.stats.inc(H.attempt);
    this.scope.timers.schedule(this.timeoutTimer, this.scope.config.timeoutMs);
    this.probe.begin();
  }

  private onTimeout(): void {
    this.probe.abandon();
    this.wait(false, this.fail('NETWORK_TIMEOUT', true, 0, 0));
  }

  private onResult({ verdict, status, excludes }: ProbeResult): void {
    this.scope.timers.cancel(this.timeoutTimer);
    if (verdict === 'passed' || verdict === 'degraded') {
      this.wait(true, this.pass(verdict === 'degraded'));
      return;
    }
    const alsoSet = excludes ? HostHealth.excludedViaImmediateHcFail : 0;
    const failure = verdict === 'network' ? 'NETWORK' : 'ACTIVE';
    this.wait(false, this.fail(failure, verdict !== 'failed', status, alsoSet));
  }

  private pass(isDegraded: boolean): Transition {
    const { config, events, stats } = this.scope;
    const { flags, member } = this;
    this.failures = 0;
    let transition: Transition = 'none';
    let cleared: number = HostHealth.pendingActiveHc;
    if (flags.has(HostHealth.failedActiveHc)) {
      const isBack = !this.hasResult || ++this.passes === config.healthyThreshold;
      transition = isBack ? 'changed' : 'pending';
      if (isBack) {
        cleared |=
          HostHealth.failedActiveHc | HostHealth.activeHcTimeout | HostHealth.excludedViaImmediateHcFail;
        stats.add(H.healthy, 1);
        events?.added(member, !this.hasResult);
      }
    }
    if (transition !== 'changed' && config.logsSuccesses) events?.passed(member);
    if (flags.has(HostHealth.pendingActiveHc)) transition = 'changed';
    if (isDegraded !== flags.has(HostHealth.degradedActiveHc)) {
      stats.add(H.degraded, isDegraded ? 1 : -1);
      if (isDegraded) events?.degraded(member);
      else events?.noLongerDegraded(member);
      if (transition === 'none') transition = 'changed';
    }
    stats.inc(H.success);
    const set = isDegraded ? HostHealth.degradedActiveHc : 0;
    this.settle(true, set, cleared | (isDegraded ? 0 : HostHealth.degradedActiveHc));
    return transition;
  }

  /** `isRetriable`: it takes several in a row to fail a host. */
  private fail(failure: HealthFailure, isRetriable: boolean, status: number, alsoSet: number): Transition {
    const { config, events, stats } = this.scope;
    const { flags, member } = this;
    this.passes = 0;
    let transition: Transition = 'none';
    let isFailed = flags.has(HostHealth.failedActiveHc);
    if (!isFailed) {
      isFailed = !isRetriable || ++this.failures === config.unhealthyThreshold;
      transition = isFailed ? 'changed' : 'pending';
      if (isFailed) {
        stats.add(H.healthy, -1);
        events?.ejected(member, failure, status);
      }
    }
    if (flags.has(HostHealth.pendingActiveHc)) transition = 'changed';
    if (!this.hasResult || config.logsFailures) events?.failed(member, failure, !this.hasResult, status);
    stats.inc(H.failure);
    if (failure === 'NETWORK' || failure === 'NETWORK_TIMEOUT') stats.inc(H.network_failure);
    if (failure === 'PASSIVE') stats.inc(H.passive_failure);
    const hasTimedOut = isFailed && failure === 'NETWORK_TIMEOUT';
    const set =
      alsoSet | (isFailed ? HostHealth.failedActiveHc : 0) | (hasTimedOut ? HostHealth.activeHcTimeout : 0);
    this.settle(false, set, HostHealth.pendingActiveHc | (hasTimedOut ? 0 : HostHealth.activeHcTimeout));
    return transition;
  }

  private settle(passed: boolean, set: number, clear: number): void {
    this.hasResult = true;
    this.flags.change(set, clear);
    this.scope.onResult(this.member, passed);
  }

  private wait(passed: boolean, transition: Transition): void {
    if (this.member.has(HostHealth.removed)) return;
    this.scope.timers.schedule(this.intervalTimer, this.delayMs(passed, transition));
  }

  private delayMs(passed: boolean, transition: Transition): number {
    return this.withJitter(
      Math.trunc(this.baseDelayMs(passed, transition)),
      this.scope.config.intervalJitterMs,
    );
  }

  private withJitter(baseMs: number, jitterMs: number): number {
    const { config, random, runtime } = this.scope;
    let delayMs = baseMs;
    const percentMs = Math.trunc((config.intervalJitterPercent * baseMs) / 100);
    if (percentMs > 0) delayMs += random.below(percentMs);
    if (jitterMs >= 1) delayMs += random.below(Math.trunc(jitterMs));
    const longestMs = runtime.number('health_check.max_interval', Number.POSITIVE_INFINITY);
    const shortestMs = runtime.number('health_check.min_interval', 0);
    return Math.max(1, shortestMs, Math.min(delayMs, longestMs));
  }

  private baseDelayMs(passed: boolean, transition: Transition): number {
    const { config } = this.scope;
    const isPending = transition === 'pending';
    if (!this.scope.hasTraffic()) {
      return passed && !isPending ? config.noTrafficHealthyIntervalMs : config.noTrafficIntervalMs;
    }
    if (passed) return isPending ? config.healthyEdgeIntervalMs : config.intervalMs;
    return isPending ? config.unhealthyEdgeIntervalMs : config.unhealthyIntervalMs;
  }
}
