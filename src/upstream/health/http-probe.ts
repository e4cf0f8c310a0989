import type { Socket } from 'node:net';
import type { Http1Events, Http1ParserOptions } from '../../api/codec.js';
import type { ResponseHeaders } from '../../base/header-map.js';
import { Http1ResponseParser } from '../../codec/http1/parser.js';
import type { HttpCheckConfig } from './config.js';
import { openProbeConnection, type Probe, type ProbeResult, type ProbeTarget } from './probe.js';

const parserOptions: Http1ParserOptions = {
  maxHeadBytes: 65_536,
  maxHeaders: 100,
  enableTrailers: false,
  acceptHttp10: true,
  allowChunkedLength: false,
  headersWithUnderscores: 'ALLOW',
  spelling: null,
  writesProperCase: false,
  ignoresUpgrade: null,
  sendsFullUrl: false,
  allowAbsoluteUrl: false,
};

/** The request of a check as bytes on the wire; an agent that is added stands behind ours. */
export function checkRequest(config: HttpCheckConfig, authority: string): string {
  const removed = new Set(config.headersToRemove);
  const agents = config.headersToAdd.filter(([name]) => name === 'user-agent').map(([, value]) => value);
  const fields: (readonly [string, string])[] = [
    ['host', authority],
    ['user-agent', ['Envoy/HC', ...agents].join()],
    ...config.headersToAdd.filter(([name]) => name !== 'user-agent'),
  ];
  const lines = fields.filter(([name]) => !removed.has(name)).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${config.method} ${config.path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** What a complete response says of the host. */
export function judge(config: HttpCheckConfig, response: ResponseHeaders): ProbeResult {
  const isIn = (ranges: HttpCheckConfig['expected']): boolean =>
    ranges.some(([start, end]) => response.status >= start && response.status < end);
  if (isIn(config.expected)) return response.has('x-envoy-degraded') ? 'degraded' : 'passed';
  if (isIn(config.retriable)) return 'retriable';
  return response.has('x-envoy-immediate-health-check-fail') ? 'excluded' : 'failed';
}

/** Sends a request and judges the status of its complete response; HTTP/1.1 on a connection that may be kept. */
export class HttpProbe implements Probe, Http1Events<ResponseHeaders> {
  private readonly target: ProbeTarget;
  private readonly config: HttpCheckConfig;
  private readonly request: string;
  private readonly keepsConnection: boolean;
  private readonly onResult: (result: ProbeResult) => void;
  private socket: Socket | null;
  private parser: Http1ResponseParser;
  private response: ResponseHeaders | null;
  private isRunning: boolean;

  constructor(
    target: ProbeTarget,
    config: HttpCheckConfig,
    authority: string,
    keepsConnection: boolean,
    onResult: (result: ProbeResult) => void,
  ) {
    this.target = target;
    this.config = config;
    this.request = checkRequest(config, authority);
    this.keepsConnection = keepsConnection;
    this.onResult = onResult;
    this.socket = null;
    this.parser = new Http1ResponseParser(parserOptions, this);
    this.response = null;
    this.isRunning = false;
  }

  begin(): void {
    this.isRunning = true;
    this.response = null;
    if (this.socket === null) {
      this.parser = new Http1ResponseParser(parserOptions, this);
      this.socket = this.open();
    }
    this.parser.expect(this.config.method);
    this.socket.write(this.request, 'latin1');
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

  onMessageBegin(): void {}

  onHeaders(headers: ResponseHeaders): void {
    this.response = headers;
  }

  onData(): void {}

  onTrailers(): void {}

  onMessageComplete(): void {
    const { response } = this;
    if (!this.isRunning || response === null) return;
    this.isRunning = false;
    if (!this.keepsConnection || !this.parser.keepAlive || this.parser.version < 11) this.close();
    this.onResult(judge(this.config, response));
  }

  private open(): Socket {
    const socket: Socket = openProbeConnection(this.target, {
      onConnected: () => undefined,
      onData: (data) => this.onBytes(data),
      onEnd: () => this.parser.finish(),
      onClosed: () => this.onClosed(socket),
    });
    return socket;
  }

  /** Bytes behind the response, or without a request, end the connection. */
  private onBytes(data: Buffer): void {
    const { parser, socket } = this;
    let at = 0;
    while (at < data.length && this.isRunning && parser.error === null) {
      const used = parser.execute(data, at, data.length);
      at += used;
      if (used === 0) break;
    }
    if (at < data.length || parser.error !== null) socket?.destroy();
  }

  private onClosed(socket: Socket): void {
    if (this.socket !== socket) return;
    this.socket = null;
    if (!this.isRunning) return;
    this.isRunning = false;
    this.onResult('network');
  }
}
