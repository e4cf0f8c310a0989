import { deepEqual, equal, match } from 'node:assert/strict';
import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
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
