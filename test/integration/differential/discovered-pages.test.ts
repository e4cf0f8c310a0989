import { deepEqual } from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { Plain } from '../../../src/base/plain.js';
import { withoutEnvoy } from '../../support/envoy.js';
import { address, type Fields } from './families/filter-family.js';
import { type Bootstrap, type Places, type ProxyKind, ProxyUnderTest } from './proxy-under-test.js';

const host = (socket: Plain, rest: Fields = {}, endpoint: Fields = {}): Fields => ({
  endpoint: { address: socket, ...endpoint },
  ...rest,
});
const at = (ip: string, port: number): Fields => ({ socket_address: { address: ip, port_value: port } });
const canary = { filter_metadata: { 'envoy.lb': { canary: true } } };

/** Endpoints of every sort, in several localities and levels. */
const assignment: Fields = {
  endpoints: [
    {
      lb_endpoints: [
        host(
          at('127.0.0.1', 1),
          { metadata: canary, load_balancing_weight: 3 },
          { hostname: 'first.test', health_check_config: { port_value: 77, hostname: 'checked.test' } },
        ),
      ],
    },
    {
      priority: 1,
      locality: { region: 'z' },
      load_balancing_weight: 5,
      lb_endpoints: [host(at('127.0.0.1', 2))],
    },
    {
      priority: 1,
      locality: { region: 'a', zone: 'q', sub_zone: 'x' },
      lb_endpoints: [
        host(at('127.0.0.1', 3), { health_status: 'DRAINING' }),
        host({ pipe: { path: '/no/such/socket' } }, { health_status: 'UNHEALTHY' }),
        host(at('::1', 3), { health_status: 'DEGRADED' }),
        host(at('::2', 3), { health_status: 'TIMEOUT' }),
      ],
    },
  ],
  policy: {
    overprovisioning_factor: 150,
    drop_overloads: [{ category: 'some', drop_percentage: { numerator: 1 } }],
  },
};

function named(name: string, type: string): Fields {
  const local = host(at('localhost', 1), { metadata: canary });
  return {
    name,
    type,
    dns_lookup_family: 'V4_ONLY',
    load_assignment: {
      cluster_name: 'any',
      endpoints: [{ locality: { region: 'r' }, load_balancing_weight: 3, lb_endpoints: [local] }],
    },
  };
}

/** An EDS cluster of a file beside the log. */
function discovered(places: Places): Fields {
  const path = join(dirname(places.customLog), 'eds.json');
  const resource = {
    '@type': 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
    cluster_name: 'service',
    ...assignment,
  };
  writeFileSync(path, JSON.stringify({ version_info: 'v7', resources: [resource] }));
  const source = { eds_config: { path_config_source: { path } }, service_name: 'service' };
  return { name: 'discovered', type: 'EDS', eds_cluster_config: source };
}

const bootstrap: Bootstrap = {
  name: 'pages of discovery',
  extension: 'json',
  listeners: [],
  origins: [],
  text: (places) =>
    JSON.stringify({
      node: { id: 'node-1', cluster: 'cluster-1' },
      admin: { address: address(places.adminPort) },
      static_resources: {
        clusters: [
          { name: 'listed', type: 'STATIC', load_assignment: { cluster_name: 'any', ...assignment } },
          { name: 'empty', type: 'STATIC' },
          named('strict', 'STRICT_DNS'),
          named('logical', 'LOGICAL_DNS'),
          discovered(places),
        ],
      },
    }),
};

/** Envoy prints clusters in an order of its own. */
const sorted = (text: string): readonly string[] => text.split('\n').sort();

/** What counts time, or is a hash of 64 bits, of which a double keeps 53. */
const inexact = /cluster\.\w+\.(?:update_time|version|update_duration):/;

async function pagesOf(kind: ProxyKind): Promise<{ readonly [page: string]: readonly string[] }> {
  const proxy = await ProxyUnderTest.start(kind, bootstrap);
  try {
    const endpoints = JSON.parse(
      await proxy.admin('/config_dump?include_eds&resource=static_endpoint_configs'),
    );
    const stats = await proxy.admin('/stats?filter=^(cluster|cluster_manager)\\.');
    return {
      clusters: sorted(await proxy.admin('/clusters')),
      json: JSON.parse(await proxy.admin('/clusters?format=json'))
        .cluster_statuses.map((status: Plain) => JSON.stringify(status))
        .sort(),
      endpoints: endpoints.configs.map((config: Plain) => JSON.stringify(config)).sort(),
      stats: sorted(stats).filter((line) => !inexact.test(line)),
    };
  } finally {
    await proxy.stop();
  }
}

test('pages and stats of discovery are the real Envoy’s', { skip: withoutEnvoy }, async () => {
  const [theirs, ours] = [await pagesOf('envoy'), await pagesOf('sluice')];
  for (const page of Object.keys(theirs)) deepEqual(ours[page], theirs[page], page);
});
