/** Time, injected so that tests own it. */
export interface Clock {
  /** Monotonic milliseconds, fractional. */
  now(): number;
  /** Milliseconds since the epoch, fractional where the system has it. */
  wallMs(): number;
  /** What `now` has to be added to for wall time: milliseconds since the epoch at `now() === 0`. */
  readonly originMs: number;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wallMs: () => performance.timeOrigin + performance.now(),
  originMs: performance.timeOrigin,
};
