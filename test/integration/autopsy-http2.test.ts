import { equal, match } from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, constants as http2, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { type RunningProxy, startProxy } from '../support/proxy.js';

/** Misbehaves as the path of each request says; `requests` counts those of the connection. */
function misbehave(stream: ServerHttp2Stream, path: string, requests: number, socket: Socket): void {
  const { session } = stream;
  stream.on('error', () => undefined);
  const answer = (): void => {
    stream.respond({ ':status': 200 });
    stream.end('ok');
  };
  switch (path) {
    case '/race':
      if (requests === 1) answer();
      else socket.resetAndDestroy();
      break;
    case '/early':
      stream.close(http2.NGHTTP2_INTERNAL_ERROR);
      break;
    case '/gone':
      socket.resetAndDestroy();
      break;
    case '/refused-stream':
      stream.close(http2.NGHTTP2_REFUSED_STREAM);
      break;
    case '/late':
      stream.respond({ ':status': 200 });
      stream.write('half', () => stream.destroy(new Error('late')));
      break;
    case '/retry':
      stream.respond({ ':status': 503 }, { endStream: true });
      break;
    case '/idle':
      answer();
      stream.once('close', () => setTimeout(() => session?.goaway(), 200));
      break;
    default:
    // Waits for ever.
  }
}

async function startMisbehaving(t: TestContext): Promise<number> {
  const server = createServer();
  const sockets = new Set<Socket>();
  server.prependListener('connection', (socket: Socket) => sockets.add(socket));
  server.on('session', (session) => {
    // The session shields its socket from being destroyed by hand.
    const socket = [...sockets].at(-1) as Socket;
    let requests = 0;
    session.on('error', () => undefined);
    session.on('stream', (stream, headers) =>
      misbehave(stream, String(headers[':path']), ++requests, socket),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Answers HTTP/1 whatever it is told. */
async function startOld(t: TestContext): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('data', () => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

interface Origins {
  readonly origin: number;
  readonly old: number;
  readonly free: number;
}

function cluster(name: string, port: number, more = ''): string {
  return `
  - name: ${name}
    ${more}
    typed_extension_protocol_options:
      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
        explicit_http_config: {http2_protocol_options: {}}
    load_assignment: {cluster_name: ${name}, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: ${port}}}}}]}]}`;
}

const tlsSocket =
  'transport_socket: {name: tls, typed_config: {"@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext}}';

const bootstrap = ({ origin, old, free }: Origins): string => `
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
              routes:
              - {match: {path: /refused}, route: {cluster: refused}}
              - {match: {path: /tls}, route: {cluster: tls}}
              - {match: {path: /old}, route: {cluster: old}}
              - {match: {path: /overflow}, route: {cluster: full}}
              - match: {path: /per-try}
                route: {cluster: origin, retry_policy: {retry_on: 5xx, num_retries: 1, per_try_timeout: 0.05s, retry_back_off: {base_interval: 0.001s}}}
              - {match: {path: /slow}, route: {cluster: origin, timeout: 0.1s}}
              - {match: {path: /retry}, route: {cluster: origin, retry_policy: {retry_on: 5xx, retry_back_off: {base_interval: 0.001s}}}}
              - {match: {path: /race}, route: {cluster: race}}
              - {match: {path: /idle}, route: {cluster: idle}}
              - {match: {prefix: /}, route: {cluster: origin}}
          http_filters:
          - name: autopsy
            typed_config:
              "@type": type.googleapis.com/xds.type.v3.TypedStruct
              type_url: type.googleapis.com/sluice.v1.Autopsy
              value: {source_ranges: [127.0.0.0/8], request_header: {name: x-key, value: open}}
          - name: router
            typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
  clusters:${cluster('origin', origin)}${cluster('race', origin)}${cluster('idle', origin)}${cluster('refused', free)}${cluster('old', old)}${cluster('tls', origin, tlsSocket)}${cluster('full', origin, 'circuit_breakers: {thresholds: [{max_requests: 0}]}')}
`;

async function start(t: TestContext): Promise<RunningProxy> {
  const ports = { origin: await startMisbehaving(t), old: await startOld(t), free: await freePort() };
  return startProxy(t, bootstrap(ports), ['--concurrency', '1']);
}

const key = { headers: { 'x-key': 'open' } };

test('an autopsy names what ended each of eleven attempts over HTTP/2', async (t) => {
  const proxy = await start(t);
  const causeOf = async (path: string): Promise<string> => {
    const { headers } = await proxy.fetch(path, key);
    return String(headers['x-sluice-autopsy']);
  };

  equal((await proxy.fetch('/race', key)).status, 200);
  match(await causeOf('/race'), /^keep-alive-race,.*requests=2,.*received=0B,closed-by=upstream,.*final$/);
  match(await causeOf('/refused'), /^connect-refused,.*errno=ECONNREFUSED/);
  match(await causeOf('/tls'), /^tls-failure,.*detail=TLS_error/);
  match(await causeOf('/gone'), /^reset-before-headers,.*requests=1,.*closed-by=upstream/);
  match(await causeOf('/early'), /^reset-before-headers,.*,requests=1,/);
  match(await causeOf('/refused-stream'), /^refused-stream,/);
  match(await causeOf('/old'), /^protocol-error,/);
  match(await causeOf('/overflow'), /^overflow,.*max_requests=0,final$/);
  match(await causeOf('/slow'), /^route-timeout,.*,timeout=100ms,/);
  match(
    await causeOf('/per-try'),
    /^per-try-timeout,.*try=1,.*per_try_timeout=50ms,.*retried;per-try-timeout,.*try=2,.*final$/,
  );
  await proxy.fetch('/late', key).catch(() => undefined);
  await eventually(async () => /reset-after-headers/.test(await proxy.admin('/failures?cluster=origin')));
});

test('a response that was retried away over HTTP/2 is told', async (t) => {
  const proxy = await start(t);
  equal((await proxy.fetch('/retry')).status, 503);
  match(await proxy.admin('/failures?cluster=origin'), /unwelcome-response/);
});

test('a GOAWAY on an idle connection teaches how long the upstream leaves connections idle', async (t) => {
  const proxy = await start(t);
  equal((await proxy.fetch('/idle')).status, 200);
  const told = (): Promise<string> => proxy.admin('/failures?cluster=idle');
  await eventually(async () => (await told()).includes('advice'));
  match(await told(), /idle connections closed by the upstream: 1, after \S+ ms at least/);
  match(
    await told(),
    /advice: .*set common_http_protocol_options\.idle_timeout of cluster 'idle' below \S+ m?s/,
  );
});
