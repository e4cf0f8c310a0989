import { equal, match } from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { Plain } from '../../src/base/plain.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import {
  bootstrapText,
  listener,
  staticCluster,
  tcpAddress,
  tcpProxyFilter,
} from '../support/listener-text.js';
import { startHaproxy, startNginx, withoutHaproxyAndNginx } from '../support/other-proxies.js';
import { startProxy } from '../support/proxy.js';

const extension = (name: string, type: string, fields: { readonly [field: string]: Plain } = {}): Plain => ({
  name,
  typed_config: { '@type': `type.googleapis.com/envoy.extensions.${type}`, ...fields },
});
const reading = extension('proxy_protocol', 'filters.listener.proxy_protocol.v3.ProxyProtocol');
const raw = extension('raw', 'transport_sockets.raw_buffer.v3.RawBuffer');
const telling = (version: string, inner: Plain = raw): Plain =>
  extension('telling', 'transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport', {
    config: { version },
    transport_socket: inner,
  });

/** Asks through a proxy; answers what the far end says of the client, and what the client is. */
function ask(port: number): Promise<readonly [told: string, own: string]> {
  return new Promise((resolve, reject) => {
    const asking = request({ port, host: '127.0.0.1', agent: false }, (response) => {
      const { socket } = response;
      const own = `${socket.localAddress}:${socket.localPort}`;
      let text = '';
      response.setEncoding('latin1').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve([text.trim(), own]));
    });
    asking.on('error', reject);
    asking.end();
  });
}

/** The far ends, each of which answers with the client that a PROXY header names. */
const ends: { readonly [name: string]: (t: TestContext, port: number) => Promise<void> } = {
  nginx: (t, port) =>
    startNginx(
      t,
      `listen 127.0.0.1:${port} proxy_protocol; location / { return 200 "$proxy_protocol_addr:$proxy_protocol_port"; }`,
      port,
    ),
  HAProxy: (t, port) =>
    startHaproxy(
      t,
      `frontend f\n mode http\n bind 127.0.0.1:${port} accept-proxy\n` +
        ' http-request return status 200 content-type text/plain lf-string "%[src]:%[src_port]"',
      port,
    ),
};

for (const [name, start] of Object.entries(ends)) {
  for (const [sent, version] of [
    ['send-proxy', 'V2'],
    ['send-proxy-v2', 'V1'],
  ] as const) {
    const title = `${name} learns of the client that HAProxy told us of (${sent}), in ${version}`;
    test(title, { skip: withoutHaproxyAndNginx, timeout: 60_000 }, async (t) => {
      const [end, front] = [await freePort(), await freePort()];
      await start(t, end);
      const cluster = staticCluster('end', [end], { transport_socket: telling(version) });
      const filter = tcpProxyFilter({ cluster: 'end' });
      const main = listener('main', tcpAddress('127.0.0.1'), [filter], { listener_filters: [reading] });
      const proxy = await startProxy(t, bootstrapText([main], [cluster]));
      const server = `server s 127.0.0.1:${proxy.port()} ${sent}`;
      const sections = `listen l\n mode tcp\n bind 127.0.0.1:${front}\n ${server}`;
      await startHaproxy(t, sections, front);
      const [told, own] = await ask(front);
      equal(told, own);
    });
  }
}

test('a transport within the one that tells of clients reads what the host says', async (t) => {
  const origin = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
  t.after(() => origin.close());
  await once(origin, 'listening');
  const internal = extension('internal', 'transport_sockets.internal_upstream.v3.InternalUpstreamTransport', {
    transport_socket: raw,
  });
  const { port } = origin.address() as AddressInfo;
  const cluster = staticCluster('end', [port], { transport_socket: telling('V1', internal) });
  const main = listener('main', tcpAddress('127.0.0.1'), [tcpProxyFilter({ cluster: 'end' })]);
  const proxy = await startProxy(t, bootstrapText([main], [cluster]));
  const client = connect(proxy.port(), '127.0.0.1').setEncoding('latin1');
  t.after(() => client.destroy());
  let text = '';
  client.on('data', (part: string) => {
    text += part;
  });
  client.write('hello');
  await eventually(() => text.endsWith('hello'));
  client.write(' again');
  await eventually(() => text.endsWith(' again'));
  match(text, /^PROXY TCP4 127\.0\.0\.1 127\.0\.0\.1 \d+ \d+\r\nhello again$/);
});
