import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FromOrigin, Mode, ToOrigin } from './contract.js';
import { bodyOf } from './contract.js';

/** One origin, a process of its own: it answers as it was last told, and counts what it should not have been asked. */
let mode: Mode = 'fine';
let expectsNone = false;
let port = 0;

function tell(message: FromOrigin): void {
  process.send?.(message);
}

function answer(request: IncomingMessage, response: ServerResponse, digest: string): void {
  const size = Number(new URL(request.url ?? '/', 'http://origin').searchParams.get('size'));
  const body = bodyOf(size);
  const headers = {
    'x-origin': String(port),
    'x-mode': mode,
    'x-digest': digest,
    'content-length': String(size),
  };
  switch (mode) {
    case 'fine':
      response.writeHead(200, headers).end(body);
      break;
    case 'slow':
      setTimeout(() => response.writeHead(200, headers).end(body), 40);
      break;
    case 'unavailable':
      response.writeHead(503).end('no');
      break;
    case 'hanging':
      break;
    case 'resetting':
      request.socket.resetAndDestroy();
      break;
    case 'breaking':
      // The first half of what was announced, then the end of the connection.
      response.writeHead(200, headers);
      response.write(body.subarray(0, size / 2), () => request.socket.resetAndDestroy());
      break;
    case 'lying':
      request.socket.end(
        `HTTP/1.1 200 OK\r\nx-mode: lying\r\nx-digest: ${digest}\r\ncontent-length: ${size}\r\n\r\n` +
          body.subarray(0, size / 2).toString('latin1'),
      );
      break;
    case 'chatty':
      // More than was announced, which no answer of another request may begin with.
      request.socket.write(
        Buffer.concat([
          Buffer.from(
            `HTTP/1.1 200 OK\r\nx-mode: chatty\r\nx-digest: ${digest}\r\ncontent-length: ${size}\r\n\r\n`,
          ),
          body,
          Buffer.from('and one thing more'),
        ]),
      );
      break;
  }
}

const server = createServer((request, response) => {
  request.on('error', () => undefined);
  response.on('error', () => undefined);
  if (request.url === '/health') {
    if (mode === 'hanging') return;
    response.writeHead(mode === 'unavailable' || mode === 'resetting' ? 503 : 200).end();
    return;
  }
  if (expectsNone) tell({ kind: 'unexpected', mode });
  const hash = createHash('sha1');
  request.on('data', (part: Buffer) => hash.update(part));
  request.on('end', () => answer(request, response, hash.digest('hex')));
});

process.on('message', (message: ToOrigin) => {
  mode = message.mode;
  expectsNone = message.expectsNone;
});
process.on('disconnect', () => process.exit());
server.listen(Number(process.argv[2]), '127.0.0.1', () => {
  port = (server.address() as AddressInfo).port;
  tell({ kind: 'listening', port });
});
