import { deepEqual, equal } from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { describe, type TestContext, test } from 'node:test';
import type { GrpcCheckConfig } from '../../../../src/upstream/health/config.js';
import { servingStatus } from '../../../../src/upstream/health/grpc-probe.js';
import { type Checks, checksOf, listening } from './probe-support.js';

const plain: GrpcCheckConfig = { service: '', authority: '', headers: { remove: [], add: [] } };

type Serve = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, body: Buffer) => void;

async function probing(
  t: TestContext,
  serve: Serve,
  changes: Partial<GrpcCheckConfig> = {},
): Promise<Checks & { connections: () => number }> {
  let connections = 0;
  const server = createServer();
  server.on('session', (session) => {
    connections++;
    t.after(() => session.destroy());
  });
  server.on('stream', (stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on('error', () => undefined);
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => serve(stream, headers, Buffer.concat(chunks)));
  });
  const port = await listening(t, server);
  const checks = checksOf(t, port, { kind: 'grpc', grpc: { ...plain, ...changes } });
  return { ...checks, connections: () => connections };
}

/** Answers as a gRPC service: this message, then that status. */
function answer(message: readonly number[], status = '0'): Serve {
  return (stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': status }));
    stream.end(Buffer.from([0, 0, 0, 0, message.length, ...message]));
  };
}

describe('gRPC health probe', () => {
  test('it asks the health service for the service by name', async (t) => {
    const seen: unknown[] = [];
    const { check } = await probing(
      t,
      (stream, headers, body) => {
        const names = ['content-type', 'te', 'user-agent', 'grpc-timeout', ':scheme', ':authority'] as const;
        seen.push(headers[':path'], body.toString('hex'), ...names.map((name) => headers[name]));
        answer([8, 1])(stream, headers, body);
      },
      { service: 'shop', authority: 'there' },
    );
    equal((await check()).verdict, 'passed');
    const agent = ['application/grpc', 'trailers', 'Envoy/HC', '1000m', 'http', 'there'];
    deepEqual(seen, ['/grpc.health.v1.Health/Check', '00000000060a0473686f70', ...agent]);
  });

  for (const [name, serve] of [
    ['one that does not serve', answer([8, 2])],
    ['one that the service does not know', answer([8, 3])],
    ['an answer that says nothing', answer([])],
    ['an answer with an error status', answer([8, 1], '5')],
    ['an answer that is no message', answer([7])],
    [
      'an answer without a message',
      (stream) => {
        stream.respond(
          { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '0' },
          { endStream: true },
        );
      },
    ],
    [
      'an answer that is not gRPC',
      (stream) => stream.respond({ ':status': 200, 'content-type': 'text/plain' }),
    ],
    ['an HTTP error', (stream) => stream.respond({ ':status': 503 }, { endStream: true })],
  ] as readonly (readonly [string, Serve])[]) {
    test(`${name} fails, and the connection serves the next check`, async (t) => {
      const { check, connections } = await probing(t, serve);
      deepEqual([(await check()).verdict, (await check()).verdict], ['failed', 'failed']);
      equal(connections(), 1);
    });
  }

  test('a stream that is reset is a network failure', async (t) => {
    const { check } = await probing(t, (stream) => stream.close(2));
    equal((await check()).verdict, 'network');
  });

  test('a check that is given up leaves the connection to the next', async (t) => {
    const { check, abandoned, connections } = await probing(t, answer([8, 1]));
    equal((await check()).verdict, 'passed');
    abandoned();
    equal((await check()).verdict, 'passed');
    equal(connections(), 1);
  });

  test('a status is found among other fields, and broken bytes have none', () => {
    const status = (...bytes: number[]): number | null => servingStatus(Buffer.from(bytes));
    equal(status(), 0);
    equal(status(0x12, 2, 1, 2, 8, 1, 0x18, 0x96, 1), 1);
    equal(status(0x1d, 0, 0, 0, 0, 0x21, 0, 0, 0, 0, 0, 0, 0, 0, 8, 2), 2);
    deepEqual([status(8), status(0x12, 9, 1), status(0x0b), status(8, 0xff)], [null, null, null, null]);
  });
});
