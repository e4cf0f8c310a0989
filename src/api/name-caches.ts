import type { Plain } from '../base/plain.js';
import type { Cancellable } from './upstream.js';

/** What has become of a name. */
export interface NameFound {
  /** Its host is in the clusters of this thread, it has no address, or there are too many names. */
  readonly outcome: 'resolved' | 'failed' | 'overflow';
  /** Why there is no address: response code details. */
  readonly details: string;
}

/** Names of one cache of the dynamic forward proxy, as a thread knows them. */
export interface NameCache {
  /**
   * What is known of that name and port; else asks main and answers a handle that takes the wish back. `done` is told
   * once, when the clusters of this thread have the host. Null: too many wait already.
   */
  find(name: string, port: number, done: (found: NameFound) => void): NameFound | Cancellable | null;
}

export interface NameCaches {
  /** The cache of that configuration (`DnsCacheConfig`); those of one name are one. */
  cache(config: Plain): NameCache;
}

/** Worker → main: nobody here knows the address of that name. */
export interface NameWant {
  readonly cache: Plain;
  readonly name: string;
  readonly port: number;
}

/** Main → worker: what a name has come to; hosts are told before it. `gone`: it is not known any more. */
export interface NameAnswer {
  readonly cache: string;
  /** `name:port` */
  readonly key: string;
  readonly outcome: NameFound['outcome'] | 'gone';
  readonly details: string;
}
