import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { eventually } from '../support/eventually.js';
import { residentMb } from '../support/process-usage.js';
import { type RunningProxy, startProxy } from '../support/proxy.js';
import { dialPeer, TcpOrigin, type TcpPeer } from '../support/tcp-peers.js';

const limits = { timeout: 60_000 };
/** What the proxy may grow by while a peer goes on for ever. */
const allowedMb = 64;

const format = '[%RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS%]\\n';

/** A proxy before an origin of the test's own, with those fields of the connection manager. */
async function startEdge(
  t: TestContext,
  manager: string,
): Promise<{ readonly proxy: RunningProxy; readonly origin: TcpOrigin }> {
  const origin = await TcpOrigin.start(t);
  const proxy = await startProxy(
    t,
    `
admin: { address: { socket_address: { address: 127.0.0.1, port_value: 0 } } }
static_resources:
  listeners:
  - name: main
    address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: edge
          delayed_close_timeout: 0.1s
          ${manager}
          access_log:
          - name: log
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StderrAccessLog
              log_format: { text_format_source: { inline_string: "${format}" } }
          route_config:
            virtual_hosts:
            - { name: all, domains: ["*"], routes: [{ match: { prefix: "/" }, route: { cluster: origin, timeout: 0s } }] }
          http_filters:
          - name: envoy.filters.http.router
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
  clusters:
  - name: origin
    type: STATIC
    load_assignment:
      cluster_name: origin
      endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: ${origin.port} } } } }] }]
`,
    ['--file-flush-interval-msec', '10'],
  );
  return { proxy, origin };
}

async function dial(t: TestContext, proxy: RunningProxy): Promise<TcpPeer> {
  return dialPeer(t, { host: '127.0.0.1', port: proxy.port() });
}

const statusOf = (peer: TcpPeer): string => peer.text.split('\r\n')[0] ?? '';

async function counters(proxy: RunningProxy, ...names: readonly string[]): Promise<number[]> {
  return Promise.all(names.map((name) => proxy.stat(`http.edge.${name}`)));
}

/** Sends the same bytes as fast as they are taken, until the other side is gone. */
async function sendForEver(peer: TcpPeer, text: string): Promise<void> {
  const { socket } = peer;
  const part = Buffer.from(text.repeat(Math.ceil(65_536 / text.length)), 'latin1');
  let isGone = false;
  const gone = new Promise<void>((resolve) => {
    const end = (): void => {
      isGone = true;
      resolve();
    };
    socket.once('close', end).once('error', end).once('end', end);
  });
  const go = (): void => {
    let isTaken = true;
    while (isTaken && !isGone && socket.writable) isTaken = socket.write(part);
  };
  socket.on('drain', go);
  go();
  await gone;
}

test('a head that does not come to its end is answered with 408', limits, async (t) => {
  const { proxy } = await startEdge(t, 'request_headers_timeout: 0.1s');
  const client = await dial(t, proxy);
  client.send('GET / HTTP/1.1\r\nhost: a\r\nx-');
  await client.ended;
  equal(statusOf(client), 'HTTP/1.1 408 Request Timeout');
  await proxy.logged(/\[408 - request_header_timeout\]/);
  deepEqual(await counters(proxy, 'downstream_rq_header_timeout', 'downstream_rq_active'), [1, 0]);
});

test('a body that stops is answered with 408, and the origin is let go', limits, async (t) => {
  const { proxy, origin } = await startEdge(t, 'stream_idle_timeout: 1s');
  const client = await dial(t, proxy);
  client.send('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nhalf');
  const upstream = await origin.accept();
  await client.ended;
  equal(statusOf(client), 'HTTP/1.1 408 Request Timeout');
  await upstream.ended;
  await proxy.logged(/\[408 SI stream_idle_timeout\]/);
  deepEqual(await counters(proxy, 'downstream_rq_idle_timeout', 'downstream_rq_active'), [1, 0]);
});

test('a body that never stops trickling is ended by the timeout of the whole request', limits, async (t) => {
  const { proxy, origin } = await startEdge(t, 'request_timeout: 1s');
  const client = await dial(t, proxy);
  client.send('POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n');
  const upstream = await origin.accept();
  upstream.socket.on('data', () => client.socket.writable && client.send('1\r\nx\r\n'));
  await client.ended;
  equal(statusOf(client), 'HTTP/1.1 408 Request Timeout');
  await proxy.logged(/\[408 - request_overall_timeout\]/);
  deepEqual(await counters(proxy, 'downstream_rq_timeout', 'downstream_rq_active'), [1, 0]);
});

test('an origin that stops in the middle of its answer is cut off', limits, async (t) => {
  const { proxy, origin } = await startEdge(t, 'stream_idle_timeout: 1s');
  const client = await dial(t, proxy);
  client.send('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  const upstream = await origin.accept();
  upstream.send('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf');
  await client.ended;
  match(client.text, /\r\n\r\nhalf$/);
  await upstream.ended;
  await proxy.logged(/\[200 SI stream_idle_timeout\]/);
  deepEqual(await counters(proxy, 'downstream_rq_tx_reset', 'downstream_rq_active'), [1, 0]);
});

test('a client that does not read is cut off, and its origin as well', limits, async (t) => {
  const { proxy, origin } = await startEdge(t, 'stream_idle_timeout: 1s');
  const client = await dial(t, proxy);
  client.socket.pause();
  client.send('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  const upstream = await origin.accept();
  await upstream.received('\r\n\r\n');
  const before = residentMb(proxy.child.pid as number);
  upstream.send('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
  await sendForEver(upstream, '5\r\nabcde\r\n');
  await proxy.logged(/\[200 SI stream_idle_timeout\]/);
  ok(residentMb(proxy.child.pid as number) - before < allowedMb);
  deepEqual(await counters(proxy, 'downstream_rq_idle_timeout', 'downstream_rq_active'), [1, 0]);
});

const active = ['downstream_rq_active', 'downstream_cx_active'] as const;

test('headers without end are refused with 431 and cost no memory', limits, async (t) => {
  const { proxy } = await startEdge(t, '');
  const before = residentMb(proxy.child.pid as number);
  for (const line of ['x-a: b\r\n', `x-a: ${'b'.repeat(4000)}\r\n`, 'b']) {
    const client = await dial(t, proxy);
    client.send('GET / HTTP/1.1\r\nhost: a\r\nx-first: ');
    await sendForEver(client, line);
  }
  const grown = residentMb(proxy.child.pid as number) - before;
  ok(grown < allowedMb);
  await proxy.logged(/(?:\[431 DPE http1\.\S+\]\s*){3}/);
  await eventually(async () => (await counters(proxy, ...active)).every((value) => value === 0));
});

test('chunks without end wait for an origin that does not read', limits, async (t) => {
  const { proxy, origin } = await startEdge(t, 'stream_idle_timeout: 1s');
  const client = await dial(t, proxy);
  const before = residentMb(proxy.child.pid as number);
  client.send('POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n');
  const upstream = await origin.accept();
  upstream.socket.pause();
  await sendForEver(client, '5\r\nabcde\r\n');
  await proxy.logged(/\[408 SI stream_idle_timeout\]/);
  ok(residentMb(proxy.child.pid as number) - before < allowedMb);
  await eventually(async () => (await counters(proxy, ...active)).every((value) => value === 0));
});
