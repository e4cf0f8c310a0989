import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  constants as http2,
} from 'node:http2';
import type { Server } from 'node:net';
import type { Readable } from 'node:stream';
import { askHeader } from './contract.js';

/** One request at an origin, whatever the protocol. */
export interface Exchange {
  readonly path: string;
  readonly ask: string;
  readonly body: Readable;
  answer(status: number, headers: { readonly [name: string]: string }, body: Buffer): void;
  /** An announced length that the body does not keep to. */
  misstate(headers: { readonly [name: string]: string }, body: Buffer): void;
  /** The beginning of a body, then a reset. */
  breakOff(headers: { readonly [name: string]: string }, part: Buffer): void;
  reset(): void;
}

export type Protocol = 'http1' | 'http2';

export function exchangeServer(protocol: Protocol, onExchange: (exchange: Exchange) => void): Server {
  if (protocol === 'http1') {
    return createServer((request, response) => onExchange(new Http1Exchange(request, response)));
  }
  const server = createHttp2Server((request, response) => onExchange(new Http2Exchange(request, response)));
  // After some streams a session says goodbye, as servers do that want their clients spread anew.
  server.on('session', (session) => {
    let streams = 0;
    session.on('error', () => undefined);
    session.on('stream', () => {
      if (++streams === 200) session.close();
    });
  });
  return server;
}

class Http1Exchange implements Exchange {
  readonly body: IncomingMessage;
  private readonly response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.body = request;
    this.response = response;
    request.on('error', () => undefined);
    response.on('error', () => undefined);
  }

  get path(): string {
    return this.body.url ?? '/';
  }

  get ask(): string {
    return String(this.body.headers[askHeader]);
  }

  answer(status: number, headers: { readonly [name: string]: string }, body: Buffer): void {
    this.response.writeHead(status, headers).end(body);
  }

  misstate(headers: { readonly [name: string]: string }, body: Buffer): void {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const { socket } = this.body;
    const bytes = Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\n${lines.join('')}\r\n`), body]);
    if (body.length < Number(headers['content-length'])) socket.end(bytes);
    else socket.write(bytes);
  }

  breakOff(headers: { readonly [name: string]: string }, part: Buffer): void {
    this.response.writeHead(200, headers);
    this.response.write(part, () => this.reset());
  }

  reset(): void {
    this.body.socket.resetAndDestroy();
  }
}

class Http2Exchange implements Exchange {
  readonly body: Http2ServerRequest;
  private readonly response: Http2ServerResponse;

  constructor(request: Http2ServerRequest, response: Http2ServerResponse) {
    this.body = request;
    this.response = response;
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    request.stream.on('error', () => undefined);
  }

  get path(): string {
    return this.body.url;
  }

  get ask(): string {
    return String(this.body.headers[askHeader]);
  }

  answer(status: number, headers: { readonly [name: string]: string }, body: Buffer): void {
    if (!this.body.stream.destroyed) this.response.writeHead(status, headers).end(body);
  }

  misstate(headers: { readonly [name: string]: string }, body: Buffer): void {
    this.answer(200, headers, body);
  }

  breakOff(headers: { readonly [name: string]: string }, part: Buffer): void {
    if (this.body.stream.destroyed) return;
    this.response.writeHead(200, headers);
    this.response.write(part, () => this.reset());
  }

  reset(): void {
    if (!this.body.stream.destroyed) this.body.stream.close(http2.NGHTTP2_INTERNAL_ERROR);
  }
}
