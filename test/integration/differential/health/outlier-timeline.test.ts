import { deepEqual } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { type TestContext, test } from 'node:test';
import { withoutEnvoy } from '../../../support/envoy.js';
import { type Bootstrap, type ProxyKind, ProxyUnderTest } from '../proxy-under-test.js';
import { ScriptedHost } from './scripted-host.js';

/** One cluster of one host, and what the host answers to requests that come one after the other. */
interface OutlierScenario {
  readonly name: string;
  /** Fields of `outlier_detection`. */
  readonly detection: string;
  /** Other fields of the cluster. */
  readonly cluster?: string;
  readonly answers: readonly string[];
  readonly isGrpc?: boolean;
}

const httpOptions = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';
const repeat = (answer: string, times: number): string[] => Array.from({ length: times }, () => answer);

const scenarios: readonly OutlierScenario[] = [
  {
    name: 'errors in a row',
    detection: 'consecutive_5xx: 3',
    answers: ['500', '500', '200', '500', '500', '500', '200', '500'],
  },
  {
    name: 'gateway errors, enforced or not',
    detection:
      'consecutive_5xx: 20, consecutive_gateway_failure: 2, enforcing_consecutive_gateway_failure: 0',
    answers: ['503', '502', '504', '500', '503', '503'],
  },
  {
    name: 'a share that allows nobody to go',
    detection: 'consecutive_5xx: 2, max_ejection_percent: 10',
    answers: repeat('500', 5),
  },
  {
    name: 'connections that break',
    detection:
      'consecutive_5xx: 20, consecutive_gateway_failure: 2, enforcing_consecutive_gateway_failure: 100',
    answers: ['cut', 'cut', '200'],
  },
  {
    name: 'gRPC statuses',
    detection:
      'consecutive_5xx: 20, consecutive_gateway_failure: 2, enforcing_consecutive_gateway_failure: 100',
    answers: ['13', '14', '14'].map((status) => `200 content-type=application/grpc grpc-status=${status}`),
    isGrpc: true,
  },
  {
    name: 'rules of its own',
    detection: 'consecutive_5xx: 2',
    cluster: `typed_extension_protocol_options: {${httpOptions}: {"@type": type.googleapis.com/${httpOptions}, explicit_http_config: {http_protocol_options: {}}, outlier_detection: {error_matcher: {or_match: {rules: [{http_response_headers_match: {headers: [{name: x-bad, present_match: true}]}}, {not_match: {any_match: true}}]}}}}}`,
    answers: ['500', '503', '200 x-bad=1', '200', '200 x-bad=1', '200 x-bad=1'],
  },
  {
    name: 'degraded hosts',
    detection: 'detect_degraded_hosts: true, max_ejection_percent: 0',
    answers: ['200', '503 x-envoy-degraded=1', '200 x-envoy-degraded=1', '200 x-envoy-degraded=1'],
  },
];

function idOf(name: string): string {
  return name.replace(/\W+/g, '-');
}

function bootstrapOf(hosts: readonly ScriptedHost[]): Bootstrap {
  const type = 'type.googleapis.com/envoy.extensions.filters';
  const routes = scenarios.map(
    ({ name }) => `{match: {prefix: /${idOf(name)}}, route: {cluster: ${idOf(name)}}}`,
  );
  const clusters = scenarios.map(
    ({ name, detection, cluster }, i) => `
  - name: ${idOf(name)}
    ${cluster ?? 'connect_timeout: 5s'}
    load_assignment: {cluster_name: x, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: ${hosts[i]?.port ?? 0}}}}}]}]}
    outlier_detection: {interval: 60s, ${detection.includes('max_ejection_percent') ? '' : 'max_ejection_percent: 100, '}${detection}}`,
  );
  return {
    name: 'outliers',
    extension: 'yaml',
    listeners: ['main'],
    origins: [],
    text: ({ adminPort, listeners, customLog }) => `
admin: {address: {socket_address: {address: 127.0.0.1, port_value: ${adminPort}}}}
cluster_manager: {outlier_detection: {event_log_path: "${customLog}"}}
static_resources:
  listeners:
  - name: main
    address: {socket_address: {address: 127.0.0.1, port_value: ${listeners['main']}}}
    filter_chains: [{filters: [{name: http, typed_config: {"@type": ${type}.network.http_connection_manager.v3.HttpConnectionManager, stat_prefix: in, route_config: {virtual_hosts: [{name: all, domains: ["*"], routes: [${routes.join()}]}]}, http_filters: [{name: router, typed_config: {"@type": ${type}.http.router.v3.Router}}]}}]}]
  clusters:${clusters.join('')}
`,
  };
}

interface Outcome {
  readonly events: readonly string[];
  /** After each request. */
  readonly flags: readonly string[];
  readonly stats: readonly string[];
}

async function outcomesOf(t: TestContext, kind: ProxyKind): Promise<ReadonlyMap<string, Outcome>> {
  const hosts = await Promise.all(scenarios.map(({ answers }) => ScriptedHost.start('http1', answers)));
  t.after(() => {
    for (const host of hosts) host.close();
  });
  const proxy = await ProxyUnderTest.start(kind, bootstrapOf(hosts));
  t.after(() => proxy.stop());
  const outcomes = new Map<string, Outcome>();
  for (const { name, answers, isGrpc } of scenarios) {
    const id = idOf(name);
    const flags: string[] = [];
    for (let i = 0; i < answers.length; i++) {
      await ask(proxy.places.listeners['main'] ?? 0, `/${id}`, isGrpc === true);
      flags.push(await flagsOf(proxy, id));
    }
    const stats = (await proxy.admin(`/stats?filter=^cluster.${id}.(outlier_detection|membership)`)).trim();
    outcomes.set(name, { events: [], flags, stats: stats.split('\n') });
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  const lines = readFileSync(proxy.places.customLog, 'utf8').trim().split('\n');
  for (const [name, outcome] of outcomes) {
    const events = lines.filter((line) => line.includes(`"cluster_name":"${idOf(name)}"`)).map(masked);
    outcomes.set(name, { ...outcome, events });
  }
  return outcomes;
}

/** Threads tell main of what they saw a moment later. */
async function flagsOf(proxy: ProxyUnderTest, id: string): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, 20));
  const clusters = await proxy.admin('/clusters');
  return new RegExp(`^${id}::\\S+::health_flags::(.*)$`, 'm').exec(clusters)?.[1] ?? 'none';
}

function masked(line: string): string {
  return line.replace(/"timestamp":"[^"]*"/, '"timestamp":"T"').replace(/127\.0\.0\.1:\d+/, '127.0.0.1:0');
}

function ask(port: number, path: string, isGrpc: boolean): Promise<void> {
  const headers: { [name: string]: string } = isGrpc ? { 'content-type': 'application/grpc' } : {};
  return new Promise((resolve) => {
    const asking = request(
      { host: '127.0.0.1', port, path, method: 'POST', agent: false, headers },
      (response) => {
        response.resume();
        response.on('close', () => resolve());
      },
    );
    asking.on('error', () => resolve());
    asking.end();
  });
}

test('Envoy and this proxy eject the same hosts for the same answers', {
  skip: withoutEnvoy,
  timeout: 60_000,
}, async (t) => {
  const theirs = await outcomesOf(t, 'envoy');
  const ours = await outcomesOf(t, 'sluice');
  for (const { name } of scenarios) await t.test(name, () => deepEqual(ours.get(name), theirs.get(name)));
});
