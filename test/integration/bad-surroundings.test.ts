import { equal, match, ok } from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { eventually } from '../support/eventually.js';
import { mainPath, startOrigin, startProxy } from '../support/proxy.js';
import { ringBootstrap } from '../support/ring-bootstrap.js';

const limits = { timeout: 60_000 };

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

/** Runs the program until it ends by itself. */
function runToEnd(t: TestContext, bootstrap: string | null, args: readonly string[] = []): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'bootstrap.yaml');
  if (bootstrap !== null) writeFileSync(file, bootstrap);
  const child = spawn(process.execPath, [mainPath, '-c', file, '--concurrency', '2', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    cwd: folder,
  });
  t.after(() => void child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stderr })));
}

async function startTcp(t: TestContext, onSocket: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe('start-up is refused, with a message and exit code 1,', () => {
  test('for a configuration file that cannot be read', limits, async (t) => {
    const { code, stderr } = await runToEnd(t, null);
    equal(code, 1);
    match(stderr, /bootstrap\.yaml/);
    match(stderr, /no such file/i);
    ok(!stderr.includes('    at '), stderr);
  });

  test('for a port that is in use, with nothing left bound', limits, async (t) => {
    const taken = await startTcp(t, (socket) => socket.destroy());
    const bootstrap = ringBootstrap({ origin: 1 }).replace(
      'name: main\n    address: { socket_address: { address: 127.0.0.1, port_value: 0 } }',
      `name: main\n    address: { socket_address: { address: 127.0.0.1, port_value: ${taken} } }`,
    );
    const { code, stderr } = await runToEnd(t, bootstrap);
    equal(code, 1);
    match(
      stderr,
      new RegExp(`listener 'main': cannot bind '127\\.0\\.0\\.1:${taken}': Address already in use`),
    );
  });

  test('for a route to a cluster that is not there', limits, async (t) => {
    const { code, stderr } = await runToEnd(
      t,
      ringBootstrap({ origin: 1 }).replace('cluster: origin,', 'cluster: orgin,'),
    );
    equal(code, 1);
    match(stderr, /bootstrap\.yaml:\d+:\d+: error: .*unknown cluster 'orgin'/);
  });

  test('for ten mistakes with ten located messages in one run', limits, async (t) => {
    const bootstrap = ringBootstrap({
      origin: 70_000,
      top: 'stats_flush_interval: soon\nnode: { idd: a }\nwatchdogs: { worker_watchdog: { miss_timeout: [] } }',
      listener: 'per_connection_buffer_limit_bytes: -1\n    tcp_backlog_siz: 4',
      manager: 'stat_prefi: x\n          codec_type: HTTP9\n          max_request_headers_kb: many',
      cluster: 'lb_policy: ROUND_ROBINN\n    connect_timeout: 1x',
    });
    const { code, stderr } = await runToEnd(t, bootstrap);
    equal(code, 1);
    const located = stderr.match(/^\S+bootstrap\.yaml:\d+:\d+: error: .+$/gm) ?? [];
    equal(new Set(located.map((line) => /yaml:(\d+:\d+)/.exec(line)?.[1])).size, 11, stderr);
    match(stderr, /problem\(s\) in the configuration; nothing was started/);
  });
});

describe('the process stays up', () => {
  test('with a name that does not resolve: 503, flag UH', limits, async (t) => {
    const access = `access_log: [{ name: file, typed_config: { "@type": type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StderrAccessLog, log_format: { text_format_source: { inline_string: "flags=%RESPONSE_FLAGS%\\n" } } } }]`;
    const bootstrap = ringBootstrap({ origin: 80, manager: access })
      .replace('type: STATIC', 'type: STRICT_DNS')
      .replace('address: 127.0.0.1, port_value: 80 }', 'address: nothing.invalid, port_value: 80 }');
    const proxy = await startProxy(t, bootstrap, ['--file-flush-interval-msec', '10']);
    const answer = await proxy.fetch('/');
    equal(answer.status, 503);
    equal(answer.body, 'no healthy upstream');
    await proxy.logged(/flags=UH/);
  });

  test('with an origin that resets, and with one that never answers', limits, async (t) => {
    let isReset = true;
    const port = await startTcp(t, (socket) => {
      if (isReset) socket.once('data', () => socket.resetAndDestroy());
      else socket.resume();
    });
    const bootstrap = ringBootstrap({ origin: port }).replace('timeout: 0s', 'timeout: 0.2s');
    const proxy = await startProxy(t, bootstrap);
    equal((await proxy.fetch('/')).status, 503);
    isReset = false;
    equal((await proxy.fetch('/')).status, 504);
    equal(await proxy.stat('server.worker_restarts'), 0);
  });

  test('with a full disk under its access log', limits, async (t) => {
    const origin = await startOrigin(t, (_request, response) => response.end('hello'));
    const access = `access_log: [{ name: file, typed_config: { "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog, path: /dev/full } }]`;
    const bootstrap = ringBootstrap({ origin: origin.port, manager: access });
    const proxy = await startProxy(t, bootstrap, ['--file-flush-interval-msec', '10']);
    for (let i = 0; i < 20; i++) equal((await proxy.fetch('/')).status, 200);
    await eventually(async () => (await proxy.stat('filesystem.write_failed')) > 0);
    equal((await proxy.fetch('/')).status, 200);
    equal(await proxy.stat('server.worker_restarts'), 0);
    proxy.child.kill('SIGTERM');
    equal(await proxy.exit(), 0);
  });

  test('without a free descriptor, and serves again once there are some', limits, async (t) => {
    if (spawnSync('prlimit', ['--version']).status !== 0) {
      t.skip('prlimit is not here');
      return;
    }
    const origin = await startOrigin(t, (_request, response) => response.end('hello'));
    const proxy = await startProxy(
      t,
      ringBootstrap({ origin: origin.port, top: 'stats_flush_interval: 0.02s' }),
    );
    const { pid } = proxy.child;
    const limit = (files: number): void => {
      equal(spawnSync('prlimit', ['--pid', String(pid), `--nofile=${files}:`]).status, 0);
    };
    limit(3);
    const waiting = Array.from({ length: 20 }, () => proxy.fetch('/'));
    // Meanwhile main flushes its stats again and again, and asks for the memory of the process each time.
    let polls = 0;
    await eventually(() => ++polls > 30);
    limit(1024);
    for (const answer of await Promise.all(waiting)) equal(answer.status, 200);
    equal(await proxy.stat('server.worker_restarts'), 0);
  });
});
