import type { Address } from './stream-info.js';

/** The client of a connection: what a PROXY header says. */
export interface ProxiedClient {
  readonly source: Address;
  readonly destination: Address;
  readonly tlvs: readonly { readonly type: number; readonly value: Buffer }[];
}
