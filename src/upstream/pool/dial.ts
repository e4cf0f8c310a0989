import { connect, type OnReadOpts, type Socket, type SocketConnectOpts } from 'node:net';
import type { Address } from '../../api/stream-info.js';
import type { TlsInfo } from '../../api/tls-info.js';
import { type ClusterInfo, type Host, HostWord } from '../../api/upstream.js';
import type { UpstreamSocketConfig } from '../../api/upstream-socket.js';
import type { UpstreamSource } from '../../api/upstream-source.js';
import { internalClient, ipAddress, isInternalAddress, pipeAddress } from '../../network/address.js';
import { Connection, type ConnectionEvents } from '../../network/connection.js';
import { HandleSocket } from '../../network/handle-socket.js';
import { partOf } from '../../network/incoming.js';
import { type Libuv, libuv } from '../../network/libuv.js';
import { sourceOptions } from '../../network/socket-option-config.js';
import type { TransportOptions, UpstreamTransport } from '../../network/transport-socket.js';
import { C } from '../cluster-stats.js';
import type { PoolResources } from './pool-resources.js';
import { failingSocket, preparedSocket } from './prepared-socket.js';

/** The transport that a connection to a host goes through. */
export interface DialTransport {
  /** Null: the socket itself. */
  readonly transport: UpstreamTransport | null;
  readonly options: TransportOptions | null;
}

/**
 * Opens a connection to a host, reading into the thread's shared buffer. `onConnect` runs as a turn of its own, once
 * clear bytes may flow.
 */
export function dial(
  host: Host,
  cluster: ClusterInfo,
  resources: PoolResources,
  events: ConnectionEvents,
  through: DialTransport,
  onConnect: (tls: TlsInfo | null) => void,
): Connection {
  const handles = isBare(host, cluster.socket, through) ? libuv() : null;
  if (handles !== null) return dialHandle(handles, host, cluster, resources, events, onConnect);
  const { connections } = resources;
  const { bufferLimitBytes } = cluster;
  const { options } = through;
  const socketConfig = socketFrom(options?.source, cluster.socket);
  const passing = through.transport?.passing;
  const transport = passing === undefined ? through.transport : passing.inner;
  const isInternal = isInternalAddress(host.address);
  const openInternal = (onread: OnReadOpts | null): Socket => {
    const passed = passing?.passed(host.metadata, cluster.metadata, options) ?? null;
    return resources.internal.connect(host.address, passed, onread) ?? unknownListener(host.address);
  };
  let connection: Connection | null = null;
  const hasOptions = socketConfig.options.length > 0 && host.address.isIp;
  const way = transport?.wayTo?.(host) ?? null;
  const first = connectOptions(way?.address ?? host.address, socketConfig);
  const target = hasOptions || way !== null ? first : withAlternatives(first, host);
  const onRead = (length: number): boolean => (connection as Connection).onRead(length);
  if (transport !== null) {
    const onReady = (tls: TlsInfo | null): void => connection?.guard(() => onConnect(tls));
    const onPreamble = (length: number): void => {
      if (connection !== null) connection.bytesSent += length;
    };
    const reads = { buffer: connections.readBuffer, onRead, onReady, onPreamble };
    const prepared = hasOptions ? preparedSocket(target, socketConfig) : undefined;
    const carrier = isInternal ? openInternal(null) : prepared;
    const socket = transport.connect(target, host.hostname, options, reads, carrier, way?.authority);
    connection = new Connection(socket, connections, events, bufferLimitBytes);
    if (target !== first) countAttempts(socket, host, cluster);
    return connection;
  }
  const onread = { buffer: connections.readBuffer, callback: onRead };
  const socket = isInternal
    ? openInternal(onread)
    : hasOptions
      ? preparedSocket(target, socketConfig, onread)
      : connect(plainOptions(target, onread));
  connection = new Connection(socket, connections, events, bufferLimitBytes);
  if (target !== first) countAttempts(socket, host, cluster);
  const live = connection;
  socket.once('connect', () => live.guard(() => onConnect(null)));
  return connection;
}

/** Nothing lies between, and nothing is asked of the socket before it connects. */
function isBare(
  { address, alternatives = [] }: Host,
  socket: UpstreamSocketConfig,
  { transport, options }: DialTransport,
): boolean {
  if (transport !== null || options?.source !== undefined) return false;
  if (!address.isIp) return !isInternalAddress(address);
  return alternatives.length + socket.options.length === 0 && socket.sourceIp4 + socket.sourceIp6 === '';
}

function dialHandle(
  handles: Libuv,
  { address }: Host,
  { bufferLimitBytes }: ClusterInfo,
  { connections }: PoolResources,
  events: ConnectionEvents,
  onConnect: (tls: TlsInfo | null) => void,
): Connection {
  const readBuffer = partOf(connections.readBuffer, bufferLimitBytes);
  const socket = HandleSocket.connect(handles, address, readBuffer, () =>
    connection.guard(() => onConnect(null)),
  );
  const connection = new Connection(socket, connections, events, bufferLimitBytes);
  return connection;
}

/** How sockets are made that come from a client's address. */
function socketFrom(source: UpstreamSource | undefined, socket: UpstreamSocketConfig): UpstreamSocketConfig {
  if (source === undefined) return socket;
  const { ip } = source;
  const options = [...socket.options, ...sourceOptions(source)];
  return { sourceIp4: ip, sourceIp6: ip, sourcePort: 0, options };
}

function connectOptions(address: Address, socket: UpstreamSocketConfig): SocketConnectOpts {
  if (!address.isIp) return { path: address.ip };
  const { sourceIp4, sourceIp6, sourcePort } = socket;
  const localAddress = address.ip.includes(':') ? sourceIp6 : sourceIp4;
  return {
    host: address.ip,
    port: address.port,
    noDelay: true,
    ...(localAddress === '' ? {} : { localAddress, localPort: sourcePort }),
  };
}

/** How long one address may take before the next is tried besides, as in Envoy (RFC 8305, section 5, allows it). */
const attemptMs = 300;

/** With several addresses, one is tried after the other, families in turn, until the first connection stands. */
function withAlternatives(
  target: SocketConnectOpts,
  { address, alternatives = [] }: Host,
): SocketConnectOpts {
  if (alternatives.length === 0 || !('port' in target)) return target;
  const found = [address.ip, ...alternatives].map((ip) => ({
    address: ip,
    family: ip.includes(':') ? 6 : 4,
  }));
  return {
    ...target,
    host: 'addresses',
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: attemptMs,
    // They are known; Node wants to be told when it asks for a name, and not before `connect` has returned.
    lookup: (_name, _options, done) => process.nextTick(done, null, found),
  };
}

/** As in Envoy each address that is tried counts as a connection; the first is counted with all others. */
function countAttempts(socket: Socket, host: Host, { stats }: ClusterInfo): void {
  let isFirst = true;
  socket.on('connectionAttempt', () => {
    if (!isFirst) {
      stats.inc(C.upstream_cx_total);
      host.count(HostWord.cxTotal, 1);
    }
    isFirst = false;
  });
}

/** All in one literal, with what Node adds to a copy of it: see `acceptedSocket`. */
function plainOptions(target: SocketConnectOpts, onread: OnReadOpts): SocketConnectOpts {
  const isIp = 'port' in target;
  const options = {
    path: isIp ? undefined : target.path,
    host: isIp ? target.host : undefined,
    port: isIp ? target.port : undefined,
    localAddress: isIp ? target.localAddress : undefined,
    localPort: isIp ? target.localPort : undefined,
    lookup: isIp ? target.lookup : undefined,
    autoSelectFamily: isIp ? target.autoSelectFamily : undefined,
    autoSelectFamilyAttemptTimeout: isIp ? target.autoSelectFamilyAttemptTimeout : undefined,
    noDelay: isIp,
    allowHalfOpen: true,
    emitClose: false,
    autoDestroy: true,
    decodeStrings: false,
    onread,
  };
  return options as SocketConnectOpts;
}

/** This side's address of a connected socket. */
export function localAddressOf(socket: Socket | HandleSocket, host: Host): Address {
  if (!host.address.isIp) return isInternalAddress(host.address) ? internalClient : pipeAddress('');
  if (!(socket instanceof HandleSocket)) return ipAddress(socket.localAddress ?? '', socket.localPort ?? 0);
  const { address = '', port = 0 } = socket.localEndpoint;
  return ipAddress(address, port);
}

/** What becomes of a connection to an internal listener that there is not. */
function unknownListener({ text }: Address): Socket {
  const code = `immediate connect error: Invalid argument|remote address:${text}`;
  return failingSocket(Object.assign(new Error(code), { code }));
}

/** Envoy's words for a failed connect, `delayed connect error: Connection refused`, or those of the transport socket. */
export function connectErrorText(code: string, transport: UpstreamTransport | null): string {
  const ofTransport = transport?.failureText(code) ?? '';
  if (ofTransport !== '') return ofTransport;
  const text = systemErrors[code];
  return text === undefined ? code : `delayed connect error: ${text}`;
}

const systemErrors: { readonly [code: string]: string } = {
  EINVAL: 'Invalid argument',
  ECONNREFUSED: 'Connection refused',
  ECONNRESET: 'Connection reset by peer',
  EHOSTUNREACH: 'No route to host',
  ENETUNREACH: 'Network is unreachable',
  ETIMEDOUT: 'Connection timed out',
  EADDRNOTAVAIL: 'Cannot assign requested address',
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  EMFILE: 'Too many open files',
};
