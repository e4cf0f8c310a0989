import { deepEqual } from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { type TestContext, test } from 'node:test';
import { eventually } from '../../../support/eventually.js';
import type { ProxyKind } from '../proxy-under-test.js';
import { type BalancedCluster, BalancedProxy, endpoint, kinds } from './balanced-proxy.js';
import { reportForms } from './report-forms.js';

const policies = 'type.googleapis.com/envoy.extensions.load_balancing_policies';

function policy(type: string, fields: string): string {
  return `{policies: [{typed_extension_config: {name: p, typed_config: {"@type": ${policies}.${type}, ${fields}}}}]}`;
}

function reported(fields: string): string {
  return policy('client_side_weighted_round_robin.v3.ClientSideWeightedRoundRobin', fields);
}

const quick = 'blackout_period: 0s, weight_update_period: 0.1s';
const metrics =
  'metric_names_for_computing_utilization: ["named_metrics.a", "utilization.*", "mem_utilization", "bogus"]';
const penalty = 'error_utilization_penalty: 2.5';

/** A cluster with one host for each form of a report: nobody's weight depends on the others'. */
const formClusters: readonly BalancedCluster[] = reportForms.map(({ rules = '' }, i) => ({
  name: `form-${i}`,
  fields: `load_balancing_policy: ${reported(`${quick}, ${rules === 'metrics' ? metrics : rules === 'penalty' ? penalty : ''}`)}`,
  assignment: (port) => `endpoints: [{lb_endpoints: [${endpoint(1, port)}]}]`,
}));

const trailers = 'http_protocol_options: {enable_trailers: true}';

const three = (port: number): string =>
  `endpoints: [{lb_endpoints: [${endpoint(1, port)}, ${endpoint(2, port)}, ${endpoint(3, port, ', load_balancing_weight: 5')}]}]`;

const clusters: readonly BalancedCluster[] = [
  ...formClusters,
  { name: 'three', fields: `${trailers}, load_balancing_policy: ${reported(quick)}`, assignment: three },
  {
    name: 'early',
    fields: `load_balancing_policy: ${reported('weight_update_period: 0.1s')}`,
    assignment: three,
  },
  {
    name: 'brief',
    fields: `${trailers}, load_balancing_policy: ${reported(`${quick}, weight_expiration_period: 1.5s`)}`,
    assignment: three,
  },
  {
    name: 'zones',
    fields: `load_balancing_policy: ${policy('wrr_locality.v3.WrrLocality', `endpoint_picking_policy: ${reported(quick)}`)}`,
    assignment: (port) =>
      `endpoints: [{locality: {zone: a}, load_balancing_weight: 1, lb_endpoints: [${endpoint(1, port)}]}, {locality: {zone: b}, load_balancing_weight: 2, lb_endpoints: [${endpoint(2, port)}, ${endpoint(3, port)}]}]`,
  },
];

/** What hosts say on paths of several hosts: the first could take 200 requests a second, the second 400. */
const saidByHost: { readonly [address: string]: string } = {
  '127.0.0.1': 'TEXT cpu_utilization=0.5,rps_fractional=100',
  '127.0.0.2': 'JSON {"cpu_utilization": 0.25, "rps_fractional": 100}',
};

function sendTrailer(response: ServerResponse, report: string): void {
  response.setHeader('trailer', 'endpoint-load-metrics');
  response.write('in trailers: ');
  response.addTrailers({ 'endpoint-load-metrics': report });
}

function start(t: TestContext, kind: ProxyKind): Promise<BalancedProxy> {
  return BalancedProxy.start(t, kind, clusters, (request, response) => {
    const form = /^\/form-(\d+)\//.exec(request.url ?? '');
    const trailer = /\/trailer$/.test(request.url ?? '');
    const said = saidByHost[request.socket.localAddress ?? ''];
    if (form !== null) {
      const headers = reportForms[Number(form[1])]?.headers ?? {};
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    } else if (said !== undefined && !/\/silent$/.test(request.url ?? '')) {
      if (trailer) sendTrailer(response, said);
      else response.setHeader('endpoint-load-metrics', said);
    }
    response.end('ok');
  });
}

/** Which hosts got a number that is two or more off. */
function away(
  shares: { readonly [host: number]: number },
  wanted: { readonly [host: number]: number },
): readonly string[] {
  const hosts = new Set([...Object.keys(shares), ...Object.keys(wanted)].map(Number));
  return [...hosts]
    .filter((host) => Math.abs((shares[host] ?? 0) - (wanted[host] ?? 0)) > 2)
    .map((host) => `host ${host}: ${shares[host]}`);
}

async function untilWeights(
  proxy: BalancedProxy,
  cluster: string,
  wanted: { readonly [host: number]: number },
  ask?: string,
): Promise<void> {
  await eventually(async () => {
    if (ask !== undefined) await proxy.shares(`/${cluster}/${ask}`, 3);
    return JSON.stringify(await proxy.weights(cluster)) === JSON.stringify(wanted);
  });
}

async function formsOf(proxy: BalancedProxy): Promise<readonly (readonly [string, number | undefined])[]> {
  const found = await proxy.weightsOf(/^form-(\d+)::127\.0\.0\.1:\d+::weight::(\d+)$/gm);
  return reportForms.map(({ headers }, i) => [JSON.stringify(headers), found[i]] as const);
}

for (const kind of kinds) {
  test(`hosts that report their load to ${kind}`, { timeout: 120_000 }, async (t) => {
    const proxy = await start(t, kind);

    await t.test('weigh what their reports say, in every form of them', async () => {
      for (const [i] of reportForms.entries()) await proxy.get(`/form-${i}/`);
      const wanted = reportForms.map(({ headers, weight }) => [JSON.stringify(headers), weight]);
      // A wrong weight stays wrong: what the last look found is what a failure shows.
      let found = await formsOf(proxy);
      for (let looks = 0; looks < 300 && JSON.stringify(found) !== JSON.stringify(wanted); looks++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        found = await formsOf(proxy);
      }
      deepEqual(found, wanted);
    });

    await t.test('get their share of requests, and who says nothing that of the others', async () => {
      await untilWeights(proxy, 'three', { 1: 200, 2: 400, 3: 300 }, 'trailer');
      // A schedule of whole weights: each host is off by one at most, at either end.
      deepEqual(away(await proxy.shares('/three/', 90), { 1: 20, 2: 40, 3: 30 }), []);
    });

    await t.test('are not believed at once, nor when they fall silent', async () => {
      await proxy.shares('/early/', 9);
      await untilWeights(proxy, 'brief', { 1: 200, 2: 400, 3: 300 }, 'trailer');
      await untilWeights(proxy, 'brief', { 1: 1, 2: 1, 3: 1 });
      await untilWeights(proxy, 'early', { 1: 1, 2: 1, 3: 1 });
    });

    await t.test('share what their locality gets', async () => {
      await untilWeights(proxy, 'zones', { 1: 200, 2: 400, 3: 300 }, '');
      deepEqual(away(await proxy.shares('/zones/', 210), { 1: 70, 2: 80, 3: 60 }), []);
    });
  });
}
