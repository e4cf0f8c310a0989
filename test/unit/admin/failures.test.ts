import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterFailures } from '../../../src/api/autopsy.js';
import { autopsy } from '../../support/autopsies.js';
import { ask, FakeViews } from './fake-views.js';

function failed(changes: Partial<ClusterFailures> = {}): ClusterFailures {
  return {
    cluster: 'a',
    total: 1,
    last: [autopsy({ wallMs: 2000 })],
    idleCloses: { count: 1, minMs: 500, typicalMs: 600 },
    idleTimeoutMs: 3_600_000,
    origin: 'f.yaml:3',
    ...changes,
  };
}

test('what workers remember of a cluster becomes one list in the order of time', async () => {
  const views = new FakeViews();
  const other = failed({
    total: 40,
    last: [autopsy({ wallMs: 1000, cause: 'overflow' })],
    idleCloses: { count: 9, minMs: 450, typicalMs: 470 },
  });
  views.failureList = [
    { worker: 0, clusters: [failed()] },
    { worker: 1, clusters: [other] },
  ];
  const page = JSON.parse(String((await ask(views, 'GET /failures?format=json')).body));
  const [cluster] = page.clusters;
  equal(cluster.total, 41);
  deepEqual(cluster.causes, { overflow: 1, 'keep-alive-race': 1 });
  deepEqual(cluster.idle_closes, { count: 10, minMs: 450, typicalMs: 470 });
  match(cluster.advice, /below 450 ms \(now 1 h; f\.yaml:3\)/);
});

test('the text has a line for each failure, and one cluster may be asked for alone', async () => {
  const views = new FakeViews();
  views.failureList = [{ worker: 0, clusters: [failed(), failed({ cluster: 'b', idleCloses: null })] }];
  const { body } = await ask(views, 'GET /failures?cluster=b');
  match(
    String(body),
    /^b: 1 failed attempts; 1 keep-alive-race\n {2}1970-01-01T00:00:02\.000Z keep-alive-race 10\.0\.0\.1:80 attempt 1: .*\n$/,
  );
  equal((await ask(views, 'GET /failures?cluster=none')).body, 'no upstream attempt has failed\n');
});
