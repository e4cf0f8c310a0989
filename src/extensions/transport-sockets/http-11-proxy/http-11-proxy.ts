import { connect, type OnReadOpts, type Socket, type SocketConnectOpts } from 'node:net';
import { ipAddress } from '../../../network/address.js';
import { InternalSocket } from '../../../network/internal-socket.js';
import { connectPlain } from '../../../network/plain-connect.js';
import type {
  DialledHost,
  TransportOptions,
  UpstreamReads,
  UpstreamTransport,
  UpstreamTransportFactory,
  Way,
} from '../../../network/transport-socket.js';
import { type ProxyAddress, proxyAddressOf } from '../../../upstream/proxy-address.js';
import { type Http11ProxyConfig, parseHttp11Proxy } from './config.js';
import { ConnectAnswer, connectRequest } from './connect-exchange.js';

/**
 * Reaches hosts through a forward proxy. Hosts that name theirs are asked for by CONNECT; the proxy of all others is
 * asked when what lies inside is secure, and is otherwise given the bytes as they are.
 */
class Http11Proxy implements UpstreamTransport {
  readonly isSecure: boolean;
  private readonly fallback: ProxyAddress | null;
  private readonly inner: UpstreamTransport | null;

  constructor(config: Http11ProxyConfig, inner: UpstreamTransport | null) {
    this.isSecure = inner?.isSecure ?? false;
    this.fallback = config.fallback;
    this.inner = inner;
  }

  wayTo({ address, hostname, metadata, localityMetadata }: DialledHost): Way | null {
    if (!address.isIp) return null;
    const own = proxyAddressOf(metadata) ?? proxyAddressOf(localityMetadata ?? null);
    const proxy = own ?? this.fallback;
    if (proxy === null) return null;
    const isAsked = own !== null || this.isSecure;
    const authority = hostname === '' ? address.text : `${hostname}:${address.port}`;
    return { address: ipAddress(proxy.ip, proxy.port), authority: isAsked ? authority : '' };
  }

  connect(
    target: SocketConnectOpts,
    hostname: string,
    options: TransportOptions | null,
    reads: UpstreamReads,
    carrier?: Socket,
    authority = '',
  ): Socket {
    const { inner } = this;
    if (authority === '') {
      if (inner !== null) return inner.connect(target, hostname, options, reads, carrier);
      const socket = connectPlain(target, reads, carrier);
      socket.once('connect', () => reads.onReady(null));
      return socket;
    }
    return connectAsking(inner, { target, hostname, options, reads, carrier, authority });
  }

  failureText(code: string): string {
    return this.inner?.failureText(code) ?? '';
  }
}

interface AskedDial {
  readonly target: SocketConnectOpts;
  readonly hostname: string;
  readonly options: TransportOptions | null;
  readonly reads: UpstreamReads;
  readonly carrier: Socket | undefined;
  readonly authority: string;
}

/**
 * What uses the connection has one end of a pair; the other end is joined to the proxy's socket when that has agreed, so
 * that what is written before waits. Clear text counts as connected before, as in Envoy.
 */
function connectAsking(inner: UpstreamTransport | null, dial: AskedDial): Socket {
  const { target, hostname, options, reads, authority } = dial;
  const outer = dial.carrier ?? connect({ ...target, allowHalfOpen: true });
  const onread: OnReadOpts = { buffer: reads.buffer, callback: (length) => reads.onRead(length) };
  const [near, far] = InternalSocket.pair(inner === null ? onread : null, nothing);
  far.readAsStream();
  const socket = inner === null ? near : inner.connect(target, hostname, options, reads, near);
  Object.defineProperty(socket, 'localAddress', { get: () => outer.localAddress });
  Object.defineProperty(socket, 'localPort', { get: () => outer.localPort });
  let isConnected = false;
  outer.once('connect', () => {
    isConnected = true;
    const request = connectRequest(authority);
    reads.onPreamble?.(request.length);
    outer.write(request, 'latin1');
    if (inner === null) reads.onReady(null);
  });
  const exchange = new Exchange(outer, far, () => refuse(socket));
  outer.on('error', (error) => {
    if (exchange.isOpen || !isConnected) socket.destroy(error);
    else refuse(socket);
  });
  far.on('error', () => outer.destroy());
  outer.once('close', () => far.destroy());
  socket.once('close', () => outer.destroy());
  return socket;
}

const nothing: OnReadOpts = { buffer: Buffer.alloc(0), callback: () => false };

/** Waits for the proxy's answer and then lets bytes pass. */
class Exchange {
  isOpen: boolean;

  constructor(outer: Socket, far: Socket, onRefused: () => void) {
    this.isOpen = false;
    const answer = new ConnectAnswer();
    const onAnswer = (bytes: Buffer): void => {
      const rest = answer.take(bytes);
      if (rest === 'wait') return;
      outer.off('data', onAnswer);
      outer.off('end', onRefused);
      if (rest === 'refused') {
        onRefused();
        return;
      }
      this.isOpen = true;
      if (rest.length > 0) far.write(rest);
      outer.pipe(far);
      far.pipe(outer);
    };
    outer.on('data', onAnswer);
    outer.on('end', onRefused);
  }
}

/** Without a word on why, as in Envoy. */
function refuse(socket: Socket): void {
  socket.destroy(Object.assign(new Error('the proxy refuses'), { code: '' }));
}

export const http11Proxy: UpstreamTransportFactory<Http11ProxyConfig> = {
  name: 'envoy.transport_sockets.http_11_proxy',
  typeUrl: 'envoy.extensions.transport_sockets.http_11_proxy.v3.Http11ProxyUpstreamTransport',
  parse: parseHttp11Proxy,
  build: (config, _scope, { inner }) =>
    new Http11Proxy(config, config.inner === null ? null : inner(config.inner)),
};
