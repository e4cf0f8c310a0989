import { createServer as createHttpServer, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** What a host speaks to those who check it. */
export type HostKind = 'http1' | 'http2' | 'grpc' | 'tcp' | 'redis';

/**
 * Answers to the first, second … question; afterwards nothing is answered any more. `cut` closes the connection.
 *
 * - http1, http2: a status with the headers that follow it, `200 x-envoy-degraded=1`, and a body behind `|`
 * - grpc: the serving status, or `status N` for a gRPC error, or `garbage`
 * - tcp, redis: the bytes
 */
export type HostScript = readonly string[];

/** A host that answers as its script says. */
export class ScriptedHost {
  private readonly server: Server;
  private readonly sockets: Set<Socket>;
  port: number;
  asked: number;

  private constructor(server: Server) {
    this.server = server;
    this.sockets = new Set();
    this.port = 0;
    this.asked = 0;
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.sockets.delete(socket));
    });
  }

  static async start(kind: HostKind, script: HostScript): Promise<ScriptedHost> {
    const holder: { host?: ScriptedHost } = {};
    const next = (): string | undefined => {
      const { host } = holder;
      return host === undefined ? undefined : script[host.asked++];
    };
    const host = new ScriptedHost(serverOf(kind, next));
    holder.host = host;
    await new Promise<void>((resolve) => host.server.listen(0, '127.0.0.1', resolve));
    host.port = (host.server.address() as AddressInfo).port;
    return host;
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}

type Next = () => string | undefined;

function serverOf(kind: HostKind, next: Next): Server {
  if (kind === 'http1') {
    const server = createHttpServer((_request, response) => answerHttp(response, next()));
    server.keepAliveTimeout = 60_000;
    return server;
  }
  if (kind === 'http2' || kind === 'grpc') {
    const answer = kind === 'http2' ? answerHttp2 : answerGrpc;
    const server = createHttp2Server();
    server.on('stream', (stream) => {
      stream.on('error', () => undefined);
      stream.resume();
      stream.on('end', () => answer(stream, next()));
    });
    return server;
  }
  return createServer((socket) => {
    socket.on('data', () => answerBytes(socket, next()));
  });
}

function partsOf(answer: string): { status: number; headers: { [name: string]: string }; body: string } {
  const [head = '', body = ''] = answer.split('|');
  const [status = '', ...fields] = head.trim().split(' ');
  const headers = Object.fromEntries(fields.map((field) => field.split('=') as [string, string]));
  return { status: Number(status), headers, body };
}

function answerHttp(response: ServerResponse, answer: string | undefined): void {
  if (answer === undefined) return;
  if (answer === 'cut') {
    response.socket?.destroy();
    return;
  }
  const { status, headers, body } = partsOf(answer);
  response.writeHead(status, headers).end(body);
}

function answerHttp2(stream: ServerHttp2Stream, answer: string | undefined): void {
  if (answer === undefined) return;
  if (answer === 'cut') {
    stream.session?.destroy();
    return;
  }
  const { status, headers, body } = partsOf(answer);
  stream.respond({ ':status': status, ...headers });
  stream.end(body);
}

function answerGrpc(stream: ServerHttp2Stream, answer: string | undefined): void {
  if (answer === undefined) return;
  if (answer === 'cut') {
    stream.session?.destroy();
    return;
  }
  const error = /^status (\d+)$/.exec(answer)?.[1];
  const message = answer === 'garbage' ? Buffer.of(7) : Buffer.of(8, Number(answer));
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': error ?? '0' }));
  if (error === undefined) stream.write(Buffer.concat([Buffer.of(0, 0, 0, 0, message.length), message]));
  stream.end();
}

function answerBytes(socket: Socket, answer: string | undefined): void {
  if (answer === 'cut') socket.destroy();
  else if (answer !== undefined) socket.write(answer);
}
