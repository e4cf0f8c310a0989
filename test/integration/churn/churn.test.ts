import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { churn } from './churn.js';

test('all of 2,000 endpoints are replaced eight times, and no request fails', async (t) => {
  const report = await churn({
    endpoints: 2000,
    connections: 8,
    concurrency: 2,
    generations: 8,
    periodMs: 0,
  });
  t.diagnostic(JSON.stringify(report));
  deepEqual(report.failed, []);
  equal(report.members, 2000);
  equal(report.updates, 8);
  equal(report.panics, 0);
});
