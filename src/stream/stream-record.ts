import type { AttemptAutopsy } from '../api/autopsy.js';
import type {
  Address,
  ConnectionInfo,
  RelayFacts,
  StreamInfo,
  StreamTimes,
  UpstreamConnectionTimes,
} from '../api/stream-info.js';
import type { ThreadScope } from '../api/thread-scope.js';
import type { TlsInfo } from '../api/tls-info.js';
import type { Host, HostOverride } from '../api/upstream.js';
import type { UpstreamSource } from '../api/upstream-source.js';
import type { Plain } from '../base/plain.js';
import type { WireMeter } from '../base/wire-meter.js';

const noHosts: readonly Host[] = [];

class Times implements StreamTimes {
  startMs: number;
  requestCompleteMs: number;
  upstreamStartMs: number;
  upstreamFirstTxMs: number;
  upstreamLastTxMs: number;
  upstreamFirstRxMs: number;
  upstreamFirstBodyMs: number;
  upstreamLastRxMs: number;
  downstreamFirstTxMs: number;
  downstreamLastTxMs: number;
  endMs: number;

  constructor(startMs: number) {
    this.startMs = startMs;
    this.requestCompleteMs = Number.NaN;
    this.upstreamStartMs = Number.NaN;
    this.upstreamFirstTxMs = Number.NaN;
    this.upstreamLastTxMs = Number.NaN;
    this.upstreamFirstRxMs = Number.NaN;
    this.upstreamFirstBodyMs = Number.NaN;
    this.upstreamLastRxMs = Number.NaN;
    this.downstreamFirstTxMs = Number.NaN;
    this.downstreamLastTxMs = Number.NaN;
    this.endMs = Number.NaN;
  }
}

/** The facts of one stream, filled in as it goes; the same for requests and TCP connections. */
export class StreamRecord implements StreamInfo {
  readonly connection: ConnectionInfo;
  readonly id: number;
  readonly startWallMs: number;
  readonly times: StreamTimes;
  readonly randomValue: number;
  protocol: string;
  responseCode: number;
  responseCodeDetails: string;
  responseFlags: number;
  bytesReceived: number;
  bytesSent: number;
  downstreamWire: WireMeter | null;
  upstreamWire: WireMeter | null;
  remoteAddress: Address;
  routeName: string;
  virtualHostName: string;
  virtualClusterName: string;
  upstreamClusterName: string;
  upstreamClusterStatName: string;
  upstreamHost: Host | null;
  upstreamLocalAddress: Address | null;
  upstreamProtocol: string;
  upstreamConnectionId: number;
  upstreamConnectionTimes: UpstreamConnectionTimes | null;
  relay: RelayFacts | null;
  upstreamTransportFailureReason: string;
  upstreamTls: TlsInfo | null;
  attemptCount: number;
  autopsies: readonly AttemptAutopsy[] | null;
  hostsAttempted: readonly Host[];
  isHealthCheck: boolean;
  hostOverride: HostOverride | null;
  upstreamSource: UpstreamSource | null;
  isGrpcRequest: boolean;
  localReplyBody: string;
  dynamicMetadata: Map<string, Plain> | null;
  routeMetadata: Plain;
  virtualHostMetadata: Plain;
  clusterMetadata: Plain;
  filterState: Map<string, unknown> | null;
  schemeFollowsUpstream: boolean;

  constructor(
    connection: ConnectionInfo,
    id: number,
    startMs: number,
    startWallMs: number,
    randomValue: number,
  ) {
    this.connection = connection;
    this.id = id;
    this.startWallMs = startWallMs;
    this.times = new Times(startMs);
    this.randomValue = randomValue;
    this.protocol = '';
    this.responseCode = 0;
    this.responseCodeDetails = '';
    this.responseFlags = 0;
    this.bytesReceived = 0;
    this.bytesSent = 0;
    this.downstreamWire = null;
    this.upstreamWire = null;
    this.remoteAddress = connection.remoteAddress;
    this.routeName = '';
    this.virtualHostName = '';
    this.virtualClusterName = '';
    this.upstreamClusterName = '';
    this.upstreamClusterStatName = '';
    this.upstreamHost = null;
    this.upstreamLocalAddress = null;
    this.upstreamProtocol = '';
    this.upstreamConnectionId = 0;
    this.upstreamConnectionTimes = null;
    this.relay = null;
    this.upstreamTransportFailureReason = '';
    this.upstreamTls = null;
    this.attemptCount = 0;
    this.autopsies = null;
    this.hostsAttempted = noHosts;
    this.isHealthCheck = false;
    this.hostOverride = null;
    this.upstreamSource = null;
    this.isGrpcRequest = false;
    this.localReplyBody = '';
    this.dynamicMetadata = null;
    this.routeMetadata = null;
    this.virtualHostMetadata = null;
    this.clusterMetadata = null;
    this.filterState = connection.filterState === null ? null : new Map(connection.filterState);
    this.schemeFollowsUpstream = false;
  }
}

/** The record of a connection itself: what is written into it is the connection's, and the other way round. */
export function recordOfConnection(connection: ConnectionInfo, scope: ThreadScope): StreamRecord {
  const { clock, random } = scope;
  const record = new StreamRecord(
    connection,
    connection.id,
    connection.startedMs,
    clock.wallMs(),
    random.u32(),
  );
  connection.dynamicMetadata ??= new Map();
  connection.filterState ??= new Map();
  record.dynamicMetadata = connection.dynamicMetadata;
  record.filterState = connection.filterState;
  return record;
}
