import type { ConfigNode } from '../api/config-node.js';
import type { Address } from '../api/stream-info.js';
import { CidrRange, type IpWords, parseIp, unmapIpv4 } from '../base/cidr.js';

/** `core.v3.CidrRange`, read. */
export type IpRangeConfig = {
  readonly address: string;
  readonly prefixLength: number;
};

/** Reads one range; text that is no address is a problem in Envoy's words. Too long a prefix counts as the whole. */
export function parseIpRange(node: ConfigNode): IpRangeConfig {
  const address = node.string('address_prefix');
  const prefixLength = node.number('prefix_len', 0);
  if (parseIp(address) === null)
    node.error(`Failed to create CIDR range: malformed IP address: ${address}`, 'address_prefix');
  return { address, prefixLength };
}

export function buildIpRange({ address, prefixLength }: IpRangeConfig): CidrRange {
  const range = CidrRange.parse(address, prefixLength);
  if (range === undefined) throw new Error(`no address: ${address}`);
  return range;
}

const wordsOf = new WeakMap<Address, IpWords | null>();

/** The words of an address, parsed once per address object; null for Unix sockets. */
export function addressWords(address: Address): IpWords | null {
  let words = wordsOf.get(address);
  if (words === undefined) {
    const parsed = address.isIp ? parseIp(address.ip) : null;
    words = parsed === null ? null : unmapIpv4(parsed);
    wordsOf.set(address, words);
  }
  return words;
}

export function isInRange(range: CidrRange, address: Address): boolean {
  const words = addressWords(address);
  return words !== null && range.contains(words);
}
