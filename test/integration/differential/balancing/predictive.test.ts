import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../../../support/eventually.js';
import { type BalancedCluster, BalancedProxy, endpoint, kinds } from './balanced-proxy.js';

/** How many connections a cluster of four hosts has opened after its first request, and with one, two … that are kept. */
const expectations: { readonly [policy: string]: readonly number[] } = {
  'predictive_preconnect_ratio: 1.5': [3, 3, 3, 6, 6],
  'predictive_preconnect_ratio: 3': [4, 4, 6, 8, 9],
  'predictive_preconnect_ratio: 2, per_upstream_preconnect_ratio: 2': [4, 5, 6, 8, 8],
};

const clusterOf = (policy: string): BalancedCluster => ({
  name: 'ahead',
  fields: `preconnect_policy: {${policy}}`,
  assignment: (port) => `endpoints: [{lb_endpoints: [${[1, 2, 3, 4].map((host) => endpoint(host, port))}]}]`,
});

// What is spare counts over all clusters of a worker: each policy has a proxy of its own.
for (const kind of kinds) {
  for (const [policy, opened] of Object.entries(expectations)) {
    test(`hosts that ${kind} connects to ahead: ${policy}`, { timeout: 120_000 }, async (t) => {
      const held: (() => void)[] = [];
      const proxy = await BalancedProxy.start(t, kind, [clusterOf(policy)], (request, response) => {
        if (request.url?.endsWith('/hold') === true) held.push(() => response.end('held'));
        else response.end('ok');
      });
      const total = 'cluster.ahead.upstream_cx_total';
      await proxy.get('/ahead/');
      const asked: Promise<unknown>[] = [];
      for (const [kept, wanted] of opened.entries()) {
        if (kept > 0) asked.push(proxy.get('/ahead/hold'));
        await eventually(() => held.length === kept);
        await eventually(async () => (await proxy.stat(total)) >= wanted);
        deepEqual(await proxy.stat(total), wanted);
      }
      for (const answer of held.splice(0)) answer();
      await Promise.all(asked);
      deepEqual(await proxy.stat(total), opened.at(-1));
    });
  }
}
