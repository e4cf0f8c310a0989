import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { statBlock } from '../../../../src/api/stats.js';
import { latch } from '../../../../src/stats/latch.js';
import { renderPrometheus } from '../../../../src/stats/render/prometheus.js';
import { parsePrometheusSelection, type StatSelection } from '../../../../src/stats/render/selection.js';
import { DEFAULT_BOUNDS } from '../../../../src/stats/stats-config.js';
import { StatStore } from '../../../../src/stats/store.js';
import { TagExtractor } from '../../../../src/stats/tags.js';
import { parseExposition } from './exposition.js';

const F = statBlock({ counters: ['upstream_rq_total'], gauges: ['active'], histograms: ['time'] });

function select(query: string): StatSelection {
  const selection = parsePrometheusSelection(new URLSearchParams(query));
  if (typeof selection === 'string') throw new Error(selection);
  return selection;
}

function page(store: StatStore, query = '', withReadouts = false): string {
  return [...renderPrometheus(store, select(query), () => DEFAULT_BOUNDS, withReadouts)].join('');
}

function filled(): StatStore {
  const store = new StatStore({ naming: new TagExtractor() });
  for (const cluster of ['b', 'a']) {
    const stats = store.lane.bind(`cluster.${cluster}`, F);
    stats.add(F.upstream_rq_total, 2);
    stats.set(F.active, 1);
    store.lane.counter(`cluster.${cluster}.upstream_rq_200`).inc();
  }
  store.lane.bind('cluster.a', F).record(F.time, 1);
  store.lane.bind('cluster.a', F).record(F.time, 29.5);
  store.readout('cluster.a.version_text', 'v"1"');
  return store;
}

test('families are sorted by name within counters, gauges, histograms', () => {
  const lines = page(filled()).split('\n');
  deepEqual(lines.slice(0, 9), [
    '# TYPE envoy_cluster_upstream_rq counter',
    'envoy_cluster_upstream_rq{envoy_response_code="200",envoy_cluster_name="a"} 1',
    'envoy_cluster_upstream_rq{envoy_response_code="200",envoy_cluster_name="b"} 1',
    '# TYPE envoy_cluster_upstream_rq_total counter',
    'envoy_cluster_upstream_rq_total{envoy_cluster_name="a"} 2',
    'envoy_cluster_upstream_rq_total{envoy_cluster_name="b"} 2',
    '# TYPE envoy_cluster_active gauge',
    'envoy_cluster_active{envoy_cluster_name="a"} 1',
    'envoy_cluster_active{envoy_cluster_name="b"} 1',
  ]);
  equal(lines[9], '# TYPE envoy_cluster_time histogram');
  ok(lines.includes('envoy_cluster_time_bucket{envoy_cluster_name="a",le="1"} 1'));
  ok(lines.includes('envoy_cluster_time_bucket{envoy_cluster_name="a",le="1800000"} 2'));
  ok(lines.includes('envoy_cluster_time_sum{envoy_cluster_name="a"} 30.5'));
  ok(lines.includes('envoy_cluster_time_count{envoy_cluster_name="b"} 0'));
});

test('stats without tags keep their braces', () => {
  const store = new StatStore({ naming: new TagExtractor() });
  store.gaugeSource('server.uptime', () => 5);
  equal(page(store), '# TYPE envoy_server_uptime gauge\nenvoy_server_uptime{} 5\n');
});

test('readouts are printed when asked for, between gauges and histograms', () => {
  const lines = page(filled(), '', true).split('\n');
  const at = lines.indexOf('envoy_cluster_version_text{envoy_cluster_name="a",text_value="v\\"1\\""} 0');
  equal(lines[at - 1], '# TYPE envoy_cluster_version_text gauge');
  equal(lines[at + 1], '# TYPE envoy_cluster_time histogram');
  ok(!page(filled()).includes('version_text'));
});

test('summaries show the last interval', () => {
  const store = filled();
  const summary = page(store, 'histogram_buckets=summary&usedonly');
  ok(summary.includes('envoy_cluster_time{envoy_cluster_name="a",quantile="0.999"} nan\n'));
  for (const _part of latch(store));
  const after = page(store, 'histogram_buckets=summary&usedonly');
  ok(after.includes('envoy_cluster_time{envoy_cluster_name="a",quantile="1"} 29.5\n'));
  ok(after.includes('envoy_cluster_time_sum{envoy_cluster_name="a"} 30.5\n'));
  ok(!page(store, 'histogram_buckets=none').includes('envoy_cluster_time'));
});

test('sums print the digits of the double', () => {
  const store = new StatStore({ naming: new TagExtractor() });
  store.lane.histogram('x.time').record(0.1);
  ok(page(store).includes('envoy_x_time_sum{} 0.10000000000000000555111512312578\n'));
});

test('every page is valid text format, whatever the names are', () => {
  const part = fc.string({ minLength: 1, maxLength: 8 }).map((text) => text.replaceAll('.', '_'));
  const name = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.'));
  const prefix = fc
    .tuple(fc.constantFrom('cluster', 'http', 'listener', 'vhost', 'x'), name)
    .map((parts) => parts.join('.'));
  fc.assert(
    fc.property(
      fc.uniqueArray(prefix, { maxLength: 10 }),
      fc.constantFrom('', 'usedonly', 'histogram_buckets=summary'),
      (prefixes, query) => {
        const store = new StatStore({ naming: new TagExtractor() });
        for (const each of prefixes) {
          const stats = store.lane.bind(each, F);
          stats.inc(F.upstream_rq_total);
          stats.record(F.time, 3);
          store.readout(`${each}.text`, each);
        }
        const samples = parseExposition(page(store, query, true));
        ok(samples.length >= prefixes.length);
      },
    ),
  );
});
