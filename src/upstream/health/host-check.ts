import type { RuntimeView } from '../../api/runtime.js';
import type { BoundStats } from '../../api/stats.js';
import { HostHealth } from '../../api/upstream.js';
import type { Random } from '../../base/random.js';
import { Timer, type TimerWheel } from '../../base/timer-wheel.js';
import type { Member } from '../membership/member.js';
import type { HealthCheckConfig } from './config.js';
import { H } from './health-stats.js';
import type { Probe, ProbeMaker, ProbeResult } from './probe.js';

/** What the checks of one cluster share. */
export interface CheckScope {
  readonly config: HealthCheckConfig;
  readonly timers: TimerWheel;
  readonly random: Random;
  readonly runtime: RuntimeView;
  readonly stats: BoundStats;
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
  private readonly scope: CheckScope;
  private readonly probe: Probe;
  private readonly intervalTimer: Timer;
  private readonly timeoutTimer: Timer;
  private passes: number;
  private failures: number;
  hasResult: boolean;

  constructor(member: Member, scope: CheckScope, makeProbe: ProbeMaker) {
    this.member = member;
    this.scope = scope;
    this.probe = makeProbe(member.address, (result) => this.onResult(result));
    this.intervalTimer = new Timer(() => this.begin());
    this.timeoutTimer = new Timer(() => this.onTimeout());
    this.passes = 0;
    this.failures = 0;
    this.hasResult = false;
    if (!member.has(HostHealth.failedActiveHc)) scope.stats.add(H.healthy, 1);
  }

  start(): void {
    const { initialJitterMs } = this.scope.config;
    const jitterMs = initialJitterMs >= 1 ? this.scope.random.below(Math.trunc(initialJitterMs)) : 0;
    if (jitterMs === 0) this.begin();
    else this.scope.timers.schedule(this.intervalTimer, jitterMs);
  }

  close(): void {
    const { stats, timers } = this.scope;
    timers.cancel(this.intervalTimer);
    timers.cancel(this.timeoutTimer);
    this.probe.abandon();
    if (!this.member.has(HostHealth.failedActiveHc)) stats.add(H.healthy, -1);
    if (this.member.has(HostHealth.degradedActiveHc)) stats.add(H.degraded, -1);
  }

  /** The data path saw `x-envoy-immediate-health-check-fail`: failed at once, checks go on as they were. */
  failPassively(): void {
    this.fail('passive', HostHealth.excludedViaImmediateHcFail);
  }

  private begin(): void {
    this.scope.stats.inc(H.attempt);
    this.scope.timers.schedule(this.timeoutTimer, this.scope.config.timeoutMs);
    this.probe.begin();
  }

  private onTimeout(): void {
    this.probe.abandon();
    this.wait(false, this.fail('timeout', 0));
  }

  private onResult(result: ProbeResult): void {
    this.scope.timers.cancel(this.timeoutTimer);
    switch (result) {
      case 'passed':
      case 'degraded':
        this.wait(true, this.pass(result === 'degraded'));
        return;
      case 'excluded':
        this.wait(false, this.fail('refused', HostHealth.excludedViaImmediateHcFail));
        return;
      case 'failed':
        this.wait(false, this.fail('refused', 0));
        return;
      case 'retriable':
      case 'network':
        this.wait(false, this.fail(result, 0));
    }
  }

  private pass(isDegraded: boolean): Transition {
    const { config, stats } = this.scope;
    const { member } = this;
    this.failures = 0;
    let transition: Transition = 'none';
    let cleared: number = HostHealth.pendingActiveHc;
    if (member.has(HostHealth.failedActiveHc)) {
      const isBack = !this.hasResult || ++this.passes >= config.healthyThreshold;
      transition = isBack ? 'changed' : 'pending';
      if (isBack) {
        cleared |=
          HostHealth.failedActiveHc | HostHealth.activeHcTimeout | HostHealth.excludedViaImmediateHcFail;
        this.passes = 0;
        stats.add(H.healthy, 1);
      }
    }
    if (isDegraded !== member.has(HostHealth.degradedActiveHc)) {
      stats.add(H.degraded, isDegraded ? 1 : -1);
      if (transition === 'none') transition = 'changed';
    }
    stats.inc(H.success);
    const set = isDegraded ? HostHealth.degradedActiveHc : 0;
    member.change(set, cleared | (isDegraded ? 0 : HostHealth.degradedActiveHc));
    this.settle(true);
    return transition;
  }

  private fail(
    kind: 'refused' | 'passive' | 'retriable' | 'network' | 'timeout',
    alsoSet: number,
  ): Transition {
    const { config, stats } = this.scope;
    const { member } = this;
    this.passes = 0;
    let transition: Transition = 'none';
    let isFailed = member.has(HostHealth.failedActiveHc);
    if (!isFailed) {
      const isAtOnce = kind === 'refused' || kind === 'passive';
      isFailed = isAtOnce || ++this.failures >= config.unhealthyThreshold;
      transition = isFailed ? 'changed' : 'pending';
      if (isFailed) stats.add(H.healthy, -1);
    }
    stats.inc(H.failure);
    if (kind === 'network' || kind === 'timeout') stats.inc(H.network_failure);
    if (kind === 'passive') stats.inc(H.passive_failure);
    let set = alsoSet;
    let cleared: number = HostHealth.pendingActiveHc;
    if (isFailed) {
      this.failures = 0;
      set |= HostHealth.failedActiveHc | (kind === 'timeout' ? HostHealth.activeHcTimeout : 0);
      if (kind !== 'timeout') cleared |= HostHealth.activeHcTimeout;
    }
    member.change(set, cleared);
    this.settle(false);
    return transition;
  }

  private settle(passed: boolean): void {
    this.hasResult = true;
    this.scope.onResult(this.member, passed);
  }

  private wait(passed: boolean, transition: Transition): void {
    if (this.member.has(HostHealth.removed)) return;
    this.scope.timers.schedule(this.intervalTimer, this.delayMs(passed, transition));
  }

  private delayMs(passed: boolean, transition: Transition): number {
    const { config, random, runtime } = this.scope;
    let delayMs = Math.trunc(this.baseDelayMs(passed, transition));
    const percentMs = Math.trunc((config.intervalJitterPercent * delayMs) / 100);
    if (percentMs > 0) delayMs += random.below(percentMs);
    if (config.intervalJitterMs >= 1) delayMs += random.below(Math.trunc(config.intervalJitterMs));
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
