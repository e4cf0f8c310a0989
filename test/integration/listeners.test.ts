import { equal, match, ok, rejects } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { NetConnectOpts } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Plain } from '../../src/base/plain.js';
import { eventually } from '../support/eventually.js';
import {
  bootstrapText,
  directResponseFilter,
  echoFilter,
  fileLog,
  httpInspectorFilter,
  listener,
  runtimeKeys,
  tcpAddress,
} from '../support/listener-text.js';
import { mainPath, RunningProxy, startProxy } from '../support/proxy.js';
import { dialPeer } from '../support/tcp-peers.js';

/** What a connection that says `text` and ends is answered. */
async function answerTo(
  t: TestContext,
  target: NetConnectOpts,
  ...texts: readonly string[]
): Promise<string> {
  const peer = await dialPeer(t, target);
  peer.socket.setNoDelay(true);
  for (const text of texts) {
    await new Promise((resolve) => peer.socket.write(text, 'latin1', resolve));
  }
  peer.end();
  await peer.ended;
  return peer.text;
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'sluice-listeners-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('a Unix socket is listened on with its mode, and its connections have its path as address', async (t) => {
  const path = join(folder(t), 'in.sock');
  const format = '%DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS%';
  const text = bootstrapText(
    [
      listener('main', { pipe: { path, mode: 0o600 } }, [echoFilter], {
        access_log: [fileLog('cx.log', format)],
      }),
    ],
    [],
  );
  const proxy = await startProxy(t, text);
  equal(statSync(path).mode & 0o777, 0o600);
  equal(await answerTo(t, { path }, 'hello'), 'hello');
  proxy.child.kill('SIGTERM');
  await proxy.exit();
  equal(readFileSync(join(proxy.folder, 'cx.log'), 'latin1'), `${path} ${path}\n`);
});

test('a file that is no socket is not removed to make room for one', async (t) => {
  const path = join(folder(t), 'precious');
  writeFileSync(path, 'data');
  await rejects(
    startProxy(t, bootstrapText([listener('main', { pipe: { path } }, [echoFilter])], [])),
    /in use/,
  );
  equal(readFileSync(path, 'latin1'), 'data');
});

test('an abstract socket is bound by its exact name', async (t) => {
  const name = `sluice-test-${process.pid}`;
  await startProxy(t, bootstrapText([listener('main', { pipe: { path: `@${name}` } }, [echoFilter])], []));
  const names = readFileSync('/proc/net/unix', 'latin1').split('\n');
  ok(names.some((line) => line.endsWith(` @${name}`)));
});

test('one listener has several addresses, of both families', async (t) => {
  const more = {
    additional_addresses: [{ address: tcpAddress('::1') }, { address: tcpAddress('127.0.0.2') }],
  };
  const proxy = await startProxy(
    t,
    bootstrapText([listener('main', tcpAddress('127.0.0.1'), [echoFilter], more)], []),
  );
  const found = [...proxy.log.matchAll(/listener 'main' listens on (\S+):(\d+)/g)];
  equal(found.length, 3);
  for (const [, host = '', port] of found) {
    equal(await answerTo(t, { host: host.replace(/[[\]]/g, ''), port: Number(port) }, host), host);
  }
  equal(await proxy.stat('listener.main.downstream_cx_total'), 3);
});

test('the IPv6 wildcard takes IPv4 only when it is told to, and then shows it as IPv4', async (t) => {
  const log = { access_log: [fileLog('cx.log', '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%')] };
  const sixLog = { access_log: [fileLog('six.log', '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%')] };
  const both = listener('both', tcpAddress('::', { ipv4_compat: true }), [echoFilter], log);
  const proxy = await startProxy(
    t,
    bootstrapText([both, listener('six', tcpAddress('::'), [echoFilter], sixLog)], []),
  );
  equal(await answerTo(t, { host: '127.0.0.1', port: proxy.port('both') }, 'x'), 'x');
  equal(await answerTo(t, { host: '::1', port: proxy.port('six') }, 'y'), 'y');
  // Somebody else may have that port on IPv4: what counts is that nobody comes in here.
  await dialPeer(t, { host: '127.0.0.1', port: proxy.port('six') }).catch(() => undefined);
  proxy.child.kill('SIGTERM');
  await proxy.exit();
  equal(readFileSync(join(proxy.folder, 'cx.log'), 'latin1'), '127.0.0.1\n');
  equal(readFileSync(join(proxy.folder, 'six.log'), 'latin1'), '::1\n');
});

function inspected(more: { readonly [field: string]: Plain } = {}): Plain {
  const chain = (name: string, filter: Plain): Plain => ({
    filters: [filter],
    ...(name === '' ? {} : { filter_chain_match: { application_protocols: [name] } }),
  });
  return {
    name: 'main',
    stat_prefix: 'main',
    address: tcpAddress('127.0.0.1'),
    listener_filters: [httpInspectorFilter],
    filter_chains: [
      chain('http/1.1', directResponseFilter('one')),
      chain('h2c', directResponseFilter('two')),
      chain('', echoFilter),
    ],
    ...more,
  };
}

test('the first bytes choose the filter chain, and none of them is lost', async (t) => {
  const proxy = await startProxy(t, bootstrapText([inspected()], []));
  const port = proxy.port();
  equal(await answerTo(t, { port }, 'GET / HT', 'TP/1.1\r\n\r\n'), 'one');
  equal(await answerTo(t, { port }, 'PRI * HTTP/2.0\r\n\r', '\nSM\r\n\r\n'), 'two');
  const long = `"plain ${'text '.repeat(40_000)}`;
  equal((await answerTo(t, { port }, long)).length, long.length);
  equal(await proxy.stat('http_inspector.http11_found'), 1);
  equal(await proxy.stat('http_inspector.http2_found'), 1);
  equal(await proxy.stat('http_inspector.http_not_found'), 1);
  equal(await proxy.stat('listener.main.downstream_pre_cx_active'), 0);
});

test('a client that says too little is closed after the timeout, or goes on when that is configured', async (t) => {
  const closes = inspected({ listener_filters_timeout: '0.1s' });
  const proxy = await startProxy(t, bootstrapText([closes], []));
  const silent = await dialPeer(t, { port: proxy.port() });
  silent.send('GE');
  await silent.ended;
  equal(await proxy.stat('listener.main.downstream_pre_cx_timeout'), 1);
  equal(await proxy.stat('listener.main.downstream_cx_total'), 0);

  const goesOn = inspected({ listener_filters_timeout: '0.1s', continue_on_listener_filters_timeout: true });
  const other = await startProxy(t, bootstrapText([goesOn], []));
  const late = await dialPeer(t, { port: other.port() });
  late.send('GE');
  await late.received('GE');
  equal(await other.stat('listener.main.downstream_pre_cx_timeout'), 1);
  equal(await other.stat('listener.main.downstream_cx_active'), 1);
});

test('a client that leaves during inspection is counted and is no connection', async (t) => {
  const proxy = await startProxy(t, bootstrapText([inspected()], []));
  equal(await answerTo(t, { port: proxy.port() }, 'GE'), '');
  equal(await proxy.stat('listener.main.downstream_listener_filter_remote_close'), 1);
  equal(await proxy.stat('listener.main.downstream_cx_total'), 0);
});

for (const [what, key, stat] of [
  ['a listener', 'envoy.resource_limits.listener.main.connection_limit', 'downstream_cx_overflow'],
  ['the process', 'overload.global_downstream_max_connections', 'downstream_global_cx_overflow'],
] as const) {
  test(`the connection limit of ${what} holds over all workers`, async (t) => {
    const text = bootstrapText(
      [listener('main', tcpAddress('127.0.0.1'), [echoFilter])],
      [],
      runtimeKeys({ [key]: 3 }),
    );
    const proxy = await startProxy(t, text);
    const port = proxy.port();
    const peers = await Promise.all([0, 1, 2].map(() => dialPeer(t, { port })));
    for (const peer of peers) peer.send('x');
    await Promise.all(peers.map((peer) => peer.received('x')));
    await (await dialPeer(t, { port })).ended;
    equal(await proxy.stat(`listener.main.${stat}`), 1);
    peers[0]?.end();
    await peers[0]?.ended;
    // Until then the worker has not seen the end.
    await eventually(async () => (await proxy.stat('listener.main.downstream_cx_active')) <= 2);
    equal(await answerTo(t, { port }, 'y'), 'y');
  });
}

test('a process without free descriptors refuses connections, says so, and takes them again later', async (t) => {
  const path = folder(t);
  const file = join(path, 'bootstrap.yaml');
  writeFileSync(file, bootstrapText([listener('main', tcpAddress('127.0.0.1'), [echoFilter])], []));
  const command = 'ulimit -n 256; exec "$0" "$@"';
  const child = spawn('sh', ['-c', command, process.execPath, mainPath, '-c', file, '--concurrency', '1'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    cwd: path,
  });
  const proxy = new RunningProxy(child, path);
  t.after(async () => {
    if (child.exitCode === null) child.kill('SIGKILL');
    await proxy.exit();
  });
  await proxy.logged(/all listeners are up/);
  const port = proxy.port();
  const peers = await Promise.all(Array.from({ length: 300 }, () => dialPeer(t, { port })));
  await proxy.logged(/no file descriptor left \(EMFILE\)/);
  equal(child.exitCode, null);
  for (const peer of peers) peer.socket.destroy();
  // The admin port takes its descriptors from the same supply, so its answer may be late as well.
  const stillOpen = async (): Promise<number> =>
    proxy.stat('listener.main.downstream_cx_active').catch(() => 1);
  await eventually(async () => (await stillOpen()) === 0);
  const again = async (): Promise<string> => answerTo(t, { port }, 'again').catch(() => 'not yet');
  await eventually(async () => (await again()) === 'again');
  match(proxy.log, /raise the limit \(ulimit -n\)/);
  ok(proxy.log.split('EMFILE').length < 10, 'one line a second, not one a connection');
});
