import { HostHealth } from '../../api/upstream.js';

/** The health bits that a check reads and writes: the host's own, or a check's view of it. */
export interface HealthFlags {
  has(bits: number): boolean;
  change(set: number, clear: number): void;
}

/** The bits that checks own. */
export const activeHealthMask =
  HostHealth.failedActiveHc |
  HostHealth.degradedActiveHc |
  HostHealth.pendingActiveHc |
  HostHealth.activeHcTimeout |
  HostHealth.excludedViaImmediateHcFail;
