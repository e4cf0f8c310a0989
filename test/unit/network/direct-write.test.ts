import { equal, notEqual, ok } from 'node:assert/strict';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { BufferPool } from '../../../src/base/buffer-pool.js';
import { systemClock } from '../../../src/base/clock.js';
import { Turn } from '../../../src/base/turn.js';
import {
  Connection,
  type ConnectionEvents,
  type ConnectionResources,
} from '../../../src/network/connection.js';
import { DirectWriter } from '../../../src/network/direct-write.js';
import { SharedBufferWriter } from '../../../src/network/shared-buffer-writer.js';

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
  shared: ConnectionResources = resources(),
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
  return { connection: new Connection(socket, shared, events, 1024 * 1024), client };
}

function resources() {
  return {
    turn: new Turn(systemClock),
    buffers: new BufferPool(),
    readBuffer: Buffer.alloc(1024),
    direct: DirectWriter.probe(),
    bulk: null,
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

describe('writing what lies in the read buffer', () => {
  test('loses and reorders nothing although the next read overwrites it', async (t) => {
    const readBuffer = Buffer.alloc(512 * 1024);
    const bulk = SharedBufferWriter.over(readBuffer);
    notEqual(bulk, null);
    const { connection, client } = await pair(t, silent, { ...resources(), readBuffer, bulk });
    const sent: Buffer[] = [];
    const lengths = [300_000, 512 * 1024, 2049, 17, 70_000];
    for (let i = 0; connection.bufferedBytes < 3 * 1024 * 1024; i++) {
      const length = lengths[i % lengths.length] as number;
      const start = (i * 31) % (readBuffer.length - length + 1);
      readBuffer.fill(i % 251, start, start + length);
      const head = i % 3 === 0 ? `${i};` : '';
      sent.push(Buffer.from(head, 'latin1'), Buffer.from(readBuffer.subarray(start, start + length)));
      connection.guard(() => {
        if (head !== '') connection.writeText(head);
        connection.writeBytes(readBuffer, start, start + length);
      });
      readBuffer.fill(255);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const received: Buffer[] = [];
    client.on('data', (bytes: Buffer) => received.push(bytes));
    const ended = new Promise((resolve) => client.once('end', resolve));
    client.resume();
    connection.guard(() => connection.endWriting());
    await ended;
    const [got, due] = [Buffer.concat(received), Buffer.concat(sent)];
    ok(got.equals(due), `${got.length} of ${due.length} bytes, or others`);
    equal(connection.bytesSent, due.length);
  });

  test('tells how much the kernel took, and nothing of a descriptor that is none', () => {
    const readBuffer = Buffer.alloc(1024);
    const bulk = SharedBufferWriter.over(readBuffer);
    equal(bulk?.write(-1, 'text', 0, 1024), 0);
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
