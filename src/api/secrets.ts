import type { Plain } from '../base/plain.js';

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

/** A thread without secrets. */
export const noSecrets: SecretView = { generation: 0, get: () => undefined };
