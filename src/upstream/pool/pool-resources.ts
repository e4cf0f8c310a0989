import type { Clock } from '../../base/clock.js';
import type { Random } from '../../base/random.js';
import type { TimerWheel } from '../../base/timer-wheel.js';
import type { ConnectionResources } from '../../network/connection.js';
import type { InternalListeners } from '../../network/internal-listeners.js';
import type { PoolDemand } from './preconnect.js';

/** What the pools of a thread share. */
export interface PoolResources {
  readonly connections: ConnectionResources;
  readonly timers: TimerWheel;
  readonly clock: Clock;
  readonly random: Random;
  /** The listeners of the thread that clusters reach without a socket of the system. */
  readonly internal: InternalListeners;
  /** All of their HTTP pools that have connections or requests. */
  readonly pools: Set<PoolDemand>;
  /** Process-wide unique connection ids. */
  nextConnectionId(): number;
}
