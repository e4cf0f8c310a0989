import { deepEqual } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { withoutEnvoy } from '../../../support/envoy.js';
import { type Bootstrap, type ProxyKind, ProxyUnderTest } from '../proxy-under-test.js';
import { type CheckScenario, checkScenarios } from './scenarios.js';
import { ScriptedHost } from './scripted-host.js';

/** No change is due to time: intervals are short, and nothing times out while the test lasts. */
const times =
  'timeout: 60s, interval: 0.02s, no_traffic_interval: 0.02s, unhealthy_threshold: 2, healthy_threshold: 2';

function clusterText({ name, kind, checks }: CheckScenario, port: number, log: string): string {
  const isHttp2 = kind === 'http2' || kind === 'grpc';
  const id = name.replaceAll(' ', '-');
  return `
  - name: ${id}
    ${isHttp2 ? 'http2_protocol_options: {}' : 'connect_timeout: 5s'}
    load_assignment:
      cluster_name: ${id}
      endpoints:
      - locality: {region: r, zone: z}
        lb_endpoints:
        - metadata: {filter_metadata: {envoy.lb: {a: b}}}
          endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: ${port}}}}
    health_checks:
${checks.map((check, i) => `    - {${checks.length > 1 ? `name: check-${i}, ` : ''}${times}, event_log_path: "${log}", ${check}}`).join('\n')}`;
}

interface Outcome {
  readonly events: readonly string[];
  readonly flags: string;
  readonly stats: readonly string[];
}

/** What one proxy makes of all scenarios, by name. */
async function outcomesOf(t: TestContext, kind: ProxyKind): Promise<ReadonlyMap<string, Outcome>> {
  const hosts = await Promise.all(
    checkScenarios.map(({ kind: spoken, script }) => ScriptedHost.start(spoken, script)),
  );
  t.after(() => {
    for (const host of hosts) host.close();
  });
  const bootstrap: Bootstrap = {
    name: 'checks',
    extension: 'yaml',
    listeners: [],
    origins: [],
    text: ({ adminPort, customLog }) => `
admin: {address: {socket_address: {address: 127.0.0.1, port_value: ${adminPort}}}}
static_resources:
  clusters:${checkScenarios.map((scenario, i) => clusterText(scenario, hosts[i]?.port ?? 0, customLog)).join('')}
`,
  };
  const proxy = await ProxyUnderTest.start(kind, bootstrap);
  t.after(() => proxy.stop());
  await settled(hosts);
  const clusters = await proxy.admin('/clusters');
  const stats = await proxy.admin('/stats?filter=health_check|membership');
  const events = readFileSync(proxy.places.customLog, 'utf8').trim().split('\n');
  return new Map(
    checkScenarios.map(({ name }) => {
      const id = name.replaceAll(' ', '-');
      const outcome: Outcome = {
        events: events.filter((line) => line.includes(`"cluster_name":"${id}"`)).map(masked),
        flags: new RegExp(`^${id}::\\S+::health_flags::(.*)$`, 'm').exec(clusters)?.[1] ?? 'none',
        stats: stats.split('\n').filter((line) => line.startsWith(`cluster.${id}.`) && !isAlwaysWrong(line)),
      };
      return [name, outcome];
    }),
  );
}

/** Envoy never takes a host that is no longer degraded off its gauge. */
function isAlwaysWrong(line: string): boolean {
  return line.includes('.health_check.degraded:');
}

function masked(line: string): string {
  return line.replace(/"timestamp":"[^"]*"/, '"timestamp":"T"').replace(/"port_value":\d+/, '"port_value":0');
}

/** Every script is at its end, and the lines about it are written. */
async function settled(hosts: readonly ScriptedHost[]): Promise<void> {
  while (hosts.some(({ asked }, i) => asked <= (checkScenarios[i]?.script.length ?? 0))) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
}

test('Envoy and this proxy draw the same conclusions from the same checks', {
  skip: withoutEnvoy,
  timeout: 60_000,
}, async (t) => {
  const theirs = await outcomesOf(t, 'envoy');
  const ours = await outcomesOf(t, 'sluice');
  for (const { name } of checkScenarios) {
    await t.test(name, () => deepEqual(ours.get(name), theirs.get(name)));
  }
});
