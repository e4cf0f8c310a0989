import { deepEqual, equal, throws } from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigNode } from '../../../src/api/config-node.js';
import type { Extension } from '../../../src/api/extension.js';
import type { HttpFilterFactory } from '../../../src/api/http-filter.js';
import { reportJson, reportText } from '../../../src/config/report.js';
import { filesOf, loadText, registryOf } from './fixtures.js';

const HCM = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
const ROUTER = 'envoy.extensions.filters.http.router.v3.Router';
const FAULT = 'envoy.extensions.filters.http.fault.v3.HTTPFault';
const CLUSTER = 'envoy.config.cluster.v3.Cluster';
const ROUTE = 'envoy.config.route.v3.Route';

const router: Extension = {
  name: 'envoy.filters.http.router',
  typeUrl: ROUTER,
  parse: (node) => ({ suppress: node.bool('suppress_envoy_headers') }),
};

const fault: HttpFilterFactory = {
  name: 'envoy.filters.http.fault',
  typeUrl: FAULT,
  parse: () => null,
  parseRoute: (node) => ({ max: node.optionalNumber('max_active_faults') }),
  build: () => {
    throw new Error('nothing is built here');
  },
};

const registry = registryOf([
  ['http.filter', router],
  ['http.filter', fault],
]);

function of(
  rootType: string,
  text: string,
  files: Readonly<Record<string, string>> = {},
): ReturnType<typeof loadText> {
  return loadText(text, 'x.yaml', {
    rootType,
    registry,
    files: filesOf({ ...files, 'x.yaml': text }, { TOKEN: 't' }),
  });
}

test('readers return values of every kind, and fallbacks for what is absent', () => {
  const { root, problems } = of(
    CLUSTER,
    `name: c
connect_timeout: 1.5s
lb_policy: ring_hash
per_connection_buffer_limit_bytes: 5
ignore_health_on_host_removal: true
common_lb_config: {healthy_panic_threshold: {value: 12.5}}
metadata: {filter_metadata: {a: {b: 1}}}
upstream_bind_config: {source_address: {address: 1.2.3.4, port_value: 0}}
`,
  );
  deepEqual(problems, []);
  equal(root.typeName, CLUSTER);
  equal(root.string('name'), 'c');
  equal(root.string('alt_stat_name', 'z'), 'z');
  equal(root.duration('connect_timeout', 5000), 1500);
  equal(root.duration('cleanup_interval', 5000), 5000);
  equal(root.optionalDuration('cleanup_interval'), undefined);
  equal(root.enum('lb_policy'), 'RING_HASH');
  equal(root.enum('dns_lookup_family'), 'AUTO');
  equal(root.enum('dns_lookup_family', 'ALL'), 'ALL');
  equal(root.number('per_connection_buffer_limit_bytes'), 5);
  equal(root.optionalNumber('max_requests_per_connection'), undefined);
  equal(root.bool('ignore_health_on_host_removal'), true);
  equal(root.has('connect_timeout'), true);
  equal(root.has('cleanup_interval'), false);
  equal(root.oneof('cluster_discovery_type'), undefined);
  deepEqual(root.message('metadata')?.map('filter_metadata').size, 0);
  deepEqual(root.message('metadata')?.struct('filter_metadata'), { a: { b: 1 } });
  deepEqual(
    root
      .message('common_lb_config')
      ?.fraction('healthy_panic_threshold', { numerator: 1, denominator: 2, runtimeKey: '' }),
    {
      numerator: 125_000,
      denominator: 1_000_000,
      runtimeKey: '',
    },
  );
  const address = root.message('upstream_bind_config')?.message('source_address');
  equal(address?.origin.path, 'upstream_bind_config.source_address');
  equal(address?.originOf('port_value').column, 59);
});

test('asking for a field that the type lacks is a bug of the asker', () => {
  const { root } = of(CLUSTER, 'name: c\n');
  throws(() => root.string('nmae'), /has no field nmae/);
  throws(() => root.oneof('nothing'), /has no oneof nothing/);
});

test('a 64-bit number beyond exact doubles is a problem when it is read as a number', () => {
  const loaded = of(
    'envoy.config.bootstrap.v3.Bootstrap',
    'stats_server_version_override: "18446744073709551615"\n',
  );
  equal(loaded.root.number('stats_server_version_override', 3), 3);
  equal(loaded.finish().problems[0]?.path, 'stats_server_version_override');
});

test('runtime fractions carry their key', () => {
  const { root } = of(
    ROUTE,
    'match: {prefix: /, runtime_fraction: {default_value: {numerator: 5, denominator: MILLION}, runtime_key: k}}\nredirect: {}\n',
  );
  const none = { numerator: 100, denominator: 100, runtimeKey: '' };
  deepEqual(root.message('match')?.fraction('runtime_fraction', none), {
    numerator: 5,
    denominator: 1_000_000,
    runtimeKey: 'k',
  });
});

test('data sources are text, files, environment or bytes', () => {
  const body = (source: string): ReturnType<typeof of> =>
    of(ROUTE, `match: {prefix: /}\ndirect_response: {status: 200, body: {${source}}}\n`, { f: 'from file' });
  const read = (root: ConfigNode): string | undefined => root.message('direct_response')?.dataSource('body');
  equal(read(body('inline_string: a').root), 'a');
  equal(read(body('inline_bytes: aGk=').root), 'hi');
  equal(read(body('filename: f').root), 'from file');
  equal(read(body('environment_variable: TOKEN').root), 't');
  for (const missing of ['filename: g', 'environment_variable: NONE']) {
    const loaded = body(missing);
    equal(read(loaded.root), undefined);
    equal(loaded.problems.length, 1);
  }
});

function filters(list: string): ReturnType<typeof of> {
  return of(HCM, `stat_prefix: x\nroute_config: {}\nhttp_filters: [${list}]\n`);
}
const typed = (type: string, more = ''): string =>
  `typed_config: {"@type": type.googleapis.com/${type}${more}}`;

test('an extension is parsed by its type; a TypedStruct stands for the type it names', () => {
  const struct = `{"@type": type.googleapis.com/xds.type.v3.TypedStruct, type_url: type.googleapis.com/${ROUTER}, value: {suppress_envoy_headers: true}}`;
  const loaded = filters(`{name: a, ${typed(ROUTER)}}, {name: b, typed_config: ${struct}}`);
  deepEqual(loaded.root.extensions('http.filter', 'http_filters'), [
    { name: 'a', typeUrl: ROUTER, config: { suppress: false } },
    { name: 'b', typeUrl: ROUTER, config: { suppress: true } },
  ]);
  deepEqual(loaded.problems, []);
});

test('a known extension that is not listed is unsupported, told once, with everything below it', () => {
  const loaded = filters(
    `{name: l, ${typed('envoy.extensions.filters.http.lua.v3.Lua', ', default_source_code: {inline_string: x}')}}`,
  );
  deepEqual(loaded.root.extensions('http.filter', 'http_filters'), []);
  for (const field of ['stat_prefix', 'route_config']) loaded.root.noEffect(field, 'not looked at');
  const outcome = loaded.finish();
  deepEqual(outcome.problems, []);
  equal(outcome.unsupported.length, 1);
  equal(outcome.unsupported[0]?.path, 'http_filters[0].typed_config');
  const inner = outcome
    .verdicts()
    .find((v) => v.origin.path === 'http_filters[0].typed_config.default_source_code');
  equal(inner?.verdict, 'unsupported');
});

test('an optional extension that is not listed is skipped without a word', () => {
  const struct =
    '{"@type": type.googleapis.com/xds.type.v3.TypedStruct, type_url: type.googleapis.com/foo.Bar}';
  const loaded = filters(
    `{name: a, is_optional: true, ${typed('envoy.extensions.filters.http.lua.v3.Lua')}}, {name: b, is_optional: true, typed_config: ${struct}}`,
  );
  deepEqual(loaded.root.extensions('http.filter', 'http_filters'), []);
  for (const field of ['stat_prefix', 'route_config']) loaded.root.noEffect(field, 'not looked at');
  const { problems, unsupported } = loaded.finish();
  deepEqual([problems, unsupported], [[], []]);
});

test('a type that is no extension, an unknown wrapped type and a missing type are refused in the known words', () => {
  const struct =
    '{"@type": type.googleapis.com/xds.type.v3.TypedStruct, type_url: type.googleapis.com/foo.Bar}';
  const loaded = filters(
    `{name: a, ${typed('envoy.config.core.v3.Node')}}, {name: b, typed_config: ${struct}}, {name: envoy.filters.http.router}`,
  );
  loaded.root.extensions('http.filter', 'http_filters');
  const words = loaded.problems.map((p) => p.message);
  equal(words.length, 3);
  for (const [index, name] of ['a', 'b', 'envoy.filters.http.router'].entries()) {
    equal(
      words[index]?.startsWith(`Didn't find a registered implementation for '${name}' with type URL: '`),
      true,
      words[index],
    );
  }
});

test('per-route configuration is parsed by the filter listed for its type, FilterConfig unwrapped', () => {
  const any = (type: string, more: string): string => `{"@type": type.googleapis.com/${type}, ${more}}`;
  const wrapper = 'envoy.config.route.v3.FilterConfig';
  const loaded = of(
    ROUTE,
    `match: {prefix: /}
redirect: {}
typed_per_filter_config:
  a: ${any(FAULT, 'max_active_faults: 3')}
  b: ${any(wrapper, `disabled: true, config: ${any(FAULT, 'max_active_faults: 4')}`)}
  c: ${any(wrapper, 'disabled: true')}
  d: ${any(wrapper, `is_optional: true, config: ${any('envoy.extensions.filters.http.lua.v3.LuaPerRoute', 'name: nm')}`)}
  e: ${any('envoy.extensions.filters.http.lua.v3.LuaPerRoute', 'name: nm')}
`,
  );
  deepEqual(Object.fromEntries(loaded.root.routeConfigs('typed_per_filter_config')), {
    a: { disabled: false, config: { max: 3 }, typeUrl: FAULT },
    b: { disabled: true, config: { max: 4 }, typeUrl: FAULT },
    c: { disabled: true, config: null, typeUrl: '' },
  });
  deepEqual(loaded.problems, []);
  const paths = loaded.finish().unsupported.map((p) => p.path);
  deepEqual(
    paths.filter((path) => path.startsWith('typed')),
    ['typed_per_filter_config["e"]'],
  );
});

test('reading decides the verdict of a field; what is never read is unsupported, a default is not', () => {
  const loaded = of(
    CLUSTER,
    'name: c\nconnect_timeout: 1s\nalt_stat_name: nm\nlb_policy: MAGLEV\nrespect_dns_ttl: false\nmetadata: {filter_metadata: {a: {}}}\nhealth_checks: []\ncircuit_breakers: {thresholds: [{max_requests: 1}]}\n',
  );
  const { root } = loaded;
  root.string('name');
  root.noEffect('connect_timeout', 'no connections');
  root.enum('lb_policy');
  root.unsupportedValue('lb_policy', 'MAGLEV', 'no tables');
  root.unsupportedValue('alt_stat_name', 'other');
  root.message('metadata')?.honourAll();
  const outcome = loaded.finish();
  deepEqual(
    outcome.unsupported.map((p) => [p.location, p.path, p.message]),
    [
      ['x.yaml:3:1', 'alt_stat_name', '"alt_stat_name" is not supported yet'],
      ['x.yaml:4:1', 'lb_policy', '"lb_policy" is not supported: value MAGLEV: no tables'],
      ['x.yaml:8:1', 'circuit_breakers', '"circuit_breakers" is not supported yet'],
    ],
  );
  const text = reportText(outcome.verdicts());
  equal(text.split('\n')[1]?.replace(/ +/g, ' '), '2:1 no-effect connect_timeout (no connections)');
  deepEqual(text.trimEnd().split('\n').slice(-2), [
    '11 fields: 5 honoured, 1 no-effect, 5 unsupported',
    'score: 54.5 of 100',
  ]);
  const report: unknown = JSON.parse(reportJson(outcome.verdicts()));
  deepEqual(Object.entries(report as object).slice(1), [
    ['total', 11],
    ['summary', { honoured: 5, 'no-effect': 1, unsupported: 5 }],
    ['score', 54.5],
  ]);
});

test('needs collect secrets once and clusters with their place', () => {
  const loaded = of(ROUTE, 'match: {prefix: /}\nroute: {cluster: c}\n');
  const action = loaded.root.message('route');
  const reference = { key: 's', kind: 'tls_certificate', name: 's', path: '', watchedDirectory: '' };
  action?.needs.secret(reference);
  action?.needs.secret(reference);
  action?.needs.cluster(action.string('cluster'), 'cluster');
  deepEqual([...loaded.needs.secrets.keys()], ['s']);
  deepEqual(loaded.needs.clusters, [
    { name: 'c', origin: { source: 'x.yaml', line: 2, column: 9, path: 'route.cluster' } },
  ]);
});
