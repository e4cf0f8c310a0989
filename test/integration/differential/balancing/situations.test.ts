import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { type BalancedCluster, BalancedProxy, endpoint, kinds } from './balanced-proxy.js';

type Status = 'HEALTHY' | 'DEGRADED' | 'UNHEALTHY' | 'DRAINING' | 'TIMEOUT';

/** Hosts in some state, and the part of the requests that each of them gets; 0 stands for requests without a host. */
interface Situation {
  readonly fields?: string;
  readonly policy?: string;
  readonly groups: readonly {
    readonly rest: string;
    readonly hosts: readonly Status[];
    readonly weights?: readonly number[];
  }[];
  readonly shares: { readonly [host: number]: number };
}

const [healthy, degraded, unhealthy] = ['HEALTHY', 'DEGRADED', 'UNHEALTHY'] as const;
const first = 'priority: 0';
const second = 'priority: 1';
const byLocality = 'common_lb_config: {locality_weighted_lb_config: {}}';
const noPanic = 'common_lb_config: {healthy_panic_threshold: {value: 0}}';
const failing = 'common_lb_config: {zone_aware_lb_config: {fail_traffic_on_panic: true}}';

function locality(name: string, weight: number): string {
  return `locality: {zone: ${name}}${weight > 0 ? `, load_balancing_weight: ${weight}` : ''}`;
}

/** Hosts are numbered from 1 in the order in which they stand here. */
const situations: { readonly [name: string]: Situation } = {
  spill: {
    groups: [
      { rest: first, hosts: [healthy, unhealthy] },
      { rest: second, hosts: [healthy, healthy] },
    ],
    shares: { 1: 0.7, 3: 0.15, 4: 0.15 },
  },
  exact: {
    policy: 'policy: {overprovisioning_factor: 100},',
    groups: [
      { rest: first, hosts: [healthy, unhealthy] },
      { rest: second, hosts: [healthy, healthy] },
    ],
    shares: { 1: 0.5, 3: 0.25, 4: 0.25 },
  },
  panic: {
    groups: [
      { rest: first, hosts: [healthy, unhealthy, unhealthy, unhealthy] },
      { rest: second, hosts: [unhealthy, unhealthy] },
    ],
    shares: { 1: 1 / 6, 2: 1 / 6, 3: 1 / 6, 4: 1 / 6, 5: 1 / 6, 6: 1 / 6 },
  },
  calm: {
    fields: noPanic,
    groups: [{ rest: first, hosts: [healthy, unhealthy, unhealthy] }],
    shares: { 1: 1 },
  },
  none: { fields: noPanic, groups: [{ rest: first, hosts: [unhealthy, unhealthy] }], shares: { 0: 1 } },
  failing: {
    fields: failing,
    groups: [{ rest: first, hosts: [healthy, unhealthy, unhealthy, unhealthy] }],
    shares: { 0: 1 },
  },
  'healthy-first': {
    groups: [
      { rest: first, hosts: [healthy, degraded, degraded, unhealthy] },
      { rest: second, hosts: [healthy, healthy] },
    ],
    shares: { 1: 0.35, 5: 0.325, 6: 0.325 },
  },
  'degraded-left': {
    groups: [
      { rest: first, hosts: [degraded, degraded, unhealthy, unhealthy] },
      { rest: second, hosts: [unhealthy, unhealthy] },
    ],
    shares: { 1: 0.5, 2: 0.5 },
  },
  localities: {
    fields: byLocality,
    groups: [
      { rest: locality('a', 1), hosts: [healthy, degraded] },
      { rest: locality('b', 3), hosts: [healthy, degraded, unhealthy, unhealthy] },
    ],
    shares: { 1: 0.2, 2: 0.2, 3: 0.3, 4: 0.3 },
  },
  'panic-without-localities': {
    fields: byLocality,
    groups: [
      { rest: locality('a', 1), hosts: [unhealthy, unhealthy] },
      { rest: locality('b', 3), hosts: [healthy, unhealthy, unhealthy] },
    ],
    shares: { 1: 0.2, 2: 0.2, 3: 0.2, 4: 0.2, 5: 0.2 },
  },
  weightless: {
    fields: byLocality,
    groups: [
      { rest: locality('a', 0), hosts: [healthy, healthy] },
      { rest: locality('b', 3), hosts: [healthy] },
    ],
    shares: { 3: 1 },
  },
  draining: { groups: [{ rest: first, hosts: ['DRAINING', healthy, 'TIMEOUT'] }], shares: { 2: 1 } },
  'healthy-weight': {
    policy: 'policy: {weighted_priority_health: true},',
    groups: [
      { rest: first, hosts: [healthy, unhealthy], weights: [5, 1] },
      { rest: second, hosts: [healthy] },
    ],
    shares: { 1: 1 },
  },
};

const clusters: readonly BalancedCluster[] = Object.entries(situations).map(([name, situation]) => ({
  name,
  fields: situation.fields ?? 'connect_timeout: 5s',
  assignment: (port) => {
    let last = 0;
    const groups = situation.groups.map(({ rest, hosts, weights }) => {
      const endpoints = hosts.map((status, i) => {
        const weight = weights === undefined ? '' : `, load_balancing_weight: ${weights[i]}`;
        return endpoint(++last, port, `, health_status: ${status}${weight}`);
      });
      return `{${rest}, lb_endpoints: [${endpoints.join(', ')}]}`;
    });
    return `${situation.policy ?? ''} endpoints: [${groups.join(', ')}]`;
  },
}));

const requests = 200;
/** Five standard deviations of a share of one half: chance alone does not go so far. */
const tolerance = 0.18;

for (const kind of kinds) {
  test(`priorities, localities and panic in ${kind}`, { timeout: 120_000 }, async (t) => {
    const proxy = await BalancedProxy.start(t, kind, clusters, (_request, response) => response.end('ok'));
    for (const [name, { shares }] of Object.entries(situations)) {
      await t.test(name, async () => {
        const found = await proxy.shares(`/${name}/`, requests);
        const hosts = (counts: { readonly [host: number]: number }): readonly string[] =>
          Object.keys(counts).sort();
        deepEqual(hosts(found), hosts(shares));
        const away = Object.entries(shares).filter(
          ([host, share]) => Math.abs((found[Number(host)] ?? 0) / requests - share) > tolerance,
        );
        deepEqual(away, []);
      });
    }
  });
}
