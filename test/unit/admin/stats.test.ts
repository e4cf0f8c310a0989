import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { ask, FakeViews } from './fake-views.js';

const views = new FakeViews();
views.store.lane.counter('cluster.a.upstream_rq_total').add(3);
views.store.lane.counter('cluster.b.upstream_rq_total').add(4);

test('/stats prints text, JSON or the Prometheus format', async () => {
  const text = await ask(views, 'GET /stats');
  equal(text.body, 'cluster.a.upstream_rq_total: 3\ncluster.b.upstream_rq_total: 4\n');
  const json = await ask(views, 'GET /stats?format=json&filter=cluster.a');
  equal(json.contentType, 'application/json');
  deepEqual(JSON.parse(json.body), { stats: [{ name: 'cluster.a.upstream_rq_total', value: 3 }] });
  const prometheus = await ask(views, 'GET /stats?format=prometheus');
  match(prometheus.body, /^# TYPE envoy_cluster_a_upstream_rq_total counter\n/);
  equal(prometheus.body, (await ask(views, 'GET /stats/prometheus')).body);
});

test('a filter can be inverted', async () => {
  const { body } = await ask(views, 'GET /stats?filter=cluster.a&invert_filter');
  equal(body, 'cluster.b.upstream_rq_total: 4\n');
});

test('every page is preceded by what is to be done before it', async () => {
  const fresh = new FakeViews();
  await ask(fresh, 'GET /stats');
  await ask(fresh, 'GET /stats/prometheus');
  deepEqual(fresh.done, ['flush', 'flush']);
});

const refusals = [
  ['/stats?filter=(', 'Invalid re2 regex: missing ): ('],
  ['/stats?type=foo', 'invalid &type= param'],
  ['/stats?format=foo', 'usage: /stats?format=(html|active-html|json|prometheus|text)\n\n'],
  ['/stats/prometheus?histogram_buckets=detailed', 'unsupported prometheus histogram bucket mode'],
] as const;

for (const [target, reason] of refusals) {
  test(`${target} is refused`, async () => {
    const { status, body } = await ask(views, `GET ${target}`);
    deepEqual([status, body], [400, reason]);
  });
}

test('the HTML forms lead to the home page, which filters stats', async () => {
  for (const format of ['html', 'active-html']) {
    const { status, body } = await ask(views, `GET /stats?format=${format}`);
    equal(status, 200);
    match(body, /^<!DOCTYPE html>[\s\S]*#s-stats/);
  }
});
