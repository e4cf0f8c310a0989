/** One step of a conversation; it is over when what was sent has arrived on the other side. */
export type ByteStep =
  | { readonly client: Buffer }
  /** The next step begins at once. */
  | { readonly clientNow: Buffer }
  | { readonly server: Buffer }
  | 'client-end'
  | 'client-reset'
  | 'server-end';

/** Bytes that pass both proxies in the same way, and of which both must know the same afterwards. */
export interface ByteCase {
  readonly name: string;
  /** `main` when omitted. */
  readonly listener?: string;
  /** Messages take their numbers from `id` on, less than a thousand of them. */
  readonly steps: (id: number) => readonly ByteStep[];
}
