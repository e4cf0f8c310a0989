import type { RemoteInfo, Socket } from 'node:dgram';
import { ResponseFlag } from '../../../../api/response-flags.js';
import type { Address, StreamInfo } from '../../../../api/stream-info.js';
import type { UdpListenerContext, UdpReceiver } from '../../../../api/udp-filter.js';
import { type Cluster, defaultPriority, type Host, unhealthyMask } from '../../../../api/upstream.js';
import { ipAddress } from '../../../../network/address.js';
import { C } from '../../../../upstream/cluster-stats.js';
import { closeSocket, socketOf } from './datagram-socket.js';
import type { UdpProxy } from './udp-proxy-core.js';
import { type SessionOwner, UdpSession } from './udp-session.js';

/**
 * The sessions of one listening socket. The kernel gives a client's datagrams to the same worker, so each worker has its
 * own; how many there may be is the cluster's limit of connections, which all workers share.
 */
export class SessionTable implements UdpReceiver, SessionOwner {
  private readonly proxy: UdpProxy;
  private readonly context: UdpListenerContext;
  private readonly local: Address;
  private readonly socket: Socket;
  private readonly sessions: Map<string, UdpSession>;
  private isClosed: boolean;

  constructor(proxy: UdpProxy, context: UdpListenerContext, fd: number, local: Address) {
    this.proxy = proxy;
    this.context = context;
    this.local = local;
    this.sessions = new Map();
    this.isClosed = false;
    this.socket = socketOf(fd, local.ip.includes(':'), {
      onDatagram: (bytes, remote) => this.onDatagram(bytes, remote),
      onError: () => proxy.onReceiveError(),
    });
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    for (const session of this.sessions.values()) session.close();
    closeSocket(this.socket);
    this.proxy.logProxy(this.context.listenerName, this.local);
  }

  // SessionOwner

  reply(bytes: Buffer, to: Address, done: (error: Error | null) => void): void {
    if (this.isClosed) return;
    try {
      this.socket.send(bytes, to.port, to.ip, done);
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  }

  onSessionEnd(session: UdpSession): void {
    if (this.sessions.get(session.key) === session) this.sessions.delete(session.key);
  }

  private onDatagram(bytes: Buffer, { address, port }: RemoteInfo): void {
    if (bytes.length > this.context.maxDatagramBytes) {
      this.context.onDropped();
      return;
    }
    this.proxy.onTaken(bytes.length);
    const remote = ipAddress(address, port);
    if (this.proxy.config.balancesEach) this.balance(bytes, remote);
    else this.stick(bytes, remote);
  }

  /** To the host of the session, unless that is ill and another one is not. */
  private stick(bytes: Buffer, remote: Address): void {
    const known = this.sessions.get(remote.text);
    if (known !== undefined && (known.host.health & unhealthyMask) === 0) {
      known.send(bytes);
      return;
    }
    const record = this.proxy.recordOf(this.context.listenerName, remote, this.local);
    if (known !== undefined) {
      const better = this.proxy.chooseHost(known.cluster, record);
      if (better === null || better === known.host || (better.health & unhealthyMask) !== 0) {
        known.send(bytes);
        return;
      }
      known.close();
      this.begin(remote.text, known.cluster, record, () => better)?.send(bytes);
      return;
    }
    const cluster = this.proxy.clusterOf(record);
    if (cluster === null) return;
    this.begin(remote.text, cluster, record, () => this.proxy.chooseHost(cluster, record))?.send(bytes);
  }

  private balance(bytes: Buffer, remote: Address): void {
    const record = this.proxy.recordOf(this.context.listenerName, remote, this.local);
    const cluster = this.proxy.clusterOf(record);
    const host = cluster === null ? null : this.proxy.chooseHost(cluster, record);
    if (cluster === null || host === null) return;
    const key = `${remote.text} ${cluster.info.name} ${host.address.text}`;
    const session = this.sessions.get(key) ?? this.begin(key, cluster, record, () => host);
    session?.send(bytes);
  }

  private begin(
    key: string,
    cluster: Cluster,
    record: StreamInfo,
    choose: () => Host | null,
  ): UdpSession | null {
    const breaker = cluster.breaker(defaultPriority);
    if (!breaker.tryConnection()) {
      cluster.info.stats.inc(C.upstream_cx_overflow);
      // As in Envoy, which makes the session before it asks.
      this.proxy.onSession();
      record.responseFlags |= ResponseFlag.upstreamOverflow;
      this.proxy.logSession(record, cluster, noDatagrams, 'UdpSessionEnd');
      return null;
    }
    const host = choose();
    if (host === null) {
      breaker.releaseConnection();
      return null;
    }
    this.proxy.onSession();
    const session = new UdpSession(this.proxy, this, key, cluster, host, record);
    this.sessions.set(key, session);
    return session;
  }
}

const noDatagrams = { received: 0, sent: 0, errorsSent: 0 };
