import type { BalancedCluster, Host, HostPicker, LoadBalancerContext } from '../../api/upstream.js';

/** Hosts by hash; ring and Maglev table alike. */
export interface HashTable {
  /** `attempt` counts refused picks: each gives another place of the table. */
  find(hash: bigint, attempt: number): Host;
}

/** Looks the request's hash up; a request without one gets a random hash. */
export class HashPicker implements HostPicker {
  private readonly table: HashTable;
  private readonly cluster: BalancedCluster;

  constructor(table: HashTable, cluster: BalancedCluster) {
    this.table = table;
    this.cluster = cluster;
  }

  pick(context: LoadBalancerContext, attempt: number): Host {
    return this.table.find(context.hash ?? this.randomHash(), attempt);
  }

  private randomHash(): bigint {
    const { random } = this.cluster.scope;
    return (BigInt(random.u32()) << 32n) | BigInt(random.u32());
  }
}
