import { deepEqual, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { Chaos } from './chaos.js';

for (const protocol of ['http1', 'http2'] as const) {
  test(`${protocol}: clients see no failure that a retry can hide, and unhealthy hosts get nothing`, async (t) => {
    const chaos = new Chaos({
      protocol,
      origins: 10,
      clients: 12,
      concurrency: 2,
      steps: 30,
      answersPerStep: 100,
      seed: 5,
      restMs: 0,
      deadlineMs: Number.POSITIVE_INFINITY,
      say: (line) => t.diagnostic(line),
    });
    const report = await chaos.run();
    t.diagnostic(JSON.stringify(report));
    deepEqual(report.wrong, []);
    deepEqual(report.unexpected, []);
    ok(report.watched > 0, 'no host was seen to be unhealthy');
    ok(report.retries > 0, 'nothing was retried');
    deepEqual(report.left, []);
  });
}
