import { type StatBlock, statBlock } from '../../api/stats.js';
import { degradedMask, HostWord, unhealthyMask } from '../../api/upstream.js';
import type { Member } from './member.js';

/** `cluster.<name>.endpoint.<address>.` */
export const EndpointBlock = statBlock({
  counters: ['cx_connect_fail', 'cx_total', 'rq_error', 'rq_success', 'rq_timeout', 'rq_total'],
  gauges: ['cx_active', 'healthy', 'rq_active', 'rq_pending_active'],
});

/** By slot of the block; `healthy` is no word. */
const words: readonly number[] = [
  HostWord.cxConnectFail,
  HostWord.cxTotal,
  HostWord.rqError,
  HostWord.rqSuccess,
  HostWord.rqTimeout,
  HostWord.rqTotal,
  HostWord.cxActive,
  -1,
  HostWord.rqActive,
  HostWord.rqPendingActive,
];

/** Where stats are listed whose values main reads when somebody asks. */
export interface StatSources {
  gaugeSources(prefix: string, block: StatBlock, read: (slot: number) => number): void;
  /** No stat below that prefix is listed any more. */
  forget(prefix: string): void;
}

/** Lists what the hosts of a cluster have counted (`track_cluster_stats.per_endpoint_stats`). */
export class EndpointStats {
  private readonly root: string;
  private readonly sources: StatSources;
  /** Whose stats are listed under an address: a host may take over that of another before that one goes. */
  private readonly byAddress: Map<string, Member>;

  constructor(root: string, sources: StatSources) {
    this.root = root;
    this.sources = sources;
    this.byAddress = new Map();
  }

  added(member: Member): void {
    const { text } = member.address;
    this.byAddress.set(text, member);
    this.sources.gaugeSources(this.prefixOf(text), EndpointBlock, (slot) => readingOf(member, slot));
  }

  removed(member: Member): void {
    const { text } = member.address;
    if (this.byAddress.get(text) !== member) return;
    this.byAddress.delete(text);
    this.sources.forget(this.prefixOf(text));
  }

  close(): void {
    for (const address of this.byAddress.keys()) this.sources.forget(this.prefixOf(address));
    this.byAddress.clear();
  }

  private prefixOf(address: string): string {
    return `${this.root}.endpoint.${address}`;
  }
}

function readingOf(member: Member, slot: number): number {
  const word = words[slot] ?? -1;
  return word < 0 ? Number(!member.has(unhealthyMask | degradedMask)) : member.total(word);
}
