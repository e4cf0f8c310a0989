import type { Plain } from '../base/plain.js';
import type { SecretReference } from './config-node.js';

/**
 * Secrets of a thread by key: certificates, validation contexts, ticket keys that may be replaced while the process
 * runs. Who uses one compares `generation` and asks again when it has moved; what is in use stays as it is.
 */
export interface SecretView {
  /** Rises with every change of any secret. */
  readonly generation: number;
  /** What the reader of that kind of secret made of it; undefined while it has not been delivered. */
  get(key: string): Plain;
}

/** One secret as it crosses threads. */
export type SecretValue = {
  readonly key: string;
  readonly value: Plain;
};

/** A secret that lies in a file, with every file that was read for it. */
export type WatchedSecret = {
  readonly reference: SecretReference;
  readonly files: readonly string[];
};
