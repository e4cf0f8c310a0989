import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { type RunningProxy, startProxy } from '../support/proxy.js';

const okResponse = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

/** Misbehaves as the path of each request says. */
async function startMisbehaving(t: TestContext): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let requests = 0;
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => misbehave(socket, bytes.toString('latin1'), ++requests));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

function misbehave(socket: Socket, text: string, requests: number): void {
  const path = text.split(' ')[1] ?? '';
  // A TLS hello is answered in clear text.
  if (text.charCodeAt(0) === 22) socket.end('no TLS here\r\n');
  else if (path.startsWith('/race')) {
    if (requests === 1) socket.write(okResponse);
    else socket.resetAndDestroy();
  } else if (path.startsWith('/early')) socket.end();
  else if (path.startsWith('/late')) {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf', () => socket.resetAndDestroy());
  } else if (path.startsWith('/garbage')) socket.write('this is no response\r\n\r\n');
  else if (path.startsWith('/retry')) {
    socket.write('HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n');
  } else if (path.startsWith('/idle')) {
    socket.write(okResponse);
    setTimeout(() => socket.end(), 300);
  }
  // Anything else waits for ever.
}

/** A listening socket whose queue is full and that accepts nothing: connections to it never stand. */
async function startDeaf(t: TestContext): Promise<number> {
  const program = `const s = require('node:net').createServer(); s.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(s.address().port));`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(line.toString());
  child.kill('SIGSTOP');
  const fillers = Array.from({ length: 6 }, () => connect(port, '127.0.0.1'));
  for (const filler of fillers) filler.on('error', () => undefined);
  t.after(() => {
    for (const filler of fillers) filler.destroy();
    child.kill('SIGKILL');
  });
  await Promise.all(fillers.slice(0, 2).map((filler) => once(filler, 'connect')));
  return port;
}

function cluster(name: string, port: number | null, more = ''): string {
  const endpoint =
    port === null
      ? ''
      : `{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: ${port}}}}}]}`;
  return `
  - name: ${name}
    ${more}
    load_assignment: {cluster_name: ${name}, endpoints: [${endpoint}]}`;
}

interface Ports {
  readonly origin: number;
  readonly deaf: number;
  readonly free: number;
}

const tlsSocket = `{name: tls, typed_config: {"@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext}}`;

const bootstrap = ({ origin, deaf, free }: Ports): string => `
admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
static_resources:
  listeners:
  - name: tcp
    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
    filter_chains:
    - filters:
      - name: tcp
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
          stat_prefix: tcp
          cluster: refused
          max_connect_attempts: 2
  - name: main
    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
    filter_chains:
    - filters:
      - name: http
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: in
          access_log:
          - name: file
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
              path: access.log
              log_format: {text_format_source: {inline_string: "%REQ(:PATH)% %SLUICE_AUTOPSY(CAUSE)% \\"%SLUICE_AUTOPSY%\\"\\n"}}
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes:
              - {match: {prefix: /refused}, route: {cluster: refused}}
              - {match: {prefix: /deaf}, route: {cluster: deaf}}
              - {match: {prefix: /tls}, route: {cluster: tls}}
              - {match: {prefix: /overflow}, route: {cluster: full}}
              - {match: {prefix: /nobody}, route: {cluster: empty}}
              - match: {prefix: /per-try}
                name: tries
                route: {cluster: origin, retry_policy: {retry_on: 5xx, num_retries: 1, per_try_timeout: 0.05s, retry_back_off: {base_interval: 0.001s}}}
              - {match: {prefix: /slow}, route: {cluster: origin, timeout: 0.1s}}
              - {match: {prefix: /retry}, route: {cluster: origin, retry_policy: {retry_on: 5xx, retry_back_off: {base_interval: 0.001s}}}}
              - {match: {prefix: /idle}, route: {cluster: idle}}
              - {match: {prefix: /}, route: {cluster: origin}}
          http_filters:
          - name: autopsy
            typed_config:
              "@type": type.googleapis.com/xds.type.v3.TypedStruct
              type_url: type.googleapis.com/sluice.v1.Autopsy
              value: {source_ranges: [127.0.0.0/8], request_header: {name: x-key, value: open}}
          - name: router
            typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
  clusters:${cluster('origin', origin)}${cluster('idle', origin)}${cluster('refused', free)}${cluster('deaf', deaf, 'connect_timeout: 0.2s')}${cluster('tls', origin, `transport_socket: ${tlsSocket}`)}${cluster('full', origin, 'circuit_breakers: {thresholds: [{max_pending_requests: 0}]}')}${cluster('empty', null)}
`;

interface Failure {
  readonly cause: string;
  readonly isRetried: boolean;
  readonly connection: { [field: string]: unknown } | null;
  readonly timer: { readonly name: string; readonly ms: number; readonly setting: string } | null;
  readonly limit: { readonly name: string; readonly max: number } | null;
}

async function failuresOf(proxy: RunningProxy, name: string): Promise<readonly Failure[]> {
  const page = JSON.parse(await proxy.admin(`/failures?format=json&cluster=${name}`)) as {
    clusters: { failures: Failure[] }[];
  };
  return page.clusters.flatMap(({ failures }) => failures);
}

async function start(t: TestContext): Promise<RunningProxy> {
  const ports = { origin: await startMisbehaving(t), deaf: await startDeaf(t), free: await freePort() };
  return startProxy(t, bootstrap(ports), ['--concurrency', '1', '--file-flush-interval-msec', '10']);
}

const key = { headers: { 'x-key': 'open' } };

test('an autopsy names what ended each of eleven attempts', async (t) => {
  const proxy = await start(t);
  const causeOf = async (path: string): Promise<string> => {
    const { headers } = await proxy.fetch(path, key);
    return String(headers['x-sluice-autopsy']);
  };

  equal((await proxy.fetch('/race', key)).status, 200);
  match(
    await causeOf('/race'),
    /^keep-alive-race,host=127\.0\.0\.1:\d+,try=1,.*idle=[\d.]+ms,requests=2,sent=\d+B,received=0B,closed-by=upstream,errno=ECONNRESET,final$/,
  );
  match(await causeOf('/refused'), /^connect-refused,.*errno=ECONNREFUSED/);
  match(await causeOf('/deaf'), /^connect-timeout,.*connect_timeout=200ms/);
  match(await causeOf('/tls'), /^tls-failure,.*detail=TLS_error/);
  match(
    await causeOf('/early'),
    /^reset-before-headers,.*requests=1,.*received=0B,closed-by=upstream,final$/,
  );
  match(await causeOf('/garbage'), /^protocol-error,.*received=2\dB/);
  match(await causeOf('/overflow'), /^overflow,.*max_pending_requests=0,final$/);
  match(await causeOf('/nobody'), /^no-healthy-host,try=1/);
  match(await causeOf('/slow'), /^route-timeout,.*,timeout=100ms,/);
  match(
    await causeOf('/per-try'),
    /^per-try-timeout,.*try=1,.*per_try_timeout=50ms,.*retried;per-try-timeout,.*try=2,.*final$/,
  );
  await proxy.fetch('/late', key).catch(() => undefined);
  await eventually(async () => (await failuresOf(proxy, 'origin')).at(-1)?.cause === 'reset-after-headers');
  equal((await failuresOf(proxy, 'origin')).at(-1)?.connection?.['receivedBytes'], 44);
});

test('timers and limits are told with what sets them', async (t) => {
  const proxy = await start(t);
  await proxy.fetch('/slow');
  const [slow] = await failuresOf(proxy, 'origin');
  match(slow?.timer?.setting ?? '', /^timeout of the route at \S*bootstrap\.yaml:\d+:\d+$/);
  await proxy.fetch('/per-try');
  const tries = (await failuresOf(proxy, 'origin')).slice(1);
  deepEqual(
    tries.map(({ isRetried }) => isRetried),
    [true, false],
  );
  match(tries[0]?.timer?.setting ?? '', /^retry_policy\.per_try_timeout of route 'tries' at /);
  await proxy.fetch('/overflow');
  const [full] = await failuresOf(proxy, 'full');
  deepEqual([full?.limit?.name, full?.limit?.max], ['max_pending_requests', 0]);
  match(
    await proxy.admin('/failures?cluster=full'),
    /max_pending_requests is 0 \(circuit_breakers \(DEFAULT\)/,
  );
});

test('a response that was retried away is told too', async (t) => {
  const proxy = await start(t);
  equal((await proxy.fetch('/retry')).status, 503);
  const [first] = await failuresOf(proxy, 'origin');
  deepEqual([first?.cause, first?.isRetried], ['unwelcome-response', true]);
});

test('only callers that are allowed see the header, and the key goes no further', async (t) => {
  const proxy = await start(t);
  equal((await proxy.fetch('/refused')).headers['x-sluice-autopsy'], undefined);
  const wrong = await proxy.fetch('/refused', { headers: { 'x-key': 'guess' } });
  equal(wrong.headers['x-sluice-autopsy'], undefined);
  ok((await proxy.fetch('/refused', key)).headers['x-sluice-autopsy'] !== undefined);
});

test('the access log has the autopsy, and a dash for what went well', async (t) => {
  const proxy = await start(t);
  await proxy.fetch('/race');
  await proxy.fetch('/refused');
  const lines = (): string[] => readFileSync(join(proxy.folder, 'access.log'), 'latin1').split('\n');
  await eventually(() => lines().length === 3);
  equal(lines()[0], '/race - "-"');
  match(lines()[1] ?? '', /^\/refused connect-refused "connect-refused,host=\S+,try=1,\S*,final"$/);
});

test('a cluster learns when its upstream closes idle connections, and says which setting to change', async (t) => {
  const proxy = await start(t);
  equal((await proxy.fetch('/idle')).status, 200);
  const told = (): Promise<string> => proxy.admin('/failures?cluster=idle');
  await eventually(async () => (await told()).includes('advice'));
  match(await told(), /idle connections closed by the upstream: 1, after \S+ ms at least/);
  match(
    await told(),
    /advice: .*set common_http_protocol_options\.idle_timeout of cluster 'idle' below \S+ ms \(now 1 h; \S*bootstrap\.yaml:\d+\)/,
  );
  equal((await proxy.fetch('/idle')).status, 200);
});

test('a TCP connection that finds nobody upstream leaves an autopsy of each dial', async (t) => {
  const proxy = await start(t);
  const socket = connect(proxy.port('tcp'), '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'close');
  deepEqual(
    (await failuresOf(proxy, 'refused')).map(({ cause, isRetried }) => [cause, isRetried]),
    [
      ['connect-refused', true],
      ['connect-refused', false],
    ],
  );
});
