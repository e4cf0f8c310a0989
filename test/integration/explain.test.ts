import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ProbeText, parseProbe } from '../../src/admin/probe.js';
import type { ActionExplanation, Explanation, HttpExplanation } from '../../src/api/explain.js';
import runJob from '../../workers/job.js';
import { eventually } from '../support/eventually.js';
import { mainPath, startOrigin, startProxy } from '../support/proxy.js';
import { repositoryRoot } from '../support/repository.js';

interface Told {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** `sluice explain` with these arguments; one that hangs is the runner's to end. */
function explain(...args: readonly string[]): Promise<Told> {
  const child = spawn(process.execPath, [mainPath, 'explain', ...args]);
  let out = '';
  let error = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    error += text;
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, error })));
}

const nothing: ProbeText = {
  request: '',
  headers: [],
  listener: '',
  source: '',
  destination: '',
  sni: '',
  alpn: '',
  isHttp2: false,
  random: '',
};

/** The same without a process of its own. */
async function told(path: string, request: string, more: Partial<ProbeText> = {}): Promise<Explanation> {
  const probe = parseProbe({ ...nothing, ...more, request });
  if (typeof probe === 'string') throw new Error(probe);
  const { explanation, problems } = await runJob({ path, allowUnknownFields: false, modules: [], probe });
  deepEqual(problems, []);
  if (explanation === null) throw new Error('nothing was explained');
  return explanation;
}

function httpOf({ protocol }: Explanation): HttpExplanation {
  if (protocol?.kind !== 'http') throw new Error('the chain speaks no HTTP');
  return protocol;
}

function routed(explanation: Explanation): Extract<ActionExplanation, { kind: 'route' }> {
  const { action } = httpOf(explanation);
  if (action?.kind !== 'route') throw new Error(`the action is ${action?.kind}`);
  return action;
}

function file(t: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-explain-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'bootstrap.yaml');
  writeFileSync(path, text);
  return path;
}

const examples = join(repositoryRoot, 'examples');

for (const name of readdirSync(examples).filter((it) => it.endsWith('.yaml'))) {
  test(`examples/${name} is explained without a proxy`, async () => {
    const explanation = await told(join(examples, name), 'GET http://example.com/');
    equal(explanation.problem, '');
    match(explanation.listener?.origin ?? '', new RegExp(`${name}:\\d+$`));
    ok(explanation.protocol !== null);
  });
}

const managerType =
  'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
const routerFilter = {
  name: 'router',
  typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
};

interface Parts {
  readonly routes: readonly object[];
  readonly clusters?: readonly object[];
  readonly filters?: readonly object[];
}

/** One listener with one virtual host. */
function bootstrap({ routes, clusters = [], filters = [] }: Parts): string {
  const address = { socket_address: { address: '127.0.0.1', port_value: 0 } };
  const manager = {
    name: 'http',
    typed_config: {
      '@type': managerType,
      stat_prefix: 'in',
      route_config: { virtual_hosts: [{ name: 'all', domains: ['*'], routes }] },
      http_filters: [...filters, routerFilter],
    },
  };
  const listener = { name: 'main', address, filter_chains: [{ filters: [manager] }] };
  return JSON.stringify({ admin: { address }, static_resources: { listeners: [listener], clusters } });
}

function cluster(name: string, ports: readonly number[], more: object = {}): object {
  const endpoints = ports.map((port) => ({
    endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: port } } },
  }));
  return {
    name,
    ...more,
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: endpoints }] },
  };
}

test('of 5,000 routes each is told, with the condition that failed', async (t) => {
  const routes = Array.from({ length: 5000 }, (_, i) => ({
    name: `route-${i}`,
    match: { prefix: `/service-${i}/`, headers: [{ name: 'x-v', string_match: { exact: 'v1' } }] },
    route: { cluster: 'c' },
  }));
  const path = file(t, bootstrap({ routes, clusters: [cluster('c', [1])] }));
  const last = await told(path, 'GET http://a.test/service-4999/x', { headers: ['x-v: v1'] });
  const trials = httpOf(last).routing?.routes ?? [];
  deepEqual([trials.length, trials.filter(({ verdict }) => verdict === 'failed').length], [5000, 4999]);
  deepEqual([trials[4999]?.name, trials[4999]?.verdict], ['route-4999', 'chosen']);
  deepEqual(trials[7]?.failed, { condition: "path begins with '/service-7/'", got: '/service-4999/x' });
  const { code, out } = await explain('-c', path, 'GET http://a.test/service-17/x', '-H', 'x-v: v2');
  equal(code, 0);
  match(
    out,
    /routes: 5000, of them 5000 failed, 0 not reached\n {4}4988 more failed before these; --all lists them/,
  );
  match(out, /answer: 404, no route matches/);
});

test('a route is told with its clocks, retries, headers, hash, shares and hosts, each with its place', async (t) => {
  const routes = [
    {
      name: 'shop',
      match: { prefix: '/shop/' },
      request_headers_to_add: [{ header: { key: 'x-added', value: '%REQ(x-in)%' } }],
      route: {
        timeout: '3s',
        prefix_rewrite: '/',
        retry_policy: { retry_on: '5xx,reset', num_retries: 2, per_try_timeout: '1s' },
        hash_policy: [{ header: { header_name: 'x-user' } }],
        weighted_clusters: {
          clusters: [
            { name: 'ring', weight: 90 },
            { name: 'other', weight: 10 },
          ],
        },
      },
    },
  ];
  const clusters = [cluster('ring', [11, 12, 13], { lb_policy: 'RING_HASH' }), cluster('other', [14])];
  const path = file(t, bootstrap({ routes, clusters }));
  const ask = (random: string): Promise<Explanation> =>
    told(path, 'GET http://a.test/shop/cart', { headers: ['x-user: ann', 'x-in: 7'], random });
  const explanation = await ask('3');
  const action = routed(explanation);
  equal(action.cluster, 'ring');
  deepEqual(action.shares, [
    { cluster: 'ring', percent: 90 },
    { cluster: 'other', percent: 10 },
  ]);
  const values = new Map(action.settings.map(({ name, value, origin }) => [name, [value, origin]]));
  deepEqual(values.get('timeout'), ['3 s', `${path}:1`]);
  deepEqual(values.get('per_try_timeout'), ['1 s', `${path}:1`]);
  deepEqual(values.get('retries'), ['2 on 5xx, reset', `${path}:1`]);
  deepEqual([action.request.path, action.request.authority], ['/cart', 'a.test']);
  const { changes } = httpOf(explanation);
  ok(changes.includes("x-added: added, '7'"));
  ok(changes.includes(":path: '/shop/cart' becomes '/cart'"));
  match(action.hash, /^0x[0-9a-f]+ from header x-user$/);
  const { target } = action;
  deepEqual(
    target?.hosts.map(({ address, isCandidate }) => [address, isCandidate]),
    [11, 12, 13].map((port) => [`127.0.0.1:${port}`, true]),
  );
  match(target?.pickNote ?? '', /always, by the hash/);
  equal(routed(await ask('3')).target?.pick, target?.pick);
  equal(routed(await ask('95')).cluster, 'other');
});

test('a filter that the route disables or overrides is told so', async (t) => {
  const fault = 'type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault';
  const cors = 'type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors';
  const filters = [
    { name: 'fault', typed_config: { '@type': fault } },
    { name: 'cors', typed_config: { '@type': cors } },
    { name: 'later', disabled: true, typed_config: { '@type': cors } },
  ];
  const routes = [
    {
      match: { prefix: '/' },
      direct_response: { status: 200, body: { inline_string: 'here' } },
      typed_per_filter_config: {
        cors: { '@type': 'type.googleapis.com/envoy.config.route.v3.FilterConfig', disabled: true },
        fault: { '@type': fault, max_active_faults: 3 },
      },
    },
  ];
  const explanation = await told(file(t, bootstrap({ routes, filters })), 'http://a.test/');
  deepEqual(
    httpOf(explanation).filters.map(({ name, state, why, overrides }) => [name, state, why, overrides]),
    [
      ['fault', 'runs', '', 1],
      ['cors', 'disabled', 'disabled on the route', 0],
      ['later', 'disabled', 'disabled in the chain', 0],
      ['router', 'runs', '', 0],
    ],
  );
  deepEqual(httpOf(explanation).action, { kind: 'direct', status: 200, body: 'here' });
});

test('a TCP connection is led to its filter chain by the server name, and its cluster is told', async (t) => {
  const proxy = (name: string): object => ({
    name: 'tcp',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy',
      stat_prefix: name,
      cluster: name,
    },
  });
  const inspector = 'type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector';
  const listener = {
    name: 'tcp',
    address: { socket_address: { address: '127.0.0.1', port_value: 5432 } },
    listener_filters: [{ name: 'tls', typed_config: { '@type': inspector } }],
    filter_chains: [
      { name: 'one', filter_chain_match: { server_names: ['one.test'] }, filters: [proxy('a')] },
      { name: 'two', filter_chain_match: { server_names: ['*.test'] }, filters: [proxy('b')] },
    ],
  };
  const text = JSON.stringify({
    static_resources: { listeners: [listener], clusters: [cluster('a', [1]), cluster('b', [2])] },
  });
  const path = file(t, text);
  const explanation = await told(path, 'tcp://db:5432', { sni: 'x.test' });
  equal(explanation.listener?.why, 'it listens on port 5432');
  deepEqual(
    explanation.chains.map(({ name, verdict, failed }) => [name, verdict, failed?.got]),
    [
      ['one', 'failed', 'x.test'],
      ['two', 'chosen', undefined],
    ],
  );
  const { protocol } = explanation;
  deepEqual(protocol?.kind === 'tcp' ? [protocol.cluster, protocol.target?.pick] : [], ['b', '127.0.0.1:2']);
  const none = await explain('-c', path, 'tcp://db:5432', '--sni', 'example.com');
  equal(none.code, 2);
  match(none.out, /no answer: no filter chain matches/);
});

test('what cannot be explained is said, with an exit code', async (t) => {
  const path = file(t, bootstrap({ routes: [{ match: { prefix: '/' }, route: { cluster: 'missing' } }] }));
  const wrong = await explain('-c', path, 'http://a.test/');
  equal(wrong.code, 1);
  match(wrong.error, /unknown cluster 'missing'/);
  equal((await explain('-c', path, 'nonsense')).code, 1);
  equal((await explain('http://a.test/')).code, 1);
  const help = await explain('--help');
  match(help.out, /^usage: sluice explain/);
  const unreachable = await explain('--admin', '127.0.0.1:1', 'http://a.test/');
  equal(unreachable.code, 1);
});

test('a running proxy explains with the health that it sees, and does what it has said', async (t) => {
  const origin = await startOrigin(t, (_request, response) => response.end('origin'));
  const dead = {
    health_checks: [
      {
        timeout: '30s',
        interval: '0.2s',
        unhealthy_threshold: 1,
        healthy_threshold: 1,
        tcp_health_check: {},
      },
    ],
  };
  const routes = [
    { name: 'exact', match: { path: '/exact' }, direct_response: { status: 201 } },
    {
      name: 'header',
      match: { prefix: '/h', headers: [{ name: 'x-a', string_match: { exact: 'b' } }] },
      direct_response: { status: 202 },
    },
    { name: 'moved', match: { prefix: '/moved' }, redirect: { host_redirect: 'b.test' } },
    { name: 'rest', match: { prefix: '/' }, route: { cluster: 'checked' } },
  ];
  const clusters = [cluster('checked', [origin.port, 1], dead)];
  const proxy = await startProxy(t, bootstrap({ routes, clusters }));
  const ask = async (request: string, headers: readonly string[] = []): Promise<Explanation> => {
    const query = new URLSearchParams({ request, format: 'json' });
    for (const header of headers) query.append('header', header);
    return JSON.parse(await proxy.admin(`/explain?${query}`)) as Explanation;
  };
  await eventually(async () => {
    const { target } = routed(await ask('GET http://a.test/'));
    const [alive, gone] = target?.hosts ?? [];
    const isSeen = gone?.health.startsWith('/failed_active_hc') === true;
    return isSeen && alive?.isCandidate === true && !gone.isCandidate && target?.pick === alive.address;
  });
  const statusOf = (action: ActionExplanation | null): number =>
    action === null ? 0 : action.kind === 'route' ? 200 : action.status;
  for (const [path, headers] of [
    ['/exact', {}],
    ['/exact/', {}],
    ['/hello', { 'x-a': 'b' }],
    ['/hello', { 'x-a': 'c' }],
    ['/moved?x=1', {}],
  ] as const) {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    const explanation = await ask(`GET http://a.test${path}`, lines);
    const answer = await proxy.fetch(path, { headers: { host: 'a.test', ...headers } });
    const { action } = httpOf(explanation);
    equal(answer.status, statusOf(action), path);
    if (action?.kind === 'redirect') equal(answer.headers['location'], action.location);
  }
  const admin = `127.0.0.1:${proxy.adminPort}`;
  const { out } = await explain('--admin', admin, 'GET http://a.test/exact');
  match(out, /> route exact: path is '\/exact'/);
  match(await proxy.admin('/explain?request=nonsense'), /is no request/);
});
