import type {
  HostRecord,
  HostTableRef,
  HostUpdate,
  HostWant,
  OutlierReport,
} from '../api/messages-upstream.js';
import type { RuntimeView } from '../api/runtime.js';
import type { Address } from '../api/stream-info.js';
import { parseIp } from '../base/cidr.js';
import { ipAddress, pipeAddress } from '../network/address.js';
import type { ClusterConfig } from '../upstream/config.js';
import { LiveHost } from '../upstream/host.js';
import { type OutlierReporter, outlierReporter } from '../upstream/outlier-reporter.js';
import { HostTable } from '../upstream/shared-words.js';

/** Who hears of what hosts notice. */
export interface HostEvents {
  onOutlier(cluster: string, slot: number, kind: OutlierReport['kind']): void;
  /** A checked host asked for no more requests. */
  onHealthFailure(cluster: string, slot: number): void;
  /** A request goes to a host that main does not know so far. */
  onHostWanted(want: HostWant): void;
}

/** Hosts of one cluster in this thread. */
interface Hosts {
  bySlot: Map<number, LiveHost>;
  /** Hosts of this thread's own making, by address, until main names them. */
  readonly unsettled: Map<string, LiveHost>;
}

/** Hosts of this thread's own making in one cluster at most. */
const mostUnsettled = 4096;

/** The hosts of a thread's clusters. They keep their identity across updates: pools and statistics hang on them. */
export class ThreadHosts {
  private readonly threads: number;
  private readonly thread: number;
  private readonly events: HostEvents;
  private readonly runtime: () => RuntimeView;
  private readonly clusters: Map<string, Hosts>;
  private readonly tables: Map<SharedArrayBuffer, HostTable>;
  private nextUnsettled: number;

  /** `runtime` is asked once the thread has one. */
  constructor(threads: number, thread: number, events: HostEvents, runtime: () => RuntimeView) {
    this.threads = threads;
    this.thread = thread;
    this.events = events;
    this.runtime = runtime;
    this.clusters = new Map();
    this.tables = new Map();
    this.nextUnsettled = -1;
  }

  /** The hosts that main has published, and those that it has yet to hear of. */
  published(config: ClusterConfig, update: HostUpdate): LiveHost[] {
    const hosts = this.hostsOf(config.name);
    const next = new Map<number, LiveHost>();
    for (const record of update.hosts) {
      const host = this.hostAt(config, record, hosts, update.tables);
      if (host !== null) next.set(record.slot, host);
    }
    hosts.bySlot = next;
    return [...next.values(), ...hosts.unsettled.values()];
  }

  /** A host of that address that serves at once, while main makes it one of the cluster; null when there are too many. */
  want(config: ClusterConfig, address: Address, hostname: string): LiveHost | null {
    const { unsettled } = this.hostsOf(config.name);
    const known = unsettled.get(address.text);
    if (known !== undefined) return known;
    if (unsettled.size >= mostUnsettled) return null;
    const { ip, port } = address;
    const record = unsettledRecord(ip, port, hostname, this.nextUnsettled--);
    const table = new HostTable(HostTable.allocate(1, this.threads), 1, this.threads, this.thread);
    const host = this.newHost(config, record, address, table, 0);
    unsettled.set(address.text, host);
    this.events.onHostWanted({ cluster: config.name, ip, port });
    return host;
  }

  private hostsOf(cluster: string): Hosts {
    let hosts = this.clusters.get(cluster);
    if (hosts === undefined) {
      hosts = { bySlot: new Map(), unsettled: new Map() };
      this.clusters.set(cluster, hosts);
    }
    return hosts;
  }

  private hostAt(
    config: ClusterConfig,
    record: HostRecord,
    { bySlot, unsettled }: Hosts,
    tables: readonly HostTableRef[],
  ): LiveHost | null {
    const address = addressOf(record);
    const known = bySlot.get(record.slot);
    if (known !== undefined) {
      known.describe(record, address);
      return known;
    }
    const ref = tables.find((it) => record.slot >= it.firstSlot && record.slot < it.firstSlot + it.capacity);
    if (ref === undefined) return null;
    const table = this.tableOf(ref.buffer, ref.capacity);
    const index = record.slot - ref.firstSlot;
    const own = unsettled.get(address.text);
    if (own === undefined) return this.newHost(config, record, address, table, index);
    unsettled.delete(address.text);
    own.settle(record, table, index);
    return own;
  }

  private newHost(
    config: ClusterConfig,
    record: HostRecord,
    address: Address,
    table: HostTable,
    index: number,
  ): LiveHost {
    const outlier = this.reporterOf(config);
    return new LiveHost(record, address, table, index, outlier, this.healthFailureOf(config));
  }

  private tableOf(buffer: SharedArrayBuffer, capacity: number): HostTable {
    let table = this.tables.get(buffer);
    if (table === undefined) {
      table = new HostTable(buffer, capacity, this.threads, this.thread);
      this.tables.set(buffer, table);
    }
    return table;
  }

  private healthFailureOf(config: ClusterConfig): ((slot: number) => void) | null {
    if (config.healthChecks.length === 0) return null;
    return (slot) => this.events.onHealthFailure(config.name, slot);
  }

  private reporterOf(config: ClusterConfig): OutlierReporter | null {
    const { outlier } = config;
    if (outlier === null) return null;
    return outlierReporter(outlier, this.runtime(), (slot, kind) =>
      this.events.onOutlier(config.name, slot, kind),
    );
  }
}

function addressOf({ ip, port }: HostRecord): Address {
  return port === 0 && parseIp(ip) === null ? pipeAddress(ip) : ipAddress(ip, port);
}

function unsettledRecord(ip: string, port: number, hostname: string, slot: number): HostRecord {
  return {
    slot,
    ip,
    port,
    hostname,
    weight: 1,
    priority: 0,
    locality: { region: '', zone: '', subZone: '' },
    localityWeight: 0,
    metadata: null,
    healthCheck: null,
  };
}
