import { equal, match } from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { startProxy } from '../support/proxy.js';

/** A service that accepts every upgrade, greets, and says when the tunnel's other end has gone. */
async function startTunnelService(t: TestContext): Promise<{ port: number; tunnel: Promise<Socket> }> {
  const server: Server = createServer();
  const tunnel = new Promise<Socket>((resolve) => {
    server.on('upgrade', (_request, socket: Socket) => {
      socket.on('error', () => socket.destroy());
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\nhello',
      );
      resolve(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => void server.close());
  return { port: (server.address() as AddressInfo).port, tunnel };
}

function bootstrap(port: number): string {
  return `
static_resources:
  listeners:
  - name: main
    address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: ingress
          upgrade_configs: [{ upgrade_type: websocket }]
          route_config:
            virtual_hosts:
            - { name: all, domains: ["*"], routes: [{ match: { prefix: "/" }, route: { cluster: service } }] }
          http_filters:
          - name: envoy.filters.http.router
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
  clusters:
  - name: service
    type: STATIC
    load_assignment:
      cluster_name: service
      endpoints:
      - lb_endpoints:
        - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: ${port} } } }
`;
}

/** A tunnel through a proxy of its own, greeted. */
async function openTunnel(t: TestContext): Promise<{ client: Socket; service: Socket }> {
  const { port, tunnel } = await startTunnelService(t);
  const proxy = await startProxy(t, bootstrap(port));
  const client = connect({ port: proxy.port(), host: '127.0.0.1', allowHalfOpen: true });
  client.on('error', () => client.destroy());
  t.after(() => void client.destroy());
  client.write('GET /chat HTTP/1.1\r\nhost: a\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n');
  let text = '';
  for await (const part of client.setEncoding('latin1').iterator({ destroyOnReturn: false })) {
    text += String(part);
    if (text.endsWith('hello')) break;
  }
  match(text, /^HTTP\/1\.1 101 /);
  return { client, service: await tunnel };
}

test('bytes pass through an upgraded connection in both directions', { timeout: 20_000 }, async (t) => {
  const { client, service } = await openTunnel(t);
  client.write('ping');
  equal(String((await once(service, 'data'))[0]), 'ping');
  service.write('pong');
  equal(String((await once(client, 'data'))[0]), 'pong');
});

test('the end of the client ends a tunnel on both sides', { timeout: 20_000 }, async (t) => {
  const { client, service } = await openTunnel(t);
  service.resume();
  client.resume();
  client.end();
  await Promise.all([once(service, 'end'), once(client, 'close')]);
});

test('the end of the service ends a tunnel on both sides', { timeout: 20_000 }, async (t) => {
  const { client, service } = await openTunnel(t);
  service.resume();
  client.resume();
  service.end();
  await Promise.all([once(client, 'end'), once(service, 'close')]);
});
