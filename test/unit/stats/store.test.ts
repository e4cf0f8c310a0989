import { deepEqual, equal, throws } from 'node:assert/strict';
import { test } from 'node:test';
import type { StatSnapshot } from '../../../src/api/stat-sink.js';
import { statBlock } from '../../../src/api/stats.js';
import { immediately, StatLane } from '../../../src/stats/lane.js';
import { latch } from '../../../src/stats/latch.js';
import { StatStore } from '../../../src/stats/store.js';

const F = statBlock({ counters: ['hits', 'misses'], gauges: ['active'], histograms: ['time'] });

function worker(store: StatStore, laneId: number): StatLane {
  store.attach(laneId);
  return new StatLane((messages) => store.receive(laneId, structuredClone(messages)), { defer: immediately });
}

function flush(store: StatStore): StatSnapshot {
  const parts = [...latch(store)];
  return {
    counters: parts.flatMap((part) => part.counters),
    gauges: parts.flatMap((part) => part.gauges),
    histograms: parts.flatMap((part) => part.histograms),
    isLast: parts.at(-1)?.isLast ?? false,
  };
}

test('values are sums over the lanes', () => {
  const store = new StatStore();
  const [a, b] = [worker(store, 1), worker(store, 2)];
  a.bind('http.x', F).add(F.hits, 3);
  b.bind('http.x', F).add(F.hits, 4);
  store.lane.bind('http.x', F).inc(F.hits);
  a.bind('http.x', F).set(F.active, 2);
  b.bind('http.x', F).add(F.active, 5);
  b.counter('cluster.c.upstream_rq_200').inc();
  a.counter('cluster.c.upstream_rq_200').add(2);
  deepEqual(
    ['http.x.hits', 'http.x.active', 'http.x.misses', 'cluster.c.upstream_rq_200', 'no.such'].map((n) =>
      store.value(n),
    ),
    [8, 7, 0, 3, 0],
  );
});

test('a dead worker leaves its counters and samples and takes its gauges along', () => {
  const store = new StatStore();
  const [a, b] = [worker(store, 1), worker(store, 2)];
  for (const lane of [a, b]) {
    const stats = lane.bind('http.x', F);
    stats.add(F.hits, 10);
    stats.add(F.active, 10);
    stats.record(F.time, 10);
  }
  store.retire(1);
  deepEqual(
    [store.value('http.x.hits'), store.value('http.x.active'), store.value('http.x.time')],
    [20, 10, 2],
  );
  store.retire(2);
  deepEqual(
    [store.value('http.x.hits'), store.value('http.x.active'), store.value('http.x.time')],
    [20, 0, 2],
  );
  equal(flush(store).gauges.length, 1, 'a gauge that was written stays used');
});

test('lane numbers are not shared and dead lanes are not heard', () => {
  const store = new StatStore();
  const lane = worker(store, 1);
  throws(() => store.attach(1), RangeError);
  store.retire(1);
  lane.bind('http.x', F).inc(F.hits);
  equal(store.value('http.x.hits'), 0);
  worker(store, 1).bind('http.x', F).inc(F.hits);
  equal(store.value('http.x.hits'), 1);
});

test('a flush holds used stats only, and a zero that was written is a use', () => {
  const store = new StatStore();
  const lane = worker(store, 1);
  store.declare('http.declared', F);
  lane.bind('http.x', F).add(F.hits, 0);
  lane.bind('http.x', F).set(F.active, 0);
  const snapshot = flush(store);
  deepEqual(
    snapshot.counters.map(({ stat, value, delta }) => [stat.name, value, delta]),
    [['http.x.hits', 0, 0]],
  );
  deepEqual(
    snapshot.gauges.map(({ stat }) => stat.name),
    ['http.x.active'],
  );
  deepEqual(snapshot.histograms, []);
});

test('deltas and resets do not know of each other', () => {
  const store = new StatStore();
  const stats = worker(store, 1).bind('http.x', F);
  stats.add(F.hits, 5);
  equal(flush(store).counters[0]?.delta, 5);
  stats.add(F.hits, 2);
  store.resetCounters();
  stats.add(F.hits, 1);
  stats.set(F.active, 4);
  equal(store.value('http.x.hits'), 1);
  const [counter] = flush(store).counters;
  deepEqual([counter?.delta, counter?.value], [3, 1]);
  equal(flush(store).counters[0]?.delta, 0, 'used counters go on being sent');
  store.resetCounters();
  equal(store.value('http.x.active'), 4);
});

test('the interval of a histogram is what came between two flushes', () => {
  const store = new StatStore();
  const stats = worker(store, 1).bind('http.x', F);
  stats.record(F.time, 2);
  stats.record(F.time, 2);
  stats.record(F.time, 700.5);
  const first = flush(store).histograms[0];
  deepEqual(first?.buckets, [
    { value: 2, count: 2 },
    { value: 688, count: 1 },
  ]);
  deepEqual([first?.count, first?.sum], [3, 704.5]);
  stats.record(F.time, 0);
  const second = flush(store).histograms[0];
  deepEqual([second?.buckets, second?.count, second?.sum], [[{ value: 0, count: 1 }], 1, 0]);
  deepEqual(flush(store).histograms[0]?.buckets, []);
});

test('a forgotten prefix is gone, and starts anew when it comes back', () => {
  const store = new StatStore();
  const lane = worker(store, 1);
  lane.bind('cluster.a', F).add(F.hits, 5);
  lane.counter('cluster.a.external.upstream_rq_200').inc();
  lane.bind('cluster.ab', F).inc(F.hits);
  store.readout('cluster.a.version_text', 'v1');
  store.forget('cluster.a');
  lane.release('cluster.a');
  deepEqual(
    flush(store).counters.map(({ stat }) => stat.name),
    ['cluster.ab.hits'],
  );
  deepEqual(store.readouts(), []);
  lane.bind('cluster.a', F).inc(F.hits);
  equal(store.value('cluster.a.hits'), 1);
});

test('gauges that main works out and texts are read when asked for', () => {
  const store = new StatStore();
  let uptime = 1;
  store.gaugeSource('server.uptime', () => uptime);
  store.readout('control_plane.identifier', 'x');
  store.readout('a:b.text', 'y');
  uptime = 2;
  equal(store.value('server.uptime'), 2);
  deepEqual(store.readouts(), [
    ['a_b.text', 'y'],
    ['control_plane.identifier', 'x'],
  ]);
  store.readout('control_plane.identifier', undefined);
  equal(store.readouts().length, 1);
});

test('a flush of many stats comes in parts, each stat in one of them', () => {
  const store = new StatStore();
  const lane = worker(store, 1);
  for (let i = 0; i < 5000; i++) lane.bind(`cluster.c${i}`, F).inc(F.hits);
  const parts = [...latch(store)];
  deepEqual(
    parts.map((part) => part.isLast),
    [...new Array(parts.length - 1).fill(false), true],
  );
  equal(parts.length > 2, true);
  const names = parts.flatMap((part) => part.counters.map(({ stat }) => stat.name));
  equal(new Set(names).size, 5000);
  equal(names.length, 5000);
});

test('identities are kept, so that sinks may hold on to them', () => {
  const store = new StatStore();
  worker(store, 1).bind('http.x', F).inc(F.hits);
  equal(flush(store).counters[0]?.stat, flush(store).counters[0]?.stat);
});

test('excluded stats do not appear', () => {
  const store = new StatStore({ rules: { accepts: (name) => !name.includes('miss') } });
  store.lane.bind('http.x', F).inc(F.hits);
  store.lane.bind('http.x', F).inc(F.misses);
  deepEqual(
    flush(store).counters.map(({ stat }) => stat.name),
    ['http.x.hits'],
  );
});
