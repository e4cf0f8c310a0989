import type { ConfigNode } from '../../../api/config-node.js';

/** `envoy.extensions.http.original_ip_detection.xff.v3.XffConfig`. */
export type XffConfig = {
  readonly trustedHops: number;
  /** `prefix/length`; null counts hops instead. */
  readonly trustedRanges: readonly string[] | null;
  readonly skipsAppend: boolean;
};

export function parseXff(node: ConfigNode): XffConfig {
  const ranges = node.message('xff_trusted_cidrs')?.list('cidrs');
  const trustedHops = node.number('xff_num_trusted_hops', 0);
  if (ranges !== undefined && trustedHops > 0)
    node.error('Cannot set both xff_num_trusted_hops and xff_trusted_cidrs');
  return {
    trustedHops,
    trustedRanges:
      ranges === undefined || ranges.length === 0
        ? null
        : ranges.map((range) => `${range.string('address_prefix')}/${range.number('prefix_len', 0)}`),
    skipsAppend: node.bool('skip_xff_append', true),
  };
}
