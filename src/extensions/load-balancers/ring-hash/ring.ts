import type { Host } from '../../../api/upstream.js';
import { murmurHash64 } from '../../../base/murmur-hash.js';
import { xxHash64 } from '../../../base/xx-hash.js';
import type { RingHashConfig } from '../../../upstream/balancing/policy-config.js';
import { hashKey } from '../hash-key.js';
import type { HashTable } from '../hash-table.js';
import type { HostShare } from '../host-weights.js';

export interface RingSize {
  readonly size: number;
  readonly minPerHost: number;
  readonly maxPerHost: number;
}

/**
 * Ketama's ring: each host stands on it at the hashes of its key with a count, as often as its share asks for; a
 * request belongs to the first host at or behind its hash.
 */
export class Ring implements HashTable {
  /** Sorted. */
  private readonly hashes: BigUint64Array;
  private readonly owners: readonly Host[];
  readonly summary: RingSize;

  constructor(shares: readonly HostShare[], config: RingHashConfig) {
    const entries: { readonly hash: bigint; readonly host: Host }[] = [];
    const counts: number[] = [];
    const scale = scaleOf(shares, config);
    const hashOf = config.hashFunction === 'murmur' ? murmurHash64 : xxHash64;
    let target = 0;
    for (const { host, share } of shares) {
      const key = hashKey(host, config.usesHostname);
      target += scale * share;
      let count = 0;
      while (entries.length < target) entries.push({ hash: hashOf(`${key}_${count++}`), host });
      counts.push(count);
    }
    entries.sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0));
    this.hashes = BigUint64Array.from(entries, ({ hash }) => hash);
    this.owners = entries.map(({ host }) => host);
    this.summary = {
      size: entries.length,
      minPerHost: Math.min(...counts),
      maxPerHost: Math.max(...counts),
    };
  }

  find(hash: bigint, attempt: number): Host {
    const { hashes, owners } = this;
    let low = 0;
    let high = hashes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((hashes[middle] as bigint) < hash) low = middle + 1;
      else high = middle;
    }
    return owners[(low + attempt) % owners.length] as Host;
  }
}

/** Whole entries for the host with the smallest share, within the configured sizes. */
function scaleOf(shares: readonly HostShare[], { minimumSize, maximumSize }: RingHashConfig): number {
  let least = 1;
  for (const { share } of shares) if (share < least) least = share;
  return Math.min(Math.ceil(least * minimumSize) / least, maximumSize);
}
