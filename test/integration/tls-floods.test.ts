import { equal } from 'node:assert/strict';
import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { opensslMissing, TestAuthority } from '../support/certificates.js';
import { eventually } from '../support/eventually.js';
import { type RunningProxy, startProxy } from '../support/proxy.js';

const limits = { skip: opensslMissing() ?? false, timeout: 120_000 };

const api = 'type.googleapis.com/envoy.extensions';

/** One worker that ends TLS; a handshake may take as long as the chain says. */
function startTls(t: TestContext, chain: object = {}): Promise<RunningProxy> {
  const { cert, key } = new TestAuthority(t).issue({ sans: 'DNS:a.test' });
  const pair = { certificate_chain: { filename: cert }, private_key: { filename: key } };
  const tls = {
    '@type': `${api}.transport_sockets.tls.v3.DownstreamTlsContext`,
    common_tls_context: { tls_certificates: [pair], alpn_protocols: ['h2'] },
  };
  const manager = {
    '@type': `${api}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'in',
    route_config: {
      virtual_hosts: [
        {
          name: 'all',
          domains: ['*'],
          routes: [
            { match: { prefix: '/' }, direct_response: { status: 200, body: { inline_string: 'ok' } } },
          ],
        },
      ],
    },
    http_filters: [{ name: 'r', typed_config: { '@type': `${api}.filters.http.router.v3.Router` } }],
  };
  const address = { socket_address: { address: '127.0.0.1', port_value: 0 } };
  const filters = [{ name: 'hcm', typed_config: manager }];
  const chains = [{ transport_socket: { name: 'tls', typed_config: tls }, filters, ...chain }];
  const listener = { name: 'main', stat_prefix: 'l', address, filter_chains: chains };
  const bootstrap = JSON.stringify({ admin: { address }, static_resources: { listeners: [listener] } });
  return startProxy(t, bootstrap, ['--concurrency', '1']);
}

/** The first message of a TLS client; whoever sends it again goes no further than the server's answer. */
async function clientHello(t: TestContext): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const client = connectTls({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  client.on('error', () => undefined);
  const [socket] = (await once(server, 'connection')) as [Socket];
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  client.destroy();
  socket.destroy();
  return bytes;
}

/** Clients whose connections the worker has, and who have said nothing yet. */
async function idle(t: TestContext, proxy: RunningProxy, count: number): Promise<readonly Socket[]> {
  const before = await proxy.stat('listener.l.downstream_cx_active');
  const sockets = Array.from({ length: count }, () => connect(proxy.port(), '127.0.0.1'));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  for (const socket of sockets) socket.on('error', () => undefined);
  await eventually(async () => (await proxy.stat('listener.l.downstream_cx_active')) === before + count);
  return sockets;
}

async function echo(session: ClientHttp2Session): Promise<void> {
  const stream = session.request({ ':path': '/' });
  stream.end();
  await once(stream.resume(), 'close');
}

/** How many begin in one turn of the loop is told by the test of the queue. */
test(
  'requests of an established connection and a flood of handshakes at once are all answered',
  limits,
  async (t) => {
    const flood = 600;
    const proxy = await startTls(t);
    const session = connectHttp2(`https://127.0.0.1:${proxy.port()}`, { rejectUnauthorized: false });
    t.after(() => session.destroy());
    await echo(session);
    const hello = await clientHello(t);
    const sockets = await idle(t, proxy, flood);
    let answered = 0;
    // All of them lie there when the worker looks again, and one request among them.
    proxy.child.kill('SIGSTOP');
    const written = sockets.map((socket) => {
      socket.once('data', () => answered++);
      return new Promise((resolve) => socket.write(hello, resolve));
    });
    await Promise.all(written);
    const answers = Array.from({ length: 20 }, () => echo(session));
    proxy.child.kill('SIGCONT');
    await Promise.all(answers);
    await eventually(() => answered === flood);
    equal(await proxy.stat('listener.l.ssl.handshake'), 1);
    equal(await proxy.stat('listener.l.ssl.connection_error'), 0);
  },
);

test('a client that never finishes its handshake is let go in time, and counted', limits, async (t) => {
  const proxy = await startTls(t, { transport_socket_connect_timeout: '0.5s' });
  const hello = await clientHello(t);
  const endings = [0, 1, 4, 5, Math.trunc(hello.length / 2), hello.length].map(async (length) => {
    const socket = connect(proxy.port(), '127.0.0.1');
    socket.on('error', () => undefined);
    if (length > 0) socket.write(hello.subarray(0, length));
    socket.resume();
    await once(socket, 'close');
  });
  await Promise.all(endings);
  const stat = 'listener.l.downstream_cx_transport_socket_connect_timeout';
  await eventually(async () => (await proxy.stat(stat)) === endings.length);
  await eventually(async () => (await proxy.stat('listener.l.downstream_cx_active')) === 0);
  equal(await proxy.stat('listener.l.ssl.connection_error'), 0);
});
