import { connect, type Socket, type SocketConnectOpts } from 'node:net';
import type { ProxiedClient } from '../../../api/proxied-client.js';
import { type BoundStats, statBlock } from '../../../api/stats.js';
import type { ProxyTlv } from '../../../codec/proxy-protocol/proxy-header.js';
import {
  writeLocalProxyHeader,
  writeProxyHeader,
  writeProxyLine,
} from '../../../codec/proxy-protocol/proxy-header-writer.js';
import { connectPlain } from '../../../network/plain-connect.js';
import { passes } from '../../../network/proxied-connection.js';
import type {
  TransportOptions,
  UpstreamReads,
  UpstreamTransport,
  UpstreamTransportFactory,
} from '../../../network/transport-socket.js';
import { parseUpstreamProxyProtocol, type UpstreamProxyProtocolConfig } from './config.js';

/** `cluster.<name>.upstream.proxyprotocol.` */
const P = statBlock({ counters: ['v2_tlvs_exceed_max_length'] });

/** Says whose connection it is, before anything else goes to a host. */
class UpstreamProxyProtocol implements UpstreamTransport {
  readonly isSecure: boolean;
  readonly announcesClients = true;
  private readonly config: UpstreamProxyProtocolConfig;
  private readonly added: readonly ProxyTlv[];
  private readonly inner: UpstreamTransport | null;
  private readonly stats: BoundStats;

  constructor(config: UpstreamProxyProtocolConfig, inner: UpstreamTransport | null, stats: BoundStats) {
    this.isSecure = inner?.isSecure ?? false;
    this.config = config;
    this.added = config.added.map(({ type, value }) => ({ type, value: Buffer.from(value) }));
    this.inner = inner;
    this.stats = stats;
  }

  connect(
    target: SocketConnectOpts,
    hostname: string,
    options: TransportOptions | null,
    reads: UpstreamReads,
    carrier?: Socket,
  ): Socket {
    const { inner } = this;
    const socket =
      inner === null
        ? connectPlain(target, reads, carrier)
        : (carrier ?? connect({ ...target, allowHalfOpen: true }));
    socket.once('connect', () => {
      const header = this.headerOf(socket, options?.proxied ?? null);
      reads.onPreamble?.(header.length);
      socket.write(header);
      if (inner === null) reads.onReady(null);
    });
    return inner === null ? socket : inner.connect(target, hostname, options, reads, socket);
  }

  failureText(code: string): string {
    return this.inner?.failureText(code) ?? '';
  }

  /** Without a client the connection is the proxy's own, as those of health checks are. */
  private headerOf(socket: Socket, proxied: ProxiedClient | null): Buffer {
    if (this.config.version === 1) {
      const local = { ip: socket.localAddress ?? '', port: socket.localPort ?? 0 };
      const remote = { ip: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
      return writeProxyLine(proxied?.source ?? local, proxied?.destination ?? remote);
    }
    if (proxied === null) return writeLocalProxyHeader();
    const written = writeProxyHeader(proxied.source, proxied.destination, this.tlvsOf(proxied.tlvs));
    if (written?.isCut === true) this.stats.inc(P.v2_tlvs_exceed_max_length);
    return written?.bytes ?? writeLocalProxyHeader();
  }

  /** Those of the configuration first; they stand for the client's of their type. */
  private tlvsOf(given: readonly ProxyTlv[]): readonly ProxyTlv[] {
    const { added } = this;
    const passed = given.filter(
      (tlv) => passes(this.config.passed, tlv) && !added.some(({ type }) => type === tlv.type),
    );
    return [...added, ...passed];
  }
}

export const upstreamProxyProtocol: UpstreamTransportFactory<UpstreamProxyProtocolConfig> = {
  name: 'envoy.transport_sockets.upstream_proxy_protocol',
  typeUrl: 'envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport',
  stats: [['upstream.proxyprotocol', P]],
  parse: parseUpstreamProxyProtocol,
  build(config, scope, { statPrefix, inner }) {
    const stats = scope.stats.bind(`${statPrefix}.upstream.proxyprotocol`, P);
    return new UpstreamProxyProtocol(config, config.inner === null ? null : inner(config.inner), stats);
  },
};
