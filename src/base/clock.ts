/** Time, injected so that tests own it. */
export interface Clock {
  /** Monotonic milliseconds, fractional. */
  now(): number;
  /** Milliseconds since the epoch, fractional where the system has it. */
  wallMs(): number;
  /** What `now` has to be added to for wall time: milliseconds since the epoch at `now() === 0`. */
  readonly originMs: number;
}

/** Read once: the global is an accessor, which every call would ask anew. */
const timeline = performance;

export const systemClock: Clock = {
  now: () => timeline.now(),
  wallMs: () => timeline.timeOrigin + timeline.now(),
  originMs: timeline.timeOrigin,
};
