export interface RespLimits {
  /** A bulk beyond it is a protocol error. */
  readonly bulkBytes: number;
  /** A line without its end beyond it is one too. */
  readonly lineBytes: number;
  /** All of one value. */
  readonly valueBytes: number;
  /** Elements of one value, over all its arrays. */
  readonly elements: number;
  readonly depth: number;
}

/** Strings of V8 end at half a gigabyte; Redis' own bounds are 512 MB a bulk and a million elements. The depth is Envoy's. */
export const respLimits: RespLimits = {
  bulkBytes: 256 * 1024 * 1024,
  lineBytes: 4 * 1024 * 1024,
  valueBytes: 256 * 1024 * 1024,
  elements: 4 * 1024 * 1024,
  depth: 127,
};
