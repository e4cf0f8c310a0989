import type { AccessLog, AccessLogConfig } from '../api/access-log.js';
import type { ClusterFailures } from '../api/autopsy.js';
import type { ExtensionConfig } from '../api/config-node.js';
import type { Extension, ExtensionKind, ExtensionRegistry } from '../api/extension.js';
import type { HttpFilterContext, HttpFilterFactory, HttpFilterMaker } from '../api/http-filter.js';
import type { HostUpdate } from '../api/messages-upstream.js';
import type { NameWant } from '../api/name-caches.js';
import type {
  ListenerFilterFactory,
  ListenerFilterMaker,
  NetworkFilterContext,
  NetworkFilterFactory,
  NetworkFilterMaker,
} from '../api/network-filter.js';
import type { ThreadScope } from '../api/thread-scope.js';
import type { UdpListenerContext, UdpListenerFilter, UdpListenerFilterFactory } from '../api/udp-filter.js';
import type { ClusterManager, LoadBalancerFactory } from '../api/upstream.js';
import type {
  DownstreamTransport,
  DownstreamTransportContext,
  DownstreamTransportFactory,
} from '../network/transport-socket.js';
import { buildAccessLog, type ParsedAccessLog } from '../stream/access-log/access-log.js';
import { AggregateCluster } from '../upstream/aggregate-cluster.js';
import type { ClusterConfig } from '../upstream/config.js';
import { failuresKept } from '../upstream/failure-ring.js';
import { type BalancerMaker, LiveCluster } from '../upstream/live-cluster.js';
import type { PoolResources } from '../upstream/pool/pool-resources.js';
import { RedisShards } from '../upstream/redis-shards.js';
import { ClusterWords } from '../upstream/shared-words.js';
import { type RecordRef, readRecord, type Snapshot } from './snapshot.js';
import { type HostEvents, ThreadHosts } from './thread-hosts.js';
import { ThreadNames } from './thread-names.js';

/** Who hears of what clusters notice. */
export interface PlaneEvents extends HostEvents {
  /** The update is in force: no pick answers a host that it left out. */
  onHostsApplied(cluster: string, version: number): void;
  /** A request goes to a name that nobody here knows. */
  onNameWanted(want: NameWant): void;
}

/**
 * Configuration turned into live objects in one thread. Clusters are built at their first use from the record and the
 * hosts that main published last.
 */
export class ThreadPlane implements ClusterManager {
  private readonly snapshot: Snapshot;
  private readonly thread: number;
  private readonly resources: PoolResources;
  private readonly events: PlaneEvents;
  private readonly refs: Map<string, RecordRef>;
  private readonly updates: Map<string, HostUpdate>;
  private readonly live: Map<string, LiveCluster>;
  private readonly hosts: ThreadHosts;
  readonly names: ThreadNames;
  private scope: ThreadScope | null;

  constructor(
    snapshot: Snapshot,
    threads: number,
    thread: number,
    resources: Omit<PoolResources, 'pools'>,
    events: PlaneEvents,
  ) {
    this.snapshot = snapshot;
    this.thread = thread;
    this.resources = { ...resources, pools: new Set() };
    this.events = events;
    this.refs = new Map(snapshot.records.clusters.map((ref) => [ref[0], ref]));
    this.updates = new Map();
    this.live = new Map();
    this.hosts = new ThreadHosts(threads, thread, events, () => (this.scope as ThreadScope).runtime);
    this.names = new ThreadNames(
      (want) => events.onNameWanted(want),
      () => (this.scope as ThreadScope).stats,
    );
    this.scope = null;
  }

  /** The scope refers to the plane and the plane to the scope; this closes the ring. */
  attach(scope: ThreadScope): void {
    this.scope = scope;
  }

  get(name: string): LiveCluster | null {
    const live = this.live.get(name);
    if (live !== undefined) return live;
    const ref = this.refs.get(name);
    const update = this.updates.get(name);
    if (ref === undefined || update === undefined) return null;
    return this.inflate(readRecord<ClusterConfig>(this.snapshot.records, ref), update);
  }

  /** Hosts of a cluster as main has them now. */
  onHosts(update: HostUpdate): void {
    this.updates.set(update.cluster, update);
    const cluster = this.live.get(update.cluster);
    if (cluster !== undefined) cluster.setHosts(this.hosts.published(cluster.config, update), update.policy);
    this.events.onHostsApplied(update.cluster, update.version);
  }

  /** Called by the thread's tick. */
  onTick(): void {
    for (const cluster of this.live.values()) cluster.onTick();
  }

  /** What went wrong upstream, of one cluster or, for an empty name, of all. */
  failures(name: string): readonly ClusterFailures[] {
    const found: ClusterFailures[] = [];
    for (const cluster of this.live.values()) {
      const failures = name === '' || cluster.name === name ? cluster.failuresView() : null;
      if (failures !== null) found.push(failures);
    }
    return found;
  }

  drain(): void {
    for (const cluster of this.live.values()) cluster.drain();
  }

  private inflate(config: ClusterConfig, update: HostUpdate): LiveCluster {
    const scope = this.scope as ThreadScope;
    const factory = scope.extensions.find('load.balancer', config.balancer.typeUrl) as LoadBalancerFactory;
    const balancerOf: BalancerMaker = config.redis.hasSlots
      ? () => (hosts) => new RedisShards(hosts, scope.random)
      : (cluster) => factory.build(config.balancer.config, cluster);
    const words = new ClusterWords(update.words, this.thread);
    const kept = failuresKept(this.refs.size);
    const Kind = config.type === 'AGGREGATE' ? AggregateCluster : LiveCluster;
    const cluster = new Kind(config, words, balancerOf, this.resources, scope, kept, (address, hostname) =>
      this.hosts.want(config, address, hostname),
    );
    cluster.setHosts(this.hosts.published(config, update), update.policy);
    this.live.set(config.name, cluster);
    return cluster;
  }
}

/** Builds what a thread scope offers of extensions. */
export function accessLogOf(config: AccessLogConfig, scope: ThreadScope): AccessLog {
  return buildAccessLog(config as ParsedAccessLog, scope);
}

export function networkFilterOf(
  config: ExtensionConfig,
  scope: ThreadScope,
  context: NetworkFilterContext,
): NetworkFilterMaker {
  const factory = required(scope.extensions, 'network.filter', config.typeUrl) as NetworkFilterFactory;
  return factory.build(config.config, scope, context);
}

export function downstreamTransportOf(
  config: ExtensionConfig,
  scope: ThreadScope,
  context: DownstreamTransportContext,
): DownstreamTransport | null {
  const kind = 'transport.socket.downstream';
  const factory = required(scope.extensions, kind, config.typeUrl) as DownstreamTransportFactory;
  return factory.build(config.config, scope, context);
}

export function listenerFilterOf(config: ExtensionConfig, scope: ThreadScope): ListenerFilterMaker {
  const factory = required(scope.extensions, 'listener.filter', config.typeUrl) as ListenerFilterFactory;
  return factory.build(config.config, scope);
}

export function udpFilterOf(
  config: ExtensionConfig,
  scope: ThreadScope,
  context: UdpListenerContext,
): UdpListenerFilter {
  const kind = 'udp.listener.filter';
  const factory = required(scope.extensions, kind, config.typeUrl) as UdpListenerFilterFactory;
  return factory.build(config.config, scope, context);
}

export function httpFilterOf(config: ExtensionConfig, scope: HttpFilterContext): HttpFilterMaker {
  const factory = required(scope.extensions, 'http.filter', config.typeUrl) as HttpFilterFactory;
  return factory.build(config.config, scope);
}

function required(registry: ExtensionRegistry, kind: ExtensionKind, typeUrl: string): Extension {
  const extension = registry.find(kind, typeUrl);
  if (extension === undefined)
    throw new Error(`no ${kind} for ${typeUrl}: the configuration was parsed by another build`);
  return extension;
}
