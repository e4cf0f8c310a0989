import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { type BalancedCluster, BalancedProxy, endpoint, kinds } from './balanced-proxy.js';

const policies = 'type.googleapis.com/envoy.extensions.load_balancing_policies';

function policy(type: string, fields: string): string {
  return `{policies: [{typed_extension_config: {name: p, typed_config: {"@type": ${policies}.${type}, ${fields}}}}]}`;
}

const fallback = policy(
  'subset.v3.Subset',
  `subset_selectors: [{keys: [v]}], fallback_policy: DEFAULT_SUBSET, default_subset: {v: rest}, subset_lb_policy: ${policy('round_robin.v3.RoundRobin', '')}`,
);
const sources =
  'override_host_sources: [{header: x-host}, {header: X-Other}, {metadata: {key: named, path: [{key: a}, {key: b}]}}]';
const retries = 'retry_policy: {retry_on: 5xx, num_retries: 3, retry_back_off: {base_interval: 0.001s}';

/** Where nobody is named, host 9 answers; host 3 is never well, host 4 is not in the cluster. */
const assignment = (port: number): string =>
  `endpoints: [{lb_endpoints: [${[1, 2, 5].map((host) => endpoint(host, port)).join()}, ${endpoint(3, port, ', health_status: UNHEALTHY')}, ${endpoint(9, port, ', metadata: {filter_metadata: {envoy.lb: {v: rest}}}')}]}]`;

const override = `load_balancing_policy: ${policy('override_host.v3.OverrideHost', `${sources}, selected_host_key: {key: chosen, path: [{key: host}]}, fallback_policy: ${fallback}`)}`;

const clusters: readonly BalancedCluster[] = [
  { name: 'plain', fields: override, assignment, route: `${retries}}` },
  {
    name: 'choosy',
    fields: override,
    assignment,
    route: `${retries}, host_selection_retry_max_attempts: 2, retry_host_predicate: [{name: previous, typed_config: {"@type": type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate}}]}`,
  },
];

/** What a request names, and the hosts that see it: those before the last fail. */
interface Asked {
  readonly name: string;
  readonly cluster?: string;
  readonly headers: { readonly [name: string]: string };
  readonly failing?: readonly number[];
  readonly seen: readonly number[];
}

const asked: readonly Asked[] = [
  { name: 'nobody is named', headers: {}, seen: [9] },
  { name: 'one is named', headers: { 'x-host': '127.0.0.2:PORT' }, seen: [2] },
  { name: 'blanks and empty parts do not matter', headers: { 'x-host': ' , 127.0.0.2:PORT ,' }, seen: [2] },
  { name: 'the first is named first', headers: { 'x-host': '127.0.0.5:PORT,127.0.0.2:PORT' }, seen: [5] },
  {
    name: 'a second header counts after the first',
    headers: { 'x-other': '127.0.0.5:PORT', 'x-host': '127.0.0.4:PORT' },
    seen: [5],
  },
  { name: 'who is ill is taken all the same', headers: { 'x-host': '127.0.0.3:PORT' }, seen: [3] },
  { name: 'strangers are passed over', headers: { 'x-host': '127.0.0.4:PORT,127.0.0.1:PORT' }, seen: [1] },
  { name: 'no address is nobody', headers: { 'x-host': 'bogus' }, seen: [9] },
  { name: 'no port is nobody', headers: { 'x-host': '127.0.0.1' }, seen: [9] },
  { name: 'an empty header is nobody', headers: { 'x-host': '' }, seen: [9] },
  {
    name: 'retries go on in the list',
    headers: { 'x-host': '127.0.0.5:PORT,127.0.0.2:PORT,127.0.0.1:PORT' },
    failing: [5, 2],
    seen: [5, 2, 1],
  },
  {
    name: 'retries beyond the list are balanced',
    headers: { 'x-host': '127.0.0.5:PORT' },
    failing: [5],
    seen: [5, 9],
  },
  {
    name: 'one host may be named twice',
    headers: { 'x-host': '127.0.0.5:PORT,127.0.0.5:PORT,127.0.0.1:PORT' },
    failing: [5],
    seen: [5, 5, 1],
  },
  {
    name: 'nobody that is named is refused',
    cluster: 'choosy',
    headers: { 'x-host': '127.0.0.5:PORT,127.0.0.5:PORT,127.0.0.1:PORT' },
    failing: [5],
    seen: [5, 5, 1],
  },
  {
    name: 'refusals begin with the balancer',
    cluster: 'choosy',
    headers: { 'x-host': '127.0.0.5:PORT,127.0.0.5:PORT' },
    failing: [5],
    seen: [5, 5, 9],
  },
];

for (const kind of kinds) {
  test(`requests that name their hosts to ${kind}`, { timeout: 120_000 }, async (t) => {
    const seen: number[] = [];
    const proxy = await BalancedProxy.start(t, kind, clusters, (request, response) => {
      const host = Number(request.socket.localAddress?.split('.').at(-1));
      seen.push(host);
      const failing = String(request.headers['x-failing'] ?? '')
        .split(',')
        .map(Number);
      response.statusCode = failing.includes(host) ? 500 : 200;
      response.end(String(request.socket.localPort));
    });
    const port = (await proxy.get('/plain/')).body;
    for (const { name, cluster = 'plain', headers, failing = [], seen: wanted } of asked) {
      await t.test(name, async () => {
        seen.length = 0;
        const named = Object.entries(headers).map(([key, value]) => [key, value.replaceAll('PORT', port)]);
        await proxy.get(`/${cluster}/`, { ...Object.fromEntries(named), 'x-failing': failing.join() });
        deepEqual(seen, wanted);
      });
    }
  });
}
