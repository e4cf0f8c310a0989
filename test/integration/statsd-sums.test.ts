import { equal, ok } from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { LoopConnection, totals } from '../support/closed-loop.js';
import { eventually } from '../support/eventually.js';
import { startOrigin, startProxy } from '../support/proxy.js';
import { failingFilter, ringBootstrap } from '../support/ring-bootstrap.js';

/** A statsd server that adds up counters. */
async function startStatsd(
  t: TestContext,
): Promise<{ readonly port: number; readonly sums: Map<string, number> }> {
  const sums = new Map<string, number>();
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
  socket.on('message', (bytes) => {
    for (const line of bytes.toString().split('\n')) {
      const found = /^(.+?):(\d+)\|c/.exec(line);
      if (found === null) continue;
      const [, name, value] = found;
      sums.set(name as string, (sums.get(name as string) ?? 0) + Number(value));
    }
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.after(() => socket.close());
  return { port: socket.address().port, sums };
}

test('statsd packets of two workers add up to the requests sent, a death of a worker between them', {
  timeout: 60_000,
}, async (t) => {
  const statsd = await startStatsd(t);
  const origin = await startOrigin(t, (_request, response) => response.end('hello'));
  const top = `
stats_flush_interval: 0.1s
stats_sinks:
- name: envoy.stat_sinks.statsd
  typed_config:
    "@type": type.googleapis.com/envoy.config.metrics.v3.StatsdSink
    address: { socket_address: { address: 127.0.0.1, port_value: ${statsd.port}, protocol: UDP } }
    prefix: sluice
`;
  const bootstrap = ringBootstrap({ origin: origin.port, fails: true, top });
  const proxy = await startProxy(t, bootstrap, ['--filter-module', failingFilter]);
  const before = Array.from({ length: 6 }, () => new LoopConnection(proxy.port()));
  await eventually(() => totals(before).answered > 300);
  await Promise.all(before.map((loop) => loop.stop()));
  await proxy.fetch('/crash').catch(() => null);
  await eventually(async () => (await proxy.stat('server.worker_restarts')) === 1);
  const after = Array.from({ length: 6 }, () => new LoopConnection(proxy.port()));
  await eventually(() => totals(after).answered > 300);
  await Promise.all(after.map((loop) => loop.stop()));
  const answered = totals(before).answered + totals(after).answered;
  const workers = new Set([...before, ...after].map((loop) => loop.worker));
  proxy.child.kill('SIGTERM');
  equal(await proxy.exit(), 0);

  equal(workers.size, 2);
  const sum = (name: string): number => statsd.sums.get(`sluice.${name}`) ?? 0;
  await eventually(() => sum('http.ingress.downstream_rq_2xx') >= answered);
  equal(sum('http.ingress.downstream_rq_2xx'), answered);
  equal(sum('http.ingress.downstream_rq_total'), answered + 1);
  equal(sum('cluster.origin.upstream_rq_200'), answered);
  equal(sum('server.worker_restarts'), 1);
  ok(!statsd.sums.has('sluice.statsd.datagram_errors'));
});

test('what was counted since the last flush is sent when the process ends', {
  timeout: 60_000,
}, async (t) => {
  const statsd = await startStatsd(t);
  const origin = await startOrigin(t, (_request, response) => response.end('hello'));
  const top = `
stats_flush_interval: 299s
stats_sinks:
- name: envoy.stat_sinks.statsd
  typed_config:
    "@type": type.googleapis.com/envoy.config.metrics.v3.StatsdSink
    address: { socket_address: { address: 127.0.0.1, port_value: ${statsd.port}, protocol: UDP } }
`;
  const proxy = await startProxy(t, ringBootstrap({ origin: origin.port, top }));
  for (let i = 0; i < 5; i++) await proxy.fetch('/');
  equal(statsd.sums.size, 0);
  proxy.child.kill('SIGTERM');
  equal(await proxy.exit(), 0);
  await eventually(() => statsd.sums.get('envoy.http.ingress.downstream_rq_2xx') === 5);
});
