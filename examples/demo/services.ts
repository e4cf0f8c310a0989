import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

/** A service behind the demo proxy, on a loopback port of its own. */
export interface DemoService {
  readonly port: number;
  close(): void;
}

/** Fixed by RFC 6455 section 1.3. */
const webSocketGuid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Starts a service that says who it is and what it was asked. */
export async function startService(name: string): Promise<DemoService> {
  let requests = 0;
  const server = createServer((request, response) => answer(name, ++requests, request, response));
  server.on('upgrade', (request, socket) => echo(request, socket));
  await listen(server);
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** That port when nobody listens on it, otherwise one that is free. */
export async function freePort(wanted: number): Promise<number> {
  const server = createServer();
  try {
    await listen(server, wanted);
  } catch {
    return freePort(0);
  }
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

function listen(server: Server, port = 0): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}

function answer(name: string, count: number, request: IncomingMessage, response: ServerResponse): void {
  const { url = '/', headers } = request;
  if (url.startsWith('/slow')) {
    setTimeout(() => reply(response, 200, 'late'), 5000).unref();
    return;
  }
  if (url.startsWith('/flaky') && count % 2 === 1) {
    reply(response, 503, 'every other request fails');
    return;
  }
  const greeting = headers['x-greeting'];
  const extra = greeting === undefined ? '' : `, greeting ${String(greeting)}`;
  reply(response, 200, `${name} answers ${request.method} ${url}${extra}`);
}

function reply(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' });
  response.end(`${text}\n`);
}

/** A WebSocket that greets and then sends back every short frame it gets. */
function echo(request: IncomingMessage, socket: Duplex): void {
  const key = String(request.headers['sec-websocket-key']);
  const accept = createHash('sha1')
    .update(key + webSocketGuid)
    .digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
  );
  socket.write(textFrame(Buffer.from('hello from the echo service\n')));
  socket.on('error', () => socket.destroy());
  socket.on('end', () => socket.end());
  socket.on('data', (bytes: Buffer) => onFrame(socket, bytes));
}

/** One masked frame of up to 125 bytes a read: enough for a demo, not for a service. RFC 6455 section 5.2. */
function onFrame(socket: Duplex, bytes: Buffer): void {
  if (bytes.length < 6) return;
  const isClose = ((bytes[0] ?? 0) & 0x0f) === 8;
  const length = (bytes[1] ?? 0) & 0x7f;
  if (isClose || length > 125) {
    socket.end(Buffer.from([0x88, 0]));
    return;
  }
  const payload = Buffer.from(bytes.subarray(6, 6 + length));
  for (let i = 0; i < payload.length; i++) payload[i] = (payload[i] ?? 0) ^ (bytes[2 + (i % 4)] ?? 0);
  socket.write(textFrame(payload));
}

function textFrame(payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x81, payload.length]), payload]);
}
