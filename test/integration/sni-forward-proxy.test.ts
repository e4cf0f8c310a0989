import { equal } from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { connect, createServer } from 'node:tls';
import { opensslMissing, TestAuthority } from '../support/certificates.js';
import { DnsServer } from '../support/dns-server.js';
import { startProxy } from '../support/proxy.js';

const bootstrap = (dnsPort: number, port: number): string => {
  const cache = `
          dns_cache_config:
            name: names
            dns_lookup_family: V4_ONLY
            typed_dns_resolver_config:
              name: envoy.network.dns_resolver.cares
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig
                resolvers: [{socket_address: {address: 127.0.0.1, port_value: ${dnsPort}}}]`;
  return `
admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
static_resources:
  listeners:
  - name: main
    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
    listener_filters:
    - name: inspect
      typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector}
    filter_chains:
    - filters:
      - name: names
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3.FilterConfig
          port_value: ${port}${cache}
      - name: tcp
        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy, stat_prefix: tcp, cluster: names}
  clusters:
  - name: names
    lb_policy: CLUSTER_PROVIDED
    cluster_type:
      name: envoy.clusters.dynamic_forward_proxy
      typed_config:
          "@type": type.googleapis.com/envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig${cache}
`;
};

test('TLS goes to the server that its client names', { skip: opensslMissing() ?? false }, async (t) => {
  const names = await DnsServer.start();
  t.after(() => names.close());
  names.set('a.test', { ips: ['127.0.0.1'] });
  const files = new TestAuthority(t).issue({ sans: 'DNS:a.test' });
  const origin = createServer({ cert: files.pem, key: files.keyPem }, (socket) => {
    socket.on('error', () => undefined);
    socket.end(`name=${socket.servername}`);
  });
  origin.listen(0, '127.0.0.1');
  await once(origin, 'listening');
  t.after(() => origin.close());
  const proxy = await startProxy(t, bootstrap(names.port, (origin.address() as AddressInfo).port));
  const ask = async (servername: string): Promise<string> => {
    const socket = connect({ port: proxy.port(), host: '127.0.0.1', rejectUnauthorized: false, servername });
    let text = '';
    socket.on('data', (data: Buffer) => {
      text += data.toString();
    });
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('close', resolve));
    return text;
  };
  equal(await ask('a.test'), 'name=a.test');
  equal(await ask('a.test'), 'name=a.test');
  equal(await ask('absent.test'), '');
  equal(await proxy.stat('dns_cache.names.dns_query_attempt'), 2);
  equal(await proxy.stat('dns_cache.names.num_hosts'), 2);
  equal(await proxy.stat('cluster.names.membership_total'), 1);
});
