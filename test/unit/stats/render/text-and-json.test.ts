import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { statBlock } from '../../../../src/api/stats.js';
import { latch } from '../../../../src/stats/latch.js';
import { renderJson } from '../../../../src/stats/render/json.js';
import {
  parsePrometheusSelection,
  parseSelection,
  type StatSelection,
} from '../../../../src/stats/render/selection.js';
import { renderText } from '../../../../src/stats/render/text.js';
import { DEFAULT_BOUNDS } from '../../../../src/stats/stats-config.js';
import { StatStore } from '../../../../src/stats/store.js';

const F = statBlock({ counters: ['hits', 'misses'], gauges: ['active'], histograms: ['idle', 'time'] });

function filled(): StatStore {
  const store = new StatStore();
  const stats = store.lane.bind('http.x', F);
  stats.add(F.hits, 3);
  stats.set(F.active, 0);
  for (let i = 0; i < 7; i++) stats.record(F.time, 0);
  stats.record(F.time, 29);
  for (const _part of latch(store));
  stats.record(F.time, 300_000);
  store.lane.counter('cluster.a.upstream_rq_200').inc();
  store.readout('control_plane.identifier', 'a "b"');
  return store;
}

function select(query: string): StatSelection {
  const selection = parseSelection(new URLSearchParams(query));
  if (typeof selection === 'string') throw new Error(selection);
  return selection;
}

const bounds = (): readonly number[] => [0.5, 300_000, 1_800_000];
const text = (query: string): string => [...renderText(filled(), select(query), bounds)].join('');
const json = (query: string): string => [...renderJson(filled(), select(query), bounds)].join('');

test('text lists readouts, then counters with gauges, then histograms', () => {
  equal(
    text(''),
    `control_plane.identifier: "a "b""
cluster.a.upstream_rq_200: 1
http.x.active: 0
http.x.hits: 3
http.x.misses: 0
http.x.idle: No recorded values
http.x.time: P0(0,0) P25(0,0) P50(0,0) P75(0,0) P90(29.5,303104) P95(29.5,303104) P99(29.5,303104) P99.5(29.5,303104) P99.9(29.5,303104) P100(29.5,303104)
`,
  );
});

test('selections combine', () => {
  equal(text('usedonly&type=Counters'), 'cluster.a.upstream_rq_200: 1\nhttp.x.hits: 3\n');
  equal(text('usedonly&type=Gauges'), 'http.x.active: 0\n');
  equal(text('filter=^http.*s$'), 'http.x.hits: 3\nhttp.x.misses: 0\n');
  equal(text('type=TextReadouts'), 'control_plane.identifier: "a "b""\n');
  equal(text('type=Histograms&usedonly&filter=idle'), '');
});

test('buckets are shown in four ways', () => {
  equal(
    text('filter=time&histogram_buckets=cumulative'),
    'http.x.time: B0.5(7,7) B300000(8,9) B1.8e+06(8,9)\n',
  );
  equal(
    text('filter=time&histogram_buckets=disjoint'),
    'http.x.time: B0.5(7,7) B300000(1,2) B1.8e+06(0,0)\n',
  );
  equal(
    text('filter=time&histogram_buckets=detailed').split('\n').slice(0, 3).join('|'),
    'http.x.time:|  totals=0,0:7, 29,1:1, 294912,16384:1|  intervals=0,0:7, 29,1:1',
  );
});

test('without an interval yet, its quantiles are not numbers', () => {
  const store = new StatStore();
  store.lane.bind('http.x', F).record(F.time, 0);
  const page = [...renderText(store, select('usedonly'), bounds)].join('');
  equal(page.startsWith('http.x.time: P0(nan,0) P25(nan,0)'), true);
});

test('json holds scalars one by one and histograms in one object', () => {
  deepEqual(JSON.parse(json('')).stats.slice(0, 3), [
    { name: 'control_plane.identifier', value: 'a "b"' },
    { name: 'cluster.a.upstream_rq_200', value: 1 },
    { name: 'http.x.active', value: 0 },
  ]);
  const { histograms } = JSON.parse(json('')).stats.at(-1);
  deepEqual(histograms.supported_quantiles, [0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 100]);
  deepEqual(histograms.computed_quantiles[0].values[0], { cumulative: null, interval: null });
  deepEqual(histograms.computed_quantiles[1].values[9], { cumulative: 303_104, interval: 29.5 });
  equal(json('filter=nothing'), '{"stats":[]}');
  equal(json('type=Gauges'), '{"stats":[{"name":"http.x.active","value":0}]}');
});

test('json shows buckets and details', () => {
  equal(
    json('filter=time&histogram_buckets=cumulative'),
    '{"stats":[{"histograms":[{"name":"http.x.time","buckets":[{"upper_bound":0.5,"interval":7,"cumulative":7},{"upper_bound":3e+05,"interval":8,"cumulative":9},{"upper_bound":1800000,"interval":8,"cumulative":9}]}]}]}',
  );
  const [{ histograms }] = JSON.parse(json('filter=time&histogram_buckets=detailed')).stats;
  deepEqual(histograms.details[0].totals[1], { lower_bound: 29, width: 1, count: 1 });
  deepEqual(histograms.details[0].percentiles[9], { cumulative: 303_104, interval: 29.5 });
});

test('bad queries are told in the words of Envoy', () => {
  const answer = (query: string): unknown => parseSelection(new URLSearchParams(query));
  equal(answer('filter=a('), 'Invalid re2 regex: missing ): a(');
  equal(answer('filter=*'), 'Invalid re2 regex: no argument for repetition operator: *');
  equal(answer('type=counters'), 'invalid &type= param');
  equal(
    answer('histogram_buckets=x'),
    'usage: /stats?histogram_buckets=(cumulative|disjoint|detailed|summary|prometheusnative)\n',
  );
  const prometheus = (query: string): unknown => parsePrometheusSelection(new URLSearchParams(query));
  equal(prometheus('histogram_buckets=detailed'), 'unsupported prometheus histogram bucket mode');
  equal(typeof prometheus(''), 'object');
});

test('ten thousand clusters are rendered without holding the thread for long', () => {
  const store = new StatStore();
  const Big = statBlock({ counters: Array.from({ length: 100 }, (_, i) => `counter_${i}`) });
  for (let i = 0; i < 10_000; i++) store.declare(`cluster.c${i}`, Big);
  let steps = 0;
  let characters = 0;
  for (const chunk of renderText(store, select('filter=counter_7$'), () => DEFAULT_BOUNDS)) {
    steps += 1;
    characters += chunk.length;
  }
  equal(characters > 200_000, true);
  equal(steps > 400, true, 'a million names are looked at in hundreds of steps');
});
