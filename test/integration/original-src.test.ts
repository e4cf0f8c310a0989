import { deepEqual, equal } from 'node:assert/strict';
import { closeSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { SocketLevel, SocketOptionName, socketCalls } from '../../src/network/socket-calls.js';
import { startProxy } from '../support/proxy.js';

/** Why connections cannot come from others' addresses here; undefined: they can. */
function obstacle(): string | undefined {
  const calls = socketCalls();
  if (calls === null) return 'koffi cannot load';
  const fd = calls.streamSocket(false);
  const problem = calls.setOption(fd, SocketLevel.ip, SocketOptionName.ipTransparent, 1);
  closeSync(fd);
  return problem === '' ? undefined : `${problem} for IP_TRANSPARENT`;
}

/** An origin whose answer is where its client is, by connection. */
async function originPort(t: TestContext): Promise<number> {
  const server = createServer(({ socket }, response) => {
    response.end(`${socket.remoteAddress} ${socket.remotePort}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** What the origin answers a client of that address. */
function ask(port: number, localAddress: string, headers = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect({ port, host: '127.0.0.1', localAddress }, () =>
      socket.write(`GET / HTTP/1.1\r\nhost: a\r\n${headers}connection: close\r\n\r\n`),
    );
    socket.setEncoding('latin1').on('data', (part: string) => {
      answer += part;
    });
    socket.on('end', () => resolve(/127\.0\.0\.\d+ \d+/.exec(answer)?.[0] ?? answer));
    socket.on('error', reject);
  });
}

const bootstrap = (origin: number): string => `
admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
static_resources:
  listeners:
  - name: http
    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
    listener_filters: &inspection
    - name: source
      typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.listener.original_src.v3.OriginalSrc, mark: 7, bind_port: true}
    filter_chains:
    - filters:
      - name: http
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: in
          route_config: {virtual_hosts: [{name: all, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: origin}}]}]}
          http_filters: [{name: router, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}]
  - name: forwarded
    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
    filter_chains:
    - filters:
      - name: http
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: in
          route_config: {virtual_hosts: [{name: all, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: origin}}]}]}
          http_filters:
          - {name: source, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.original_src.v3.OriginalSrc, mark: 7}}
          - {name: router, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}
  - name: tcp
    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
    listener_filters: *inspection
    filter_chains:
    - filters:
      - name: tcp
        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy, stat_prefix: tcp, cluster: origin}
  clusters:
  - name: origin
    type: STATIC
    load_assignment:
      cluster_name: origin
      endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: ${origin}}}}}]}]
`;

test('hosts see the address of the client, and connections are reused for that client alone', {
  skip: obstacle() ?? false,
}, async (t) => {
  const proxy = await startProxy(t, bootstrap(await originPort(t)), ['--concurrency', '1']);
  const seen: string[] = [];
  for (const from of ['127.0.0.7', '127.0.0.8', '127.0.0.7']) {
    seen.push(await ask(proxy.port('http'), from));
  }
  equal(seen[0], seen[2]);
  deepEqual(
    seen.map((it) => it.split(' ')[0]),
    ['127.0.0.7', '127.0.0.8', '127.0.0.7'],
  );
  equal((await ask(proxy.port('tcp'), '127.0.0.9')).split(' ')[0], '127.0.0.9');
  equal(await proxy.stat('cluster.origin.upstream_cx_total'), 3);
  const told = await ask(proxy.port('forwarded'), '127.0.0.1', 'x-forwarded-for: 127.0.0.10\r\n');
  equal(told.split(' ')[0], '127.0.0.10');
  equal(await ask(proxy.port('forwarded'), '127.0.0.8'), seen[1]);
  equal(await proxy.stat('cluster.origin.upstream_cx_total'), 4);
});
