import type { Host } from '../../../api/upstream.js';
import { xxHash64 } from '../../../base/xx-hash.js';
import type { MaglevConfig } from '../../../upstream/balancing/policy-config.js';
import { hashKey } from '../hash-key.js';
import type { HashTable } from '../hash-table.js';
import type { HostShare } from '../host-weights.js';

const free = 0xffff_ffff;
const allOnes = 0xffff_ffff_ffff_ffffn;

/** A host while the table is filled: its walk over all places, and how much it has had. */
interface Claimant {
  readonly index: number;
  readonly share: number;
  readonly offset: number;
  readonly skip: number;
  next: number;
  due: number;
  count: number;
}

/** Maglev's table (Eisenbud et al., NSDI 2016, listing 1), with weights: hosts take free places in turns. */
export class MaglevTable implements HashTable {
  private readonly hosts: readonly Host[];
  private readonly places: Uint32Array;
  private readonly size: bigint;
  readonly minPerHost: number;
  readonly maxPerHost: number;

  constructor(shares: readonly HostShare[], config: MaglevConfig) {
    this.hosts = shares.map(({ host }) => host);
    this.places = new Uint32Array(config.tableSize).fill(free);
    this.size = BigInt(config.tableSize);
    const claimants = claimantsOf(shares, config);
    fill(this.places, claimants);
    this.minPerHost = Math.min(...claimants.map(({ count }) => count));
    this.maxPerHost = Math.max(...claimants.map(({ count }) => count));
  }

  find(hash: bigint, attempt: number): Host {
    // A refused pick is repeated with other bits: those of 2^64 − attempt.
    const turned = attempt === 0 ? hash : hash ^ (allOnes - BigInt(attempt) + 1n);
    return this.hosts[this.places[Number(turned % this.size)] as number] as Host;
  }
}

/** By key, so that the order in which hosts were found does not matter. */
function claimantsOf(shares: readonly HostShare[], { tableSize, usesHostname }: MaglevConfig): Claimant[] {
  const size = BigInt(tableSize);
  return shares
    .map(({ host, share }, index) => ({ key: hashKey(host, usesHostname), share, index }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ key, share, index }) => ({
      index,
      share,
      offset: Number(xxHash64(key) % size),
      skip: Number(xxHash64(key, 1) % (size - 1n)) + 1,
      next: 0,
      due: 0,
      count: 0,
    }));
}

function fill(places: Uint32Array, claimants: readonly Claimant[]): void {
  let largest = 0;
  for (const { share } of claimants) if (share > largest) largest = share;
  let taken = 0;
  for (let turn = 1; taken < places.length; turn++) {
    for (const claimant of claimants) {
      if (taken === places.length) return;
      if (turn * claimant.share < claimant.due) continue;
      claimant.due += largest;
      places[nextFree(places, claimant)] = claimant.index;
      claimant.count++;
      taken++;
    }
  }
}

function nextFree(places: Uint32Array, claimant: Claimant): number {
  for (;;) {
    const place = (claimant.offset + claimant.skip * claimant.next) % places.length;
    claimant.next++;
    if (places[place] === free) return place;
  }
}
