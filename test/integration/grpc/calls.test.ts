import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { describe, type TestContext, test } from 'node:test';
import {
  type Client,
  type ClientDuplexStream,
  compressionAlgorithms,
  Metadata,
  type StatusObject,
  status,
} from '@grpc/grpc-js';
import { eventually } from '../../support/eventually.js';
import { type RunningProxy, startProxy } from '../../support/proxy.js';
import { ringBootstrap } from '../../support/ring-bootstrap.js';
import { ask, connectTo } from './calls.js';
import { type EchoLog, echoMethods, startEchoService } from './echo-service.js';

const limits = { timeout: 60_000 };
const bytes = (value: Buffer): Buffer => value;
const cluster = `http2_protocol_options: {}
    circuit_breakers: { thresholds: [{ max_requests: 20000, max_pending_requests: 20000 }] }`;

/** How a call of many messages ends; errors come besides, and tell the same. */
function endOf(call: ClientDuplexStream<Buffer, Buffer>): Promise<StatusObject> {
  call.on('error', () => undefined).on('data', () => undefined);
  return new Promise((resolve) => {
    call.on('status', resolve);
  });
}

interface Setup {
  readonly proxy: RunningProxy;
  readonly client: Client;
  readonly log: EchoLog;
}

async function start(t: TestContext, manager = '', options = {}): Promise<Setup> {
  const { port, log } = await startEchoService(t);
  const proxy = await startProxy(t, ringBootstrap({ origin: port, cluster, manager }));
  return { proxy, client: connectTo(t, proxy.port(), options), log };
}

describe('gRPC through the proxy', () => {
  test('unary calls carry metadata, text and binary, both ways', limits, async (t) => {
    const { client, log } = await start(t);
    const metadata = new Metadata();
    metadata.add('x-text', 'one');
    metadata.add('x-text', 'two');
    metadata.add('x-bytes-bin', Buffer.from([0, 1, 254, 255]));
    const { reply, initial, end } = await ask(client, echoMethods.Unary, Buffer.from('hello'), metadata);
    equal(reply?.toString(), 'hello');
    deepEqual(log.metadata[0]?.get('x-bytes-bin'), [Buffer.from([0, 1, 254, 255])]);
    deepEqual(initial?.get('x-text').join(', '), 'one, two');
    deepEqual(initial?.get('x-bytes-bin'), [Buffer.from([0, 1, 254, 255])]);
    deepEqual(end?.metadata.get('x-end-bin'), [Buffer.from([0, 255, 128])]);
  });

  test('messages of any size come through, nothing and megabytes', limits, async (t) => {
    const { client } = await start(t);
    for (const size of [0, 1, 16_384, 65_536, 271_828, 8 * 1024 * 1024]) {
      const { reply } = await ask(client, echoMethods.Unary, Buffer.alloc(size, 'z'), new Metadata());
      equal(reply?.length, size);
    }
  });

  test('a stream of requests, a stream of answers, and both at once', limits, async (t) => {
    const { client } = await start(t);
    const collected = new Promise<string>((resolve) => {
      const call = client.makeClientStreamRequest(echoMethods.Collect.path, bytes, bytes, (_error, reply) =>
        resolve(String(reply)),
      );
      for (const size of [27_182, 8, 1828, 45_904]) call.write(Buffer.alloc(size));
      call.end();
    });
    equal(await collected, '4 74922');
    const sizes: number[] = [];
    const repeat = client.makeServerStreamRequest(
      echoMethods.Repeat.path,
      bytes,
      bytes,
      Buffer.from('5 31415'),
    );
    for await (const part of repeat) sizes.push((part as Buffer).length);
    deepEqual(sizes, [31_415, 31_415, 31_415, 31_415, 31_415]);
    const chat = client.makeBidiStreamRequest(echoMethods.Chat.path, bytes, bytes);
    for (const word of ['ping', '', 'pong']) {
      chat.write(Buffer.from(word));
      const [answer] = (await once(chat, 'data')) as [Buffer];
      equal(answer.toString(), word);
    }
    const end = endOf(chat);
    chat.end();
    equal((await end).code, status.OK);
  });

  test('a call without messages ends well', limits, async (t) => {
    const { client } = await start(t);
    const chat = client.makeBidiStreamRequest(echoMethods.Chat.path, bytes, bytes);
    const end = endOf(chat);
    chat.end();
    equal((await end).code, status.OK);
  });

  test('every status comes with its message and details', limits, async (t) => {
    const { client } = await start(t);
    for (const code of [1, 2, 5, 8, 13, 14, 16]) {
      const { error } = await ask(client, echoMethods.Fail, Buffer.from(String(code)), new Metadata());
      equal(error?.code, code);
      equal(error?.details, 'it wént 100% wrong');
      deepEqual(error?.metadata.get('grpc-status-details-bin'), [Buffer.from('details of it')]);
    }
    const unknown = { ...echoMethods.Unary, path: '/test.Echo/Nothing' };
    equal((await ask(client, unknown, Buffer.alloc(0), new Metadata())).error?.code, status.UNIMPLEMENTED);
  });

  test('compressed messages pass as they are', limits, async (t) => {
    const { client } = await start(t, '', {
      'grpc.default_compression_algorithm': compressionAlgorithms.gzip,
    });
    const { reply } = await ask(client, echoMethods.Unary, Buffer.alloc(100_000, 'c'), new Metadata());
    equal(reply?.length, 100_000);
  });

  test('a deadline of the client reaches the service, and ends the call there', limits, async (t) => {
    const { client, log, proxy } = await start(t);
    const call = client.makeBidiStreamRequest(echoMethods.Never.path, bytes, bytes, {
      // Long enough to reach the service on a machine that is busy.
      deadline: Date.now() + 2000,
    });
    equal((await endOf(call)).code, status.DEADLINE_EXCEEDED);
    match(String(log.metadata[0]?.get('grpc-timeout')), /^(?:\d+m)?$/);
    await eventually(() => log.cancelled === 1);
    await eventually(async () => (await proxy.stat('cluster.origin.upstream_rq_active')) === 0);
  });

  test(
    'a cancelled call is cancelled at the service, before and after its answer began',
    limits,
    async (t) => {
      const { client, log } = await start(t);
      const never = client.makeBidiStreamRequest(echoMethods.Never.path, bytes, bytes);
      const ended = endOf(never);
      never.write(Buffer.from('x'));
      await eventually(() => log.started === 1);
      never.cancel();
      equal((await ended).code, status.CANCELLED);
      const chat = client.makeBidiStreamRequest(echoMethods.Chat.path, bytes, bytes);
      chat.on('error', () => undefined);
      chat.write(Buffer.from('x'));
      await once(chat, 'data');
      chat.cancel();
      await eventually(() => log.cancelled === 2);
    },
  );

  test('a slow reader holds the service back from end to end', limits, async (t) => {
    const { client, proxy } = await start(t);
    const call = client.makeServerStreamRequest(
      echoMethods.Repeat.path,
      bytes,
      bytes,
      Buffer.from('400 65536'),
    );
    call.pause();
    await eventually(
      async () => (await proxy.stat('http.ingress.downstream_flow_control_paused_reading_total')) > 0,
    );
    ok((await proxy.stat('cluster.origin.upstream_cx_rx_bytes_total')) < 20 * 1024 * 1024);
    let received = 0;
    for await (const part of call) received += (part as Buffer).length;
    equal(received, 400 * 65_536);
  });

  test('what the proxy answers by itself is a gRPC status', limits, async (t) => {
    const { port } = await startEchoService(t);
    const proxy = await startProxy(
      t,
      ringBootstrap({ origin: port, cluster: `${cluster}\n    connect_timeout: 1s` }),
    );
    const gone = await startProxy(t, ringBootstrap({ origin: 1, cluster }));
    const client = connectTo(t, gone.port());
    const { error } = await ask(client, echoMethods.Unary, Buffer.from('x'), new Metadata());
    equal(error?.code, status.UNAVAILABLE);
    match(error?.details ?? '', /upstream connect error/);
    equal(await proxy.stat('http.ingress.downstream_rq_5xx'), 0);
    equal(await gone.stat('http.ingress.downstream_rq_2xx'), 1);
  });

  test('ten thousand streams go over few connections', { timeout: 120_000 }, async (t) => {
    const { client, proxy, log } = await start(
      t,
      'http2_protocol_options: { max_concurrent_streams: 20000 }',
    );
    const count = 10_000;
    const calls = Array.from({ length: count }, () => {
      const call = client.makeBidiStreamRequest(echoMethods.Chat.path, bytes, bytes);
      call.on('error', () => undefined);
      call.write(Buffer.from('x'));
      return call;
    });
    let answered = 0;
    const all = new Promise<void>((resolve) => {
      for (const call of calls)
        call.on('data', () => {
          if (++answered === count) resolve();
        });
    });
    await all;
    equal(log.started, count);
    equal(await proxy.stat('http.ingress.downstream_rq_active'), count);
    equal(await proxy.stat('http.ingress.downstream_cx_total'), 1);
    ok((await proxy.stat('cluster.origin.upstream_cx_total')) <= 12);
    const ends = calls.map(endOf);
    for (const call of calls) call.end();
    for (const end of await Promise.all(ends)) equal(end.code, status.OK);
    await eventually(async () => (await proxy.stat('cluster.origin.upstream_rq_active')) === 0);
  });
});
