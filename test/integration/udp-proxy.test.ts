import { deepEqual, equal, match } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { eventually } from '../support/eventually.js';
import { mainPath, startProxy } from '../support/proxy.js';
import { failingFilter } from '../support/ring-bootstrap.js';

async function socketOf(t: TestContext, port = 0): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  t.after(() => socket.close());
  return socket;
}

/** A listener of requests that a worker does not survive, if they are for `/crash`. */
function crashing(): object {
  const typed = (name: string, type: string, more: object = {}): object => ({
    name,
    typed_config: { '@type': `type.googleapis.com/${type}`, ...more },
  });
  const manager = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
  const routes = [{ match: { prefix: '/' }, direct_response: { status: 200 } }];
  return {
    name: 'http',
    address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
    filter_chains: [
      {
        filters: [
          typed('http', manager, {
            stat_prefix: 'http',
            route_config: { virtual_hosts: [{ name: 'all', domains: ['*'], routes }] },
            http_filters: [
              typed('test.failing', 'google.protobuf.Empty'),
              typed('router', 'envoy.extensions.filters.http.router.v3.Router'),
            ],
          }),
        ],
      },
    ],
  };
}

function bootstrap(port: number, fields: object = {}, others: readonly object[] = []): string {
  const endpoint = { address: { socket_address: { address: '127.0.0.1', port_value: port } } };
  return JSON.stringify({
    admin: { address: { socket_address: { address: '127.0.0.1', port_value: 0 } } },
    static_resources: {
      listeners: [
        {
          name: 'main',
          address: { socket_address: { protocol: 'UDP', address: '127.0.0.1', port_value: 0 } },
          listener_filters: [
            {
              name: 'proxy',
              typed_config: {
                '@type': 'type.googleapis.com/envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig',
                stat_prefix: 'own',
                cluster: 'main',
                ...fields,
              },
            },
          ],
        },
        ...others,
      ],
      clusters: [
        {
          name: 'main',
          load_assignment: { cluster_name: 'main', endpoints: [{ lb_endpoints: [{ endpoint }] }] },
        },
      ],
    },
  });
}

test('each client of a UDP listener has its own session, whichever worker has it', {
  timeout: 60_000,
}, async (t) => {
  const origin = await socketOf(t);
  origin.on('message', (bytes, { address, port }) => origin.send(`re:${bytes}`, port, address));
  const proxy = await startProxy(t, bootstrap(origin.address().port));
  const replies: string[] = [];
  for (let i = 0; i < 8; i++) {
    const client = await socketOf(t);
    client.on('message', (bytes) => replies.push(bytes.toString()));
    client.send(`hello ${i}`, proxy.port(), '127.0.0.1');
  }
  await eventually(() => replies.length === 8);
  deepEqual(
    replies.sort(),
    Array.from({ length: 8 }, (_, i) => `re:hello ${i}`),
  );
  await eventually(async () => (await proxy.stat('udp.own.downstream_sess_total')) === 8);
  await eventually(async () => (await proxy.stat('udp.own.downstream_sess_active')) === 8);
  proxy.child.kill('SIGTERM');
  equal(await proxy.exit(), 0);
});

test('clients of a worker that dies have sessions in the next one', { timeout: 60_000 }, async (t) => {
  const origin = await socketOf(t);
  origin.on('message', (bytes, { address, port }) => origin.send(bytes, port, address));
  const text = bootstrap(origin.address().port, {}, [crashing()]);
  const proxy = await startProxy(t, text, ['--filter-module', failingFilter]);
  const rounds = [new Set<Socket>(), new Set<Socket>()];
  const clients: Socket[] = [];
  for (let i = 0; i < 8; i++) {
    const client = await socketOf(t);
    client.on('message', (bytes) => rounds[Number(bytes.toString())]?.add(client));
    clients.push(client);
  }
  /** Nobody promises that a datagram arrives: sent until each client has an answer. */
  const ask = (round: number): Promise<void> =>
    eventually(() => {
      for (const client of clients)
        if (rounds[round]?.has(client) !== true) client.send(String(round), proxy.port(), '127.0.0.1');
      return rounds[round]?.size === clients.length;
    });
  await ask(0);
  await proxy.fetch('/crash', { port: proxy.port('http') }).catch(() => null);
  await eventually(async () => (await proxy.stat('server.worker_restarts')) === 1);
  await ask(1);
  await eventually(async () => (await proxy.stat('udp.own.downstream_sess_active')) === 8);
});

test('what a UDP listener cannot do is refused by name', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-udp-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'bootstrap.json');
  const tunnel = { proxy_host: 'a', target_host: 'b', default_target_port: 1 };
  writeFileSync(file, bootstrap(1, { use_original_src_ip: true, tunneling_config: tunnel }));
  const { stderr, status } = spawnSync(process.execPath, [mainPath, '--mode', 'validate', '-c', file]);
  equal(status, 1);
  match(stderr.toString(), /use_original_src_ip/);
  match(stderr.toString(), /tunneling_config/);
});
