import type {
  HostUpdate,
  HostWant,
  ImmediateHealthFailure,
  OutlierReport,
} from '../../api/messages-upstream.js';
import type { ClusterConfig } from '../config.js';
import { ClusterMembership, type MembershipScope } from './cluster-membership.js';
import { type ClusterView, clusterView } from './cluster-view.js';

/**
 * The hosts of every cluster, on main. Adding a cluster starts its discovery and publishes its hosts (none yet, for a
 * name that is being resolved); from then on the registry publishes by itself.
 */
export class ClusterRegistry {
  private readonly scope: MembershipScope;
  private readonly clusters: Map<string, ClusterMembership>;

  constructor(scope: MembershipScope) {
    this.scope = scope;
    this.clusters = new Map();
  }

  /**
   * `onReady` is called once: when hosts are known and, with health checks, each of them was checked once. For static
   * clusters without checks that is before this returns. A cluster of that name that is there already is replaced.
   */
  add(config: ClusterConfig, onReady: () => void): ClusterMembership {
    this.remove(config.name);
    const cluster = new ClusterMembership(config, this.scope, onReady);
    this.clusters.set(config.name, cluster);
    cluster.start();
    return cluster;
  }

  remove(name: string): void {
    this.clusters.get(name)?.close();
    this.clusters.delete(name);
  }

  get(name: string): ClusterMembership | undefined {
    return this.clusters.get(name);
  }

  /** How many there are, and how many still wait for their hosts. */
  counts(): { readonly active: number; readonly warming: number } {
    let warming = 0;
    for (const cluster of this.clusters.values()) if (!cluster.isReady) warming++;
    return { active: this.clusters.size - warming, warming };
  }

  close(): void {
    for (const cluster of this.clusters.values()) cluster.close();
    this.clusters.clear();
  }

  /** Everything published so far, for a worker that starts later. */
  *updates(): Generator<HostUpdate, void> {
    for (const cluster of this.clusters.values()) yield cluster.update();
  }

  onOutlierReport(report: OutlierReport): void {
    const cluster = this.clusters.get(report.cluster);
    const member = cluster?.memberAt(report.slot);
    if (member !== undefined) cluster?.outlier?.report(member, report.kind);
  }

  onHostWanted(want: HostWant): void {
    this.clusters.get(want.cluster)?.want(want);
  }

  onImmediateHealthFailure(failure: ImmediateHealthFailure): void {
    const cluster = this.clusters.get(failure.cluster);
    const member = cluster?.memberAt(failure.slot);
    if (member !== undefined) cluster?.checker?.failPassively(member);
  }

  /** That worker is dead: gives back what it held of breakers, requests and connections. */
  reclaim(thread: number): void {
    for (const cluster of this.clusters.values()) cluster.reclaim(thread);
  }

  *clusterViews(): Generator<ClusterView, void> {
    for (const cluster of this.clusters.values()) yield clusterView(cluster, this.scope.runtime);
  }
}
