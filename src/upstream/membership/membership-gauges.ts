import type { BoundStats } from '../../api/stats.js';
import { degradedMask, HostHealth, unhealthyMask } from '../../api/upstream.js';
import { M } from './membership-stats.js';

const excludedMask =
  HostHealth.excludedViaImmediateHcFail | HostHealth.pendingActiveHc | HostHealth.edsStatusDraining;

/** Keeps the membership gauges by adding and taking away, so that one host's change never counts all hosts. */
export class MembershipGauges {
  private readonly stats: BoundStats;

  constructor(stats: BoundStats) {
    this.stats = stats;
    for (const gauge of [
      M.membership_total,
      M.membership_healthy,
      M.membership_degraded,
      M.membership_excluded,
    ]) {
      stats.set(gauge, 0);
    }
  }

  added(health: number): void {
    this.stats.add(M.membership_total, 1);
    this.charge(health, 1);
  }

  removed(health: number): void {
    this.stats.add(M.membership_total, -1);
    this.charge(health, -1);
  }

  changed(before: number, after: number): void {
    this.charge(before, -1);
    this.charge(after, 1);
  }

  private charge(health: number, n: number): void {
    if ((health & excludedMask) !== 0) this.stats.add(M.membership_excluded, n);
    if ((health & unhealthyMask) !== 0) return;
    this.stats.add((health & degradedMask) !== 0 ? M.membership_degraded : M.membership_healthy, n);
  }
}
