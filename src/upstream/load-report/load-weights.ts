import type { LoadRules } from '../../api/load-report.js';
import { Timer, type TimerWheel } from '../../base/timer-wheel.js';
import type { Member } from '../membership/member.js';

/** The cluster whose hosts report. */
export interface ReportingCluster {
  members(): Iterable<Member>;
  /** Weights are others than before. */
  onWeightsChanged(): void;
  /** Milliseconds on the clock that threads share. */
  sharedNowMs(): number;
}

/**
 * Works out on main what the hosts of a cluster weigh by their own reports, which workers put where main sees them.
 * A host whose reports are too few or too old weighs what the others do in the middle.
 *
 *   silent ──report──▶ blacked out ──blackout over──▶ weighed ──reports too old──▶ silent
 */
export class LoadWeights {
  private readonly rules: LoadRules;
  private readonly cluster: ReportingCluster;
  private readonly timers: TimerWheel;
  private readonly timer: Timer;
  /** Since when each host has reported without a pause that is too long. */
  private readonly since: WeakMap<Member, number>;

  constructor(rules: LoadRules, cluster: ReportingCluster, timers: TimerWheel) {
    this.rules = rules;
    this.cluster = cluster;
    this.timers = timers;
    this.timer = new Timer(() => this.update());
    this.since = new WeakMap();
    timers.schedule(this.timer, rules.updateMs);
  }

  close(): void {
    this.timers.cancel(this.timer);
  }

  private update(): void {
    this.timers.schedule(this.timer, this.rules.updateMs);
    const nowMs = this.cluster.sharedNowMs();
    const weights: number[] = [];
    const silent: Member[] = [];
    let hasChanged = false;
    for (const member of this.cluster.members()) {
      const weight = this.reported(member, nowMs);
      if (weight === 0) silent.push(member);
      else {
        weights.push(weight);
        if (member.setLoadWeight(weight)) hasChanged = true;
      }
    }
    const middle = silent.length === 0 ? 0 : median(weights);
    for (const member of silent) if (member.setLoadWeight(middle)) hasChanged = true;
    if (hasChanged) this.cluster.onWeightsChanged();
  }

  /** The host's weight by its last report; 0 when that does not count. */
  private reported(member: Member, nowMs: number): number {
    const { blackoutMs, expirationMs } = this.rules;
    const { weight, atMs, sinceMs } = member.lastLoad(expirationMs);
    if (atMs === 0) return 0;
    if (atMs < nowMs - expirationMs) {
      this.since.delete(member);
      return 0;
    }
    const since = this.since.get(member) ?? sinceMs;
    this.since.set(member, since);
    return since > nowMs - blackoutMs ? 0 : weight;
  }
}

/** The lower of two numbers in the middle is averaged with the upper; 1 for none. */
function median(weights: number[]): number {
  if (weights.length === 0) return 1;
  weights.sort((a, b) => a - b);
  const upper = weights[weights.length >> 1] as number;
  if (weights.length % 2 === 1) return upper;
  return Math.floor(((weights[(weights.length >> 1) - 1] as number) + upper) / 2);
}
