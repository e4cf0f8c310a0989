import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { HostHealth } from '../../../src/api/upstream.js';
import { clusterOf, hostOf } from './cluster-views.js';
import { ask, FakeViews } from './fake-views.js';

const views = new FakeViews();
views.clusterList = [
  clusterOf('first', [hostOf('127.0.0.1', 80), hostOf('127.0.0.2', 80, HostHealth.failedActiveHc)]),
  clusterOf('second'),
];

test('/clusters prints cluster by cluster and host by host', async () => {
  const { body } = await ask(views, 'GET /clusters');
  match(body, /^first::observability_name::first\nfirst::default_priority::max_connections::1024\n/);
  match(body, /^first::127\.0\.0\.1:80::cx_active::2\nfirst::127\.0\.0\.1:80::cx_total::5\n/m);
  match(body, /^first::127\.0\.0\.2:80::health_flags::\/failed_active_hc$/m);
  match(body, /^second::added_via_api::false\n$/m);
});

test('/clusters?filter shows the clusters whose names match', async () => {
  const { body } = await ask(views, 'GET /clusters?filter=sec');
  match(body, /^second::/);
  equal(body.includes('first'), false);
  equal((await ask(views, 'GET /clusters?filter=none')).body, '');
  const refused = await ask(views, 'GET /clusters?filter=(');
  deepEqual([refused.status, refused.body], [400, 'Invalid re2 regex']);
});

test('/clusters?format=json leaves zeros out and tells what has failed', async () => {
  const { contentType, body } = await ask(views, 'GET /clusters?format=json&filter=first');
  equal(contentType, 'application/json');
  const host = {
    stats: [
      { name: 'cx_total', value: '5' },
      { name: 'rq_error' },
      { type: 'GAUGE', name: 'cx_active', value: '2' },
    ],
    weight: 1,
    locality: { zone: 'z1' },
  };
  const limits = { max_connections: 1024, max_pending_requests: 1024, max_retries: 3 };
  deepEqual(JSON.parse(body), {
    cluster_statuses: [
      {
        name: 'first',
        host_statuses: [
          {
            ...host,
            address: { socket_address: { address: '127.0.0.1', port_value: 80 } },
            health_status: { eds_health_status: 'HEALTHY' },
          },
          {
            ...host,
            address: { socket_address: { address: '127.0.0.2', port_value: 80 } },
            health_status: { failed_active_health_check: true, eds_health_status: 'HEALTHY' },
          },
        ],
        circuit_breakers: {
          thresholds: [
            { ...limits, max_requests: 10 },
            { priority: 'HIGH', ...limits, max_requests: 1024 },
          ],
        },
        observability_name: 'first',
      },
    ],
  });
});

test('the JSON page is indented as one that was printed at once', async () => {
  for (const query of ['', '&filter=second', '&filter=none']) {
    const { body } = await ask(views, `GET /clusters?format=json${query}`);
    equal(body, `${JSON.stringify(JSON.parse(body), null, 1)}\n`);
  }
});
