import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import type { LaneMessage } from '../../../src/api/stat-messages.js';
import { statBlock } from '../../../src/api/stats.js';
import { immediately, StatLane } from '../../../src/stats/lane.js';

const F = statBlock({ counters: ['hits', 'misses'], gauges: ['active'], histograms: ['time'] });

function recording(): { lane: StatLane; kinds: () => string[]; batches: number[] } {
  const said: LaneMessage[] = [];
  const batches: number[] = [];
  const lane = new StatLane(
    (messages) => {
      said.push(...messages);
      batches.push(messages.length);
    },
    { defer: immediately },
  );
  return { lane, kinds: () => said.map((message) => message.kind), batches };
}

test('binding announces shape and names once and takes no memory', () => {
  const { lane, kinds } = recording();
  lane.bind('http.a', F);
  lane.bind('http.b', F);
  lane.bind('http.b', F);
  deepEqual(kinds(), ['shape', 'declare', 'declare']);
  equal(lane.slabs.length, 0);
});

test('the first write takes words, the first sample a run of buckets', () => {
  const { lane, kinds } = recording();
  const stats = lane.bind('http.a', F);
  stats.inc(F.hits);
  stats.inc(F.misses);
  deepEqual(kinds(), ['shape', 'declare', 'slab', 'block']);
  stats.record(F.time, 3);
  stats.record(F.time, 3.1);
  deepEqual(kinds(), ['shape', 'declare', 'slab', 'block', 'buckets']);
});

test('a pair of prefix and block is bound once, whatever its colons', () => {
  const { lane } = recording();
  equal(lane.bind('listener.[::1]_80', F), lane.bind('listener.[__1]_80', F));
  equal(lane.bind('listener.[::1]_80', F).prefix, 'listener.[__1]_80');
  equal(lane.counter('cluster.a:1.x'), lane.counter('cluster.a:1.x'));
  equal(lane.counter('cluster.a:1.x').name, 'cluster.a_1.x');
});

test('values are read back', () => {
  const { lane } = recording();
  const stats = lane.bind('http.a', F);
  equal(stats.value(F.hits), 0);
  stats.inc(F.hits);
  stats.add(F.hits, 4);
  stats.set(F.active, 7);
  stats.add(F.active, -2);
  stats.record(F.time, 1);
  stats.record(F.time, 1000);
  deepEqual([stats.value(F.hits), stats.value(F.active), stats.value(F.time)], [5, 5, 2]);
});

test('announcements of one job travel together', async () => {
  const batches: number[] = [];
  const lane = new StatLane((messages) => batches.push(messages.length));
  lane.bind('http.a', F).inc(F.hits);
  lane.bind('http.b', F).inc(F.hits);
  deepEqual(batches, []);
  await Promise.resolve();
  deepEqual(batches, [6]);
});

test('released words are handed out again, untouched', () => {
  const { lane } = recording();
  for (let i = 0; i < 3000; i++) {
    lane.bind(`cluster.c${i}`, F).inc(F.hits);
    lane.bind(`cluster.c${i}`, F).record(F.time, 5);
    lane.counter(`cluster.c${i}.upstream_rq_200`).inc();
    lane.release(`cluster.c${i}`);
  }
  equal(lane.slabs.length, 1);
  const fresh = lane.bind('cluster.new', F);
  fresh.set(F.active, 1);
  deepEqual([fresh.value(F.hits), fresh.value(F.time)], [0, 0]);
});

test('releasing a prefix spares its neighbours', () => {
  const { lane } = recording();
  const neighbour = lane.bind('cluster.ab', F);
  neighbour.inc(F.hits);
  lane.bind('cluster.a', F).inc(F.hits);
  lane.release('cluster.a');
  equal(neighbour.value(F.hits), 1);
  equal(lane.bind('cluster.ab', F), neighbour);
});

test('an unwanted block takes no shared memory and counts nothing', () => {
  const said: LaneMessage[] = [];
  const rules = { accepts: (name: string) => name.endsWith('.misses') };
  const lane = new StatLane((messages) => said.push(...messages), { defer: immediately, rules });
  const Unwanted = statBlock({ counters: ['hits'], histograms: ['time'] });
  const stats = lane.bind('http.a', Unwanted);
  stats.inc(Unwanted.hits);
  stats.record(Unwanted.time, 1);
  lane.counter('http.a.hits').inc();
  ok(said.every((message) => message.kind === 'shape'));
  equal(stats.value(Unwanted.hits), 0);
});

test('an unwanted histogram of a wanted block announces no buckets', () => {
  const said: LaneMessage[] = [];
  const rules = { accepts: (name: string) => !name.endsWith('.time') };
  const lane = new StatLane((messages) => said.push(...messages), { defer: immediately, rules });
  lane.bind('http.a', F).record(F.time, 1);
  ok(said.every((message) => message.kind !== 'buckets'));
});
