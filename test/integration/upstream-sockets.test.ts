import { deepEqual, equal } from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { startProxy } from '../support/proxy.js';

test('connections to hosts come from the address that upstream_bind_config names', async (t) => {
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    seen.push(request.socket.remoteAddress);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const proxy = await startProxy(
    t,
    `
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
          route_config: {virtual_hosts: [{name: all, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: origin}}]}]}
          http_filters: [{name: router, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}]
  clusters:
  - name: origin
    upstream_bind_config: {source_address: {address: 127.0.0.9, port_value: 0}}
    upstream_connection_options: {tcp_keepalive: {keepalive_time: 30}}
    load_assignment:
      cluster_name: origin
      endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: ${address.port}}}}}]}]
`,
  );
  equal((await proxy.fetch('/')).status, 200);
  deepEqual(seen, ['127.0.0.9']);
});
