import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { AccessLog } from '../api/access-log.js';
import { type ConnectionInfo, type LogContext, unknownConnection } from '../api/stream-info.js';
import type { Clock } from '../base/clock.js';
import { RequestHeaders, ResponseHeaders } from '../base/header-map.js';
import type { Random } from '../base/random.js';
import { ipAddress, pipeAddress } from '../network/address.js';
import { StreamRecord } from '../stream/stream-record.js';

/** `admin.access_log`: one entry per request of the admin server. */
export class AdminAccessLog {
  private readonly logs: readonly AccessLog[];
  private readonly clock: Clock;
  private readonly random: Random;
  /** Path of the Unix socket; empty on TCP. */
  private readonly pipe: string;
  /** This machine's own. */
  private readonly localAddress: string;
  private readonly connections = new WeakMap<Socket, ConnectionInfo>();
  private nextId = 0;

  constructor(logs: readonly AccessLog[], pipe: string, localAddress: string, clock: Clock, random: Random) {
    this.logs = logs;
    this.pipe = pipe;
    this.localAddress = localAddress;
    this.clock = clock;
    this.random = random;
  }

  /** Writes the entry when the answer is over; whoever sends the answer counts its bytes into what comes back. */
  onRequest(request: IncomingMessage, response: ServerResponse): StreamRecord | null {
    if (this.logs.length === 0) return null;
    const { clock } = this;
    const info = new StreamRecord(
      this.connectionOf(request.socket),
      ++this.nextId,
      clock.now(),
      clock.wallMs(),
      this.random.u32(),
    );
    info.protocol = `HTTP/${request.httpVersion}`;
    info.bytesReceived = Number(request.headers['content-length'] ?? 0) || 0;
    request.on('end', () => {
      info.times.requestCompleteMs = clock.now();
    });
    response.on('close', () => {
      info.times.endMs = clock.now();
      info.times.downstreamLastTxMs = info.times.endMs;
      if (response.headersSent) {
        info.responseCode = response.statusCode;
        info.responseCodeDetails = 'admin_filter_response';
      }
      this.write(info, request, response);
    });
    return info;
  }

  private write(info: StreamRecord, request: IncomingMessage, response: ServerResponse): void {
    const context: LogContext = {
      info,
      requestHeaders: requestHeaders(request, this.forwardedFor(info)),
      responseHeaders: responseHeaders(response),
      responseTrailers: null,
      logType: 'DownstreamEnd',
    };
    for (const log of this.logs) log.log(context);
  }

  /** A loopback peer is this machine, which has an address. */
  private forwardedFor({ remoteAddress }: StreamRecord): string {
    const { isIp, ip } = remoteAddress;
    return isIp && !ip.startsWith('127.') && ip !== '::1' ? ip : this.localAddress;
  }

  private connectionOf(socket: Socket): ConnectionInfo {
    const known = this.connections.get(socket);
    if (known !== undefined) return known;
    const isPipe = this.pipe !== '';
    const local = isPipe
      ? pipeAddress(this.pipe)
      : ipAddress(socket.localAddress ?? '', socket.localPort ?? 0);
    const remote = isPipe ? local : ipAddress(socket.remoteAddress ?? '', socket.remotePort ?? 0);
    const info: ConnectionInfo = {
      ...unknownConnection,
      id: ++this.nextId,
      listenerName: 'admin',
      directRemoteAddress: remote,
      localAddress: local,
      remoteAddress: remote,
      directLocalAddress: local,
      startedMs: this.clock.now(),
    };
    this.connections.set(socket, info);
    return info;
  }
}

/** As Envoy's admin listener completes them. */
function requestHeaders(request: IncomingMessage, forwardedFor: string): RequestHeaders {
  const headers = new RequestHeaders();
  headers.method = request.method ?? '';
  headers.path = request.url ?? '';
  headers.authority = request.headers.host ?? '';
  headers.scheme = 'http';
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    const name = (request.rawHeaders[i] ?? '').toLowerCase();
    if (name !== 'host') headers.add(name, request.rawHeaders[i + 1] ?? '');
  }
  headers.append('x-forwarded-for', forwardedFor);
  headers.set('x-forwarded-proto', 'http');
  return headers;
}

function responseHeaders(response: ServerResponse): ResponseHeaders | null {
  if (!response.headersSent) return null;
  const headers = new ResponseHeaders(response.statusCode);
  for (const [name, value] of Object.entries(response.getHeaders())) headers.add(name, String(value));
  return headers;
}
