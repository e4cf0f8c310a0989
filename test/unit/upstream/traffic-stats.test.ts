import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import type { StatBlock } from '../../../src/api/stats.js';
import type { LogContext } from '../../../src/api/stream-info.js';
import { RequestHeaders, ResponseHeaders } from '../../../src/base/header-map.js';
import { type TrafficConfig, TrafficStats } from '../../../src/upstream/traffic-stats.js';

/** The stats of such a cluster, and what they have been given. */
function tracking(config: TrafficConfig): { readonly stats: TrafficStats; readonly samples: string[] } {
  const samples: string[] = [];
  const bind = (root: string, block: StatBlock): unknown => ({
    record: (slot: number, value: number) => {
      const names = [...block.def.counters, ...block.def.gauges, ...block.def.histograms];
      samples.push(`${root}.${names[slot]} ${value}`);
    },
  });
  const scope = { bind } as unknown as ConstructorParameters<typeof TrafficStats>[1];
  return { stats: new TrafficStats(config, scope, 'cluster.c'), samples };
}

function attempt(responseHeaders: ResponseHeaders | null): LogContext {
  const requestHeaders = new RequestHeaders();
  requestHeaders.method = 'GET';
  requestHeaders.path = '/';
  requestHeaders.authority = 'a';
  requestHeaders.scheme = 'http';
  requestHeaders.add('x', 'yz');
  const info = { times: { startMs: 100, endMs: 350 }, bytesSent: 7, bytesReceived: 9 };
  return { info, requestHeaders, responseHeaders } as unknown as LogContext;
}

test('sizes are those of bodies and of heads with their pseudo-headers', () => {
  const { stats, samples } = tracking({ sizes: true, timeoutBudgets: false, perEndpoint: false });
  const response = new ResponseHeaders(200);
  response.add('a', 'b');
  stats.onAttemptEnd(attempt(response), 0);
  deepEqual(samples, [
    'cluster.c.upstream_rq_headers_size 41',
    'cluster.c.upstream_rq_headers_count 5',
    'cluster.c.upstream_rq_body_size 7',
    'cluster.c.upstream_rs_body_size 9',
    'cluster.c.upstream_rs_headers_size 12',
    'cluster.c.upstream_rs_headers_count 2',
  ]);
});

test('without a response there is none to measure', () => {
  const { stats, samples } = tracking({ sizes: true, timeoutBudgets: false, perEndpoint: false });
  stats.onAttemptEnd(attempt(null), 0);
  deepEqual(
    samples.filter((sample) => sample.includes('_rs_')),
    [],
  );
});

test('budgets are in percent, of an endless timeout none', () => {
  const { stats, samples } = tracking({ sizes: false, timeoutBudgets: true, perEndpoint: false });
  stats.onAttemptEnd(attempt(null), 1000);
  stats.onAttemptEnd(attempt(null), 0);
  stats.onAttemptEnd(attempt(null), null);
  stats.onRequestEnd(500, 2000);
  stats.onRequestEnd(500, 0);
  deepEqual(samples, [
    'cluster.c.upstream_rq_timeout_budget_per_try_percent_used 25',
    'cluster.c.upstream_rq_timeout_budget_per_try_percent_used 0',
    'cluster.c.upstream_rq_timeout_budget_percent_used 25',
    'cluster.c.upstream_rq_timeout_budget_percent_used 0',
  ]);
});
