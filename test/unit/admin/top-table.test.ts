import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { topFilter, topSample } from '../../../src/admin/top-sample.js';
import { topTable } from '../../../src/admin/top-table.js';

function stats(total: number, errors: number): string {
  return `
cluster.cart.circuit_breakers.default.rq_open: 1
cluster.cart.circuit_breakers.high.rq_open: 0
cluster.cart.external.upstream_rq_5xx: ${errors}
cluster.cart.membership_degraded: 1
cluster.cart.membership_healthy: 2
cluster.cart.membership_total: 4
cluster.cart.outlier_detection.ejections_active: 1
cluster.cart.upstream_cx_active: 7
cluster.cart.upstream_rq_5xx: ${errors}
cluster.cart.upstream_rq_active: 3
cluster.cart.upstream_rq_retry: 0
cluster.cart.upstream_rq_time: P0(1,1) P25(2,2) P50(4.05,3) P75(5,5) P90(6,6) P95(7,7) P99(nan,120.5) P99.5(9,9) P100(9,9)
cluster.cart.upstream_rq_total: ${total}
cluster.idle.one.membership_healthy: 0
cluster.idle.one.membership_total: 0
cluster.idle.one.upstream_rq_time: No recorded values
cluster.idle.one.upstream_rq_total: 5
vhost.shop.route.buy.upstream_rq_total: ${total * 2}
`;
}

const failures = JSON.stringify({
  clusters: [{ cluster: 'cart', causes: { overflow: 2, 'connect-refused': 9 } }],
});

test('a table tells what happened between two looks, busiest first', () => {
  const before = topSample(1000, stats(100, 0), failures);
  const after = topSample(3000, stats(150, 3), failures);
  equal(
    topTable(before, after),
    `                  RQ/S  ACTIVE  P50 MS  P99 MS  4XX/S  5XX/S  RETRY/S  HOSTS  OUT  CX  TROUBLE
route shop/buy      50               -       -      0      0        0
cluster cart        25       3     4.0     121      0    1.5        0    3/4    1   7  default.rq_open, 9 connect-refused, 2 overflow
cluster idle.one     0       0       -       -      0      0        0    0/0    0   0
`,
  );
});

test('what does not fit is counted, and counters that were reset begin anew', () => {
  const before = topSample(0, stats(100, 0), '');
  const after = topSample(1000, stats(20, 0), 'no page');
  const [, first, second] = topTable(before, after, 1).split('\n');
  equal(first?.trimEnd(), 'route shop/buy    40               -       -      0      0        0');
  equal(second, '… and 2 more');
});

test('the filter asks for what is read, and for little else', () => {
  const filter = new RegExp(topFilter);
  for (const line of stats(1, 1).trim().split('\n')) {
    equal(filter.test(line.slice(0, line.indexOf(':'))), true, line);
  }
  equal(filter.test('cluster.cart.upstream_cx_total'), false);
  equal(filter.test('http.ingress.downstream_rq_total'), false);
});
