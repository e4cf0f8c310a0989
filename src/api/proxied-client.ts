import type { Address } from './stream-info.js';

/** The client that a connection to a host is for: what a PROXY header says of it, and which of its connections it is. */
export interface ProxiedClient {
  /** Of the downstream connection. */
  readonly connectionId: number;
  readonly source: Address;
  readonly destination: Address;
  readonly tlvs: readonly { readonly type: number; readonly value: Buffer }[];
}
