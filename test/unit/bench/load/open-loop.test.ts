import { equal, ok } from 'node:assert/strict';
import { createServer, type Server, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { OpenLoop } from '../../../../bench/load/open-loop.js';

const request = Buffer.from('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';

/** A clock that goes on by a twentieth of a millisecond whenever it is read. */
function steppingClock(): { ms: number; now: () => number } {
  const clock = { ms: 0, now: () => (clock.ms += 0.05) };
  return clock;
}

/** A server that hands every read to `onRead`; answers its port. */
async function serve(t: TestContext, onRead: (socket: Socket, count: number) => void): Promise<number> {
  let count = 0;
  const server: Server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', () => onRead(socket, ++count));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

test('every request that falls due is sent and answered', async (t) => {
  const clock = steppingClock();
  const port = await serve(t, (socket) => socket.write(answer));
  const loop = new OpenLoop({
    now: clock.now,
    port,
    request,
    connections: 4,
    requestsPerSecond: 500,
    seconds: 0.2,
  });
  const result = await loop.run();
  equal(result.due, 100);
  equal(result.answered, 100);
  equal(result.failed, 0);
  equal(result.histogram.totalCount, 100);
});

test('a stall counts in every request that fell due during it', async (t) => {
  const clock = steppingClock();
  const answerAt = (socket: Socket, ms: number) => {
    if (clock.ms < ms) setImmediate(answerAt, socket, ms);
    else socket.write(answer);
  };
  const port = await serve(t, (socket, count) => answerAt(socket, count === 10 ? clock.ms + 150 : 0));
  const loop = new OpenLoop({
    now: clock.now,
    port,
    request,
    connections: 1,
    requestsPerSecond: 200,
    seconds: 0.3,
  });
  const result = await loop.run();
  equal(result.answered, 60);
  const stalled = 60 - countBelow(result.histogram.getValueAtPercentile.bind(result.histogram), 50_000);
  ok(stalled >= 15, `only ${stalled} requests felt the stall`);
});

test('a request whose connection is lost is counted as failed', async (t) => {
  const clock = steppingClock();
  const port = await serve(t, (socket, count) => (count === 1 ? socket.destroy() : socket.write(answer)));
  const loop = new OpenLoop({
    now: clock.now,
    port,
    request,
    connections: 2,
    requestsPerSecond: 100,
    seconds: 0.1,
  });
  const result = await loop.run();
  equal(result.due, 10);
  equal(result.answered, 9);
  equal(result.failed, 1);
});

/** How many of 60 samples lie below the limit, read off the percentiles. */
function countBelow(valueAt: (percentile: number) => number, limit: number): number {
  let below = 0;
  for (let i = 1; i <= 60; i++) if (valueAt((i / 60) * 100) < limit) below++;
  return below;
}
