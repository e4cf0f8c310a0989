import { deepEqual, equal } from 'node:assert/strict';
import { once } from 'node:events';
import { type ClientHttp2Session, connect, createServer } from 'node:http2';
import { type TestContext, test } from 'node:test';
import { seededRandom } from '../conformance/http1/random-cuts.js';
import { startProxy } from '../support/proxy.js';

type Fields = { [name: string]: string | string[] };

/** An origin of nghttp2 (Node's module) that answers with the fields it has read, under other names. */
async function startEcho(t: TestContext): Promise<number> {
  const server = createServer();
  server.on('stream', (stream, headers) => {
    const answer: Fields = { ':status': '200' };
    for (const [name, value] of Object.entries(headers))
      if (/^x-f\d/.test(name)) answer[`y${name.slice(1)}`] = value as string;
    stream.respond(answer, { endStream: true });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the origin has no port');
  return address.port;
}

function bootstrap(port: number): string {
  const http = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';
  return `
admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
static_resources:
  listeners:
  - name: main
    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
    filter_chains:
    - filters:
      - name: hcm
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: in
          route_config: {virtual_hosts: [{name: all, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: echo}}]}]}
          http_filters: [{name: r, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}]
  clusters:
  - name: echo
    load_assignment: {cluster_name: echo, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: ${port}}}}}]}]}
    typed_extension_protocol_options: {${http}: {"@type": type.googleapis.com/${http}, explicit_http_config: {http2_protocol_options: {}}}}
`;
}

async function ask(client: ClientHttp2Session, fields: Fields): Promise<Fields> {
  const request = client.request({ ':path': '/', ...fields });
  const [headers] = (await once(request, 'response')) as [Fields];
  request.resume();
  await once(request, 'close');
  return Object.fromEntries(Object.entries(headers).filter(([name]) => /^y-f\d/.test(name)));
}

test('what is packed in either direction is unpacked exactly by nghttp2', async (t) => {
  const proxy = await startProxy(t, bootstrap(await startEcho(t)));
  const client = connect(`http://127.0.0.1:${proxy.port()}`);
  client.on('error', () => undefined);
  t.after(() => client.destroy());
  const random = seededRandom(7);
  const below = (bound: number): number => Math.floor(random() * bound);
  const alphabets = ['abcdef0123456789', ' !"#$%&()*+,-./:;<=>?@[]^_`{|}~', 'AZaz09', 'é\u00ff\u00a0x'];
  const text = (): string => {
    const alphabet = alphabets[below(alphabets.length)] ?? '';
    const body = Array.from({ length: below(60) }, () => alphabet[below(alphabet.length)]).join('');
    return `v${body}v`;
  };
  // Few names and values that come again fill and turn over the dynamic tables of both sides.
  const values = Array.from({ length: 80 }, text);
  for (let round = 0; round < 300; round++) {
    const fields: Fields = {};
    for (let i = below(12); i >= 0; i--)
      fields[`x-f${below(30)}`] = below(3) === 0 ? text() : (values[below(values.length)] ?? '');
    const wanted = Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [`y${name.slice(1)}`, value]),
    );
    deepEqual(await ask(client, fields), wanted);
  }
  equal(await proxy.stat('cluster.echo.upstream_cx_protocol_error'), 0);
});
