import { equal, ok } from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { Plain } from '../../src/base/plain.js';
import { opensslMissing, TestAuthority } from '../support/certificates.js';
import { eventually } from '../support/eventually.js';
import { bootstrapText, echoFilter, listener, tcpAddress, tcpProxyFilter } from '../support/listener-text.js';
import { startProxy } from '../support/proxy.js';
import { dialPeer, TcpOrigin } from '../support/tcp-peers.js';

type Fields = { readonly [field: string]: Plain };

const withInternal = {
  bootstrap_extensions: [
    {
      name: 'envoy.bootstrap.internal_listener',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.bootstrap.internal_listener.v3.InternalListener',
      },
    },
  ],
};

function inside(name: string, filters: readonly Plain[], chain: Fields = {}): Plain {
  return { name, internal_listener: {}, filter_chains: [{ filters, ...chain }] };
}

function towards(name: string, fields: Fields = {}): Plain {
  const address = { envoy_internal_address: { server_listener_name: name } };
  return {
    name,
    type: 'STATIC',
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] },
    ...fields,
  };
}

const tls = (type: string, context: Fields): Fields => ({
  transport_socket: {
    name: 'tls',
    typed_config: {
      '@type': `type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.${type}`,
      ...context,
    },
  },
});

const front = (cluster: string): Plain =>
  listener(`to-${cluster}`, tcpAddress('127.0.0.1'), [tcpProxyFilter({ cluster })]);

test('megabytes come back whole through a listener inside, with TLS on the way or without', {
  skip: opensslMissing() ?? false,
}, async (t) => {
  const { cert, key } = new TestAuthority(t).issue({ sans: 'DNS:inside.test' });
  const certificate = { certificate_chain: { filename: cert }, private_key: { filename: key } };
  const common = { common_tls_context: { tls_certificates: [certificate] } };
  const proxy = await startProxy(
    t,
    bootstrapText(
      [
        front('plain'),
        front('secure'),
        inside('plain', [echoFilter]),
        inside('secure', [echoFilter], tls('DownstreamTlsContext', common)),
      ],
      [towards('plain'), towards('secure', tls('UpstreamTlsContext', { sni: 'inside.test' }))],
      withInternal,
    ),
  );
  const bytes = randomBytes(3_000_000);
  for (const name of ['plain', 'secure']) {
    const peer = await dialPeer(t, { host: '127.0.0.1', port: proxy.port(`to-${name}`) });
    const hash = createHash('sha256');
    peer.socket.on('data', (part: Buffer) => hash.update(part));
    peer.socket.write(bytes);
    await eventually(() => peer.byteLength === bytes.length);
    peer.end();
    equal(hash.digest('hex'), createHash('sha256').update(bytes).digest('hex'), name);
  }
  equal(await proxy.stat('listener.envoy_internal_secure.ssl.handshake'), 1);
});

test('an origin that reads nothing stops the client through a listener inside', async (t) => {
  const origin = await TcpOrigin.start(t);
  const limit = { per_connection_buffer_limit_bytes: 65_536 };
  const outer = listener('outer', tcpAddress('127.0.0.1'), [tcpProxyFilter({ cluster: 'inner' })], limit);
  const inner = {
    name: 'inner',
    internal_listener: {},
    filter_chains: [{ filters: [tcpProxyFilter({ stat_prefix: 'inner', cluster: 'origin' })] }],
    ...limit,
  };
  const where = { socket_address: { address: '127.0.0.1', port_value: origin.port } };
  const far = {
    ...(towards('origin', limit) as Fields),
    load_assignment: {
      cluster_name: 'origin',
      endpoints: [{ lb_endpoints: [{ endpoint: { address: where } }] }],
    },
  };
  const proxy = await startProxy(
    t,
    bootstrapText([outer, inner], [towards('inner', limit), far], withInternal),
  );
  const client = await dialPeer(t, { host: '127.0.0.1', port: proxy.port('outer') });
  client.send('first');
  const peer = await origin.accept();
  await peer.received('first');
  peer.socket.pause();
  const bytes = randomBytes(1 << 20);
  for (let i = 0; i < 32; i++) client.socket.write(bytes);
  // Nothing else would pause the outer listener's client than the reader at the far end.
  await eventually(
    async () => (await proxy.stat('tcp.main.downstream_flow_control_paused_reading_total')) > 0,
  );
  ok(client.socket.writableLength > 0);
  peer.socket.resume();
  client.end();
  equal(await peer.ended, 'fin');
  equal(peer.byteLength, 5 + 32 * (1 << 20));
});
