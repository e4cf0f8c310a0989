import { deepEqual, equal } from 'node:assert/strict';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { eventually } from '../support/eventually.js';
import { type RunningProxy, startOrigin, startProxy } from '../support/proxy.js';

function endpoints(ports: readonly number[]): string {
  const address = (port: number): string =>
    `{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: ${port}}}}}`;
  return `load_assignment: {cluster_name: origin, endpoints: [{lb_endpoints: [${ports.map(address).join()}]}]}`;
}

function bootstrap(filter: string, cluster: string): string {
  return `
admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
static_resources:
  listeners:
  - name: main
    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
    filter_chains: [{filters: [${filter}]}]
  clusters:
  - name: origin
    ${cluster}
`;
}

const type = 'type.googleapis.com/envoy.extensions';
const http = `{name: http, typed_config: {"@type": ${type}.filters.network.http_connection_manager.v3.HttpConnectionManager, stat_prefix: in, route_config: {virtual_hosts: [{name: all, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: origin}}]}]}, http_filters: [{name: router, typed_config: {"@type": ${type}.filters.http.router.v3.Router}}]}}`;
const tcp = `{name: tcp, typed_config: {"@type": ${type}.filters.network.tcp_proxy.v3.TcpProxy, stat_prefix: in, cluster: origin}}`;
const oneWorker = ['--concurrency', '1'];

async function statsOf(proxy: RunningProxy, names: readonly string[]): Promise<readonly number[]> {
  return Promise.all(names.map((name) => proxy.stat(`cluster.origin.${name}`)));
}

test('a cluster with as many pools as it may have answers for other hosts that there is none', async (t) => {
  const first = await startOrigin(t, (_request, response) => response.end());
  const second = await startOrigin(t, (_request, response) => response.end());
  const limits = 'circuit_breakers: {thresholds: [{max_connection_pools: 1, track_remaining: true}]}';
  const cluster = `${limits}\n    ${endpoints([first.port, second.port])}`;
  const proxy = await startProxy(t, bootstrap(http, cluster), oneWorker);
  const statuses: number[] = [];
  for (let i = 0; i < 4; i++) statuses.push((await proxy.fetch('/')).status);
  deepEqual(statuses.sort(), [200, 200, 503, 503]);
  const names = [
    'upstream_cx_pool_overflow',
    'upstream_cx_none_healthy',
    'circuit_breakers.default.cx_pool_open',
    'circuit_breakers.default.remaining_cx_pools',
  ];
  deepEqual(await statsOf(proxy, names), [2, 0, 1, 0]);
  first.server.closeAllConnections();
  second.server.closeAllConnections();
  await eventually(
    async () => (await proxy.stat('cluster.origin.circuit_breakers.default.cx_pool_open')) === 0,
  );
});

test('requests to a host with as many connections as it may have wait for one', async (t) => {
  const waiting: (() => void)[] = [];
  const { port } = await startOrigin(t, (_request, response) => void waiting.push(() => response.end()));
  const cluster = `circuit_breakers: {per_host_thresholds: [{max_connections: 1}]}\n    ${endpoints([port])}`;
  const proxy = await startProxy(t, bootstrap(http, cluster), oneWorker);
  const answers = [proxy.fetch('/'), proxy.fetch('/'), proxy.fetch('/')];
  await eventually(async () => (await proxy.stat('cluster.origin.upstream_rq_pending_active')) === 2);
  equal(waiting.length, 1);
  for (let answered = 0; answered < answers.length; answered++) {
    await eventually(() => waiting.length > 0);
    waiting.shift()?.();
  }
  deepEqual(
    (await Promise.all(answers)).map(({ status }) => status),
    [200, 200, 200],
  );
  equal(await proxy.stat('cluster.origin.upstream_cx_total'), 1);
});

test('what lasts longer than the cluster lets it ends, before its answer and within', async (t) => {
  const { port } = await startOrigin(t, (request, response) => {
    if (request.url === '/begun') response.write('a');
  });
  const options = `typed_extension_protocol_options: {envoy.extensions.upstreams.http.v3.HttpProtocolOptions: {"@type": ${type}.upstreams.http.v3.HttpProtocolOptions, explicit_http_config: {http_protocol_options: {}}, common_http_protocol_options: {max_stream_duration: 0.1s}}}`;
  const proxy = await startProxy(t, bootstrap(http, `${options}\n    ${endpoints([port])}`), oneWorker);
  const silent = await proxy.fetch('/silent');
  deepEqual([silent.status, silent.body], [504, 'upstream max stream duration reached']);
  const begun = await proxy.fetch('/begun').then(
    () => 'whole',
    () => 'cut off',
  );
  equal(begun, 'cut off');
  equal(await proxy.stat('cluster.origin.upstream_rq_max_duration_reached'), 2);
});

test('TCP connections to a host that begins to fail its checks are closed where that is asked for', async (t) => {
  let isWell = true;
  const check = await startOrigin(t, (_request, response) => {
    response.statusCode = isWell ? 200 : 500;
    response.end();
  });
  const sockets = new Set<Socket>();
  const origin = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    origin.close();
  });
  const address = origin.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const checks =
    'health_checks: [{timeout: 5s, interval: 0.05s, no_traffic_interval: 0.05s, unhealthy_threshold: 1, healthy_threshold: 1, http_health_check: {path: /}}]';
  const host = `load_assignment: {cluster_name: origin, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: ${address.port}}}, health_check_config: {port_value: ${check.port}}}}]}]}`;
  const cluster = `close_connections_on_host_health_failure: true\n    ${checks}\n    ${host}`;
  const proxy = await startProxy(t, bootstrap(tcp, cluster), oneWorker);
  const client = connect(proxy.port(), '127.0.0.1');
  client.on('error', () => undefined);
  t.after(() => client.destroy());
  client.resume();
  await eventually(() => sockets.size === 1);
  const closed = once(client, 'close');
  isWell = false;
  await closed;
  await eventually(async () => (await proxy.stat('cluster.origin.upstream_cx_destroy_local')) === 1);
});

test('each client has upstream connections of its own where the cluster says so', async (t) => {
  const { port } = await startOrigin(t, (request, response) => {
    response.end(String(request.socket.remotePort));
  });
  const cluster = `connection_pool_per_downstream_connection: true\n    ${endpoints([port])}`;
  const proxy = await startProxy(t, bootstrap(http, cluster), oneWorker);
  const first = new Agent({ keepAlive: true, maxSockets: 1 });
  const second = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => {
    first.destroy();
    second.destroy();
  });
  const seen: string[] = [];
  for (const agent of [first, first, second, second, first])
    seen.push((await proxy.fetch('/', { agent })).body);
  deepEqual(
    seen.map((from) => seen.indexOf(from)),
    [0, 0, 2, 2, 0],
  );
  equal(await proxy.stat('cluster.origin.upstream_cx_total'), 2);
});
