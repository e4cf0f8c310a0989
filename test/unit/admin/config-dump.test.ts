import { deepEqual, equal, match } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { configDump } from '../../../src/config/config-dump.js';
import { clusterOf, hostOf } from './cluster-views.js';
import { ask, FakeViews } from './fake-views.js';

const managerType =
  'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
const routes = { name: 'rc', virtual_hosts: [{ name: 'v', domains: ['*'] }] };
const listener = {
  name: 'main',
  filter_chains: [{ filters: [{ typed_config: { '@type': managerType, route_config: routes } }] }],
};
const bootstrap = {
  node: { id: 'n1', cluster: 'c1' },
  static_resources: { listeners: [listener], clusters: [{ name: 'one' }, { name: 'two' }] },
  admin: { address: {} },
};
const loaded = '2026-01-02T03:04:05.006Z';

function views(): FakeViews {
  const made = new FakeViews();
  made.dump = configDump(bootstrap);
  made.clusterList = [clusterOf('one', [hostOf('127.0.0.1', 80)])];
  return made;
}

async function dumped(target: string): Promise<unknown> {
  const { status, contentType, body } = await ask(views(), `GET ${target}`);
  equal(status, 200);
  equal(contentType, 'application/json');
  // Printed piece by piece, it reads as if it had been printed at once.
  equal(body, `${JSON.stringify(JSON.parse(body), null, 1)}\n`);
  return JSON.parse(body);
}

const type = (name: string): string => `type.googleapis.com/envoy.admin.v3.${name}`;
const cluster = (name: string): object => ({
  cluster: { '@type': 'type.googleapis.com/envoy.config.cluster.v3.Cluster', name },
  last_updated: loaded,
});
const bootstrapDump = { '@type': type('BootstrapConfigDump'), bootstrap, last_updated: loaded };
const listenersDump = {
  '@type': type('ListenersConfigDump'),
  static_listeners: [
    {
      listener: { '@type': 'type.googleapis.com/envoy.config.listener.v3.Listener', ...listener },
      last_updated: loaded,
    },
  ],
};
const scopesDump = { '@type': type('ScopedRoutesConfigDump') };
const routesDump = {
  '@type': type('RoutesConfigDump'),
  static_route_configs: [
    {
      route_config: { '@type': 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration', ...routes },
      last_updated: loaded,
    },
  ],
};
const secretsDump = { '@type': type('SecretsConfigDump') };

describe('/config_dump', () => {
  test('shows the bootstrap and then the resources, kind by kind', async () => {
    const clusters = {
      '@type': type('ClustersConfigDump'),
      static_clusters: [cluster('one'), cluster('two')],
    };
    deepEqual(await dumped('/config_dump'), {
      configs: [bootstrapDump, clusters, listenersDump, scopesDump, routesDump, secretsDump],
    });
  });

  test('keeps the resources that a name_regex matches as a whole', async () => {
    const clusters = { '@type': type('ClustersConfigDump'), static_clusters: [cluster('two')] };
    const bare = [type('ListenersConfigDump'), type('ScopedRoutesConfigDump'), type('RoutesConfigDump')];
    deepEqual(await dumped('/config_dump?name_regex=tw.'), {
      configs: [bootstrapDump, clusters, ...bare.map((name) => ({ '@type': name })), secretsDump],
    });
    const { status, body } = await ask(views(), 'GET /config_dump?name_regex=(');
    equal(status, 400);
    equal(body, 'INVALID_ARGUMENT: Error while parsing name_regex from (: missing ): (');
  });

  test('shows one list, with the fields of its elements that a mask names', async () => {
    const element = { '@type': type('ClustersConfigDump.StaticCluster') };
    deepEqual(await dumped('/config_dump?resource=static_clusters&name_regex=one'), {
      configs: [{ ...element, ...cluster('one') }],
    });
    deepEqual(await dumped('/config_dump?resource=static_clusters&mask=last_updated&name_regex=one'), {
      configs: [{ ...element, last_updated: loaded }],
    });
    deepEqual(await dumped('/config_dump?resource=dynamic_listeners'), {});
  });

  test('shows what a mask names of the bootstrap, and whole lists', async () => {
    deepEqual(await dumped('/config_dump?mask=bootstrap.node.id'), {
      configs: [{ '@type': type('BootstrapConfigDump'), bootstrap: { node: { id: 'n1' } } }],
    });
    deepEqual(await dumped('/config_dump?mask=static_clusters,bootstrap.admin'), {
      configs: [
        { '@type': type('BootstrapConfigDump'), bootstrap: { admin: { address: {} } } },
        { '@type': type('ClustersConfigDump'), static_clusters: [cluster('one'), cluster('two')] },
      ],
    });
  });

  test('lists endpoints when asked to', async () => {
    const { body } = await ask(views(), 'GET /config_dump?resource=static_endpoint_configs&include_eds');
    match(body, /"cluster_name": "one"/);
    match(body, /"health_status": "HEALTHY"/);
    deepEqual(await dumped('/config_dump?resource=static_endpoint_configs'), {});
  });

  test('of an empty configuration is printed without lists', async () => {
    const { body } = await ask(new FakeViews(), 'GET /config_dump');
    equal(body, `${JSON.stringify(JSON.parse(body), null, 1)}\n`);
  });

  const refusals = [
    [404, 'resource=nope', 'nope not found in config dump'],
    [
      400,
      'resource=bootstrap',
      'bootstrap is not a repeated field. Use ?mask=bootstrap to get only this field',
    ],
    [400, 'mask=bad.path', 'FieldMask bad.path could not be successfully applied to any configs.'],
    [
      400,
      'mask=static_clusters.cluster',
      'FieldMask static_clusters.cluster could not be successfully applied to any configs.',
    ],
    [400, 'resource=static_clusters&mask=zzz', 'FieldMask zzz could not be successfully used.'],
  ] as const;

  for (const [status, query, reason] of refusals) {
    test(`refuses ${query}`, async () => {
      const answer = await ask(views(), `GET /config_dump?${query}`);
      deepEqual([answer.status, answer.contentType, answer.body], [status, 'text/plain', reason]);
    });
  }
});
