import { deepEqual, equal } from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { ResponseHeaders } from '../../../../src/base/header-map.js';
import { SeededRandom } from '../../../../src/base/random.js';
import { H } from '../../../../src/upstream/health/health-stats.js';
import type { HttpCheckConfig } from '../../../../src/upstream/health/http-check-config.js';
import { HttpJudge } from '../../../../src/upstream/health/http-probe.js';
import type { ProbeResult } from '../../../../src/upstream/health/probe.js';
import { plainHttpCheck } from '../cluster-configs.js';
import { FakeStats, fakeRuntime } from '../fake-scope.js';
import { type Checks, checksOf, listening } from './probe-support.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server that answers so, and checks of it. */
async function probing(
  t: TestContext,
  answer: Answer,
  changes: Partial<HttpCheckConfig> = {},
  settings: Parameters<typeof checksOf>[3] = {},
): Promise<{ verdicts: (n: number) => Promise<readonly string[]>; connections: () => number }> {
  let connections = 0;
  const server = createServer(answer);
  server.on('connection', () => connections++);
  t.after(() => server.closeAllConnections());
  const port = await listening(t, server);
  const { check } = checksOf(t, port, { kind: 'http', http: { ...plainHttpCheck, ...changes } }, settings);
  return { verdicts: (n) => verdictsOf(check, n), connections: () => connections };
}

async function verdictsOf(check: () => Promise<ProbeResult>, n: number): Promise<readonly string[]> {
  const verdicts: string[] = [];
  for (let i = 0; i < n; i++) verdicts.push((await check()).verdict);
  return verdicts;
}

/** Checks of a server that does this with the first bytes of each connection. */
async function raw(t: TestContext, reply: (socket: Socket) => void): Promise<Checks> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => reply(socket));
  });
  return checksOf(t, await listening(t, server), { kind: 'http', http: plainHttpCheck });
}

describe('HTTP health probe', () => {
  test('the request names the host and the agent, and rules change it', async (t) => {
    const seen: (readonly string[])[] = [];
    const answer: Answer = (request, response) => {
      seen.push(request.rawHeaders);
      response.end();
    };
    const add = (name: string, value: string) =>
      ({ name, value, action: 'append', keepEmpty: false }) as const;
    const { verdicts } = await probing(t, answer, {
      headers: {
        remove: ['x-zz'],
        add: [add('x-a', '%PROTOCOL%'), add('user-agent', 'me'), add('x-b', 'c')],
      },
    });
    deepEqual(await verdicts(1), ['passed']);
    deepEqual(seen, [['host', 'web', 'user-agent', 'Envoy/HC,me', 'x-a', 'HTTP/1.1', 'x-b', 'c']]);
  });

  test('the endpoint names the host before the check does', async (t) => {
    const seen: (string | undefined)[] = [];
    const answer: Answer = (request, response) => {
      seen.push(request.headers.host);
      response.end();
    };
    await (await probing(t, answer, { host: 'check' })).verdicts(1);
    await (await probing(t, answer, { host: 'check' }, { hostname: 'endpoint' })).verdicts(1);
    deepEqual(seen, ['check', 'endpoint']);
  });

  test('a payload is sent with its length, and the answer must have what is expected in order', async (t) => {
    const bodies: string[] = [];
    const answer: Answer = (request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      request.on('end', () => {
        bodies.push(`${request.headers['content-length']} ${body}`);
        response.end('hello world');
      });
    };
    const hex = (text: string): string => Buffer.from(text).toString('hex');
    const checkWith = async (receive: readonly string[], responseBufferBytes = 1024) => {
      const changes = { method: 'POST', send: hex('abc'), receive: receive.map(hex), responseBufferBytes };
      return (await (await probing(t, answer, changes)).verdicts(2)).join();
    };
    equal(await checkWith(['hel', 'wor']), 'passed,passed');
    equal(await checkWith(['wor', 'hel']), 'failed,failed');
    equal(await checkWith(['world'], 10), 'failed,failed');
    equal(await checkWith(['world'], 0), 'passed,passed');
    deepEqual(new Set(bodies), new Set(['3 abc']));
  });

  test('the status decides, and two headers say more', () => {
    const ranges: HttpCheckConfig = { ...plainHttpCheck, expected: [[200, 202]], retriable: [[500, 600]] };
    const scope = {
      stats: new FakeStats().bind('hc', H),
      runtime: fakeRuntime(),
      random: new SeededRandom(1),
    };
    const judge = new HttpJudge(ranges, scope);
    const judged = (status: number, header = ''): ProbeResult => {
      const response = new ResponseHeaders(status);
      if (header !== '') response.add(header, 'true');
      return judge.judge(response, Buffer.alloc(0));
    };
    deepEqual(
      [200, 201, 202, 503, 404].map((status) => judged(status).verdict),
      ['passed', 'passed', 'failed', 'retriable', 'failed'],
    );
    equal(judged(200, 'x-envoy-degraded').verdict, 'degraded');
    deepEqual(judged(404, 'x-envoy-immediate-health-check-fail'), {
      verdict: 'failed',
      status: 404,
      excludes: true,
    });
    equal(judged(503, 'x-envoy-immediate-health-check-fail').excludes, true);
    equal(judged(200, 'x-envoy-immediate-health-check-fail').excludes, false);
  });

  test('a host that answers for another service fails, unless runtime looks away', () => {
    const config: HttpCheckConfig = {
      ...plainHttpCheck,
      serviceName: { kind: 'prefix', value: 'loc', ignoreCase: false },
    };
    const judged = (service: string, verify = 100) => {
      const stats = new FakeStats();
      const judge = new HttpJudge(config, {
        stats: stats.bind('hc', H),
        runtime: fakeRuntime({ 'health_check.verify_cluster': verify }),
        random: new SeededRandom(1),
      });
      const response = new ResponseHeaders(200);
      if (service !== '') response.add('x-envoy-upstream-healthchecked-cluster', service);
      return [judge.judge(response, Buffer.alloc(0)).verdict, stats.get('hc.verify_cluster')];
    };
    deepEqual(judged('locations'), ['passed', 1]);
    deepEqual(judged('other'), ['failed', 1]);
    deepEqual(judged(''), ['failed', 1]);
    deepEqual(judged('other', 0), ['passed', 0]);
  });

  test('checks share a connection', async (t) => {
    const { verdicts, connections } = await probing(t, (_request, response) => response.end('fine'));
    deepEqual(await verdicts(3), ['passed', 'passed', 'passed']);
    equal(connections(), 1);
  });

  test('a connection is not kept when it must not be', async (t) => {
    const answer: Answer = (_request, response) => response.end('fine');
    const { verdicts, connections } = await probing(t, answer, {}, { keepsConnection: false });
    deepEqual(await verdicts(2), ['passed', 'passed']);
    equal(connections(), 2);
  });

  test('a host that says close gets a new connection', async (t) => {
    const { verdicts, connections } = await probing(t, (_request, response) => {
      response.setHeader('connection', 'close').end();
    });
    deepEqual(await verdicts(2), ['passed', 'passed']);
    equal(connections(), 2);
  });

  test('HEAD has no body to wait for', async (t) => {
    const answer: Answer = (_request, response) => response.setHeader('content-length', '100').end();
    const { verdicts, connections } = await probing(t, answer, { method: 'HEAD' });
    deepEqual(await verdicts(2), ['passed', 'passed']);
    equal(connections(), 1);
  });

  test('a chunked body is read to its end before the next check', async (t) => {
    const { verdicts, connections } = await probing(t, (_request, response) => {
      response.write('a');
      response.end('b');
    });
    deepEqual(await verdicts(2), ['passed', 'passed']);
    equal(connections(), 1);
  });

  test('a body that ends with the connection counts', async (t) => {
    const { check } = await raw(t, (socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nfine'));
    deepEqual(await verdictsOf(check, 2), ['passed', 'passed']);
  });

  test('a connection that ends early, or answers nonsense, is a network failure', async (t) => {
    const cut = await raw(t, (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nfi'));
    deepEqual(await verdictsOf(cut.check, 2), ['network', 'network']);
    const nonsense = await raw(t, (socket) => socket.write('what?\r\n\r\n'));
    deepEqual(await verdictsOf(nonsense.check, 2), ['network', 'network']);
  });

  test('a port that nobody listens on is a network failure, and the next check tries again', async (t) => {
    const server = createTcpServer();
    const port = await listening(t, server);
    await new Promise<void>((resolve) => server.close(() => resolve()));
    const { check } = checksOf(t, port, { kind: 'http', http: plainHttpCheck });
    deepEqual(await verdictsOf(check, 2), ['network', 'network']);
  });
});

describe('HTTP/2 health probe', () => {
  const http2: HttpCheckConfig = { ...plainHttpCheck, protocol: 'http2' };

  test('checks share a connection, and a host that is leaving gets a new one', async (t) => {
    let connections = 0;
    const server = createHttp2Server();
    server.on('session', (session) => {
      connections++;
      t.after(() => session.destroy());
    });
    server.on('stream', (stream, headers) => {
      stream.respond({ ':status': headers['user-agent'] === 'Envoy/HC' ? 200 : 400 });
      if (connections === 1) stream.session?.goaway(0);
      stream.end('fine');
    });
    const { check } = checksOf(t, await listening(t, server), { kind: 'http', http: http2 });
    deepEqual(await verdictsOf(check, 3), ['passed', 'passed', 'passed']);
    equal(connections, 2);
  });

  test('a stream that is reset is a network failure; the connection stays', async (t) => {
    let connections = 0;
    let streams = 0;
    const server = createHttp2Server();
    server.on('session', (session) => {
      connections++;
      t.after(() => session.destroy());
    });
    server.on('stream', (stream) => {
      stream.on('error', () => undefined);
      if (streams++ === 0) stream.close(2);
      else {
        stream.respond({ ':status': 200 });
        stream.end();
      }
    });
    const { check } = checksOf(t, await listening(t, server), { kind: 'http', http: http2 });
    deepEqual(await verdictsOf(check, 2), ['network', 'passed']);
    equal(connections, 1);
  });
});
