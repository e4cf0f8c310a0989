import { deepEqual, equal } from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { ResponseHeaders } from '../../../../src/base/header-map.js';
import type { HttpCheckConfig } from '../../../../src/upstream/health/config.js';
import { checkRequest, HttpProbe, judge } from '../../../../src/upstream/health/http-probe.js';
import type { ProbeResult } from '../../../../src/upstream/health/probe.js';
import { clearTarget } from './clear-target.js';

const config: HttpCheckConfig = {
  host: '',
  path: '/health',
  method: 'GET',
  expected: [[200, 201]],
  retriable: [],
  headersToAdd: [],
  headersToRemove: [],
};

function portOf(server: { address(): Server['address'] extends () => infer A ? A : never }): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

/** Starts a server and a probe on it; each call of the result runs one check. */
async function probing(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  keepsConnection = true,
  changes: Partial<HttpCheckConfig> = {},
): Promise<{ check: () => Promise<ProbeResult>; connections: () => number }> {
  let connections = 0;
  const server = createServer(answer);
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    check: checks(t, portOf(server), keepsConnection, { ...config, ...changes }),
    connections: () => connections,
  };
}

function checks(
  t: TestContext,
  port: number,
  keepsConnection: boolean,
  used: HttpCheckConfig,
): () => Promise<ProbeResult> {
  let tell: (result: ProbeResult) => void = () => undefined;
  const probe = new HttpProbe(clearTarget(port), used, 'web', keepsConnection, (result) => tell(result));
  t.after(() => probe.close());
  return () =>
    new Promise((resolve) => {
      tell = resolve;
      probe.begin();
    });
}

/** A server that answers with these bytes and closes. */
async function rawServer(t: TestContext, reply: (socket: Socket) => void): Promise<number> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => reply(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return portOf(server);
}

describe('HTTP health probe', () => {
  test('the request names the host and the agent', () => {
    equal(checkRequest(config, 'web'), 'GET /health HTTP/1.1\r\nhost: web\r\nuser-agent: Envoy/HC\r\n\r\n');
    const added: HttpCheckConfig = {
      ...config,
      method: 'HEAD',
      headersToAdd: [
        ['x-a', 'b'],
        ['user-agent', 'me'],
        ['x-b', 'c'],
      ],
      headersToRemove: ['x-b'],
    };
    equal(
      checkRequest(added, 'w'),
      'HEAD /health HTTP/1.1\r\nhost: w\r\nuser-agent: Envoy/HC,me\r\nx-a: b\r\n\r\n',
    );
  });

  test('the status decides, and two headers say more', () => {
    const ranges: HttpCheckConfig = { ...config, expected: [[200, 202]], retriable: [[500, 600]] };
    const judged = (status: number, header = ''): ProbeResult => {
      const response = new ResponseHeaders(status);
      if (header !== '') response.add(header, 'true');
      return judge(ranges, response);
    };
    deepEqual(
      [judged(200), judged(201), judged(202), judged(503), judged(404)],
      ['passed', 'passed', 'failed', 'retriable', 'failed'],
    );
    equal(judged(200, 'x-envoy-degraded'), 'degraded');
    equal(judged(404, 'x-envoy-immediate-health-check-fail'), 'excluded');
  });

  test('checks share a connection', async (t) => {
    const { check, connections } = await probing(t, (_request, response) => response.end('fine'));
    deepEqual([await check(), await check(), await check()], ['passed', 'passed', 'passed']);
    equal(connections(), 1);
  });

  test('a connection is not kept when it must not be', async (t) => {
    const { check, connections } = await probing(t, (_request, response) => response.end('fine'), false);
    deepEqual([await check(), await check()], ['passed', 'passed']);
    equal(connections(), 2);
  });

  test('a host that says close gets a new connection', async (t) => {
    const { check, connections } = await probing(t, (_request, response) => {
      response.setHeader('connection', 'close').end();
    });
    deepEqual([await check(), await check()], ['passed', 'passed']);
    equal(connections(), 2);
  });

  test('HEAD has no body to wait for', async (t) => {
    const answer = (_request: IncomingMessage, response: ServerResponse): void => {
      response.setHeader('content-length', '100').end();
    };
    const { check, connections } = await probing(t, answer, true, { method: 'HEAD' });
    deepEqual([await check(), await check()], ['passed', 'passed']);
    equal(connections(), 1);
  });

  test('a chunked body is read to its end before the next check', async (t) => {
    const { check, connections } = await probing(t, (_request, response) => {
      response.write('a');
      response.end('b');
    });
    deepEqual([await check(), await check()], ['passed', 'passed']);
    equal(connections(), 1);
  });

  test('a body that ends with the connection counts', async (t) => {
    const port = await rawServer(t, (socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nfine'));
    equal(await checks(t, port, true, config)(), 'passed');
  });

  test('a connection that ends early, or answers nonsense, is a network failure', async (t) => {
    const cut = await rawServer(t, (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nfi'));
    equal(await checks(t, cut, true, config)(), 'network');
    const nonsense = await rawServer(t, (socket) => socket.write('what?\r\n\r\n'));
    equal(await checks(t, nonsense, true, config)(), 'network');
  });

  test('a port that nobody listens on is a network failure, and the next check tries again', async (t) => {
    const server = createTcpServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const port = portOf(server);
    await new Promise<void>((resolve) => server.close(() => resolve()));
    const check = checks(t, port, true, config);
    deepEqual([await check(), await check()], ['network', 'network']);
  });
});
