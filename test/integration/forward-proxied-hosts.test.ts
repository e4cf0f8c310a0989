import { equal } from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { type TestContext, test } from 'node:test';
import { opensslMissing, TestAuthority } from '../support/certificates.js';
import { startProxy } from '../support/proxy.js';
import { tlsClusters } from '../support/tls-clusters.js';

async function portOf(t: TestContext, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

test('TLS goes end to end through a forward proxy, both ways and by the megabyte', {
  skip: opensslMissing() ?? false,
}, async (t) => {
  const { pem, keyPem } = new TestAuthority(t).issue({ sans: 'DNS:a.test' });
  const origin = createTlsServer({ cert: pem, key: keyPem }, (request, response) => {
    request.pipe(response);
  });
  t.after(() => origin.closeAllConnections());
  const originPort = await portOf(t, origin);
  const asked: string[] = [];
  const forward = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (head) => {
      asked.push(head.toString('latin1').split('\r\n')[0] ?? '');
      const way = connect(originPort, '127.0.0.1', () => {
        // In two pieces, as any answer may come.
        socket.write('HTTP/1.1 200 Conn');
        setImmediate(() => {
          socket.write('ection established\r\nvia: test\r\n\r\n');
          socket.pipe(way).pipe(socket);
        });
      });
      way.on('error', () => socket.destroy());
      socket.on('close', () => way.destroy());
    });
  });
  const forwardPort = await portOf(t, forward);
  const transports = 'type.googleapis.com/envoy.extensions.transport_sockets';
  const address = (port_value: number): object => ({ socket_address: { address: '127.0.0.1', port_value } });
  const endpoint = { hostname: 'far.example', address: address(443) };
  const proxy = await startProxy(
    t,
    tlsClusters(0, {
      far: {
        load_assignment: { cluster_name: 'far', endpoints: [{ lb_endpoints: [{ endpoint }] }] },
        transport_socket: {
          name: 'proxied',
          typed_config: {
            '@type': `${transports}.http_11_proxy.v3.Http11ProxyUpstreamTransport`,
            default_proxy_address: address(forwardPort),
            transport_socket: {
              name: 'tls',
              typed_config: { '@type': `${transports}.tls.v3.UpstreamTlsContext` },
            },
          },
        },
      },
    }),
  );
  const body = 'x'.repeat(2_000_000);
  const answer = await fetch(`http://127.0.0.1:${proxy.port('main')}/far`, { method: 'POST', body });
  equal(await answer.text(), body);
  equal(asked[0], 'CONNECT far.example:443 HTTP/1.1');
});
