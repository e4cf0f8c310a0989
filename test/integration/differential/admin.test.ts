import { deepEqual } from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import type { Plain } from '../../../src/base/plain.js';
import { isPlainObject } from '../../../src/base/plain-path.js';
import { withoutEnvoy } from '../../support/envoy.js';
import { familyBootstrap } from './families/filter-family.js';
import { namePorts } from './observation.js';
import { type Bootstrap, ProxyUnderTest } from './proxy-under-test.js';

const base = familyBootstrap('admin', [], '');

/** One listener, two clusters, and a runtime that operators may change. */
const bootstrap: Bootstrap = {
  ...base,
  text: (places) => {
    const { layered_runtime: runtime, ...rest } = JSON.parse(base.text(places)) as {
      layered_runtime: { layers: Plain[] };
    };
    const layers = [...runtime.layers, { name: 'admin', admin_layer: {} }];
    return JSON.stringify({ ...rest, layered_runtime: { layers } });
  },
};

/** What is asked, in that order: some of it changes what comes later. */
const questions = `
GET /help
GET /nosuch
GET /readyx
GET /ready/
GET /READY
GET //ready
GET /stats/x
GET /statsx
GET /tap
GET /hystrix_event_stream
GET /certs
GET /clusters
GET /clusters?format=json
GET /clusters?format=text
GET /clusters?format=bad
GET /clusters?filter=ref
GET /clusters?filter=nosuch
GET /clusters?filter=(
GET /clusters?format=json&filter=ref
GET /config_dump
GET /config_dump?resource=bootstrap
GET /config_dump?resource=static_clusters
GET /config_dump?resource=static_listeners
GET /config_dump?resource=static_route_configs
GET /config_dump?resource=nosuch
GET /config_dump?resource=dynamic_listeners
GET /config_dump?mask=bootstrap.admin
GET /config_dump?mask=nosuch
GET /config_dump?resource=static_clusters&mask=cluster.name
GET /config_dump?name_regex=.*main.*
GET /config_dump?name_regex=nosuch
GET /config_dump?name_regex=(
GET /config_dump?resource=static_clusters&name_regex=main
GET /config_dump?include_eds
GET /init_dump
GET /init_dump?mask=x
GET /listeners
GET /listeners?format=json
GET /listeners?format=text
GET /listeners?format=bad
GET /logging
POST /logging?level=nosuch
POST /logging?nosuch=debug
POST /logging?level=debug&x=y
POST /logging?paths=bad
GET /memory
GET /quitquitquit
GET /reset_counters
POST /reset_counters
GET /healthcheck/fail
POST /healthcheck/fail
GET /ready
GET /server_info
POST /healthcheck/ok
GET /ready
GET /ready?x
POST /ready
PUT /ready
DELETE /ready
GET /drain_listeners
POST /drain_listeners?skip_exit
GET /server_info
GET /server_info?x=y
GET /contention
GET /runtime
GET /runtime?x
GET /runtime_modify?a=b
POST /runtime_modify
POST /runtime_modify?a=b&c=5
GET /runtime
POST /runtime_modify?a=
GET /runtime
GET /reopen_logs
POST /reopen_logs
GET /cpuprofiler
POST /cpuprofiler
POST /cpuprofiler?enable=x
GET /stats/recentlookups
GET /stats/recentlookups/enable
POST /stats/recentlookups/disable
POST /stats/recentlookups/clear
GET /stats?filter=cluster.main.upstream_cx_total
GET /stats?filter=(
GET /stats?format=bad
GET /stats?format=json&filter=cluster.main.upstream_cx
GET /stats?format=text&filter=cluster.main.upstream_cx
GET /stats?format=prometheus&filter=cluster.main.upstream_cx
GET /stats?histogram_buckets=bad
GET /stats?histogram_buckets=cumulative&filter=nosuchstat
GET /stats?histogram_buckets=prometheusnative
GET /stats?format=prometheus&histogram_buckets=bad
GET /stats/prometheus?histogram_buckets=bad
GET /stats/prometheus?histogram_buckets=disjoint
GET /stats/prometheus?histogram_buckets=detailed
GET /stats/prometheus?filter=cluster.main.upstream_cx_total
GET /stats/prometheus?filter=(
GET /stats/prometheus?usedonly&filter=cluster.main.upstream_cx_total
GET /stats?type=Counters&filter=cluster.main.upstream_cx
GET /stats?type=Gauges&filter=cluster.main.upstream_cx
GET /stats?type=Histograms&filter=cluster.main.upstream_cx
GET /stats?type=TextReadouts
GET /stats?type=bad
GET /stats?type=counters
GET /stats?hidden=include&filter=cluster.main.upstream_cx
GET /stats?hidden=only&filter=cluster.main.upstream_cx
GET /stats?hidden=bad
GET /stats?usedonly&filter=cluster.main.upstream_cx
GET /stats?filter=upstream_cx_total&filter=nosuch
GET /stats?format=json&type=Histograms&filter=cluster.main.nosuch
GET /stats?format=json&histogram_buckets=cumulative&filter=cluster.main.nosuch
POST /stats?filter=cluster.main.upstream_cx_total`
  .trim()
  .split('\n');

interface Answer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: unknown;
}

/** Headers of the connection, and of the moment. */
const ownHeaders: ReadonlySet<string> = new Set([
  'date',
  'content-length',
  'connection',
  'keep-alive',
  'transfer-encoding',
]);
/** Ports, and fields that differ between two processes or that say which program it is. */
const ownFields =
  /^(?:port_value|last_updated|version|version_info|uptime_.*|hot_restart.*|command_line_options|allocated|heap_size|pageheap_.*|total_.*|workers|user_agent_.*|extensions|path)$/;
/** Listed in the order of a hash table. */
const unordered = 'cluster_statuses';

/** The commands of a help text; what they do each proxy says in its own words. */
function withoutHelp(text: string): string[] {
  const lines = text.split('\n').map((line) => line.replace(/^(invalid path\. )?admin commands are:$/, '$1'));
  return lines.filter((line) => !line.startsWith('  '));
}

function byName(a: Plain, b: Plain): number {
  const name = (value: Plain): string => (isPlainObject(value) ? String(value['name']) : '');
  return name(a).localeCompare(name(b));
}

function withoutOwn(value: Plain): Plain {
  if (Array.isArray(value)) return value.map(withoutOwn);
  if (!isPlainObject(value)) return value;
  const kept = Object.entries(value).filter(([key]) => !ownFields.test(key));
  return Object.fromEntries(
    kept.map(([key, inner]) => {
      const own = withoutOwn(inner);
      return [key, key === unordered && Array.isArray(own) ? own.toSorted(byName) : own];
    }),
  );
}

function bodyOf(text: string, path: string): unknown {
  if (/admin commands are:/.test(text)) return withoutHelp(text);
  if (path.startsWith('/logging') && text.startsWith('active loggers')) return 'active loggers';
  try {
    return withoutOwn(JSON.parse(text) as Plain);
  } catch {
    const lines = text.split('\n');
    return path.startsWith('/clusters') ? lines.sort() : lines;
  }
}

function ask(proxy: ProxyUnderTest, question: string): Promise<Answer> {
  const [method = '', path = ''] = question.split(' ');
  const { places } = proxy;
  return new Promise((resolve, reject) => {
    const asking = request({ port: places.adminPort, method, path, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => {
        const headers = Object.entries(response.headers)
          .filter(([name]) => !ownHeaders.has(name))
          // Some errors of Envoy have this one twice.
          .map(([name, value]) => `${name}: ${String(value).replace('nosniff, nosniff', 'nosniff')}`)
          .sort();
        const named = namePorts(text, places).replaceAll(`:${places.adminPort}`, ':<admin>');
        resolve({ status: response.statusCode ?? 0, headers, body: bodyOf(named, path) });
      });
    });
    asking.on('error', reject).end();
  });
}

async function answersOf(proxy: ProxyUnderTest): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (const question of questions) answers.push(await ask(proxy, question));
  return answers;
}

test('Envoy and this proxy answer operators alike', { skip: withoutEnvoy, timeout: 120_000 }, async (t) => {
  const envoy = await ProxyUnderTest.start('envoy', bootstrap);
  t.after(() => envoy.stop());
  const sluice = await ProxyUnderTest.start('sluice', bootstrap);
  t.after(() => sluice.stop());
  const [theirs, ours] = await Promise.all([answersOf(envoy), answersOf(sluice)]);
  for (const [i, question] of questions.entries()) {
    await t.test(`${i + 1}: ${question}`, () => deepEqual(ours[i], theirs[i]));
  }
});
