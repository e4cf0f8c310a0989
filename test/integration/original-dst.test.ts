import { equal, match } from 'node:assert/strict';
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { eventually } from '../support/eventually.js';
import { startProxy } from '../support/proxy.js';

async function portOf(t: TestContext, server: ReturnType<typeof createTcpServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** What the peer says until it ends. */
function talk(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.end(text));
    socket.setEncoding('utf8').on('data', (part: string) => {
      answer += part;
    });
    socket.on('end', () => resolve(answer)).on('error', reject);
  });
}

const bootstrap = `
admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
static_resources:
  listeners:
  - name: main
    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
    filter_chains:
    - filters:
      - name: http
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: in
          route_config: {virtual_hosts: [{name: all, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: meant}}]}]}
          http_filters: [{name: router, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}]
  - name: tcp
    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
    listener_filters:
    - name: proxy
      typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol}
    filter_chains:
    - filters:
      - name: tcp
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
          stat_prefix: tcp
          cluster: meant
  clusters:
  - name: meant
    type: ORIGINAL_DST
    lb_policy: CLUSTER_PROVIDED
    original_dst_lb_config: {use_http_header: true}
`;

test('TCP connections go where they were meant to go before somebody redirected them', async (t) => {
  const port = await portOf(
    t,
    createTcpServer((socket) => void socket.pipe(socket)),
  );
  const proxy = await startProxy(t, bootstrap);
  const head = `PROXY TCP4 10.0.0.9 127.0.0.1 5555 ${port}\r\n`;
  equal(await talk(proxy.port('tcp'), `${head}hello`), 'hello');
  await eventually(async () => (await proxy.stat('cluster.meant.membership_total')) === 1);
  match(await proxy.admin('/clusters'), new RegExp(`meant::127.0.0.1:${port}::cx_total::1`));
});

test('workers that want the same host at once share it, and what each has counted is summed', async (t) => {
  const origin = createServer((_, response) => response.end('here'));
  t.after(() => origin.closeAllConnections());
  const port = await portOf(t, origin);
  const proxy = await startProxy(t, bootstrap, ['--concurrency', '2']);
  const headers = { 'x-envoy-original-dst-host': `127.0.0.1:${port}` };
  const answers = await Promise.all(Array.from({ length: 8 }, () => proxy.fetch('/', { headers })));
  for (const { status, body } of answers) equal(`${status} ${body}`, '200 here');
  await eventually(async () => (await proxy.admin('/clusters')).includes('rq_total::8'));
  equal(await proxy.stat('cluster.meant.membership_total'), 1);
});
