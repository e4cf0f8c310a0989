import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { ask, FakeViews } from './fake-views.js';

async function answers(views: FakeViews, ...lines: readonly string[]): Promise<unknown[]> {
  const seen: unknown[] = [];
  for (const line of lines) {
    const { status, body } = await ask(views, line);
    seen.push([status, body]);
  }
  return seen;
}

test('/cpuprofiler starts and stops, and says when it cannot start', async () => {
  const views = new FakeViews();
  deepEqual(
    await answers(
      views,
      'POST /cpuprofiler?enable=y',
      'POST /cpuprofiler?enable=y',
      'POST /cpuprofiler?enable=n',
    ),
    [
      [200, 'OK\n'],
      [500, 'failure to start the profiler\n'],
      [200, 'OK\n'],
    ],
  );
});

test('/allocprofiler answers with the profile when it is stopped', async () => {
  const views = new FakeViews();
  deepEqual(
    await answers(
      views,
      'POST /allocprofiler?enable=n',
      'POST /allocprofiler?enable=y',
      'POST /allocprofiler?enable=y',
      'POST /allocprofiler?enable=n',
    ),
    [
      [400, 'Allocation profiler is not started\n'],
      [200, 'OK\n'],
      [400, 'Allocation profiler has already started\n'],
      [200, '{"head":{}}'],
    ],
  );
});

test('a profiler wants to be told y or n', async () => {
  deepEqual(await answers(new FakeViews(), 'POST /cpuprofiler', 'POST /allocprofiler?enable=x'), [
    [400, '?enable=<y|n>\n'],
    [400, '?enable=<y|n>\n'],
  ]);
});

test('/stats/recentlookups says whether it was told to track', async () => {
  const off = 'Lookup tracking is not enabled. Use /stats/recentlookups/enable to enable.\n\ntotal: 0\n';
  const path = '/stats/recentlookups';
  deepEqual(
    await answers(
      new FakeViews(),
      `GET ${path}`,
      `POST ${path}/enable`,
      `GET ${path}`,
      `POST ${path}/clear`,
      `POST ${path}/disable`,
      `GET ${path}`,
    ),
    [
      [200, off],
      [200, 'OK\n'],
      [200, '   Count Lookup\n\ntotal: 0\n'],
      [200, 'OK\n'],
      [200, 'OK\n'],
      [200, off],
    ],
  );
});
