import { equal, ok } from 'node:assert/strict';
import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { type AddressInfo, connect as connectTcp } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { eventually } from '../support/eventually.js';
import { residentMb } from '../support/process-usage.js';
import { type RunningProxy, startProxy } from '../support/proxy.js';
import { ringBootstrap } from '../support/ring-bootstrap.js';

const limits = { timeout: 120_000 };
const mb = 1024 * 1024;
/** No multiple of the window: Node's server resets a stream that has sent everything but its end. */
const hugeBytes = 120 * mb + 64 * 1024;
/** One stream's window and what Node keeps aside; far less than the body. */
const allowedMb = 72;
const part = Buffer.alloc(64 * 1024, 'x');

/** An origin whose one connection carries all: `/huge` has a body that is long, `/deaf` is never read. */
class Origin {
  port = 0;
  sessions = 0;
  sent = 0;
  deaf: ServerHttp2Stream | null = null;

  static async start(t: TestContext): Promise<Origin> {
    const origin = new Origin();
    const server = createServer();
    server.on('session', (session) => {
      origin.sessions++;
      t.after(() => session.destroy());
    });
    server.on('stream', (stream, headers) => origin.serve(stream, String(headers[':path'])));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    origin.port = (server.address() as AddressInfo).port;
    return origin;
  }

  private serve(stream: ServerHttp2Stream, path: string): void {
    stream.on('error', () => undefined);
    if (path === '/deaf') {
      this.deaf = stream;
      stream.pause();
      return;
    }
    stream.respond({ ':status': 200 });
    if (path === '/huge') this.pour(stream);
    else if (path === '/echo') stream.pipe(stream);
    else stream.end(Buffer.alloc(mb, 'y'));
  }

  private pour(stream: ServerHttp2Stream): void {
    let left = hugeBytes;
    const more = (): void => {
      while (left > part.length && !stream.destroyed) {
        left -= part.length;
        this.sent += part.length;
        if (!stream.write(part)) return;
      }
      if (!stream.writableEnded) stream.end(part);
    };
    stream.on('drain', more);
    more();
  }
}

async function startBoth(t: TestContext): Promise<{ origin: Origin; proxy: RunningProxy; before: number }> {
  const origin = await Origin.start(t);
  const bootstrap = ringBootstrap({ origin: origin.port, cluster: 'http2_protocol_options: {}' });
  const proxy = await startProxy(t, bootstrap, ['--concurrency', '1']);
  const session = open(t, proxy);
  equal(await sizeOf(session, '/'), mb);
  session.close();
  return { origin, proxy, before: residentMb(proxy.child.pid as number) };
}

function open(t: TestContext, proxy: RunningProxy): ClientHttp2Session {
  const session = connect(`http://127.0.0.1:${proxy.port()}`);
  session.on('error', () => undefined);
  t.after(() => session.destroy());
  return session;
}

async function bytesOf(stream: ClientHttp2Stream): Promise<number> {
  let bytes = 0;
  for await (const chunk of stream) bytes += (chunk as Buffer).length;
  return bytes;
}

async function sizeOf(session: ClientHttp2Session, path: string, body?: Buffer): Promise<number> {
  const stream = session.request({ ':path': path, ':method': body === undefined ? 'GET' : 'POST' });
  if (body !== undefined) stream.end(body);
  const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders];
  equal(headers[':status'], 200);
  return bytesOf(stream);
}

/** Waits until a number has stopped growing. */
async function stalled(read: () => number): Promise<number> {
  let last = -1;
  let same = 0;
  await eventually(() => {
    const now = read();
    same = now === last && now > 0 ? same + 1 : 0;
    last = now;
    return same >= 30;
  });
  return last;
}

function checkMemory(t: TestContext, proxy: RunningProxy, before: number): void {
  const grown = residentMb(proxy.child.pid as number) - before;
  t.diagnostic(`memory grew by ${grown.toFixed(1)} MB`);
  ok(grown < allowedMb);
}

describe('a stream that nobody reads', () => {
  test('holds back neither its connection nor the one to the origin', limits, async (t) => {
    const { origin, proxy, before } = await startBoth(t);
    const session = open(t, proxy);
    const slow = session.request({ ':path': '/huge' });
    slow.pause();
    await once(slow, 'response');
    const sent = await stalled(() => origin.sent);
    ok(sent < hugeBytes / 2, `stopped after ${sent} bytes`);
    for (let i = 0; i < 20; i++) equal(await sizeOf(session, '/'), mb);
    equal(await sizeOf(session, '/echo', Buffer.alloc(4 * mb)), 4 * mb);
    checkMemory(t, proxy, before);
    equal(await bytesOf(slow), hugeBytes);
    equal(origin.sessions, 1);
  });

  test(
    'and a client of HTTP/1 that does not read, hold back nobody who shares the origin’s connection',
    limits,
    async (t) => {
      const { origin, proxy, before } = await startBoth(t);
      const socket = connectTcp(proxy.port(), '127.0.0.1');
      t.after(() => socket.destroy());
      socket.pause();
      await once(socket, 'connect');
      socket.write('GET /huge HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
      const sent = await stalled(() => origin.sent);
      ok(sent < hugeBytes / 2, `stopped after ${sent} bytes`);
      const session = open(t, proxy);
      for (let i = 0; i < 20; i++) equal(await sizeOf(session, '/'), mb);
      checkMemory(t, proxy, before);
      let bytes = 0;
      socket.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      socket.resume();
      await once(socket, 'end');
      ok(bytes > hugeBytes);
      equal(origin.sessions, 1);
    },
  );

  test('by the origin stops its own upload alone', limits, async (t) => {
    const { origin, proxy, before } = await startBoth(t);
    const session = open(t, proxy);
    const upload = session.request({ ':path': '/deaf', ':method': 'POST' }, { endStream: false });
    upload.on('error', () => undefined);
    let sent = 0;
    const more = (): void => {
      while (sent < hugeBytes && !upload.destroyed) {
        sent += part.length;
        if (!upload.write(part)) return;
      }
      upload.end();
    };
    upload.on('drain', more);
    more();
    const taken = await stalled(() => sent);
    ok(taken < hugeBytes / 2, `stopped after ${taken} bytes`);
    for (let i = 0; i < 20; i++) equal(await sizeOf(session, '/'), mb);
    equal(await sizeOf(session, '/echo', Buffer.alloc(4 * mb)), 4 * mb);
    checkMemory(t, proxy, before);
    let received = 0;
    origin.deaf?.on('data', (chunk: Buffer) => {
      received += chunk.length;
    });
    origin.deaf?.resume();
    await eventually(() => received === hugeBytes);
    equal(origin.sessions, 1);
  });
});
