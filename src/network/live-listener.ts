import type { Socket } from 'node:net';
import type { AccessLog } from '../api/access-log.js';
import type { ExtensionConfig } from '../api/config-node.js';
import type { NetworkFilterContext, NetworkFilterMaker } from '../api/network-filter.js';
import { ResponseFlag } from '../api/response-flags.js';
import type { BoundStats } from '../api/stats.js';
import type { Address, ConnectionInfo } from '../api/stream-info.js';
import type { ThreadScope } from '../api/thread-scope.js';
import { StreamRecord } from '../stream/stream-record.js';
import { ipAddress, pipeAddress } from './address.js';
import type { ConnectionResources } from './connection.js';
import { DownstreamConnection, type DownstreamOwner } from './downstream-connection.js';
import { D, DW } from './downstream-stats.js';
import { FilterChainIndex } from './filter-chain-index.js';
import type { FilterChainConfig, ListenerConfig } from './listener-config.js';

/** Turns a chain's configured filters into makers. */
export type ChainBuilder = (filter: ExtensionConfig, context: NetworkFilterContext) => NetworkFilterMaker;

/** A listener in one worker: chooses a filter chain for each connection and keeps count of them. */
export class LiveListener implements DownstreamOwner {
  readonly config: ListenerConfig;
  private readonly scope: ThreadScope;
  private readonly shared: ConnectionResources;
  private readonly index: FilterChainIndex;
  private readonly chains: Map<FilterChainConfig, readonly NetworkFilterMaker[]>;
  private readonly buildFilter: ChainBuilder;
  private readonly context: NetworkFilterContext;
  private readonly stats: BoundStats;
  private readonly workerStats: BoundStats;
  private readonly accessLogs: readonly AccessLog[];
  readonly connections: Set<DownstreamConnection>;
  private readonly onCount: (change: number) => void;

  constructor(
    config: ListenerConfig,
    scope: ThreadScope,
    shared: ConnectionResources,
    buildFilter: ChainBuilder,
    onCount: (change: number) => void,
  ) {
    this.config = config;
    this.scope = scope;
    this.shared = shared;
    this.index = new FilterChainIndex(config);
    this.chains = new Map();
    this.buildFilter = buildFilter;
    this.context = {
      listenerName: config.name,
      listenerStatPrefix: config.statPrefix,
      bufferLimitBytes: config.bufferLimitBytes,
      trafficDirection: config.trafficDirection,
    };
    this.stats = scope.stats.bind(config.statPrefix, D);
    this.workerStats = scope.stats.bind(`${config.statPrefix}.worker_${scope.threadIndex - 1}`, DW);
    this.accessLogs = config.accessLogs.map((log) => scope.accessLog(log));
    this.connections = new Set();
    this.onCount = onCount;
    for (const chain of config.chains) this.makersOf(chain);
    if (config.defaultChain !== null) this.makersOf(config.defaultChain);
  }

  /** Takes a connection. `link.read` is where the socket's reads go; the socket is paused until then. */
  accept(socket: Socket, id: number, link: ReadLink): void {
    const info = infoOf(socket, id, this.config.name, this.scope.clock.now());
    this.stats.inc(D.downstream_cx_total);
    this.workerStats.inc(DW.downstream_cx_total);
    const chain = this.index.find(info);
    if (chain === null || chain.filters.length === 0) {
      this.refuse(socket, info, chain === null);
      return;
    }
    info.filterChainName = chain.name;
    this.stats.add(D.downstream_cx_active, 1);
    this.workerStats.add(DW.downstream_cx_active, 1);
    this.onCount(1);
    const connection = new DownstreamConnection(
      socket,
      info,
      this.shared,
      this.scope,
      this,
      this.config.bufferLimitBytes,
    );
    link.connection = connection;
    this.connections.add(connection);
    connection.start(this.makersOf(chain));
  }

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

  private refuse(socket: Socket, info: ConnectionInfo, hasNoMatch: boolean): void {
    if (hasNoMatch) this.stats.inc(D.no_filter_chain_match);
    this.stats.inc(D.downstream_cx_destroy);
    this.log(info, hasNoMatch ? ResponseFlag.noRouteFound : 0, null);
    socket.on('error', () => {
      // The peer is being turned away; how it takes it does not matter.
    });
    socket.destroy();
  }

  private log(info: ConnectionInfo, flags: number, connection: DownstreamConnection | null): void {
    if (this.accessLogs.length === 0) return;
    const { clock, random } = this.scope;
    const record = new StreamRecord(info, info.id, info.startedMs, clock.wallMs(), random.u32());
    record.responseFlags = flags;
    record.bytesReceived = connection?.bytesReceived ?? 0;
    record.bytesSent = connection?.bytesSent ?? 0;
    record.times.endMs = clock.now();
    for (const log of this.accessLogs) {
      log.log({
        info: record,
        requestHeaders: null,
        responseHeaders: null,
        responseTrailers: null,
        logType: 'TcpConnectionEnd',
      });
    }
  }

  private makersOf(chain: FilterChainConfig): readonly NetworkFilterMaker[] {
    let makers = this.chains.get(chain);
    if (makers === undefined) {
      makers = chain.filters.map((filter) => this.buildFilter(filter, this.context));
      this.chains.set(chain, makers);
    }
    return makers;
  }
}

/** Ties a socket's reads, wired when it is made, to the connection that is made of it. */
export class ReadLink {
  connection: DownstreamConnection | null;

  constructor() {
    this.connection = null;
  }

  onRead(length: number): boolean {
    return this.connection === null ? false : this.connection.onRead(length);
  }
}

function infoOf(socket: Socket, id: number, listenerName: string, startedMs: number): ConnectionInfo {
  const isPipe = socket.remoteFamily === undefined;
  const local: Address = isPipe ? pipeAddress('') : ipAddress(socket.localAddress ?? '', socket.localPort ?? 0);
  const remote: Address = isPipe ? pipeAddress('') : ipAddress(socket.remoteAddress ?? '', socket.remotePort ?? 0);
  return {
    id,
    listenerName,
    directRemoteAddress: remote,
    localAddress: local,
    remoteAddress: remote,
    directLocalAddress: local,
    requestedServerName: '',
    transportProtocol: '',
    applicationProtocols: [],
    filterChainName: '',
    isTls: false,
    startedMs,
    connectionTerminationDetails: '',
    localCloseReason: '',
  };
}
