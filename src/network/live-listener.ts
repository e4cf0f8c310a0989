import type { Socket } from 'node:net';
import type { AccessLog } from '../api/access-log.js';
import type { ExtensionConfig } from '../api/config-node.js';
import type { Explanation, Probe } from '../api/explain.js';
import type { ListenerFilterMaker, NetworkFilterContext, NetworkFilterMaker } from '../api/network-filter.js';
import { ResponseFlag } from '../api/response-flags.js';
import type { BoundStats } from '../api/stats.js';
import { type Address, type ConnectionInfo, type StreamInfo, unknownConnection } from '../api/stream-info.js';
import type { ThreadScope } from '../api/thread-scope.js';
import { MemberList } from '../base/member-list.js';
import { recordOfConnection } from '../stream/stream-record.js';
import { internalClient, pipeAddress } from './address.js';
import { buildChainMatcher, type ChainMatcher } from './chain-matcher.js';
import type { ConnectionResources } from './connection.js';
import { DownstreamConnection, type DownstreamOwner } from './downstream-connection.js';
import { D, DW } from './downstream-stats.js';
import { explainListener } from './explain-listener.js';
import { FilterChainIndex } from './filter-chain-index.js';
import { GatedFilter } from './filter-gate.js';
import type { HandleSocket } from './handle-socket.js';
import { Incoming } from './incoming.js';
import type { InternalAcceptor, PassedState } from './internal-listeners.js';
import { KernelSocket } from './kernel-socket.js';
import type { FilterChainConfig, ListenerConfig } from './listener-config.js';
import {
  type InspectionFailure,
  type InspectionOwner,
  type InspectionSettings,
  ListenerFilterRun,
} from './listener-filters.js';
import type { ReadLink } from './read-link.js';
import { TransportOpening, type TransportOpeningEvents } from './transport-opening.js';
import type { DownstreamTransport, DownstreamTransportContext } from './transport-socket.js';

/** Turns configured filters into makers. */
export interface FilterBuilder {
  networkFilter(filter: ExtensionConfig, context: NetworkFilterContext): NetworkFilterMaker;
  listenerFilter(filter: ExtensionConfig): ListenerFilterMaker;
  /** Null: the socket itself. */
  transport(transport: ExtensionConfig, context: DownstreamTransportContext): DownstreamTransport | null;
  /** The listener of that address in this thread; null when there is none. */
  listenerAt(address: Address): LiveListener | null;
}

/** A filter chain as a worker uses it. */
interface LiveChain {
  readonly makers: readonly NetworkFilterMaker[];
  readonly transport: DownstreamTransport | null;
}

/** A listener in one worker: chooses a filter chain for each connection and keeps count of them. */
export class LiveListener
  implements DownstreamOwner, InspectionOwner, TransportOpeningEvents, InternalAcceptor
{
  readonly config: ListenerConfig;
  private readonly scope: ThreadScope;
  private readonly shared: ConnectionResources;
  private readonly index: FilterChainIndex;
  /** Null: the index decides. */
  private readonly matcher: ChainMatcher<FilterChainConfig> | null;
  private readonly chains: Map<FilterChainConfig, LiveChain>;
  private readonly builder: FilterBuilder;
  private readonly inspectors: readonly ListenerFilterMaker[];
  private readonly inspection: InspectionSettings;
  private readonly context: NetworkFilterContext;
  private readonly stats: BoundStats;
  private readonly workerStats: BoundStats;
  private readonly accessLogs: readonly AccessLog[];
  readonly connections: MemberList<DownstreamConnection>;
  private readonly inspected: MemberList<ListenerFilterRun>;
  private readonly openings: MemberList<TransportOpening>;
  private readonly onCount: (change: number) => void;

  constructor(
    config: ListenerConfig,
    scope: ThreadScope,
    shared: ConnectionResources,
    builder: FilterBuilder,
    onCount: (change: number) => void,
  ) {
    this.config = config;
    this.scope = scope;
    this.shared = shared;
    this.index = new FilterChainIndex(config);
    this.matcher =
      config.chainMatcher === null
        ? null
        : buildChainMatcher(config.chainMatcher, config.chains, scope.runtime);
    this.chains = new Map();
    this.builder = builder;
    this.inspectors = config.listenerFilters.map((filter) => builder.listenerFilter(filter));
    this.inspection = {
      timers: scope.timers,
      readBuffer: shared.readBuffer,
      timeoutMs: config.listenerFiltersTimeoutMs,
      continuesOnTimeout: config.continueOnTimeout,
    };
    this.context = {
      listenerName: config.name,
      listenerStatPrefix: config.statPrefix,
      bufferLimitBytes: config.bufferLimitBytes,
      trafficDirection: config.trafficDirection,
      bypassesOverload: config.bypassesOverload,
    };
    this.stats = scope.stats.bind(config.statPrefix, D);
    this.workerStats = scope.stats.bind(`${config.statPrefix}.worker_${scope.threadIndex - 1}`, DW);
    this.accessLogs = config.accessLogs.map((log) => scope.accessLog(log));
    this.connections = new MemberList();
    this.inspected = new MemberList();
    this.openings = new MemberList();
    this.onCount = onCount;
    for (const chain of config.chains) this.chainOf(chain);
    if (config.defaultChain !== null) this.chainOf(config.defaultChain);
  }

  /** Takes over a connection. `bind` counts the listener's addresses. */
  accept(incoming: Incoming, id: number, bind: number): void {
    const info = infoOf(incoming, id, this.config, bind, this.scope.clock.now());
    this.inspect(incoming, info, noBytes, this.config.usesOriginalDst);
  }

  /** An end of a connection that begins in this thread, at a cluster's endpoint of that address. */
  acceptInternal(
    socket: Socket,
    id: number,
    link: ReadLink,
    local: Address,
    passed: PassedState | null,
  ): void {
    const info = connectionFacts(id, this.config, local, internalClient, this.scope.clock.now());
    if (passed !== null) {
      info.dynamicMetadata = passed.metadata.length === 0 ? null : new Map(passed.metadata);
      info.filterState = passed.filterState === null ? null : new Map(passed.filterState);
    }
    this.inspect(Incoming.streamed({ socket, link }), info, noBytes, this.config.usesOriginalDst);
  }

  /** A socket that another listener accepted in this one's place. */
  private adopt(incoming: Incoming, given: ConnectionInfo, bytes: Buffer): void {
    const info = { ...given, listenerName: this.config.name, listenerMetadata: this.config.metadata };
    this.inspect(incoming, info, bytes, false);
  }

  private inspect(incoming: Incoming, info: ConnectionInfo, bytes: Buffer, mayHandOver: boolean): void {
    if (this.inspectors.length === 0) {
      this.establish(incoming, info, bytes);
      return;
    }
    const { socket, link } = incoming.stream();
    const asked = new KernelSocket(socket, info.directLocalAddress);
    const filters = this.inspectors.map((make, i) => {
      const gate = this.config.listenerGates[i] ?? null;
      const filter = make(info, asked);
      return gate === null ? filter : new GatedFilter(filter, gate, info);
    });
    const run = new ListenerFilterRun(socket, info, link, filters, this.inspection, this, mayHandOver);
    this.inspected.add(run);
    this.stats.add(D.downstream_pre_cx_active, 1);
    run.start(bytes);
  }

  /** What it would do with such a connection. */
  explain(probe: Probe): Explanation {
    const makersOf = (chain: FilterChainConfig): readonly NetworkFilterMaker[] => this.chainOf(chain).makers;
    const { config, index } = this;
    const findChain = (info: ConnectionInfo): FilterChainConfig | null => this.findChain(info);
    return explainListener({ config, index, findChain, makersOf }, probe, this.scope.clock.now());
  }

  /** Closes everything. */
  destroy(): void {
    for (const run of this.inspected) run.destroy();
    for (const opening of this.openings) opening.giveUp();
    for (const connection of this.connections) connection.close('no-flush', 'shutdown');
  }

  // InspectionOwner

  onInspected(run: ListenerFilterRun, bytes: Buffer): void {
    this.forget(run);
    const { socket, info, link } = run;
    const owner = run.mayHandOver && info.isLocalRestored ? this.builder.listenerAt(info.localAddress) : null;
    const incoming = Incoming.streamed({ socket, link });
    if (owner === null || owner === this) this.establish(incoming, info, bytes);
    else owner.adopt(incoming, info, bytes);
  }

  onInspectionFailed(run: ListenerFilterRun, failure: InspectionFailure): void {
    this.forget(run);
    if (failure === 'remote-close') this.stats.inc(D.downstream_listener_filter_remote_close);
    else if (failure === 'error') this.stats.inc(D.downstream_listener_filter_error);
    this.log(run.info, 0, null);
  }

  onInspectionTimeout(): void {
    this.stats.inc(D.downstream_pre_cx_timeout);
  }

  onInspectionError(error: unknown): void {
    this.shared.onCallbackError(error);
  }

  // TransportOpeningEvents

  onOpened(opening: TransportOpening, socket: Socket): void {
    this.openings.delete(opening);
    this.connect(socket, opening.info, opening.link, opening.makers);
  }

  /** Filters are told of such a connection too, so that it counts and is logged with the others. */
  onOpeningFailed(opening: TransportOpening, socket: Socket, isTimeout: boolean): void {
    this.openings.delete(opening);
    const connection = this.connect(socket, opening.info, opening.link, opening.makers);
    if (isTimeout) {
      this.stats.inc(D.downstream_cx_transport_socket_connect_timeout);
      connection.close('no-flush', 'transport_socket_timeout');
    } else {
      connection.failTransport();
    }
  }

  // DownstreamOwner

  onClosed(connection: DownstreamConnection): void {
    this.connections.delete(connection);
    const { stats } = this;
    stats.inc(D.downstream_cx_destroy);
    stats.add(D.downstream_cx_active, -1);
    stats.record(D.downstream_cx_length_ms, this.scope.clock.now() - connection.info.startedMs);
    this.workerStats.add(DW.downstream_cx_active, -1);
    this.onCount(-1);
    if (this.accessLogs.length > 0) this.log(connection.info, 0, connection);
  }

  recordOf(info: ConnectionInfo): StreamInfo {
    return recordOfConnection(info, this.scope);
  }

  private forget(run: ListenerFilterRun): void {
    this.inspected.delete(run);
    this.stats.add(D.downstream_pre_cx_active, -1);
  }

  private establish(incoming: Incoming, info: ConnectionInfo, bytes: Buffer): void {
    const chain = this.findChain(info);
    if (chain === null || chain.filters.length === 0) {
      this.refuse(incoming, info, chain === null);
      return;
    }
    this.stats.inc(D.downstream_cx_total);
    this.workerStats.inc(DW.downstream_cx_total);
    info.filterChainName = chain.name;
    info.filterChainMetadata = chain.metadata;
    this.stats.add(D.downstream_cx_active, 1);
    this.workerStats.add(DW.downstream_cx_active, 1);
    this.onCount(1);
    const { makers, transport } = this.chainOf(chain);
    if (transport === null) {
      const socket = incoming.plain(this.config.bufferLimitBytes);
      const connection = this.connect(socket, info, incoming.link, makers);
      if (bytes.length > 0) replay(connection, socket, bytes, this.shared.readBuffer);
      return;
    }
    const { socket, link } = incoming.stream();
    const opening = new TransportOpening(socket, info, link, makers, this.scope.timers, this);
    this.openings.add(opening);
    opening.start(transport, bytes, this.transportTimeoutMs(chain.transportTimeoutMs));
  }

  private transportTimeoutMs(ms: number): number {
    const { config, scope } = this;
    if (ms === 0 || config.bypassesOverload) return ms;
    return scope.overload?.timeoutMs('TRANSPORT_SOCKET_CONNECT', ms) ?? ms;
  }

  /** Null when there is none. */
  private findChain(info: ConnectionInfo): FilterChainConfig | null {
    if (this.matcher === null) return this.index.find(info);
    const found = this.matcher(this.recordOf(info));
    return found === null ? this.config.defaultChain : (found ?? null);
  }

  private connect(
    socket: Socket | HandleSocket,
    info: ConnectionInfo,
    link: ReadLink | null,
    makers: readonly NetworkFilterMaker[],
  ): DownstreamConnection {
    const { bufferLimitBytes, bufferTimeoutMs } = this.config;
    const connection = new DownstreamConnection(
      socket,
      info,
      this.shared,
      this.scope,
      this,
      bufferLimitBytes,
    );
    if (bufferTimeoutMs > 0) connection.limitBackedUp(bufferTimeoutMs);
    if (link !== null) link.target = connection;
    this.connections.add(connection);
    connection.start(makers);
    return connection;
  }

  private refuse(incoming: Incoming, info: ConnectionInfo, hasNoMatch: boolean): void {
    if (hasNoMatch) this.stats.inc(D.no_filter_chain_match);
    this.log(info, hasNoMatch ? ResponseFlag.noRouteFound : 0, null);
    incoming.refuse();
  }

  private log(info: ConnectionInfo, flags: number, connection: DownstreamConnection | null): void {
    if (this.accessLogs.length === 0) return;
    const record = connection?.knownRecord ?? this.recordOf(info);
    record.responseFlags |= flags;
    record.bytesReceived = connection?.bytesReceived ?? 0;
    record.bytesSent = connection?.bytesSent ?? 0;
    record.times.endMs = this.scope.clock.now();
    for (const log of this.accessLogs) {
      log.log({
        info: record,
        requestHeaders: null,
        responseHeaders: null,
        responseTrailers: null,
        logType: 'NotSet',
      });
    }
  }

  private chainOf(chain: FilterChainConfig): LiveChain {
    let live = this.chains.get(chain);
    if (live === undefined) {
      const makers = chain.filters.map((filter) => this.builder.networkFilter(filter, this.context));
      live = { makers, transport: this.transportOf(chain) };
      this.chains.set(chain, live);
    }
    return live;
  }

  private transportOf({ transport, name, match }: FilterChainConfig): DownstreamTransport | null {
    if (transport === null) return null;
    return this.builder.transport(transport, {
      statPrefix: this.config.statPrefix,
      chainName: name,
      serverNames: match?.serverNames ?? [],
      readBuffer: this.shared.readBuffer,
      onCallbackError: (error) => this.shared.onCallbackError(error),
    });
  }
}

const noBytes = Buffer.alloc(0);

/** Gives a connection what was read of it before it existed. */
function replay(
  connection: DownstreamConnection,
  socket: Socket | HandleSocket,
  bytes: Buffer,
  readBuffer: Buffer,
): void {
  for (let at = 0; at < bytes.length && !socket.destroyed; ) {
    const length = bytes.copy(readBuffer, 0, at);
    connection.onRead(length);
    at += length;
  }
}

function infoOf(
  incoming: Incoming,
  id: number,
  config: ListenerConfig,
  bind: number,
  startedMs: number,
): ConnectionInfo {
  const bound = config.bind[bind];
  const isPipe = bound?.isPipe === true;
  const local = isPipe ? pipeAddress(bound.address) : incoming.localAddress;
  const remote = isPipe ? local : incoming.remoteAddress;
  return connectionFacts(id, config, local, remote, startedMs);
}

function connectionFacts(
  id: number,
  config: ListenerConfig,
  local: Address,
  remote: Address,
  startedMs: number,
): ConnectionInfo {
  return {
    ...unknownConnection,
    id,
    listenerName: config.name,
    directRemoteAddress: remote,
    localAddress: local,
    remoteAddress: remote,
    directLocalAddress: local,
    listenerMetadata: config.metadata,
    startedMs,
  };
}
