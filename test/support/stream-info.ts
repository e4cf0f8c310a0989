import type { InspectedSocket } from '../../src/api/network-filter.js';
import {
  type Address,
  type ConnectionInfo,
  type LogContext,
  type StreamInfo,
  unknownConnection,
} from '../../src/api/stream-info.js';
import { RequestHeaders, ResponseHeaders } from '../../src/base/header-map.js';

export function address(ip: string, port: number): Address {
  const text = ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
  return { ip, port, text, isIp: true };
}

/** A socket that the kernel has not sent elsewhere. */
export const notRedirected: InspectedSocket = { originalDestination: () => null };

export function connectionInfo(changes: Partial<ConnectionInfo> = {}): ConnectionInfo {
  return {
    ...unknownConnection,
    id: 7,
    listenerName: 'main',
    directRemoteAddress: address('10.0.0.9', 4000),
    localAddress: address('10.0.0.1', 8080),
    remoteAddress: address('10.0.0.9', 4000),
    directLocalAddress: address('10.0.0.1', 8080),
    transportProtocol: 'raw_buffer',
    ...changes,
  };
}

/** A finished request of 2020-01-02 03:04:05.678 UTC that took 12 ms. */
export function streamInfo(changes: Partial<StreamInfo> = {}): StreamInfo {
  return {
    connection: connectionInfo(),
    id: 1,
    startWallMs: Date.UTC(2020, 0, 2, 3, 4, 5, 678),
    times: {
      startMs: 100,
      requestCompleteMs: 101,
      upstreamStartMs: 101,
      upstreamFirstTxMs: 102,
      upstreamLastTxMs: 103,
      upstreamFirstBodyMs: Number.NaN,
      upstreamFirstRxMs: 108,
      upstreamLastRxMs: 110,
      downstreamFirstTxMs: 109,
      downstreamLastTxMs: 111,
      endMs: 112.9,
    },
    protocol: 'HTTP/1.1',
    responseCode: 200,
    responseCodeDetails: 'via_upstream',
    responseFlags: 0,
    bytesReceived: 3,
    bytesSent: 14,
    downstreamWire: null,
    upstreamWire: null,
    remoteAddress: address('203.0.113.77', 4000),
    routeName: '',
    virtualHostName: 'all',
    virtualClusterName: '',
    upstreamClusterName: 'origin',
    upstreamClusterStatName: 'origin',
    upstreamHost: null,
    upstreamLocalAddress: null,
    upstreamProtocol: '',
    upstreamConnectionId: 0,
    upstreamConnectionTimes: null,
    relay: null,
    upstreamTransportFailureReason: '',
    upstreamTls: null,
    attemptCount: 1,
    autopsies: null,
    hostsAttempted: [],
    isHealthCheck: false,
    hostOverride: null,
    upstreamSource: null,
    isGrpcRequest: false,
    localReplyBody: '',
    dynamicMetadata: null,
    routeMetadata: null,
    virtualHostMetadata: null,
    clusterMetadata: null,
    filterState: null,
    schemeFollowsUpstream: false,
    randomValue: 0,
    ...changes,
  };
}

/** A head from `GET host/path` and fields. */
export function requestHeaders(
  path: string,
  fields: readonly (readonly [name: string, value: string])[] = [],
  authority = 'example.com',
): RequestHeaders {
  const headers = new RequestHeaders();
  headers.method = 'GET';
  headers.path = path;
  headers.authority = authority;
  headers.scheme = 'http';
  for (const [name, value] of fields) headers.add(name, value);
  return headers;
}

export function logContext(changes: Partial<LogContext> = {}): LogContext {
  return {
    info: streamInfo(),
    requestHeaders: requestHeaders('/'),
    responseHeaders: new ResponseHeaders(200),
    responseTrailers: null,
    logType: 'DownstreamEnd',
    ...changes,
  };
}
