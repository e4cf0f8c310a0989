import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../../../support/eventually.js';
import { type BalancedCluster, BalancedProxy, endpoint, kinds } from './balanced-proxy.js';

/** How many connections a cluster has opened after its first request, and with one, two … four that are kept. */
interface Expectation {
  readonly fields: string;
  readonly status?: string;
  readonly opened: readonly number[];
  readonly overflows?: number;
}

const ratio = (value: number): string => `preconnect_policy: {per_upstream_preconnect_ratio: ${value}}`;

const expectations: { readonly [name: string]: Expectation } = {
  plain: { fields: 'connect_timeout: 5s', opened: [1, 1, 2, 3, 4] },
  fifth: { fields: ratio(1.2), opened: [2, 2, 3, 4, 5] },
  half: { fields: ratio(1.5), opened: [2, 2, 3, 5, 6] },
  double: { fields: ratio(2), opened: [2, 2, 4, 6, 8] },
  triple: { fields: ratio(3), opened: [3, 3, 6, 9, 12] },
  limited: {
    fields: `${ratio(2)}, circuit_breakers: {thresholds: [{max_connections: 5}]}`,
    opened: [2, 2, 4, 5, 5],
    overflows: 2,
  },
  degraded: { fields: ratio(2), status: ', health_status: DEGRADED', opened: [1, 1, 2, 3, 4] },
};

const clusters: readonly BalancedCluster[] = Object.entries(expectations).map(
  ([name, { fields, status = '' }]) => ({
    name,
    fields,
    assignment: (port) => `endpoints: [{lb_endpoints: [${endpoint(1, port, status)}]}]`,
  }),
);

for (const kind of kinds) {
  test(`connections that ${kind} opens ahead of requests`, { timeout: 120_000 }, async (t) => {
    const held: (() => void)[] = [];
    const proxy = await BalancedProxy.start(t, kind, clusters, (request, response) => {
      if (request.url?.endsWith('/hold') === true) held.push(() => response.end('held'));
      else response.end('ok');
    });
    for (const [name, { opened, overflows = 0 }] of Object.entries(expectations)) {
      await t.test(name, async () => {
        const total = `cluster.${name}.upstream_cx_total`;
        await proxy.get(`/${name}/`);
        const asked: Promise<unknown>[] = [];
        for (const [kept, wanted] of opened.entries()) {
          if (kept > 0) asked.push(proxy.get(`/${name}/hold`));
          await eventually(() => held.length === kept);
          await eventually(async () => (await proxy.stat(total)) >= wanted);
        }
        deepEqual(
          [await proxy.stat(total), await proxy.stat(`cluster.${name}.upstream_cx_overflow`)],
          [opened.at(-1), overflows],
        );
        for (const answer of held.splice(0)) answer();
        await Promise.all(asked);
        deepEqual(await proxy.stat(total), opened.at(-1));
      });
    }
  });
}
