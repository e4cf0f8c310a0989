import { equal, match } from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { connect, createServer } from 'node:tls';
import { opensslMissing, TestAuthority } from '../support/certificates.js';
import { eventually } from '../support/eventually.js';
import { startProxy } from '../support/proxy.js';

const skip = opensslMissing() ?? false;

/** Passes TLS through by the name that the client asks for; what is not TLS goes elsewhere. */
function passthrough(port: number): string {
  const proxyTo = (cluster: string): string => `
      filters:
      - name: tcp
        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy, stat_prefix: ${cluster}, cluster: ${cluster}}`;
  const cluster = (name: string): string => `
  - name: ${name}
    type: STATIC
    load_assignment: {cluster_name: ${name}, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: ${port}}}}}]}]}`;
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
    - filter_chain_match: {server_names: ["a.test"]}${proxyTo('exact')}
    - filter_chain_match: {server_names: ["*.a.test"]}${proxyTo('wildcard')}
    - filter_chain_match: {transport_protocol: tls, application_protocols: ["special"]}${proxyTo('alpn')}
    - filter_chain_match: {transport_protocol: raw_buffer}
      filters:
      - name: direct
        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.network.direct_response.v3.Config, response: {inline_string: clear}}
  clusters:${['exact', 'wildcard', 'alpn'].map(cluster).join('')}
`;
}

test('TLS passes through by server name and protocol, clear text by neither', { skip }, async (t) => {
  const files = new TestAuthority(t).issue({ sans: 'DNS:a.test' });
  const origin = createServer(
    { cert: files.pem, key: files.keyPem, ALPNProtocols: ['special'] },
    (socket) => {
      socket.on('error', () => undefined);
      socket.end(`name=${socket.servername}`);
    },
  );
  origin.listen(0, '127.0.0.1');
  await once(origin, 'listening');
  t.after(() => origin.close());
  const address = origin.address();
  if (address === null || typeof address === 'string') throw new Error('the origin has no port');
  const proxy = await startProxy(t, passthrough(address.port));
  const ask = async (servername: string, ALPNProtocols?: string[]): Promise<string> => {
    const socket = connect({
      port: proxy.port(),
      host: '127.0.0.1',
      rejectUnauthorized: false,
      servername,
      ...(ALPNProtocols === undefined ? {} : { ALPNProtocols }),
    });
    let text = '';
    socket.on('data', (data: Buffer) => {
      text += data.toString();
    });
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('close', resolve));
    return text;
  };
  equal(await ask('A.test'), 'name=A.test');
  equal(await ask('x.y.a.test'), 'name=x.y.a.test');
  equal(await ask('other.test', ['special']), 'name=other.test');
  equal(await ask('other.test'), '');
  match(await clearText(proxy.port()), /^clear$/);
  await eventually(async () => (await proxy.stat('tcp.exact.downstream_cx_total')) === 1);
  equal(await proxy.stat('tcp.wildcard.downstream_cx_total'), 1);
  equal(await proxy.stat('tcp.alpn.downstream_cx_total'), 1);
  equal(await proxy.stat('tls_inspector.tls_found'), 4);
  equal(await proxy.stat('tls_inspector.sni_found'), 4);
  equal(await proxy.stat('tls_inspector.alpn_not_found'), 3);
  equal(await proxy.stat('tls_inspector.tls_not_found'), 1);
});

async function clearText(port: number): Promise<string> {
  const { connect: connectTcp } = await import('node:net');
  const socket = connectTcp({ port, host: '127.0.0.1' });
  let text = '';
  socket.on('data', (data: Buffer) => {
    text += data.toString();
  });
  socket.write('hello');
  await once(socket, 'close');
  return text;
}
