import { ok } from 'node:assert/strict';
import { test } from 'node:test';
import { type BalancedCluster, BalancedProxy, endpoint, kinds } from './balanced-proxy.js';

const policies = 'type.googleapis.com/envoy.extensions.load_balancing_policies';

/** What a cluster says of the weights of localities inside subsets, and what each host gets of 220 requests. */
interface Expectation {
  readonly fields: string;
  readonly shares: { readonly [host in 1 | 2 | 5 | 6]: number };
}

const selectors = 'subset_selectors: [{keys: [v]}], fallback_policy: ANY_ENDPOINT';

function untyped(fields: string): string {
  const common = 'common_lb_config: {locality_weighted_lb_config: {}}';
  return `${common}, lb_subset_config: {${selectors}, ${fields}}`;
}

function policy(type: string, fields: string): string {
  return `{policies: [{typed_extension_config: {name: p, typed_config: {"@type": ${policies}.${type}, ${fields}}}}]}`;
}

function typed(fields: string): string {
  const inner = policy('round_robin.v3.RoundRobin', 'locality_lb_config: {locality_weighted_lb_config: {}}');
  return `load_balancing_policy: ${policy('subset.v3.Subset', `${selectors}, subset_lb_policy: ${inner}, ${fields}`)}`;
}

const alike = { 1: 55, 2: 55, 5: 55, 6: 55 };
const whole = { 1: 46, 2: 46, 5: 64, 6: 64 };
const scaled = { 1: 37, 2: 37, 5: 73, 6: 73 };
const aware = 'locality_weight_aware: true';
const bothFields = `${aware}, scale_locality_weight: true`;

/** The subset has two of the three hosts of a locality that weighs 10, and all of one that weighs 14. */
const expectations: { readonly [name: string]: Expectation } = {
  unaware: { fields: untyped(''), shares: alike },
  aware: { fields: untyped(aware), shares: whole },
  scaled: { fields: untyped(bothFields), shares: scaled },
  'typed-unaware': { fields: typed(''), shares: alike },
  'typed-aware': { fields: typed(aware), shares: whole },
  'typed-scaled': { fields: typed(bothFields), shares: scaled },
};

const metadata = (value: string): string => `, metadata: {filter_metadata: {envoy.lb: {v: ${value}}}}`;

const clusters: readonly BalancedCluster[] = Object.entries(expectations).map(([name, { fields }]) => ({
  name,
  fields,
  route: 'metadata_match: {filter_metadata: {envoy.lb: {v: a}}}',
  assignment: (port) =>
    `endpoints: [{locality: {zone: a}, load_balancing_weight: 10, lb_endpoints: [${endpoint(1, port, metadata('a'))}, ${endpoint(2, port, metadata('a'))}, ${endpoint(3, port, metadata('b'))}]},
      {locality: {zone: b}, load_balancing_weight: 14, lb_endpoints: [${endpoint(5, port, metadata('a'))}, ${endpoint(6, port, metadata('a'))}]}]`,
}));

for (const kind of kinds) {
  test(`localities of subsets, by ${kind}`, { timeout: 120_000 }, async (t) => {
    const proxy = await BalancedProxy.start(t, kind, clusters, (_, response) => response.end('ok'));
    for (const [name, { shares }] of Object.entries(expectations)) {
      await t.test(name, async () => {
        const found = await proxy.shares(`/${name}/`, 220);
        // A schedule of localities, with one of hosts in each: both may begin anywhere.
        for (const host of [1, 2, 5, 6] as const)
          ok(Math.abs((found[host] ?? 0) - shares[host]) <= 3, JSON.stringify(found));
      });
    }
  });
}
