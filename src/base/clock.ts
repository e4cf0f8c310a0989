/** Time, injected so that tests own it. */
export interface Clock {
  /** Monotonic milliseconds, fractional. */
  now(): number;
  /** Milliseconds since the epoch, fractional where the system has it. */
  wallMs(): number;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wallMs: () => performance.timeOrigin + performance.now(),
};
