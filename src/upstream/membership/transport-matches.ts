import type { Counter, StatScope } from '../../api/stats.js';
import type { ClusterTransports, TransportsConfig } from '../cluster-transports.js';
import type { FoundHost } from './discovery.js';

/** `cluster.<name>.<match>.total_match_count`: hosts that were given a transport socket, as Envoy counts them. */
export class TransportMatches {
  private readonly byName: ReadonlyMap<string, Counter>;

  constructor({ transportMatches }: TransportsConfig, stats: StatScope, root: string) {
    const names = new Set(['default', ...transportMatches.map(({ name }) => name)]);
    this.byName = new Map(
      Array.from(names, (name) => [name, stats.counter(`${root}.${name}.total_match_count`)] as const),
    );
    for (const counter of this.byName.values()) counter.add(0);
  }

  /** `made`: how many of them are counted; where there is nothing to match, who they are does not matter. */
  count(hosts: readonly FoundHost[], made: number, transports: () => ClusterTransports): void {
    if (this.byName.size === 1) {
      this.byName.get('default')?.add(made);
      return;
    }
    const live = transports();
    for (const { endpoint } of hosts.slice(0, made)) {
      this.byName.get(live.nameOf(endpoint.metadata, endpoint.localityMetadata))?.add(1);
    }
  }
}
