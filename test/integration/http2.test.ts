import { deepEqual, equal, match } from 'node:assert/strict';
import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect,
  constants,
  createServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { eventually } from '../support/eventually.js';
import { type RunningProxy, startOrigin, startProxy } from '../support/proxy.js';
import { ringBootstrap } from '../support/ring-bootstrap.js';

const limits = { timeout: 60_000 };

interface Reply {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

function open(t: TestContext, proxy: RunningProxy): ClientHttp2Session {
  const session = connect(`http://127.0.0.1:${proxy.port()}`);
  session.on('error', () => undefined);
  t.after(() => session.destroy());
  return session;
}

async function ask(session: ClientHttp2Session, headers: OutgoingHttpHeaders, body = ''): Promise<Reply> {
  const stream = session.request({ ':path': '/', ...headers }, { endStream: body === '' });
  if (body !== '') stream.end(body);
  const [head] = (await once(stream, 'response')) as [IncomingHttpHeaders];
  let text = '';
  for await (const part of stream.setEncoding('latin1')) text += part;
  return { headers: head, body: text };
}

async function startEcho(t: TestContext): Promise<RunningProxy> {
  const { port } = await startOrigin(t, (request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      response.setHeader('x-saw', JSON.stringify(request.headers));
      response.end(`${request.method} ${request.url} ${Buffer.concat(parts).toString('latin1')}`);
    });
  });
  return startProxy(t, ringBootstrap({ origin: port }));
}

describe('HTTP/2 clients', () => {
  test(
    'many streams of one connection reach an HTTP/1 origin, each with its own answer',
    limits,
    async (t) => {
      const proxy = await startEcho(t);
      const session = open(t, proxy);
      const replies = await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          ask(session, { ':method': 'POST', ':path': `/p/${i}` }, `body ${i}`),
        ),
      );
      deepEqual(
        replies.map(({ body }) => body),
        replies.map((_, i) => `POST /p/${i} body ${i}`),
      );
      equal(await proxy.stat('http.ingress.downstream_cx_http2_total'), 1);
      equal(await proxy.stat('http.ingress.downstream_rq_http2_total'), 50);
    },
  );

  test('crumbs of a cookie are put together, and te does not travel on', limits, async (t) => {
    const proxy = await startEcho(t);
    const session = open(t, proxy);
    const { headers } = await ask(session, { cookie: ['a=1', 'b=2'], te: 'trailers' });
    const saw = JSON.parse(String(headers['x-saw']));
    equal(saw.cookie, 'a=1; b=2');
    equal(saw['x-forwarded-proto'], 'http');
  });

  test('a reset by the client ends the request and nothing else', limits, async (t) => {
    const { port } = await startOrigin(t, (request, response) => {
      if (request.url === '/fast') response.end('fast');
    });
    const proxy = await startProxy(t, ringBootstrap({ origin: port }));
    const session = open(t, proxy);
    const slow = session.request({ ':path': '/slow' });
    slow.on('error', () => undefined);
    await eventually(async () => (await proxy.stat('cluster.origin.upstream_rq_active')) === 1);
    slow.close(constants.NGHTTP2_CANCEL);
    await eventually(async () => (await proxy.stat('cluster.origin.upstream_rq_active')) === 0);
    equal((await ask(session, { ':path': '/fast' })).body, 'fast');
    equal(await proxy.stat('http2.rx_reset'), 1);
  });

  test('an idle connection is told to go before it is closed', limits, async (t) => {
    const { port } = await startOrigin(t, (_request, response) => response.end('ok'));
    const manager = 'common_http_protocol_options: { idle_timeout: 0.2s }';
    const proxy = await startProxy(t, ringBootstrap({ origin: port, manager }));
    const session = open(t, proxy);
    const goaway = once(session, 'goaway');
    equal((await ask(session, { ':path': '/' })).body, 'ok');
    equal((await goaway)[0], constants.NGHTTP2_NO_ERROR);
    equal(await proxy.stat('http.ingress.downstream_cx_idle_timeout'), 1);
  });

  test('SIGTERM says GOAWAY, and streams in progress are answered', limits, async (t) => {
    let finish: () => void = () => undefined;
    const { port } = await startOrigin(t, (_request, response) => {
      finish = () => response.end('late');
    });
    const proxy = await startProxy(t, ringBootstrap({ origin: port }));
    const session = open(t, proxy);
    const reply = ask(session, { ':path': '/' });
    await eventually(async () => (await proxy.stat('cluster.origin.upstream_rq_active')) === 1);
    const goaway = once(session, 'goaway');
    proxy.child.kill('SIGTERM');
    await proxy.logged(/drain/i);
    finish();
    equal((await reply).body, 'late');
    await goaway;
    match(String(await proxy.exit()), /^0$/);
  });
});

/** An HTTP/2 origin without TLS, ended with the test. */
async function startHttp2Origin(
  t: TestContext,
  serve: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void,
): Promise<number> {
  const server = createServer();
  server.on('stream', serve);
  server.on('session', (session) => t.after(() => session.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

const http2Cluster = 'http2_protocol_options: {}';

describe('HTTP/2 origins', () => {
  test('requests of HTTP/1 clients share a connection, trailers and all', limits, async (t) => {
    const port = await startHttp2Origin(t, (stream, headers) => {
      stream.respond({ ':status': 200, 'x-path': headers[':path'] as string }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-trailer': 'yes' }));
      stream.end('answer');
    });
    const proxy = await startProxy(t, ringBootstrap({ origin: port, cluster: http2Cluster }), [
      '--concurrency',
      '1',
    ]);
    const replies = await Promise.all(Array.from({ length: 20 }, (_, i) => proxy.fetch(`/${i}`)));
    deepEqual(
      replies.map(({ headers, body }) => [headers['x-path'], body]),
      replies.map((_, i) => [`/${i}`, 'answer']),
    );
    equal(await proxy.stat('cluster.origin.upstream_cx_http2_total'), 1);
  });

  test('trailers pass from end to end in both directions', limits, async (t) => {
    const seen: IncomingHttpHeaders[] = [];
    const port = await startHttp2Origin(t, (stream) => {
      stream.on('trailers', (trailers: IncomingHttpHeaders) => seen.push(trailers));
      stream.resume().on('end', () => {
        stream.respond({ ':status': 200 }, { waitForTrailers: true });
        stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
        stream.end('x');
      });
    });
    const proxy = await startProxy(t, ringBootstrap({ origin: port, cluster: http2Cluster }));
    const session = open(t, proxy);
    const stream = session.request({ ':method': 'POST', ':path': '/' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sent': 'too' }));
    const trailers = once(stream, 'trailers');
    stream.end('body');
    stream.resume();
    equal(((await trailers) as [IncomingHttpHeaders])[0]['grpc-status'], '0');
    equal(seen[0]?.['x-sent'], 'too');
  });

  test('a slow reader of one stream does not stop the others', limits, async (t) => {
    const big = Buffer.alloc(8 * 1024 * 1024, 'x');
    const port = await startHttp2Origin(t, (stream, headers) => {
      stream.respond({ ':status': 200 });
      stream.end(headers[':path'] === '/big' ? big : 'small');
    });
    const proxy = await startProxy(t, ringBootstrap({ origin: port, cluster: http2Cluster }));
    const session = open(t, proxy);
    const slow = session.request({ ':path': '/big' });
    slow.pause();
    await once(slow, 'response');
    for (let i = 0; i < 20; i++) equal((await ask(session, { ':path': '/small' })).body, 'small');
    let bytes = 0;
    for await (const part of slow) bytes += (part as Buffer).length;
    equal(bytes, big.length);
  });

  test('GOAWAY of the origin moves new requests to another connection', limits, async (t) => {
    let served = 0;
    const port = await startHttp2Origin(t, (stream) => {
      served++;
      stream.respond({ ':status': 200 });
      stream.end('ok');
      if (served === 1) stream.session?.close();
    });
    const proxy = await startProxy(t, ringBootstrap({ origin: port, cluster: http2Cluster }));
    equal((await proxy.fetch('/')).status, 200);
    await eventually(async () => (await proxy.stat('cluster.origin.upstream_cx_destroy')) === 1);
    equal((await proxy.fetch('/')).status, 200);
    equal(await proxy.stat('cluster.origin.upstream_cx_http2_total'), 2);
  });

  test('more streams than the origin allows open another connection', limits, async (t) => {
    const waiting: ServerHttp2Stream[] = [];
    const port = await startHttp2Origin(t, (stream) => waiting.push(stream));
    const options = 'http2_protocol_options: { max_concurrent_streams: 2 }';
    const proxy = await startProxy(t, ringBootstrap({ origin: port, cluster: options }));
    const session = open(t, proxy);
    const replies = Array.from({ length: 5 }, (_, i) => ask(session, { ':path': `/${i}` }));
    await eventually(() => waiting.length === 5);
    equal(await proxy.stat('cluster.origin.upstream_cx_active'), 3);
    for (const stream of waiting) {
      stream.respond({ ':status': 200 });
      stream.end('ok');
    }
    deepEqual(
      (await Promise.all(replies)).map(({ body }) => body),
      ['ok', 'ok', 'ok', 'ok', 'ok'],
    );
  });
});

describe('tunnels between the protocols', () => {
  const allow = [
    'http2_protocol_options: { allow_connect: true }',
    'upgrade_configs: [{ upgrade_type: websocket }]',
  ].join('\n          ');

  test('an extended CONNECT of HTTP/2 is an upgrade to an HTTP/1 origin', limits, async (t) => {
    const { port, server } = await startOrigin(t, () => undefined);
    server.on('upgrade', (_request, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
      socket.pipe(socket);
    });
    const proxy = await startProxy(t, ringBootstrap({ origin: port, manager: allow }));
    const session = open(t, proxy);
    await once(session, 'remoteSettings');
    const stream = session.request({
      ':method': 'CONNECT',
      ':protocol': 'websocket',
      ':path': '/chat',
      ':scheme': 'http',
      ':authority': 'test.local',
    });
    const [head] = (await once(stream, 'response')) as [IncomingHttpHeaders];
    equal(head[':status'], 200);
    const echo = once(stream.setEncoding('latin1'), 'data');
    stream.write('hello');
    deepEqual(await echo, ['hello']);
    stream.close();
  });
});
