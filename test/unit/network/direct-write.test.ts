import { equal, notEqual, ok } from 'node:assert/strict';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { BufferPool } from '../../../src/base/buffer-pool.js';
import { systemClock } from '../../../src/base/clock.js';
import { Turn } from '../../../src/base/turn.js';
import { Connection, type ConnectionEvents } from '../../../src/network/connection.js';
import { DirectWriter } from '../../../src/network/direct-write.js';

const silent: ConnectionEvents = {
  onData: () => undefined,
  onEnd: () => undefined,
  onClose: () => undefined,
  onAboveWatermark: () => undefined,
  onBelowWatermark: () => undefined,
  onDrained: () => undefined,
};

/** A connection on one side and a client that reads nothing until it is told to on the other. */
async function pair(
  t: TestContext,
  events: ConnectionEvents,
): Promise<{ connection: Connection; client: Socket }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.pause();
  const socket = await accepted;
  t.after(() => {
    client.destroy();
    socket.destroy();
    server.close();
  });
  return { connection: new Connection(socket, resources(), events, 1024 * 1024), client };
}

function resources() {
  return {
    turn: new Turn(systemClock),
    buffers: new BufferPool(),
    readBuffer: Buffer.alloc(1024),
    direct: DirectWriter.probe(),
    onCallbackError: (error: unknown) => {
      throw error;
    },
  };
}

describe('writing on the handle', () => {
  test('this Node lets us', () => {
    notEqual(DirectWriter.probe(), null);
  });

  test('loses and reorders nothing when the kernel takes no more, and tells of both watermarks', async (t) => {
    const seen = { above: 0, below: 0 };
    const { connection, client } = await pair(t, {
      ...silent,
      onAboveWatermark: () => void seen.above++,
      onBelowWatermark: () => void seen.below++,
    });
    let sent = '';
    for (let i = 0; connection.bufferedBytes < 3 * 1024 * 1024; i++) {
      const text = `${i}:${'x'.repeat(400_000)}`;
      sent += text;
      connection.guard(() => connection.writeText(text));
      await new Promise((resolve) => setImmediate(resolve));
    }
    equal(seen.above, 1);
    let received = '';
    client.setEncoding('latin1').on('data', (text: string) => {
      received += text;
    });
    const ended = new Promise((resolve) => client.once('end', resolve));
    client.resume();
    connection.guard(() => connection.endWriting());
    await ended;
    ok(received === sent, `${received.length} of ${sent.length} bytes, or in another order`);
    equal(seen.below, 1);
  });
});

describe('reading from the handle', () => {
  test('takes what comes in order, stops at a pause, goes on after it, and tells of the end', async (t) => {
    const server = createServer({ allowHalfOpen: true }).unref();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
    const readBuffer = Buffer.alloc(4);
    let received = '';
    let owner: Connection | null = null;
    let onEnd = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      onEnd = resolve;
    });
    const socket = connect({
      port: (server.address() as AddressInfo).port,
      host: '127.0.0.1',
      allowHalfOpen: true,
      onread: { buffer: readBuffer, callback: (length) => (owner as Connection).onRead(length) },
    });
    const shared = { ...resources(), readBuffer };
    const connection = new Connection(
      socket,
      shared,
      {
        ...silent,
        onEnd,
        onData(buffer, start, end) {
          received += buffer.latin1Slice(start, end);
          connection.pauseReading();
          setImmediate(() => connection.resumeReading());
        },
      },
      1024,
    );
    owner = connection;
    await new Promise((resolve) => socket.once('connect', resolve));
    const peer = await accepted;
    t.after(() => {
      socket.destroy();
      peer.destroy();
      server.close();
    });
    const asked = new Promise((resolve) => peer.once('data', resolve));
    const before = onreadOf(socket);
    connection.guard(() => connection.writeText('?'));
    await asked;
    notEqual(onreadOf(socket), before);
    peer.end('0123456789abcdefghijklmnopqrstuvwxyz');
    await ended;
    equal(received, '0123456789abcdefghijklmnopqrstuvwxyz');
    equal(connection.bytesReceived, 36);
  });
});

function onreadOf(socket: Socket): unknown {
  return Reflect.get(Reflect.get(socket, '_handle') as object, 'onread');
}
