import type { HeaderMap, RequestHeaders, ResponseHeaders } from '../base/header-map.js';
import type { Plain } from '../base/plain.js';
import type { WireMeter } from '../base/wire-meter.js';
import type { AttemptAutopsy } from './autopsy.js';
import type { TlsInfo } from './tls-info.js';
import type { Host, HostOverride } from './upstream.js';
import type { UpstreamSource } from './upstream-source.js';

/** One end of a connection. */
export interface Address {
  /** `10.0.0.1`, `::1`, or the path of a Unix socket. */
  readonly ip: string;
  /** 0 for Unix sockets. */
  readonly port: number;
  /** `10.0.0.1:80`, `[::1]:80` or the path: what logs print. */
  readonly text: string;
  readonly isIp: boolean;
}

/** Begins the text of an address within this process: those of internal listeners and their clients. */
export const internalScheme = 'envoy://';

/** What is known of a downstream connection; made at hand-off, filled by listener filters. */
export interface ConnectionInfo {
  /** Unique within the process. */
  readonly id: number;
  readonly listenerName: string;
  /** The peer as the socket says; never changes. */
  readonly directRemoteAddress: Address;
  /** Restored by listener filters; equals the socket's own when none did. */
  localAddress: Address;
  /** A listener filter has learnt where the peer wanted to go; `localAddress` says it. */
  isLocalRestored: boolean;
  remoteAddress: Address;
  /** What a PROXY header said besides, where that is to go on; null without such a header. */
  proxyTlvs: readonly { readonly type: number; readonly value: Buffer }[] | null;
  readonly directLocalAddress: Address;
  /** Connections to hosts on its behalf come from there; null: from this machine. */
  upstreamSource: UpstreamSource | null;
  /** Server name of the TLS ClientHello, lower case; empty when there was none. */
  requestedServerName: string;
  /** Detected by inspectors: `tls` or `raw_buffer`; empty until one ran. */
  transportProtocol: string;
  applicationProtocols: readonly string[];
  filterChainName: string;
  /** Namespace → structure. */
  readonly listenerMetadata: Plain;
  filterChainMetadata: Plain;
  /** Whether the chain's transport socket is TLS; known before the handshake. */
  isTls: boolean;
  /** Null on clear text and until the handshake is done, which is before filters see the first byte. */
  tls: TlsInfo | null;
  /** Why the transport socket did not come about, or broke: `TLS_error:|…`. */
  transportFailureReason: string;
  /** Fingerprints of the ClientHello, where an inspector was asked for them; empty otherwise. */
  ja3: string;
  ja4: string;
  /** Milliseconds on the worker's clock. */
  readonly startedMs: number;
  connectionTerminationDetails: string;
  localCloseReason: string;
  /** What listener and network filters wrote, as in `StreamInfo`. Streams begin with this filter state. */
  dynamicMetadata: Map<string, Plain> | null;
  filterState: Map<string, unknown> | null;
}

/** The address of what has none. */
const nowhere: Address = { ip: '', port: 0, text: '-', isIp: false };

/** A connection before anything is known of it; each starts as a copy, which says who and where it is. */
export const unknownConnection: ConnectionInfo = {
  id: 0,
  listenerName: '',
  directRemoteAddress: nowhere,
  localAddress: nowhere,
  remoteAddress: nowhere,
  directLocalAddress: nowhere,
  isLocalRestored: false,
  proxyTlvs: null,
  upstreamSource: null,
  requestedServerName: '',
  transportProtocol: '',
  applicationProtocols: [],
  filterChainName: '',
  listenerMetadata: null,
  filterChainMetadata: null,
  isTls: false,
  tls: null,
  transportFailureReason: '',
  ja3: '',
  ja4: '',
  startedMs: 0,
  connectionTerminationDetails: '',
  localCloseReason: '',
  dynamicMetadata: null,
  filterState: null,
};

/** Points in time of a stream on the worker's monotonic clock; NaN while they have not happened. */
export interface StreamTimes {
  startMs: number;
  requestCompleteMs: number;
  /** The last attempt asked its pool for a stream. */
  upstreamStartMs: number;
  upstreamFirstTxMs: number;
  upstreamLastTxMs: number;
  upstreamFirstRxMs: number;
  upstreamFirstBodyMs: number;
  upstreamLastRxMs: number;
  downstreamFirstTxMs: number;
  downstreamLastTxMs: number;
  endMs: number;
}

/** Points in time of an upstream connection, on the same clock; a stream may be later than all of them. */
export interface UpstreamConnectionTimes {
  readonly startMs: number;
  /** NaN until then. */
  readonly connectedMs: number;
  /** The transport socket's; NaN on clear text. */
  readonly handshakeMs: number;
}

/** How a side of a relayed connection went, in Envoy's words. */
export type CloseType = 'Normal' | 'LocalReset' | 'RemoteReset';

/** What is told of a connection that is relayed, and not of a request. */
export interface RelayFacts {
  /** The upstream came about or failed; NaN before, on the clock of `StreamTimes`. */
  poolReadyMs: number;
  downstreamCloseType: CloseType;
  upstreamCloseType: CloseType;
  /** Why the proxy closed the upstream; empty when it did not. */
  upstreamCloseReason: string;
}

/** What access logs, formatters and stats are told of one stream. TCP connections fill what applies. */
export interface StreamInfo {
  readonly connection: ConnectionInfo;
  /** Unique within the process. */
  readonly id: number;
  /** Milliseconds since the epoch at which the stream began. */
  readonly startWallMs: number;
  readonly times: StreamTimes;
  /** `HTTP/1.0`, `HTTP/1.1`, `HTTP/2`; empty for TCP. */
  protocol: string;
  /** 0 while there is none. */
  responseCode: number;
  responseCodeDetails: string;
  /** Bits of `ResponseFlag`. */
  responseFlags: number;
  /** Body bytes, without transfer coding. TCP: all bytes of the connection. */
  bytesReceived: number;
  bytesSent: number;
  /** Bytes on the wire; null where no access log prints them. */
  downstreamWire: WireMeter | null;
  upstreamWire: WireMeter | null;
  /** Trusted client address: x-forwarded-for and detection extensions applied. */
  remoteAddress: Address;
  routeName: string;
  virtualHostName: string;
  virtualClusterName: string;
  upstreamClusterName: string;
  /** The stat name of the cluster, `alt_stat_name` when it has one. */
  upstreamClusterStatName: string;
  upstreamHost: Host | null;
  upstreamLocalAddress: Address | null;
  upstreamProtocol: string;
  upstreamConnectionId: number;
  /** Null until an attempt has a connection. */
  upstreamConnectionTimes: UpstreamConnectionTimes | null;
  /** Null for requests. */
  relay: RelayFacts | null;
  upstreamTransportFailureReason: string;
  upstreamTls: TlsInfo | null;
  attemptCount: number;
  /** Attempts that failed, in order; null while there is none. */
  autopsies: readonly AttemptAutopsy[] | null;
  /** Hosts tried, in order; empty until the first attempt. */
  hostsAttempted: readonly Host[];
  isHealthCheck: boolean;
  /** A filter has chosen the host of the first attempt. */
  hostOverride: HostOverride | null;
  /** Where connections to hosts come from, if not from where the downstream connection says; null: as that says. */
  upstreamSource: UpstreamSource | null;
  /** The request came as gRPC; filters may have changed its content type since. */
  isGrpcRequest: boolean;
  localReplyBody: string;
  /** Namespace → structure; null until somebody writes. */
  dynamicMetadata: Map<string, Plain> | null;
  routeMetadata: Plain;
  virtualHostMetadata: Plain;
  clusterMetadata: Plain;
  /** Key → value written by filters; null until somebody writes. */
  filterState: Map<string, unknown> | null;
  /** `:scheme` becomes that of the upstream connection. */
  schemeFollowsUpstream: boolean;
  /** Stable random number of this request, for sampling that must agree between rules. */
  readonly randomValue: number;
}

/** What a formatter or log filter sees of a finished (or running) stream. Absent parts are null. */
export interface LogContext {
  readonly info: StreamInfo;
  readonly requestHeaders: RequestHeaders | null;
  readonly responseHeaders: ResponseHeaders | null;
  readonly responseTrailers: HeaderMap | null;
  /** Envoy's `ACCESS_LOG_TYPE`, `DownstreamEnd`. */
  readonly logType: string;
}
