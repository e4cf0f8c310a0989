import type { AccessLog } from '../../../../api/access-log.js';
import type { BoundStats } from '../../../../api/stats.js';
import {
  type Address,
  type ConnectionInfo,
  type StreamInfo,
  unknownConnection,
} from '../../../../api/stream-info.js';
import type { ThreadScope } from '../../../../api/thread-scope.js';
import type { Cluster, Host, LoadBalancerContext } from '../../../../api/upstream.js';
import { WireMeter } from '../../../../base/wire-meter.js';
import { xxHash64 } from '../../../../base/xx-hash.js';
import { buildMatcher, settled } from '../../../../match/tree/matcher.js';
import { recordOfConnection } from '../../../../stream/stream-record.js';
import type { UdpProxyConfig } from './config.js';
import { U } from './udp-stats.js';

const anyHost: LoadBalancerContext = {
  hash: undefined,
  metadataMatch: null,
  headers: null,
  attempt: 0,
  accepts: () => true,
  hostSelectionMaxAttempts: 0,
};

/** As in Envoy, no wire bytes are counted of datagrams. */
const unmetered = new WireMeter();

/** Of one session. */
export interface SessionDatagrams {
  readonly received: number;
  readonly sent: number;
  readonly errorsSent: number;
}

/** What all sockets of one UDP filter share: where datagrams go, and what is counted and logged of them. */
export class UdpProxy {
  readonly config: UdpProxyConfig;
  readonly scope: ThreadScope;
  readonly stats: BoundStats;
  private readonly route: (info: StreamInfo) => string | null;
  private readonly sessionLogs: readonly AccessLog[];
  private readonly proxyLogs: readonly AccessLog[];
  private readonly totals: {
    /** Also those of datagrams that came to no session. */
    bytesTaken: number;
    bytesReceived: number;
    bytesSent: number;
    datagramsReceived: number;
    datagramsSent: number;
    errorsReceived: number;
    errorsSent: number;
    idle: number;
    noRoute: number;
    sessions: number;
  };
  private nextId: number;

  constructor(config: UdpProxyConfig, scope: ThreadScope) {
    this.config = config;
    this.scope = scope;
    this.stats = scope.stats.bind(`udp.${config.statPrefix}`, U);
    this.route = routeOf(config, scope);
    this.sessionLogs = config.accessLogs.map((log) => scope.accessLog(log));
    this.proxyLogs = config.proxyAccessLogs.map((log) => scope.accessLog(log));
    this.totals = {
      bytesTaken: 0,
      bytesReceived: 0,
      bytesSent: 0,
      datagramsReceived: 0,
      datagramsSent: 0,
      errorsReceived: 0,
      errorsSent: 0,
      idle: 0,
      noRoute: 0,
      sessions: 0,
    };
    this.nextId = 0;
  }

  get hasSessionLogs(): boolean {
    return this.sessionLogs.length > 0;
  }

  /** The facts of a client's datagrams, as matchers and logs see them. */
  recordOf(listenerName: string, remote: Address, local: Address): StreamInfo {
    const id = this.scope.threadIndex * 0x1_0000_0000 + ++this.nextId;
    const connection = infoOf(id, listenerName, remote, local, this.scope.clock.now());
    const record = recordOfConnection(connection, this.scope);
    record.downstreamWire = unmetered;
    return record;
  }

  /** Null: there is no route, or no such cluster; counted. */
  clusterOf(record: StreamInfo): Cluster | null {
    const name = this.route(record);
    const cluster = name === null ? null : this.scope.clusters.get(name);
    if (cluster === null) {
      this.stats.inc(U.downstream_sess_no_route);
      this.totals.noRoute++;
    }
    return cluster;
  }

  chooseHost(cluster: Cluster, record: StreamInfo): Host | null {
    const { hash } = this.config;
    if (hash === null) return cluster.chooseHost({ ...anyHost, info: record });
    const text = hash.kind === 'key' ? hash.key : record.connection.remoteAddress.ip;
    return cluster.chooseHost({ ...anyHost, info: record, hash: xxHash64(text) });
  }

  onSession(): void {
    this.stats.inc(U.downstream_sess_total);
    this.totals.sessions++;
  }

  /** Any datagram, before it is known where it goes. */
  onTaken(length: number): void {
    this.totals.bytesTaken += length;
  }

  onReceived(length: number): void {
    this.stats.inc(U.downstream_sess_rx_datagrams);
    this.stats.add(U.downstream_sess_rx_bytes, length);
    this.totals.datagramsReceived++;
    this.totals.bytesReceived += length;
  }

  onReceiveError(): void {
    this.stats.inc(U.downstream_sess_rx_errors);
    this.totals.errorsReceived++;
  }

  onReplied(length: number): void {
    this.stats.inc(U.downstream_sess_tx_datagrams);
    this.stats.add(U.downstream_sess_tx_bytes, length);
    this.totals.datagramsSent++;
    this.totals.bytesSent += length;
  }

  onReplyFailed(): void {
    this.stats.inc(U.downstream_sess_tx_errors);
    this.totals.errorsSent++;
  }

  onIdle(): void {
    this.stats.inc(U.idle_timeout);
    this.totals.idle++;
  }

  logSession(record: StreamInfo, cluster: Cluster, datagrams: SessionDatagrams, logType: string): void {
    if (this.sessionLogs.length === 0) return;
    record.times.endMs = this.scope.clock.now();
    record.dynamicMetadata ??= new Map();
    record.dynamicMetadata.set('udp.proxy.session', {
      cluster_name: cluster.info.name,
      bytes_sent: record.bytesSent,
      bytes_received: record.bytesReceived,
      errors_sent: datagrams.errorsSent,
      datagrams_sent: datagrams.sent,
      datagrams_received: datagrams.received,
    });
    logTo(this.sessionLogs, record, logType);
  }

  /** Once, when the filter ends. */
  logProxy(listenerName: string, local: Address): void {
    if (this.proxyLogs.length === 0) return;
    const { totals } = this;
    const record = this.recordOf(listenerName, local, local);
    record.bytesReceived = totals.bytesTaken;
    record.bytesSent = totals.bytesSent;
    record.dynamicMetadata = new Map([
      [
        'udp.proxy.proxy',
        {
          bytes_sent: totals.bytesSent,
          bytes_received: totals.bytesReceived,
          errors_sent: totals.errorsSent,
          errors_received: totals.errorsReceived,
          datagrams_sent: totals.datagramsSent,
          datagrams_received: totals.datagramsReceived,
          no_route: totals.noRoute,
          session_total: totals.sessions,
          idle_timeout: totals.idle,
        },
      ],
    ]);
    logTo(this.proxyLogs, record, 'NotSet');
  }
}

function logTo(logs: readonly AccessLog[], info: StreamInfo, logType: string): void {
  for (const log of logs)
    log.log({ info, requestHeaders: null, responseHeaders: null, responseTrailers: null, logType });
}

function routeOf(
  { cluster, matcher }: UdpProxyConfig,
  scope: ThreadScope,
): (info: StreamInfo) => string | null {
  if (matcher === null) return () => cluster;
  const routes = buildMatcher(matcher, (action) => action.cluster, scope.runtime);
  return (info) => settled(routes.find({ info }));
}

function infoOf(
  id: number,
  listenerName: string,
  remote: Address,
  local: Address,
  startedMs: number,
): ConnectionInfo {
  return {
    ...unknownConnection,
    id,
    listenerName,
    directRemoteAddress: remote,
    localAddress: local,
    remoteAddress: remote,
    directLocalAddress: local,
    startedMs,
  };
}
