/** Data that survives structured clone and msgpack unchanged: what crosses threads and what `parse` returns. */
export type Plain =
  | null
  | undefined
  | boolean
  | number
  | string
  | Uint8Array
  | readonly Plain[]
  | { readonly [key: string]: Plain };
