import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer, type Server as HttpServer, type IncomingMessage } from 'node:http';
import {
  createServer as createHttp2Server,
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TestContext } from 'node:test';
import { eventually } from '../../support/eventually.js';
import { type Upstream, upstreams } from './cells.js';
import { type Exchange, http1Exchange, http2Exchange } from './exchange.js';
import { acceptOf, echoFrames } from './web-socket-frames.js';

const longAnswer = 1_000_000;

/** An origin for each protocol, which all do the same. */
export class Origins {
  readonly ports: Map<Upstream, number>;
  private readonly endedPaths: Set<string>;

  constructor() {
    this.ports = new Map();
    this.endedPaths = new Set();
  }

  static async start(t: TestContext, tls: { readonly cert: string; readonly key: string }): Promise<Origins> {
    const origins = new Origins();
    const settings = { settings: { enableConnectProtocol: true } };
    const servers = {
      h1: origins.http1(createHttpServer()),
      h2c: origins.http2(createHttp2Server(settings)),
      'tls-h1': origins.http1(createHttpsServer(tls)),
      'tls-h2': origins.http2(createSecureServer({ ...tls, ...settings })),
    };
    for (const upstream of upstreams) {
      const server = servers[upstream];
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      t.after(() => server.close());
      origins.ports.set(upstream, (server.address() as AddressInfo).port);
    }
    return origins;
  }

  /** Resolves once the request for that path has ended before its answer did. */
  ended(path: string): Promise<void> {
    return eventually(() => this.endedPaths.delete(path));
  }

  private http1(server: HttpServer): HttpServer {
    server.requestTimeout = 0;
    server.on('request', (request, response) => this.serve(http1Exchange(request, response)));
    server.on('checkContinue', (request, response) => {
      response.writeContinue();
      this.serve(http1Exchange(request, response));
    });
    server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
      const accept = acceptOf(String(request.headers['sec-websocket-key']));
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
      );
      echoFrames(socket);
    });
    server.on('connect', (_request, socket: Duplex) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      answerInside(socket);
    });
    return server;
  }

  private http2<S extends ReturnType<typeof createHttp2Server>>(server: S): S {
    server.on('request', (request: Http2ServerRequest, response: Http2ServerResponse) =>
      this.serve(http2Exchange(request, response)),
    );
    server.on('checkContinue', (request: Http2ServerRequest, response: Http2ServerResponse) => {
      response.writeContinue();
      this.serve(http2Exchange(request, response));
    });
    server.on('connect', ({ headers }: Http2ServerRequest, { stream }: Http2ServerResponse) => {
      const key = headers['sec-websocket-key'];
      const accepted = key === undefined ? {} : { 'sec-websocket-accept': acceptOf(String(key)) };
      stream.respond({ ':status': 200, ...accepted });
      if (headers[':protocol'] === 'websocket') echoFrames(stream);
      else answerInside(stream);
    });
    return server;
  }

  private serve(exchange: Exchange): void {
    const { path } = exchange;
    switch (path.split('/').at(-1)) {
      case 'hello':
        exchange.answer(200, 'hello');
        break;
      case 'sum':
        exchange.body().then(
          (body) => exchange.answer(200, summary(body)),
          () => exchange.breakOff(),
        );
        break;
      case 'echo':
        this.echo(exchange).catch(() => exchange.breakOff());
        break;
      case 'trailers':
        exchange.body().then(
          () => exchange.answerWithTrailers('trailed'),
          () => exchange.breakOff(),
        );
        break;
      case 'early':
        exchange.answer(exchange.isGrpc ? 200 : 413, 'early');
        break;
      case 'hang':
        exchange.onEnded(() => this.endedPaths.add(path));
        exchange.begin(200, { 'content-length': longAnswer });
        exchange.write(Buffer.from('x'));
        break;
      case 'reset':
        exchange.breakOff();
        break;
      default:
        exchange.begin(200, { 'content-length': longAnswer });
        exchange.write(Buffer.alloc(10, 'x'));
        // Not before the head is on its way: a reset discards what a connection has not sent.
        exchange.onFlushed(() => exchange.breakOff());
    }
  }

  private async echo(exchange: Exchange): Promise<void> {
    const hash = createHash('sha1');
    exchange.begin(200, { trailer: 'x-sum' });
    for await (const part of exchange.request) {
      hash.update(part);
      if (!exchange.write(part)) await exchange.drained();
    }
    exchange.end({ 'x-sum': hash.digest('hex') });
  }
}

/** Answers the first HTTP/1.1 request in a tunnel. */
function answerInside(stream: Duplex): void {
  let asked = '';
  stream.on('error', () => stream.destroy());
  stream.on('end', () => stream.end());
  stream.on('data', (bytes: Buffer) => {
    asked += bytes.toString('latin1');
    if (!asked.endsWith('\r\n\r\n')) return;
    asked = '';
    stream.write(Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello'));
  });
}

/** What a body is known by. */
export function summary(body: Buffer): string {
  return `${body.length} bytes, ${createHash('sha1').update(body).digest('hex')}`;
}
