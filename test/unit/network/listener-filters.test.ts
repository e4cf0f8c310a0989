import { deepEqual, equal } from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { ListenerFilter } from '../../../src/api/network-filter.js';
import { type ConnectionInfo, unknownConnection } from '../../../src/api/stream-info.js';
import { ListenerFilterRun } from '../../../src/network/listener-filters.js';
import { ReadLink } from '../../../src/network/read-link.js';
import { FakeTime } from '../upstream/fake-time.js';

const info: ConnectionInfo = { ...unknownConnection, id: 1, listenerName: 'main' };

/** A filter that waits for `needed` bytes and takes `consumed` of them. */
function filterOf(needed: number, consumed: number, maxReadBytes = 100): ListenerFilter & { seen: string[] } {
  const seen: string[] = [];
  return {
    seen,
    consumedBytes: consumed,
    maxReadBytes,
    inspect(peeked, length) {
      seen.push(peeked.toString('latin1', 0, length));
      return length >= needed ? 'continue' : 'wait';
    },
  };
}

/** A run whose socket reads what `read` says. */
async function runOf(
  t: TestContext,
  filters: readonly ListenerFilter[],
  timeoutMs = 100,
  continuesOnTimeout = false,
) {
  // What is refused is reset, which the peer has to bear.
  const server = createServer((peer) => peer.on('error', () => undefined));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket: Socket = connect((server.address() as AddressInfo).port);
  await once(socket, 'connect');
  t.after(() => {
    socket.destroy();
    server.close();
  });
  const time = new FakeTime();
  const link = new ReadLink();
  const readBuffer = Buffer.alloc(64);
  const outcome: string[] = [];
  const owner = {
    onInspected: (_run: ListenerFilterRun, bytes: Buffer) =>
      outcome.push(`inspected ${bytes.toString('latin1')}`),
    onInspectionFailed: (_run: ListenerFilterRun, failure: string) => outcome.push(failure),
    onInspectionTimeout: () => outcome.push('late'),
    onInspectionError: (error: unknown) => outcome.push(String(error)),
  };
  const settings = { timers: time.timers, readBuffer, timeoutMs, continuesOnTimeout };
  const run = new ListenerFilterRun(socket, info, link, filters, settings, owner);
  run.start();
  const read = (text: string) => link.onRead(readBuffer.write(text, 'latin1'));
  return { run, socket, time, outcome, read, link };
}

test('filters that need nothing are done before a byte is read', async (t) => {
  const { outcome, time } = await runOf(t, [filterOf(0, 0), filterOf(0, 0)]);
  deepEqual(outcome, ['inspected ']);
  time.advance(1000);
  equal(outcome.length, 1);
});

test('a filter sees the bytes grow, the next one those that it left, and the rest is handed on', async (t) => {
  const first = filterOf(4, 3);
  const second = filterOf(2, 0);
  const { outcome, read } = await runOf(t, [first, second]);
  equal(read('ab'), true);
  equal(read('cde'), false);
  deepEqual(first.seen, ['', 'ab', 'abcde']);
  deepEqual(second.seen, ['de']);
  deepEqual(outcome, ['inspected de']);
});

test('a filter that has seen its maximum and still waits refuses the socket', async (t) => {
  const { outcome, read, socket } = await runOf(t, [filterOf(10, 0, 4)]);
  read('abcdef');
  deepEqual(outcome, ['refused']);
  equal(socket.destroyed, true);
});

test('the timeout closes, or hands on what there is', async (t) => {
  const closed = await runOf(t, [filterOf(10, 0)]);
  closed.time.advance(104);
  deepEqual(closed.outcome, ['late', 'timeout']);
  const late = await runOf(t, [filterOf(10, 0)], 100, true);
  late.read('abc');
  late.time.advance(104);
  deepEqual(late.outcome, ['late', 'inspected abc']);
});

test('a filter that throws costs its socket and nothing else', async (t) => {
  const throwing: ListenerFilter = {
    consumedBytes: 0,
    maxReadBytes: 10,
    inspect: () => {
      throw new Error('oops');
    },
  };
  const { outcome, socket } = await runOf(t, [throwing]);
  deepEqual(outcome, ['Error: oops', 'error']);
  equal(socket.destroyed, true);
});

test('a socket whose run has been ended is closed and reads nothing', async (t) => {
  const { run, read, outcome, socket } = await runOf(t, [filterOf(10, 0)]);
  run.destroy();
  equal(read('abc'), false);
  deepEqual(outcome, ['refused']);
  equal(socket.destroyed, true);
});
