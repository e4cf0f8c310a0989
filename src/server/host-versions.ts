/** Which update of each cluster's hosts each worker has in force. */
export class HostVersions {
  private readonly workers: number;
  private readonly byCluster: Map<string, Map<number, number>>;

  constructor(workers: number) {
    this.workers = workers;
    this.byCluster = new Map();
  }

  acknowledge(cluster: string, worker: number, version: number): void {
    let versions = this.byCluster.get(cluster);
    if (versions === undefined) {
      versions = new Map();
      this.byCluster.set(cluster, versions);
    }
    versions.set(worker, version);
  }

  /** The worker is gone; its successor acknowledges anew. */
  forget(worker: number): void {
    for (const versions of this.byCluster.values()) versions.delete(worker);
  }

  /** The latest version that every worker has in force; 0 while one has none. */
  everywhere(cluster: string): number {
    const versions = this.byCluster.get(cluster);
    if (versions === undefined || versions.size < this.workers) return 0;
    return Math.min(...versions.values());
  }
}
