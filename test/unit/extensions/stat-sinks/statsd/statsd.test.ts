import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import type { StatSink, StatSinkScope } from '../../../../../src/api/stat-sink.js';
import { statBlock } from '../../../../../src/api/stats.js';
import type { StatsdConfig } from '../../../../../src/extensions/stat-sinks/statsd/config.js';
import { statsd } from '../../../../../src/extensions/stat-sinks/statsd/statsd.js';
import { latch } from '../../../../../src/stats/latch.js';
import { StatStore } from '../../../../../src/stats/store.js';
import { sinkScope, udpReceiver } from '../udp-receiver.js';

const F = statBlock({
  counters: ['hits'],
  gauges: ['active'],
  histograms: ['budget', 'time'],
  histogramUnits: { budget: 'percent' },
});

function flush(store: StatStore, sink: StatSink): void {
  for (const part of latch(store)) sink.flush(part);
}

function config(port: number): StatsdConfig {
  return { address: '127.0.0.1', port, prefix: 'envoy', tcpCluster: '' };
}

test('lines are packed into one datagram', async (t) => {
  const receiver = await udpReceiver(t);
  const store = new StatStore();
  const sink = statsd.build(config(receiver.port), sinkScope(store));
  t.after(() => sink.close());
  const stats = store.lane.bind('http.x', F);
  stats.add(F.hits, 3);
  stats.set(F.active, -1);
  for (const ms of [12, 12, 12, 900]) stats.record(F.time, ms);
  stats.record(F.budget, 50);
  flush(store, sink);
  deepEqual((await receiver.take(1))[0]?.split('\n'), [
    'envoy.http.x.hits:3|c',
    'envoy.http.x.active:0|g',
    'envoy.http.x.budget:0.51|h',
    'envoy.http.x.time:12|ms|@0.333333',
    'envoy.http.x.time:912|ms',
  ]);
});

test('the exact switch sends each line and each sample alone', async (t) => {
  const receiver = await udpReceiver(t);
  const store = new StatStore();
  const sink = statsd.build(config(receiver.port), sinkScope(store, true));
  t.after(() => sink.close());
  const stats = store.lane.bind('http.x', F);
  stats.inc(F.hits);
  stats.record(F.time, 12);
  stats.record(F.time, 12);
  flush(store, sink);
  deepEqual(await receiver.take(3), [
    'envoy.http.x.hits:1|c',
    'envoy.http.x.time:12|ms',
    'envoy.http.x.time:12|ms',
  ]);
});

test('deltas over many flushes add up, and used counters go on being sent', async (t) => {
  const receiver = await udpReceiver(t);
  const store = new StatStore();
  const sink = statsd.build(config(receiver.port), sinkScope(store));
  t.after(() => sink.close());
  const stats = store.lane.bind('http.x', F);
  for (const n of [5, 0, 7]) {
    stats.add(F.hits, n);
    flush(store, sink);
  }
  deepEqual(await receiver.take(3), [
    'envoy.http.x.hits:5|c',
    'envoy.http.x.hits:0|c',
    'envoy.http.x.hits:7|c',
  ]);
});

test('no datagram outgrows a frame, and none is split within a line', async (t) => {
  const receiver = await udpReceiver(t);
  const store = new StatStore();
  const sink = statsd.build(config(receiver.port), sinkScope(store));
  t.after(() => sink.close());
  for (let i = 0; i < 200; i++) store.lane.bind(`cluster.c${i}`, F).inc(F.hits);
  flush(store, sink);
  let lines = 0;
  while (lines < 200) {
    const [datagram = ''] = await receiver.take(1);
    ok(Buffer.byteLength(datagram) <= 1432);
    for (const line of datagram.split('\n')) {
      ok(/^envoy\.cluster\.c\d+\.hits:1\|c$/.test(line), line);
      lines += 1;
    }
  }
  equal(lines, 200);
});

test('what cannot be sent is counted and does not throw', () => {
  const store = new StatStore();
  const scope: StatSinkScope = {
    ...sinkScope(store),
    datagrams: (_address, _port, onError) => ({
      send: () => onError(new Error('no route')),
      close: () => undefined,
    }),
  };
  const sink = statsd.build(config(1), scope);
  store.lane.bind('http.x', F).inc(F.hits);
  flush(store, sink);
  equal(store.value('statsd.datagram_errors'), 1);
});

test('closing sends what is held back', async (t) => {
  const receiver = await udpReceiver(t);
  const store = new StatStore();
  const sink = statsd.build(config(receiver.port), sinkScope(store));
  store.lane.bind('http.x', F).inc(F.hits);
  for (const part of latch(store)) sink.flush({ ...part, isLast: false });
  await sink.close();
  deepEqual(await receiver.take(1), ['envoy.http.x.hits:1|c']);
});
