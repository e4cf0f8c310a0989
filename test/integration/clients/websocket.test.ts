import { deepEqual, equal, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { startFront } from './front.js';

const limits = { timeout: 60_000 };

async function open(port: number, options: object = {}): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, options);
  await once(socket, 'open');
  return socket;
}

async function echo(socket: WebSocket, data: string | Buffer): Promise<Buffer> {
  socket.send(data);
  const [reply] = (await once(socket, 'message')) as [Buffer];
  return reply;
}

describe('WebSocket through the proxy', () => {
  test('frames of every length form come back as they were', limits, async (t) => {
    const proxy = await startFront(t);
    const socket = await open(proxy.port());
    for (const size of [0, 1, 125, 126, 127, 128, 65_535, 65_536, 131_072, 8 * 1024 * 1024]) {
      const data = Buffer.alloc(size, size % 251);
      ok((await echo(socket, data)).equals(data), `${size} bytes`);
      const text = 'é'.repeat(Math.min(size, 5000));
      equal((await echo(socket, text)).toString(), text);
    }
    socket.close(1000);
    await once(socket, 'close');
  });

  test('fragments with pings between them arrive as one message', limits, async (t) => {
    const proxy = await startFront(t);
    const socket = await open(proxy.port(), { perMessageDeflate: false });
    const pong = once(socket, 'pong');
    socket.send('one ', { fin: false });
    socket.ping('between');
    socket.send('two ', { fin: false });
    socket.send('three', { fin: true });
    const [[message], [beat]] = await Promise.all([once(socket, 'message'), pong]);
    equal(String(message), 'one two three');
    equal(String(beat), 'between');
    socket.close();
    await once(socket, 'close');
  });

  test('close codes and reasons reach the other side', limits, async (t) => {
    const proxy = await startFront(t);
    for (const [code, reason] of [
      [1000, ''],
      [1001, 'going'],
      [4999, 'own code'],
    ] as const) {
      const socket = await open(proxy.port());
      socket.close(code, reason);
      const [seenCode, seenReason] = await once(socket, 'close');
      deepEqual([seenCode, String(seenReason)], [code, reason]);
    }
  });

  test('compressed messages and many at once are told apart', limits, async (t) => {
    const proxy = await startFront(t);
    const sockets = await Promise.all(
      Array.from({ length: 50 }, () => open(proxy.port(), { perMessageDeflate: { threshold: 0 } })),
    );
    const replies = await Promise.all(sockets.map((socket, i) => echo(socket, `${i} `.repeat(500))));
    replies.forEach((reply, i) => void equal(String(reply), `${i} `.repeat(500)));
    equal(await proxy.stat('http.ingress.downstream_cx_upgrades_active'), 50);
    for (const socket of sockets) socket.terminate();
  });
});
