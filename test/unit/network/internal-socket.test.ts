import { deepEqual, equal } from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { InternalSocket } from '../../../src/network/internal-socket.js';

/** A pair whose far end keeps what it reads, and reads while `wants` says so. */
function pair(wants = { more: true }): {
  near: Socket;
  far: InternalSocket;
  nearRead: string[];
  farRead: string[];
} {
  const buffer = Buffer.alloc(4);
  const nearRead: string[] = [];
  const farRead: string[] = [];
  const reads = (into: string[]) => ({
    buffer,
    callback: (length: number) => {
      into.push(buffer.toString('latin1', 0, length));
      return wants.more;
    },
  });
  const [near, far] = InternalSocket.pair(reads(nearRead), reads(farRead));
  return { near, far, nearRead, farRead };
}

test('bytes of both ends arrive in pieces of the read buffer, behind the connect event', async () => {
  const { near, far, nearRead, farRead } = pair();
  near.write('hello', 'latin1');
  far.write(Buffer.from('world!'));
  far.resume();
  deepEqual(farRead, []);
  await once(near, 'connect');
  near.end();
  await once(far, 'end');
  deepEqual(farRead, ['hell', 'o']);
  far.end();
  await once(near, 'end');
  deepEqual(nearRead, ['worl', 'd!']);
});

test('a reader that pauses leaves the bytes with the writer until it reads on', async () => {
  const wants = { more: false };
  const { near, far, farRead } = pair(wants);
  let taken = 0;
  near.write('12345678', 'latin1', () => taken++);
  near.write('9', 'latin1', () => taken++);
  far.resume();
  await once(near, 'connect');
  await new Promise((resolve) => setImmediate(resolve));
  deepEqual([farRead, taken, near.writableLength], [['1234'], 0, 9]);
  wants.more = true;
  far.resume();
  near.end();
  await once(far, 'end');
  deepEqual([farRead, taken], [['1234', '5678', '9'], 2]);
});

test('an end whose other end is gone reads what was on its way, and closes', async () => {
  const { near, far, farRead } = pair();
  await once(near, 'connect');
  near.write('last', 'latin1');
  near.destroy();
  far.resume();
  await once(far, 'close');
  deepEqual(farRead, ['last']);
});

test('what is written to an end that is gone fails with EPIPE', async () => {
  const { near, far } = pair();
  far.pause();
  await once(near, 'connect');
  near.destroy();
  const failed = once(far, 'error');
  far.write('x');
  const [error] = (await failed) as [NodeJS.ErrnoException];
  equal(error.code, 'EPIPE');
});

test('a client whose server is gone before it stands does not connect', async () => {
  const { near, far } = pair();
  far.destroy();
  const [error] = (await once(near, 'error')) as [NodeJS.ErrnoException];
  equal(error.code, 'EINVAL');
});

test('bytes come as events of the stream for those who wrap a socket', async () => {
  const { near, far } = pair();
  far.readAsStream();
  const read: string[] = [];
  far.on('data', (bytes: Buffer) => read.push(bytes.toString('latin1')));
  near.end('a long text');
  await once(far, 'end');
  equal(read.join(''), 'a long text');
});
