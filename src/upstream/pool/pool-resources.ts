import type { Clock } from '../../base/clock.js';
import type { Random } from '../../base/random.js';
import type { TimerWheel } from '../../base/timer-wheel.js';
import type { ConnectionResources } from '../../network/connection.js';

/** What the pools of a thread share. */
export interface PoolResources {
  readonly connections: ConnectionResources;
  readonly timers: TimerWheel;
  readonly clock: Clock;
  readonly random: Random;
  /** Process-wide unique connection ids. */
  nextConnectionId(): number;
}
