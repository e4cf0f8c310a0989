import { deepEqual, equal, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '../support/eventually.js';
import {
  bootstrapText,
  fileLog,
  listener,
  staticCluster,
  tcpAddress,
  tcpProxyFilter,
} from '../support/listener-text.js';
import { type RunningProxy, startProxy } from '../support/proxy.js';
import { dialPeer, TcpOrigin } from '../support/tcp-peers.js';

const address = tcpAddress('127.0.0.1');
const logFormat =
  '%RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %UPSTREAM_CLUSTER% %UPSTREAM_REQUEST_ATTEMPT_COUNT% %DOWNSTREAM_LOCAL_CLOSE_REASON%';

/** A port that nobody listens on. */
async function deadPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilStat(
  proxy: RunningProxy,
  name: string,
  isEnough: (value: number) => boolean,
): Promise<void> {
  await eventually(async () => isEnough(await proxy.stat(name)));
}

async function logLine(proxy: RunningProxy): Promise<string> {
  for (;;) {
    try {
      const text = readFileSync(join(proxy.folder, 'tcp.log'), 'latin1');
      if (text.endsWith('\n')) return text.trim();
    } catch {
      // Not opened yet.
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const flushSoon = ['--file-flush-interval-msec', '10'];

test('a host that refuses is tried as often as configured, then the client is closed', async (t) => {
  const filter = tcpProxyFilter({
    cluster: 'dead',
    max_connect_attempts: 3,
    access_log: [fileLog('tcp.log', logFormat)],
  });
  const text = bootstrapText(
    [listener('main', address, [filter])],
    [staticCluster('dead', [await deadPort()])],
  );
  const proxy = await startProxy(t, text, flushSoon);
  const client = await dialPeer(t, { port: proxy.port() });
  equal(await client.ended, 'fin');
  const [flags = '', ...rest] = (await logLine(proxy)).split(' ');
  deepEqual(flags.split(',').sort(), ['UF', 'URX']);
  equal(rest.join(' '), '0 0 dead 3 tcp_initializion_failure:0');
  equal(await proxy.stat('cluster.dead.upstream_cx_connect_fail'), 3);
  equal(await proxy.stat('cluster.dead.upstream_cx_connect_attempts_exceeded'), 1);
});

for (const [what, cluster, flags, reason] of [
  ['no host', 'empty', 'UH 0 0 empty 0', 1],
  ['a full circuit breaker', 'full', 'UO 0 0 full 0', 2],
  ['no such cluster', 'missing', 'NC 0 0 - 0', 3],
] as const) {
  test(`${what} closes the client and says so in the log`, async (t) => {
    const filter = tcpProxyFilter({ cluster, access_log: [fileLog('tcp.log', logFormat)] });
    const none = { circuit_breakers: { thresholds: [{ max_connections: 0 }] } };
    const text = bootstrapText(
      [listener('main', address, [filter])],
      [staticCluster('empty', []), staticCluster('full', [await deadPort()], none)],
    );
    const proxy = await startProxy(t, text, flushSoon);
    equal(await (await dialPeer(t, { port: proxy.port() })).ended, 'fin');
    equal(await logLine(proxy), `${flags} tcp_initializion_failure:${reason}`);
    equal(await proxy.stat('tcp.main.downstream_cx_no_route'), cluster === 'missing' ? 1 : 0);
  });
}

for (const [field, stat, line] of [
  ['idle_timeout', 'idle_timeout', '- 3 0 origin 1 tcp_session_idle_timeout'],
  [
    'max_downstream_connection_duration',
    'max_downstream_connection_duration',
    'DT 3 0 origin 1 max_connection_duration_reached',
  ],
] as const) {
  test(`${field} ends both sides`, async (t) => {
    const origin = await TcpOrigin.start(t);
    const filter = tcpProxyFilter({
      cluster: 'origin',
      [field]: '0.2s',
      access_log: [fileLog('tcp.log', logFormat)],
    });
    const text = bootstrapText(
      [listener('main', address, [filter])],
      [staticCluster('origin', [origin.port])],
    );
    const proxy = await startProxy(t, text, flushSoon);
    const client = await dialPeer(t, { port: proxy.port() });
    client.send('abc');
    const upstream = await origin.accept();
    equal(await client.ended, 'fin');
    equal(await upstream.ended, 'fin');
    equal(upstream.text, 'abc');
    equal(await logLine(proxy), line);
    equal(await proxy.stat(`tcp.main.${stat}`), 1);
  });
}

test('nothing is dialled before the first byte when that was asked for, and early bytes come first', async (t) => {
  const origin = await TcpOrigin.start(t);
  const filter = tcpProxyFilter({
    cluster: 'origin',
    upstream_connect_mode: 'ON_DOWNSTREAM_DATA',
    max_early_data_bytes: 1024,
  });
  const text = bootstrapText([listener('main', address, [filter])], [staticCluster('origin', [origin.port])]);
  const proxy = await startProxy(t, text);
  const client = await dialPeer(t, { port: proxy.port() });
  await untilStat(proxy, 'tcp.main.downstream_cx_total', (value) => value === 1);
  equal(await proxy.stat('cluster.origin.upstream_cx_total'), 0);
  client.send('early');
  const upstream = await origin.accept();
  await upstream.received('early');
  equal(await proxy.stat('tcp.main.early_data_received_count_total'), 1);
});

test('what a client sent before it left is delivered though nobody waits for it', async (t) => {
  const origin = await TcpOrigin.start(t);
  const filter = tcpProxyFilter({ cluster: 'origin' });
  const text = bootstrapText([listener('main', address, [filter])], [staticCluster('origin', [origin.port])]);
  const proxy = await startProxy(t, text);
  const client = await dialPeer(t, { port: proxy.port() });
  const upstream = await origin.accept();
  upstream.end();
  equal(await client.ended, 'fin');
  upstream.socket.pause();
  const sent = 700_000;
  client.send('x'.repeat(sent));
  client.end();
  await untilStat(proxy, 'listener.main.downstream_cx_active', (value) => value === 0);
  upstream.socket.resume();
  equal(await upstream.ended, 'fin');
  equal(upstream.byteLength, sent);
  await untilStat(proxy, 'cluster.origin.upstream_cx_active', (value) => value === 0);
  equal(await proxy.stat('tcp.main.upstream_flush_active'), 0);
});

test('a draining listener and a full buffer each end a connection, and say so in the log', async (t) => {
  const origin = await TcpOrigin.start(t);
  const log = { access_log: [fileLog('tcp.log', '%DOWNSTREAM_LOCAL_CLOSE_REASON%')] };
  const limits = {
    per_connection_buffer_limit_bytes: 10_000,
    per_connection_buffer_high_watermark_timeout: '0.1s',
  };
  const proxy = await startProxy(
    t,
    bootstrapText(
      [
        listener('main', address, [tcpProxyFilter({ cluster: 'origin', check_drain_close: true, ...log })]),
        listener('full', address, [tcpProxyFilter({ cluster: 'origin', ...log })], limits),
      ],
      [staticCluster('origin', [origin.port])],
    ),
    flushSoon,
  );
  const idle = await dialPeer(t, { port: proxy.port('full') });
  const upstream = await origin.accept();
  idle.socket.pause();
  upstream.socket.write(Buffer.alloc(16 << 20));
  equal(await logLine(proxy), 'buffer_high_watermark_timeout_reached');

  const client = await dialPeer(t, { port: proxy.port() });
  const draining = await origin.accept();
  client.send('before');
  await draining.received('before');
  await proxy.admin('/healthcheck/fail', 'POST');
  equal(await proxy.stat('tcp.main.downstream_cx_drain_close'), 0);
  client.send('after');
  equal(await client.ended, 'fin');
  await untilStat(proxy, 'tcp.main.downstream_cx_drain_close', (value) => value === 1);
  await eventually(() =>
    readFileSync(join(proxy.folder, 'tcp.log'), 'latin1').includes('tcp_proxy_drain_close\n'),
  );
});

/** Resident memory, in bytes. */
function residentBytes(proxy: RunningProxy): number {
  const found = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${proxy.child.pid}/status`, 'latin1'));
  return Number(found?.[1]) * 1024;
}

test('a client that does not read stops the origin, not the memory of the proxy', async (t) => {
  const origin = await TcpOrigin.start(t);
  const filter = tcpProxyFilter({ cluster: 'origin' });
  const text = bootstrapText([listener('main', address, [filter])], [staticCluster('origin', [origin.port])]);
  const proxy = await startProxy(t, text);
  const client = await dialPeer(t, { port: proxy.port() });
  client.socket.pause();
  const upstream = await origin.accept();
  const before = residentBytes(proxy);
  const total = 192 * 1024 * 1024;
  const block = Buffer.alloc(1024 * 1024, 'x');
  for (let at = 0; at < total; at += block.length) upstream.socket.write(block);
  upstream.end();
  await untilStat(proxy, 'cluster.origin.upstream_flow_control_paused_reading_total', (value) => value > 0);
  // What the proxy may still take up before everything stands still, it takes up in the round trips of these looks.
  for (let i = 0; i < 50; i++) await proxy.stat('tcp.main.downstream_cx_tx_bytes_total');
  ok(residentBytes(proxy) - before < 48 * 1024 * 1024, `grew by ${residentBytes(proxy) - before} bytes`);
  ok((await proxy.stat('tcp.main.downstream_cx_tx_bytes_total')) < total / 4);
  client.socket.resume();
  equal(await client.ended, 'fin');
  equal(client.byteLength, total);
  ok(residentBytes(proxy) - before < 64 * 1024 * 1024);
});
