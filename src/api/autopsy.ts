/** What ended an attempt, in the words that logs, pages and headers show. */
export type FailureCause =
  /** The upstream closed a connection that had been idle just as the request was sent on it. */
  | 'keep-alive-race'
  | 'connect-refused'
  | 'connect-timeout'
  /** Any other reason why no connection stood; `detail` has the system's words. */
  | 'connect-failed'
  | 'tls-failure'
  | 'reset-before-headers'
  | 'reset-after-headers'
  /** HTTP/2: the upstream has not looked at the request. */
  | 'refused-stream'
  | 'per-try-timeout'
  | 'per-try-idle-timeout'
  | 'max-stream-duration'
  | 'route-timeout'
  | 'overflow'
  | 'no-healthy-host'
  | 'protocol-error'
  /** A response that the retry policy does not take. */
  | 'unwelcome-response';

/**
 * An upstream connection at the moment an attempt on it failed: clock readings in milliseconds, NaN for what never
 * happened. Made on the failing path alone, from what the connection knows anyway.
 */
export interface ConnectionFacts {
  readonly id: number;
  readonly protocol: string;
  readonly startMs: number;
  readonly connectedMs: number;
  readonly handshakeMs: number;
  /** When the request before this one ended. */
  readonly idleSinceMs: number;
  readonly atMs: number;
  /** Requests so far, this one included. */
  readonly requests: number;
  /** Since the request before this one ended. */
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** `nobody`: it still stood. */
  readonly closedBy: 'upstream' | 'proxy' | 'nobody';
  /** The system's code, `ECONNRESET`; empty for an orderly end. */
  readonly errno: string;
}

/** The same as it is told. */
export type ConnectionAutopsy = {
  readonly id: number;
  readonly protocol: string;
  readonly ageMs: number;
  /** Null when it never stood. */
  readonly connectMs: number | null;
  /** How long it had been idle before this request took it; null for its first request. */
  readonly idleMs: number | null;
  readonly requests: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly closedBy: 'upstream' | 'proxy' | 'nobody';
  readonly errno: string;
};

/** The timer that ended an attempt, and what sets it. */
export type TimerAutopsy = { readonly name: string; readonly ms: number; readonly setting: string };

/** The limit that refused an attempt. */
export type LimitAutopsy = { readonly name: string; readonly max: number; readonly setting: string };

/** One attempt that failed, or whose response was not taken. */
export type AttemptAutopsy = {
  readonly wallMs: number;
  readonly cluster: string;
  /** Empty when none was chosen. */
  readonly host: string;
  /** From 1. */
  readonly attempt: number;
  readonly cause: FailureCause;
  /** Words of the system, the codec or TLS; empty when there are none. */
  readonly detail: string;
  readonly elapsedMs: number;
  readonly isRetried: boolean;
  /** 0 unless the upstream answered. */
  readonly status: number;
  readonly connection: ConnectionAutopsy | null;
  readonly timer: TimerAutopsy | null;
  readonly limit: LimitAutopsy | null;
};

/** How long upstreams of a cluster leave idle connections open, learned from those that they closed. */
export type IdleCloseView = {
  readonly count: number;
  readonly minMs: number;
  readonly typicalMs: number;
};

/** What one thread remembers of a cluster's failures. */
export type ClusterFailures = {
  readonly cluster: string;
  /** All so far, those that have been forgotten included. */
  readonly total: number;
  /** Oldest first. */
  readonly last: readonly AttemptAutopsy[];
  readonly idleCloses: IdleCloseView | null;
  /** The cluster's own idle timeout, 0 for none. */
  readonly idleTimeoutMs: number;
  readonly origin: string;
};
