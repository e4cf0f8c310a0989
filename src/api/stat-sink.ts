import type { Clock } from '../base/clock.js';
import type { Plain } from '../base/plain.js';
import type { Extension } from './extension.js';
import type { StatScope } from './stats.js';

/** A label taken out of a stat's name, or put on every stat by configuration. */
export interface StatTag {
  readonly name: string;
  readonly value: string;
}

/** What one stat is called. The same object for the same stat in every flush, so sinks may keep lines by it. */
export interface StatIdentity {
  readonly name: string;
  /** The name without what its tags took out of it. */
  readonly extractedName: string;
  /** In the order of extraction. */
  readonly tags: readonly StatTag[];
}

export interface CounterSample {
  readonly stat: StatIdentity;
  /** As the admin page shows it: since the start or the last reset. */
  readonly value: number;
  /** Since the previous flush; the deltas of all flushes add up exactly to what was counted. */
  readonly delta: number;
}

export interface GaugeSample {
  readonly stat: StatIdentity;
  readonly value: number;
}

/** Samples of one histogram that fell into one bucket since the previous flush. */
export interface BucketSample {
  /** One number that stands for the bucket: a whole one where the bucket holds any. */
  readonly value: number;
  readonly count: number;
}

export interface HistogramSample {
  readonly stat: StatIdentity;
  /** `percent` samples are fractions, 1 meaning 100 %. */
  readonly unit: 'ms' | 'us' | 'bytes' | 'percent' | 'count';
  /** Ascending; empty when nothing was recorded since the previous flush. */
  readonly buckets: readonly BucketSample[];
  /** Exact, of the samples since the previous flush. */
  readonly sum: number;
  readonly count: number;
}

/**
 * Used stats of one flush, or of a part of it: where there are many, main hands them over in several parts with other
 * work in between, each stat in one of them. Valid until `flush` returns.
 */
export interface StatSnapshot {
  readonly counters: readonly CounterSample[];
  readonly gauges: readonly GaugeSample[];
  readonly histograms: readonly HistogramSample[];
  /** True on the last part (often the only one): what was held back to fill a packet goes out now. */
  readonly isLast: boolean;
}

/** A datagram socket towards one address. */
export interface DatagramSender {
  /** Hands one datagram to the system, which owns the bytes from then on. Errors go to `onError`, never thrown. */
  send(bytes: Uint8Array): void;
  /** A promise, when one is answered, resolves once the system has taken everything that was sent. */
  close(): void | Promise<void>;
}

/** What a sink gets on main, the only thread sinks live on. */
export interface StatSinkScope {
  readonly role: 'main';
  readonly clock: Clock;
  readonly stats: StatScope;
  /**
   * The packets of Envoy, for servers that know no more: one line per datagram and per sample, no sample rates. It
   * costs a datagram for each request and timer, so it is off unless the command line says so.
   */
  readonly exactStatsd: boolean;
  /** A socket for that address (a literal IP). */
  datagrams(address: string, port: number, onError: (error: Error) => void): DatagramSender;
  /**
   * A connection to a host of that cluster; each `send` is a run of lines. `onOverflow` is called when too much waits
   * and the connection is given up. Throws when there is no such cluster.
   */
  stream(cluster: string, onOverflow: () => void): DatagramSender;
}

/** A running sink. Nothing in it may throw: a sink that fails must not touch traffic. */
export interface StatSink {
  flush(snapshot: StatSnapshot): void;
  /** Sends what is held back and gives up the socket; a promise, when one is answered, resolves once it has left. */
  close(): void | Promise<void>;
}

export interface StatSinkFactory<C extends Plain = Plain> extends Extension<C> {
  build(config: C, scope: StatSinkScope): StatSink;
}
