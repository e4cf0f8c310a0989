import type { BalancedCluster, Host } from '../../api/upstream.js';
import { MersenneTwister } from '../../base/mersenne-twister.js';
import type { HashTable } from './hash-table.js';
import type { HostShare } from './host-weights.js';

/**
 * Consistent hashing with bounded loads (Mirrokni, Thorup, Zadimoghaddam 2017): a host that has more than its share of
 * the active requests times a factor is passed over for the next of a shuffle that the hash alone decides.
 */
export class BoundedLoad implements HashTable {
  private readonly table: HashTable;
  private readonly shares: readonly HostShare[];
  private readonly byHost: ReadonlyMap<Host, number>;
  private readonly balanceFactor: number;
  private readonly cluster: BalancedCluster;

  /** `balanceFactor` in percent of the mean load. */
  constructor(
    table: HashTable,
    shares: readonly HostShare[],
    balanceFactor: number,
    cluster: BalancedCluster,
  ) {
    this.table = table;
    this.shares = shares;
    this.byHost = new Map(shares.map(({ host, share }) => [host, share]));
    this.balanceFactor = balanceFactor;
    this.cluster = cluster;
  }

  find(hash: bigint, attempt: number): Host {
    const host = this.table.find(hash, attempt);
    const load = this.load(host, this.byHost.get(host) ?? 0);
    return load <= 1 ? host : this.nextBelow(hash, host, load);
  }

  /** The first host of the shuffle that has room, else the least loaded. */
  private nextBelow(hash: bigint, busy: Host, busyLoad: number): Host {
    const order = Uint32Array.from(this.shares, (_, i) => i);
    const random = new MersenneTwister(Number(hash & 0xffff_ffffn));
    let least = busy;
    let leastLoad = busyLoad;
    for (let i = 0; i < order.length; i++) {
      const j = i + below(random, order.length - i);
      const chosen = order[j] as number;
      order[j] = order[i] as number;
      order[i] = chosen;
      const { host, share } = this.shares[chosen] as HostShare;
      if (host === busy) continue;
      const load = this.load(host, share);
      if (load <= 1) return host;
      if (load < leastLoad) {
        least = host;
        leastLoad = load;
      }
    }
    return least;
  }

  /** Active requests over the slots that the host may fill; above 1 it is overloaded. */
  private load(host: Host, share: number): number {
    const slots = Math.floor(((this.cluster.activeRequests + 1) * this.balanceFactor + 99) / 100);
    return host.activeRequests / Math.max(1, Math.ceil(slots * share));
  }
}

/** Uniform in [0, count), as Envoy draws it. */
function below(random: MersenneTwister, count: number): number {
  const width = Math.floor(0x1_0000_0000 / count);
  for (;;) {
    const draw = Math.floor(random.next() / width);
    if (draw < count) return draw;
  }
}
