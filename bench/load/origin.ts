import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort } from 'node:worker_threads';
import { WebSocketServer } from 'ws';
import { slowMs } from './origin-paths.js';

/** What the suites are forwarded to; runs as a worker thread and posts the port it listens on. */
const bodies = new Map([
  ['small', Buffer.alloc(64, 'x')],
  ['100k', Buffer.alloc(102_400, 'x')],
  ['1m', Buffer.alloc(1_048_576, 'x')],
]);

function answer(response: ServerResponse, status: number, body: Buffer): void {
  response.writeHead(status, { 'content-type': 'text/plain', 'content-length': body.length });
  response.end(body);
}

function onRequest(request: IncomingMessage, response: ServerResponse): void {
  const last = (request.url ?? '').split('/').at(-1) ?? '';
  const small = bodies.get('small') ?? Buffer.alloc(0);
  if (last === 'upload') {
    request.resume();
    request.once('end', () => answer(response, 200, small));
    return;
  }
  request.resume();
  if (last === 'slow') {
    setTimeout(() => answer(response, 200, small), slowMs);
    return;
  }
  const body = bodies.get(last);
  answer(response, body === undefined ? 404 : 200, body ?? small);
}

const server = createServer({ keepAliveTimeout: 600_000 }, onRequest);
const echo = new WebSocketServer({ server, perMessageDeflate: false });
echo.on('connection', (socket) => {
  socket.on('error', () => socket.terminate());
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
});
server.listen(0, '127.0.0.1', () => {
  const address: AddressInfo | string | null = server.address();
  if (address !== null && typeof address === 'object') parentPort?.postMessage(address.port);
});
