import type { Socket } from 'node:dgram';
import type { BoundStats } from '../../../../api/stats.js';
import type { Address, StreamInfo } from '../../../../api/stream-info.js';
import { type Cluster, defaultPriority, type Host } from '../../../../api/upstream.js';
import { Timer } from '../../../../base/timer-wheel.js';
import { ipAddress } from '../../../../network/address.js';
import { C } from '../../../../upstream/cluster-stats.js';
import { closeSocket, connectedSocket } from './datagram-socket.js';
import type { UdpProxy } from './udp-proxy-core.js';
import { U, UC } from './udp-stats.js';

/** Who a session belongs to. */
export interface SessionOwner {
  /** Sends to the client; false when the system did not take it. */
  reply(bytes: Buffer, to: Address, done: (error: Error | null) => void): void;
  onSessionEnd(session: UdpSession): void;
}

/** Datagrams of one client, to and from one host. Its place among the cluster's connections is taken by the maker. */
export class UdpSession {
  readonly key: string;
  readonly cluster: Cluster;
  readonly host: Host;
  private readonly proxy: UdpProxy;
  private readonly owner: SessionOwner;
  private readonly record: StreamInfo;
  private readonly clusterStats: BoundStats;
  private readonly socket: Socket;
  private readonly idle: Timer;
  private readonly periodic: Timer;
  private lastMs: number;
  private readonly datagrams: { received: number; sent: number; errorsSent: number };
  private isOver: boolean;

  constructor(
    proxy: UdpProxy,
    owner: SessionOwner,
    key: string,
    cluster: Cluster,
    host: Host,
    record: StreamInfo,
  ) {
    const { scope, stats } = proxy;
    this.key = key;
    this.cluster = cluster;
    this.host = host;
    this.proxy = proxy;
    this.owner = owner;
    this.record = record;
    this.clusterStats = scope.stats.bind(`cluster.${cluster.info.statName}.udp`, UC);
    this.idle = new Timer(() => this.onIdle());
    this.periodic = new Timer(() => this.onPeriod());
    this.lastMs = scope.timers.now();
    this.datagrams = { received: 0, sent: 0, errorsSent: 0 };
    this.isOver = false;
    record.upstreamHost = host;
    stats.add(U.downstream_sess_active, 1);
    const { ip, port } = host.address;
    const events = {
      onDatagram: (bytes: Buffer) => this.onReply(bytes),
      onError: () => this.clusterStats.inc(UC.sess_rx_errors),
    };
    this.socket = connectedSocket(ip, port, events, () => !this.isOver);
    scope.timers.schedule(this.idle, proxy.config.idleTimeoutMs);
    if (proxy.config.logIntervalMs > 0) scope.timers.schedule(this.periodic, proxy.config.logIntervalMs);
  }

  /** A datagram of the client. */
  send(bytes: Buffer): void {
    if (this.isOver) return;
    this.touch();
    this.datagrams.received++;
    this.record.bytesReceived += bytes.length;
    this.proxy.onReceived(bytes.length);
    try {
      this.socket.send(bytes, (error) => this.onSent(bytes.length, error));
    } catch {
      this.clusterStats.inc(UC.sess_tx_errors);
    }
  }

  close(): void {
    if (this.isOver) return;
    this.isOver = true;
    const { scope, stats } = this.proxy;
    scope.timers.cancel(this.idle);
    scope.timers.cancel(this.periodic);
    if (this.proxy.hasSessionLogs) this.record.upstreamLocalAddress = this.localAddress();
    closeSocket(this.socket);
    this.cluster.breaker(defaultPriority).releaseConnection();
    stats.add(U.downstream_sess_active, -1);
    this.owner.onSessionEnd(this);
    this.log('UdpSessionEnd');
  }

  private onSent(length: number, error: Error | null): void {
    if (error !== null) {
      this.clusterStats.inc(UC.sess_tx_errors);
      return;
    }
    this.clusterStats.inc(UC.sess_tx_datagrams);
    this.cluster.info.stats.add(C.upstream_cx_tx_bytes_total, length);
  }

  private onReply(bytes: Buffer): void {
    if (this.isOver) return;
    this.touch();
    if (bytes.length > this.proxy.config.maxUpstreamDatagramBytes) {
      this.clusterStats.inc(UC.sess_rx_datagrams_dropped);
      return;
    }
    this.clusterStats.inc(UC.sess_rx_datagrams);
    this.cluster.info.stats.add(C.upstream_cx_rx_bytes_total, bytes.length);
    this.owner.reply(bytes, this.record.connection.remoteAddress, (error) => {
      if (error !== null) {
        this.datagrams.errorsSent++;
        this.proxy.onReplyFailed();
        return;
      }
      this.datagrams.sent++;
      this.record.bytesSent += bytes.length;
      this.proxy.onReplied(bytes.length);
    });
  }

  private touch(): void {
    this.lastMs = this.proxy.scope.timers.now();
  }

  /** A datagram costs a clock reading, not a timer: when the timer is due it looks back. */
  private onIdle(): void {
    const { scope, config } = this.proxy;
    const leftMs = this.lastMs + config.idleTimeoutMs - scope.timers.now();
    if (leftMs > 0) {
      scope.timers.schedule(this.idle, leftMs);
      return;
    }
    this.proxy.onIdle();
    this.close();
  }

  private onPeriod(): void {
    this.log('UdpPeriodic');
    this.proxy.scope.timers.schedule(this.periodic, this.proxy.config.logIntervalMs);
  }

  private log(logType: string): void {
    const { record, proxy, cluster } = this;
    if (!proxy.hasSessionLogs) return;
    record.upstreamLocalAddress = this.localAddress();
    proxy.logSession(record, cluster, this.datagrams, logType);
  }

  private localAddress(): Address | null {
    if (this.record.upstreamLocalAddress !== null) return this.record.upstreamLocalAddress;
    try {
      const { address, port } = this.socket.address();
      return ipAddress(address, port);
    } catch {
      return null;
    }
  }
}
