import { deepEqual, equal, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { ipAddress, pipeAddress } from '../../../src/network/address.js';
import { HandleSocket, type SocketOwner } from '../../../src/network/handle-socket.js';
import { partOf } from '../../../src/network/incoming.js';
import { type Libuv, libuv } from '../../../src/network/libuv.js';

const readBuffer = Buffer.alloc(64 * 1024);

/** Notes what it is told, in order; reads as long as `wants` says so. */
class Notes implements SocketOwner {
  readonly told: string[] = [];
  text = '';
  wants = true;
  readonly closed: Promise<string>;
  private close: (error: string) => void = () => undefined;

  constructor() {
    this.closed = new Promise((resolve) => {
      this.close = resolve;
    });
  }

  onRead(length: number): boolean {
    this.text += readBuffer.latin1Slice(0, length);
    return this.wants;
  }

  onSocketEnd(): void {
    this.told.push('end');
  }

  onSocketDrain(): void {
    this.told.push('drain');
  }

  onSocketClose(error: string): void {
    this.told.push(`close ${error}`.trim());
    this.close(error);
  }
}

/** A socket that is dialling and the other end of it, which keeps its half open. */
async function dialled(t: TestContext): Promise<{ socket: HandleSocket; notes: Notes; peer: Socket }> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const { port } = server.address() as AddressInfo;
  const notes = new Notes();
  let onConnect = (): void => undefined;
  const connected = new Promise<void>((resolve) => {
    onConnect = resolve;
  });
  const socket = HandleSocket.connect(libuv() as Libuv, ipAddress('127.0.0.1', port), readBuffer, () =>
    onConnect(),
  );
  socket.setOwner(notes);
  await connected;
  const [peer] = (await accepted) as [Socket];
  peer.on('error', () => undefined);
  t.after(() => {
    socket.destroy();
    peer.destroy();
    server.close();
  });
  return { socket, notes, peer };
}

describe('a socket on its handle', () => {
  test('queues what the kernel does not take, in order, and tells when it has it all', async (t) => {
    const { socket, notes, peer } = await dialled(t);
    let sent = '';
    let taken = 0;
    let writes = 0;
    while (socket.writableLength < 4 * 1024 * 1024) {
      const text = `${writes}:${'x'.repeat(100_000)}`;
      sent += text;
      socket.write(writes++ % 2 === 0 ? text : Buffer.from(text, 'latin1'), 'latin1', () => taken++);
    }
    ok(socket.writableNeedDrain);
    socket.end();
    let received = '';
    peer.setEncoding('latin1').on('data', (text: string) => {
      received += text;
    });
    peer.resume();
    await once(peer, 'end');
    ok(received === sent, `${received.length} of ${sent.length} bytes, or in another order`);
    peer.end();
    equal(await notes.closed, '');
    deepEqual(notes.told, ['drain', 'end', 'close']);
    equal(taken, writes);
    equal(socket.writableLength, 0);
  });

  test('reads nothing while it is paused, and stops when its owner wants no more', async (t) => {
    const { socket, notes, peer } = await dialled(t);
    notes.wants = false;
    peer.write('first');
    while (notes.text === '') await new Promise((resolve) => setImmediate(resolve));
    peer.end('second');
    await once(peer, 'finish');
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
    equal(notes.text, 'first');
    deepEqual(notes.told, []);
    notes.wants = true;
    socket.resume();
    while (notes.told.length === 0) await new Promise((resolve) => setImmediate(resolve));
    equal(notes.text, 'firstsecond');
    deepEqual(notes.told, ['end']);
  });

  test('tells of a reset, which ends it', async (t) => {
    const { notes, peer } = await dialled(t);
    peer.resetAndDestroy();
    equal(await notes.closed, 'ECONNRESET');
    deepEqual(notes.told, ['close ECONNRESET']);
  });

  test('resets when it is told to', async (t) => {
    const { socket, notes, peer } = await dialled(t);
    const failed = once(peer, 'error') as Promise<[NodeJS.ErrnoException]>;
    peer.resume();
    socket.reset();
    equal((await failed)[0].code, 'ECONNRESET');
    equal(await notes.closed, '');
  });

  test('tells nothing behind its close, and takes nothing', async (t) => {
    const { socket, notes, peer } = await dialled(t);
    let taken = 0;
    while (!socket.writableNeedDrain) socket.write('x'.repeat(1_000_000));
    socket.write('queued', 'latin1', () => taken++);
    peer.write('too late');
    socket.destroy();
    socket.destroy();
    socket.write('lost', 'latin1', () => taken++);
    socket.end();
    equal(await notes.closed, '');
    deepEqual(notes.told, ['close']);
    equal(notes.text, '');
    equal(taken, 2);
  });

  test("closes with the system's word when nobody listens there", async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    for (const [address, code] of [
      [ipAddress('127.0.0.1', port), 'ECONNREFUSED'],
      [pipeAddress(join(import.meta.dirname, 'no.sock')), 'ENOENT'],
    ] as const) {
      const notes = new Notes();
      const onConnect = (): void => void notes.told.push('connected');
      HandleSocket.connect(libuv() as Libuv, address, readBuffer, onConnect).setOwner(notes);
      equal(await notes.closed, code);
      deepEqual(notes.told, [`close ${code}`]);
    }
  });
});

test('a small buffer limit bounds what is read at a time, but for a useful least', () => {
  equal(partOf(readBuffer, 0), readBuffer);
  equal(partOf(readBuffer, 1024 * 1024), readBuffer);
  equal(partOf(readBuffer, 20_000).length, 20_000);
  equal(partOf(readBuffer, 1).length, 16_384);
  equal(partOf(readBuffer, 1).buffer, readBuffer.buffer);
});
