import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { withoutEnvoy } from '../../../support/envoy.js';
import { eventually } from '../../../support/eventually.js';
import type { ProxyKind } from '../proxy-under-test.js';
import { type BalancedCluster, BalancedProxy, endpoint } from './balanced-proxy.js';

const tracked = 'track_cluster_stats: {per_endpoint_stats: true}';
const dead = (port: number): string =>
  `{endpoint: {address: {socket_address: {address: '::1', port_value: ${port}}}}}`;

const clusters: readonly BalancedCluster[] = [
  {
    name: 'tracked',
    fields: tracked,
    assignment: (port) =>
      `endpoints: [{lb_endpoints: [${endpoint(1, port)}]}, {priority: 1, lb_endpoints: [${endpoint(2, port, ', health_status: DEGRADED')}, {endpoint: {address: {pipe: {path: /a_b.sock}}}, health_status: UNHEALTHY}]}]`,
  },
  {
    name: 'dead',
    fields: tracked,
    assignment: (port) => `endpoints: [{lb_endpoints: [${dead(port)}]}]`,
  },
  {
    name: 'quiet',
    fields: 'type: STATIC',
    assignment: (port) => `endpoints: [{lb_endpoints: [${endpoint(1, port)}]}]`,
  },
];

/** Every line about endpoints, in both forms, without the port. */
async function linesOf(
  kind: ProxyKind,
  t: Parameters<typeof BalancedProxy.start>[0],
): Promise<readonly string[]> {
  let port = '';
  const proxy = await BalancedProxy.start(t, kind, clusters, (request, response) => {
    port = String(request.socket.localPort);
    response.statusCode = request.url === '/tracked/bad' ? 500 : 200;
    response.end('ok');
  });
  for (const path of ['/tracked/', '/tracked/bad', '/quiet/', '/dead/']) await proxy.get(path);
  await eventually(async () => (await proxy.stat('cluster.tracked.upstream_rq_completed')) === 2);
  const text = await proxy.admin('/stats?filter=endpoint');
  const labelled = await proxy.admin('/stats/prometheus?filter=endpoint');
  const own = labelled.split('\n').filter((line) => /^envoy_cluster_endpoint/.test(line));
  return [...text.split('\n'), ...own].map((line) => line.replaceAll(port, 'PORT')).sort();
}

test('what each host counts is listed as Envoy lists it', {
  skip: withoutEnvoy,
  timeout: 120_000,
}, async (t) => {
  deepEqual(await linesOf('sluice', t), await linesOf('envoy', t));
});
