import { equal, ok } from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { eventually } from '../support/eventually.js';
import { residentMb } from '../support/process-usage.js';
import { type RunningProxy, startOrigin, startProxy } from '../support/proxy.js';
import { ringBootstrap } from '../support/ring-bootstrap.js';

const limits = { timeout: 120_000 };
const mb = 1024 * 1024;
/** What the proxy may grow by while one side waits: the limits of two connections, and what Node keeps aside. */
const allowedMb = 64;
const bodyBytes = 256 * mb;
const part = Buffer.alloc(64 * 1024, 'x');

/** Writes a body as fast as it is taken; resolves when all of it is written, or the other side is gone. */
function pour(target: ServerResponse | Socket, total: number, sent: { bytes: number }): Promise<void> {
  let left = total;
  return new Promise((resolve) => {
    const go = (): void => {
      let isTaken = true;
      while (left > 0 && isTaken) {
        left -= part.length;
        sent.bytes += part.length;
        isTaken = target.write(part);
      }
      if (left <= 0) resolve();
    };
    target.on('drain', go).once('close', resolve);
    go();
  });
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

interface Download {
  readonly proxy: RunningProxy;
  readonly sent: { bytes: number };
}

/** An origin that pours `total` bytes for every request. */
async function startDownloads(t: TestContext, total: number, listener = ''): Promise<Download> {
  const sent = { bytes: 0 };
  const origin = await startOrigin(t, (request: IncomingMessage, response: ServerResponse) => {
    if (request.url === '/warm') {
      response.end();
      return;
    }
    response.setHeader('content-length', total);
    void pour(response, total, sent).then(() => response.end());
  });
  const proxy = await startProxy(t, ringBootstrap({ origin: origin.port, listener }));
  await proxy.fetch('/warm');
  return { proxy, sent };
}

function pidOf(proxy: RunningProxy): number {
  return proxy.child.pid as number;
}

async function openPaused(t: TestContext, proxy: RunningProxy, text: string): Promise<Socket> {
  const socket = connect(proxy.port(), '127.0.0.1');
  t.after(() => socket.destroy());
  socket.pause();
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

describe('a slow reader', () => {
  test('of a large body stops the origin, and memory stays within the limits', limits, async (t) => {
    const { proxy, sent } = await startDownloads(t, bodyBytes);
    const before = residentMb(pidOf(proxy));
    const client = await openPaused(t, proxy, 'GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
    const taken = await stalled(() => sent.bytes);
    const grown = residentMb(pidOf(proxy)) - before;
    let received = 0;
    client.on('data', (bytes: Buffer) => {
      received += bytes.length;
    });
    client.resume();
    await once(client, 'end');
    t.diagnostic(`stopped after ${(taken / mb).toFixed(1)} MB, memory grew by ${grown.toFixed(1)} MB`);
    ok(taken < bodyBytes / 4);
    ok(grown < allowedMb);
    ok(received > bodyBytes);
  });

  test('that asks for more without reading is stopped too', limits, async (t) => {
    const { proxy } = await startDownloads(t, 2 * mb);
    const before = residentMb(pidOf(proxy));
    const client = await openPaused(t, proxy, 'GET / HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(200));
    const served = (): Promise<number> => proxy.stat('http.ingress.downstream_rq_total');
    let last = 0;
    let same = 0;
    await eventually(async () => {
      const now = await served();
      same = now === last ? same + 1 : 0;
      last = now;
      return same > 20;
    });
    const grown = residentMb(pidOf(proxy)) - before;
    t.diagnostic(`${last} requests were begun, memory grew by ${grown.toFixed(1)} MB`);
    ok(grown < allowedMb);
    let received = 0;
    client.on('data', (bytes: Buffer) => {
      received += bytes.length;
    });
    client.resume();
    await eventually(() => received > 200 * 2 * mb);
  });

  test('gets everything through a buffer limit smaller than any write', limits, async (t) => {
    const { proxy } = await startDownloads(t, 8 * mb, 'per_connection_buffer_limit_bytes: 1024');
    const client = await openPaused(t, proxy, 'GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
    let received = 0;
    client.on('data', (bytes: Buffer) => {
      received += bytes.length;
    });
    client.resume();
    await once(client, 'end');
    ok(received > 8 * mb);
  });
});

describe('a slow origin', () => {
  test('stops the client that uploads, and memory stays within the limits', limits, async (t) => {
    let upload: IncomingMessage | null = null;
    let received = 0;
    const origin = await startOrigin(t, (request: IncomingMessage, response: ServerResponse) => {
      if (request.method === 'GET') {
        response.end();
        return;
      }
      upload = request;
      request.on('end', () => response.end('done'));
    });
    const proxy = await startProxy(t, ringBootstrap({ origin: origin.port }));
    await proxy.fetch('/warm');
    const before = residentMb(pidOf(proxy));
    const head = `POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${bodyBytes}\r\nconnection: close\r\n\r\n`;
    const client = await openPaused(t, proxy, head);
    const sent = { bytes: 0 };
    const poured = pour(client, bodyBytes, sent);
    const taken = await stalled(() => sent.bytes);
    const grown = residentMb(pidOf(proxy)) - before;
    t.diagnostic(`stopped after ${(taken / mb).toFixed(1)} MB, memory grew by ${grown.toFixed(1)} MB`);
    ok(taken < bodyBytes / 4);
    ok(grown < allowedMb);
    (upload as IncomingMessage | null)?.on('data', (bytes: Buffer) => {
      received += bytes.length;
    });
    (upload as IncomingMessage | null)?.resume();
    await poured;
    client.resume();
    await once(client, 'end');
    equal(received, bodyBytes);
  });
});
