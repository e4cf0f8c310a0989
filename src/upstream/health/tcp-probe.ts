import type { Socket } from 'node:net';
import { proxyLine, proxyLocalHeader } from '../../codec/proxy-protocol/write-proxy-header.js';
import type { TcpCheckConfig } from './config.js';
import { containsInOrder } from './payload.js';
import {
  type OnProbeResult,
  openProbeConnection,
  type Probe,
  type ProbeResult,
  type ProbeTarget,
  passed,
  unreachable,
} from './probe.js';

/** Bytes kept while the expected ones have not all come; a host that talks on is cut off. */
const receiveLimitBytes = 65_536;

/** Connects, sends, waits until every expected pattern came in order; wrong bytes wait for the timeout. */
export class TcpProbe implements Probe {
  private readonly target: ProbeTarget;
  private readonly send: Buffer;
  private readonly receive: readonly Buffer[];
  private readonly proxyHeader: TcpCheckConfig['proxyHeader'];
  private readonly keepsConnection: boolean;
  private readonly onResult: OnProbeResult;
  private socket: Socket | null;
  private isConnected: boolean;
  private received: Buffer;
  private isRunning: boolean;

  constructor(
    target: ProbeTarget,
    config: TcpCheckConfig,
    keepsConnection: boolean,
    onResult: OnProbeResult,
  ) {
    this.target = target;
    this.send = Buffer.from(config.send, 'hex');
    this.receive = config.receive.map((pattern) => Buffer.from(pattern, 'hex'));
    this.proxyHeader = config.proxyHeader;
    this.keepsConnection = keepsConnection && this.receive.length > 0;
    this.onResult = onResult;
    this.socket = null;
    this.isConnected = false;
    this.received = Buffer.alloc(0);
    this.isRunning = false;
  }

  begin(): void {
    this.isRunning = true;
    this.received = Buffer.alloc(0);
    if (this.socket === null) {
      this.isConnected = false;
      this.socket = this.open();
    } else if (this.isConnected) this.write(this.socket);
  }

  abandon(): void {
    this.isRunning = false;
    this.close();
  }

  close(): void {
    const { socket } = this;
    this.socket = null;
    socket?.destroy();
  }

  private open(): Socket {
    const socket: Socket = openProbeConnection(this.target, {
      onConnected: () => this.onConnected(socket),
      onData: (data) => this.onData(data),
      onEnd: () => undefined,
      onClosed: () => this.onClosed(socket),
    });
    return socket;
  }

  private onConnected(socket: Socket): void {
    if (this.socket !== socket) return;
    this.isConnected = true;
    if (this.receive.length === 0) this.finish(passed);
    else this.write(socket);
  }

  /** The PROXY header is part of every check, also on a connection that carried one before, as in Envoy. */
  private write(socket: Socket): void {
    const header = this.proxyHeader === 0 ? noBytes : this.headerOf(socket);
    if (header.length + this.send.length > 0) socket.write(Buffer.concat([header, this.send]));
  }

  private headerOf({ localAddress, localPort }: Socket): Buffer {
    if (this.proxyHeader === 2) return proxyLocalHeader();
    const { address } = this.target;
    return proxyLine(
      { ip: localAddress ?? '', port: localPort ?? 0 },
      { ip: address.ip, port: address.port },
    );
  }

  private onData(data: Buffer): void {
    if (!this.isRunning) return;
    this.received = Buffer.concat([this.received, data]);
    if (containsInOrder(this.received, this.receive)) this.finish(passed);
    else if (this.received.length > receiveLimitBytes)
      this.received = this.received.subarray(-receiveLimitBytes);
  }

  /** A kept connection that the host closes between two checks is a failure of its own, as in Envoy. */
  private onClosed(socket: Socket): void {
    if (this.socket !== socket) return;
    this.socket = null;
    this.isRunning = false;
    this.onResult(unreachable);
  }

  private finish(result: ProbeResult): void {
    if (!this.isRunning) return;
    this.isRunning = false;
    if (!this.keepsConnection) this.close();
    this.onResult(result);
  }
}

const noBytes = Buffer.alloc(0);
