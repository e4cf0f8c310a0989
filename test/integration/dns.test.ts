import { equal, ok } from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { DnsServer } from '../support/dns-server.js';
import { eventually } from '../support/eventually.js';
import { type RunningProxy, startProxy } from '../support/proxy.js';

/**
 * Servers of one port on two addresses of the loopback, which answer with their address. Each answer ends its
 * connection: a logical host's connections are kept when its name moves.
 */
async function twins(t: TestContext): Promise<number> {
  const first = await serve(t, '127.0.0.2', 0);
  const { port } = first.address() as AddressInfo;
  await serve(t, '127.0.0.3', port);
  return port;
}

async function serve(t: TestContext, ip: string, port: number): Promise<Server> {
  const server = createServer((_, response) => response.setHeader('connection', 'close').end(ip));
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, ip, resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return server;
}

const bootstrap = (dnsPort: number, port: number, types: readonly string[], name = 'origin.test'): string => `
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
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes: [${types.map((type) => `{match: {prefix: /${type}}, route: {cluster: ${type}}}`).join(', ')}]
          http_filters: [{name: router, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}]
  clusters:
${types
  .map(
    (type) => `
  - name: ${type}
    type: ${type}
    dns_lookup_family: V4_ONLY
    dns_refresh_rate: 3600s
    dns_failure_refresh_rate: {base_interval: 0.2s}
    respect_dns_ttl: true
    typed_dns_resolver_config:
      name: envoy.network.dns_resolver.cares
      typed_config:
        "@type": type.googleapis.com/envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig
        resolvers: [{socket_address: {address: 127.0.0.1, port_value: ${dnsPort}}}]
    load_assignment:
      cluster_name: origin
      endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: ${name}, port_value: ${port}}}}}]}]`,
  )
  .join('')}
`;

/** Asks without a pause until `isDone`; answers how often each address has answered. */
async function keepAsking(
  proxy: RunningProxy,
  path: string,
  isDone: () => boolean,
): Promise<Map<string, number>> {
  const seen = new Map<string, number>();
  while (!isDone()) {
    const { status, body } = await proxy.fetch(path);
    equal(status, 200);
    seen.set(body, (seen.get(body) ?? 0) + 1);
  }
  return seen;
}

test('names move at their TTL, and no request fails meanwhile', async (t) => {
  const server = await DnsServer.start();
  t.after(() => server.close());
  const port = await twins(t);
  server.set('origin.test', { ips: ['127.0.0.2'], ttl: 1 });
  const types = ['STRICT_DNS', 'LOGICAL_DNS'];
  const proxy = await startProxy(t, bootstrap(server.port, port, types));
  let isMoved = false;
  const asking = types.map((type) => keepAsking(proxy, `/${type}`, () => isMoved));
  server.set('origin.test', { ips: ['127.0.0.3'], ttl: 3000 });
  await eventually(async () => {
    const bodies = await Promise.all(types.map(async (type) => (await proxy.fetch(`/${type}`)).body));
    return bodies.every((body) => body === '127.0.0.3');
  });
  isMoved = true;
  for (const seen of await Promise.all(asking)) ok((seen.get('127.0.0.2') ?? 0) > 0);
  equal(await proxy.stat('cluster.STRICT_DNS.membership_change'), 2);
});

test('the hosts of a service are those of its SRV records, the lowest priority first, and no request fails meanwhile', async (t) => {
  const server = await DnsServer.start();
  t.after(() => server.close());
  const port = await twins(t);
  const first = { name: 'first.test', port, priority: 10, weight: 3 };
  const second = { name: 'second.test', port, priority: 20, weight: 0 };
  const service = '_http._tcp.origin.test';
  server.set(service, { services: [second, first] });
  server.set('first.test', { ips: ['127.0.0.2'], ttl: 1 });
  server.set('second.test', { ips: ['127.0.0.3'], ttl: 1 });
  const proxy = await startProxy(t, bootstrap(server.port, 0, ['STRICT_DNS'], service));
  let isMoved = false;
  const asking = keepAsking(proxy, '/STRICT_DNS', () => isMoved);
  equal((await proxy.fetch('/STRICT_DNS')).body, '127.0.0.2');
  equal(await proxy.stat('cluster.STRICT_DNS.membership_total'), 2);
  equal(await proxy.stat('cluster.STRICT_DNS.max_host_weight'), 3);
  // Nobody knows one of the names for a moment: what was known stays.
  server.set('second.test', { code: 'SERVFAIL' });
  await eventually(async () => (await proxy.stat('cluster.STRICT_DNS.update_failure')) > 0);
  equal(await proxy.stat('cluster.STRICT_DNS.membership_total'), 2);
  server.set(service, { services: [{ ...second, name: 'moved.test' }] });
  server.set('moved.test', { ips: ['127.0.0.3'], ttl: 3000 });
  await eventually(async () => (await proxy.fetch('/STRICT_DNS')).body === '127.0.0.3');
  isMoved = true;
  ok(((await asking).get('127.0.0.2') ?? 0) > 0);
});
