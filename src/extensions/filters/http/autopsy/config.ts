import type { ConfigNode } from '../../../../api/config-node.js';
import { CidrRange } from '../../../../base/cidr.js';

/** `sluice.v1.Autopsy`: who is told why an upstream attempt failed, and in which header. */
export type AutopsyConfig = {
  readonly headerName: string;
  /** CIDR ranges of direct peers; empty: any. */
  readonly sourceRanges: readonly string[];
  /** A header that the request has to bring; null: none. */
  readonly requestHeader: { readonly name: string; readonly value: string } | null;
};

export function parseAutopsy(node: ConfigNode): AutopsyConfig {
  const sourceRanges = node.strings('source_ranges');
  for (const range of sourceRanges)
    if (rangeOf(range) === undefined) node.error(`no range of addresses: ${range}`, 'source_ranges');
  const header = node.message('request_header');
  const requestHeader =
    header === undefined
      ? null
      : { name: header.string('name').toLowerCase(), value: header.string('value') };
  if (requestHeader !== null && (requestHeader.name === '' || requestHeader.value === ''))
    node.error('request_header needs a name and a value', 'request_header');
  if (sourceRanges.length === 0 && requestHeader === null)
    node.error('say who may see it: source_ranges, request_header or both');
  return {
    headerName: node.string('header_name', 'x-sluice-autopsy').toLowerCase(),
    sourceRanges,
    requestHeader,
  };
}

/** `10.0.0.0/8`, or one address. */
export function rangeOf(text: string): CidrRange | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return CidrRange.parse(text, text.includes(':') ? 128 : 32);
  const length = text.slice(slash + 1);
  return /^\d{1,3}$/.test(length) ? CidrRange.parse(text.slice(0, slash), Number(length)) : undefined;
}
