import type { Socket } from 'node:net';
import type { TcpCheckConfig } from './config.js';
import { openProbeConnection, type Probe, type ProbeResult, type ProbeTarget } from './probe.js';

/** Bytes kept while the expected ones have not all come; a host that talks on is cut off. */
const receiveLimitBytes = 65_536;

/** Connects, sends, waits until every expected pattern came in order; wrong bytes wait for the timeout. */
export class TcpProbe implements Probe {
  private readonly target: ProbeTarget;
  private readonly send: Buffer;
  private readonly receive: readonly Buffer[];
  private readonly keepsConnection: boolean;
  private readonly onResult: (result: ProbeResult) => void;
  private socket: Socket | null;
  private received: Buffer;
  private isRunning: boolean;

  constructor(
    target: ProbeTarget,
    config: TcpCheckConfig,
    keepsConnection: boolean,
    onResult: (result: ProbeResult) => void,
  ) {
    this.target = target;
    this.send = Buffer.from(config.send, 'hex');
    this.receive = config.receive.map((pattern) => Buffer.from(pattern, 'hex'));
    this.keepsConnection = keepsConnection && this.receive.length > 0;
    this.onResult = onResult;
    this.socket = null;
    this.received = Buffer.alloc(0);
    this.isRunning = false;
  }

  begin(): void {
    this.isRunning = true;
    this.received = Buffer.alloc(0);
    if (this.socket === null) this.socket = this.open();
    if (this.send.length > 0) this.socket.write(this.send);
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
      onConnected: () => {
        if (this.receive.length === 0) this.finish('passed');
      },
      onData: (data) => this.onData(data),
      onEnd: () => undefined,
      onClosed: () => this.onClosed(socket),
    });
    return socket;
  }

  private onData(data: Buffer): void {
    if (!this.isRunning) return;
    this.received = Buffer.concat([this.received, data]);
    if (containsInOrder(this.received, this.receive)) this.finish('passed');
    else if (this.received.length > receiveLimitBytes)
      this.received = this.received.subarray(-receiveLimitBytes);
  }

  /** A kept connection that the host closes between two checks is a failure of its own, as in Envoy. */
  private onClosed(socket: Socket): void {
    if (this.socket !== socket) return;
    this.socket = null;
    this.isRunning = false;
    this.onResult('network');
  }

  private finish(result: ProbeResult): void {
    if (!this.isRunning) return;
    this.isRunning = false;
    if (!this.keepsConnection) this.close();
    this.onResult(result);
  }
}

function containsInOrder(bytes: Buffer, patterns: readonly Buffer[]): boolean {
  let at = 0;
  for (const pattern of patterns) {
    const found = bytes.indexOf(pattern, at);
    if (found < 0) return false;
    at = found + pattern.length;
  }
  return true;
}
