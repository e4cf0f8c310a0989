import type { BoundStats } from '../../../api/stats.js';
import type { Address } from '../../../api/stream-info.js';
import type { ThreadScope } from '../../../api/thread-scope.js';
import type { BalancedCluster, Balancer, ClusterHosts, Host } from '../../../api/upstream.js';
import { localityKey } from '../../../upstream/balancing/locality-groups.js';
import type { SubsetConfig } from '../../../upstream/balancing/subset-config.js';

/** A cluster as the balancer inside its subsets sees it: localities weigh there what the configuration says. */
export class SubsetCluster implements BalancedCluster {
  readonly name: string;
  readonly scope: ThreadScope;
  readonly stats: BoundStats;
  private readonly whole: BalancedCluster;
  private readonly weights: SubsetConfig['localityWeights'];
  /** Hosts of the whole cluster by priority and locality. */
  private readonly counts: Map<string, number>;

  constructor(whole: BalancedCluster, weights: SubsetConfig['localityWeights']) {
    this.name = whole.name;
    this.scope = whole.scope;
    this.stats = whole.stats;
    this.whole = whole;
    this.weights = weights;
    this.counts = new Map();
  }

  /** The cluster has these hosts now. */
  noteHosts(hosts: readonly Host[]): void {
    if (this.weights !== 'scaled') return;
    this.counts.clear();
    for (const host of hosts) {
      const key = placeOf(host);
      this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    }
  }

  localityWeight(host: Host, present: number): number {
    const { localityWeight } = host;
    if (this.weights === 'none') return 0;
    if (this.weights === 'whole' || localityWeight === 0) return localityWeight;
    const count = this.counts.get(placeOf(host)) ?? present;
    return Math.max(1, Math.round((localityWeight * present) / count));
  }

  get activeRequests(): number {
    return this.whole.activeRequests;
  }

  get overprovisioningFactor(): number {
    return this.whole.overprovisioningFactor;
  }

  get panicThresholdPercent(): number {
    return this.whole.panicThresholdPercent;
  }

  get ignoreNewHostsUntilFirstHc(): boolean {
    return this.whole.ignoreNewHostsUntilFirstHc;
  }

  get weightedPriorityHealth(): boolean {
    return this.whole.weightedPriorityHealth;
  }

  get localCluster(): ClusterHosts | null {
    return this.whole.localCluster;
  }

  providedBalancer(): Balancer {
    return this.whole.providedBalancer();
  }

  wantHost(address: Address, hostname: string): Host | null {
    return this.whole.wantHost(address, hostname);
  }
}

function placeOf({ priority, locality }: Host): string {
  return `${priority}\n${localityKey(locality)}`;
}
