import { deepEqual, equal } from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { eventually } from '../support/eventually.js';
import { startProxy } from '../support/proxy.js';

async function startOrigin(t: TestContext, name: string): Promise<number> {
  const server = createServer((_, response) => response.end(name));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

const assignment = (version: string, port: number): string => `
version_info: "${version}"
resources:
- "@type": type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment
  cluster_name: origin
  endpoints:
  - lb_endpoints:
    - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: ${port}}}}
`;

const bootstrap = (path: string): string => `
node: {id: here, cluster: test}
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
          route_config: {virtual_hosts: [{name: all, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: origin}}]}]}
          http_filters: [{name: router, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}]
  clusters:
  - name: origin
    type: EDS
    eds_cluster_config: {eds_config: {path_config_source: {path: ${path}}}}
`;

test('hosts of a cluster are exchanged by moving a file, and no request fails meanwhile', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'eds-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [first, second] = [await startOrigin(t, 'first'), await startOrigin(t, 'second')];
  const path = join(folder, 'eds.yaml');
  writeFileSync(path, assignment('1', first));
  const proxy = await startProxy(t, bootstrap(path));
  deepEqual((await proxy.fetch('/')).body, 'first');
  writeFileSync(join(folder, 'next'), assignment('2', second));
  renameSync(join(folder, 'next'), path);
  await eventually(async () => {
    const answer = await proxy.fetch('/');
    equal(answer.status, 200);
    return answer.body === 'second';
  });
  equal(await proxy.stat('cluster.origin.membership_change'), 2);
  equal(await proxy.stat('cluster.origin.update_success'), 2);
});
