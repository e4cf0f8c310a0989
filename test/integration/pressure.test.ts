import { equal } from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '../support/eventually.js';
import { startProxy } from '../support/proxy.js';

const type = 'type.googleapis.com/envoy.extensions';
const accepting = ['stop_accepting_connections', 'reject_incoming_connections', 'reduce_timeouts'] as const;

function bootstrap(folder: string): string {
  const monitors = accepting.map(
    (name) =>
      `{name: ${name}, typed_config: {"@type": ${type}.resource_monitors.injected_resource.v3.InjectedResourceConfig, filename: ${folder}/${name}}}`,
  );
  const timers =
    'typed_config: {"@type": type.googleapis.com/envoy.config.overload.v3.ScaleTimersOverloadActionConfig, timer_scale_factors: [{timer: HTTP_DOWNSTREAM_STREAM_IDLE, min_timeout: 0.1s}]}';
  const actions = accepting.map(
    (name) =>
      `{name: envoy.overload_actions.${name}, triggers: [{name: ${name}, threshold: {value: 0.9}}]${name === 'reduce_timeouts' ? `, ${timers}` : ''}}`,
  );
  const route = '{match: {prefix: /}, direct_response: {status: 200, body: {inline_string: hello}}}';
  return `
admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
overload_manager: {refresh_interval: 0.02s, resource_monitors: [${monitors.join()}], actions: [${actions.join()}]}
static_resources:
  listeners:
  - name: main
    stat_prefix: main
    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
    filter_chains: [{filters: [{name: http, typed_config: {"@type": ${type}.filters.network.http_connection_manager.v3.HttpConnectionManager, stat_prefix: in, stream_idle_timeout: 600s, route_config: {virtual_hosts: [{name: all, domains: ["*"], routes: [${route}]}]}, http_filters: [{name: buffer, typed_config: {"@type": ${type}.filters.http.buffer.v3.Buffer, max_request_bytes: 100}}, {name: router, typed_config: {"@type": ${type}.filters.http.router.v3.Router}}]}}]}]
`;
}

test('under pressure connections wait or are refused, and timeouts shrink, until it is gone', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const inject = (name: string, value: number): void => {
    writeFileSync(join(folder, 'next'), String(value));
    renameSync(join(folder, 'next'), join(folder, name));
  };
  for (const name of accepting) inject(name, 0);
  const proxy = await startProxy(t, bootstrap(folder), ['--concurrency', '1']);
  const press = async (name: string, value: number): Promise<void> => {
    inject(name, value);
    const active = `overload.envoy.overload_actions.${name}.active`;
    await eventually(async () => (await proxy.stat(active)) === (value >= 0.9 ? 1 : 0));
  };

  await press('stop_accepting_connections', 1);
  let isAnswered = false;
  const answer = proxy.fetch('/').then((it) => {
    isAnswered = true;
    return it.status;
  });
  // Connected and silent: several looks at the stats later there is still nobody who took it.
  for (let i = 0; i < 5; i++) equal(await proxy.stat('listener.main.downstream_cx_total'), 0);
  equal(isAnswered, false);
  await press('stop_accepting_connections', 0);
  equal(await answer, 200);

  await press('reject_incoming_connections', 0.95);
  const refused = await proxy.fetch('/').then(
    () => 'answered',
    () => 'refused',
  );
  equal(refused, 'refused');
  equal(await proxy.stat('listener.main.downstream_cx_overload_reject'), 1);
  await press('reject_incoming_connections', 0);
  equal((await proxy.fetch('/')).status, 200);

  const client = connect(proxy.port(), '127.0.0.1');
  t.after(() => client.destroy());
  let text = '';
  client.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  client.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nhalf');
  await eventually(async () => (await proxy.stat('http.in.downstream_rq_active')) === 1);
  await press('reduce_timeouts', 0.9);
  await eventually(() => text.startsWith('HTTP/1.1 408'));
  equal(await proxy.stat('http.in.downstream_rq_idle_timeout'), 1);
});
