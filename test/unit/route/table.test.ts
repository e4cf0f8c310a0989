import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import {
  find,
  nameOf,
  readRoutes,
  routeInput,
  routeTable,
  runtimeOf,
  tableOf,
} from '../../support/route-table.js';
import { certificateFacts, tlsInfo } from '../../support/tls-info.js';

const reply = 'direct_response: {status: 200}';

test('the first route whose match passes wins, whatever comes after', () => {
  const table = tableOf(`
    {name: head, match: {prefix: /a, headers: [{name: x-a, string_match: {exact: "1"}}]}, ${reply}},
    {name: exact, match: {path: /a/b}, ${reply}},
    {name: prefix, match: {prefix: /a}, ${reply}},
    {name: never, match: {prefix: /a/b/c}, ${reply}}`);
  equal(nameOf(table, { path: '/a/b', fields: [['x-a', '1']] }), 'head');
  equal(nameOf(table, '/a/b?q'), 'exact');
  equal(nameOf(table, '/a/b/c'), 'prefix');
  equal(nameOf(table, '/b'), null);
});

test('prefixes look at the path without its query', () => {
  const table = tableOf(
    `{name: p, match: {prefix: "/a?b"}, ${reply}}, {name: q, match: {prefix: /a}, ${reply}}`,
  );
  equal(nameOf(table, '/a?b'), 'q');
});

test('separated prefixes end at a slash', () => {
  const table = tableOf(`{name: s, match: {path_separated_prefix: /api/v1}, ${reply}}`);
  deepEqual(
    ['/api/v1', '/api/v1?x', '/api/v1/x', '/api/v1x', '/api'].map((path) => nameOf(table, path)),
    ['s', 's', 's', null, null],
  );
});

test('case is ignored when the route says so', () => {
  const table = tableOf(`{name: c, match: {path: /Case, case_sensitive: false}, ${reply}}`);
  equal(nameOf(table, '/cASE?X=1'), 'c');
});

test('query parameters, cookies and content type narrow a route', () => {
  const table = tableOf(`
    {name: q, match: {prefix: /, query_parameters: [{name: a, string_match: {exact: "1"}}]}, ${reply}},
    {name: c, match: {prefix: /, cookies: [{name: a, string_match: {exact: "1"}}]}, ${reply}},
    {name: g, match: {prefix: /, grpc: {}}, ${reply}}`);
  equal(nameOf(table, '/?b=2&a=1&a=2'), 'q');
  equal(nameOf(table, { path: '/', fields: [['cookie', 'b=2; a="1"']] }), 'c');
  equal(nameOf(table, { path: '/', fields: [['content-type', 'application/grpc+proto']] }), 'g');
  equal(nameOf(table, { path: '/', fields: [['content-type', 'application/grpc-web']] }), null);
});

test('a fraction of requests is taken by their random number, and runtime can change it', () => {
  const yaml = `{name: some, match: {prefix: /, runtime_fraction: {default_value: {numerator: 30}, runtime_key: share}}, ${reply}}`;
  equal(nameOf(tableOf(yaml), { path: '/', random: 129 }), 'some');
  equal(nameOf(tableOf(yaml), { path: '/', random: 130 }), null);
  equal(nameOf(tableOf(yaml, runtimeOf({ share: 0 })), { path: '/', random: 0 }), null);
});

test('client certificates are asked for when the route says so', () => {
  const table = tableOf(
    `{name: t, match: {prefix: /, tls_context: {presented: true, validated: true}}, ${reply}}`,
  );
  const input = routeInput({ path: '/' });
  equal(table.find(input), null);
  input.info.connection.tls = tlsInfo({ peer: certificateFacts(), isPeerValidated: true });
  equal(table.find(input)?.name, 't');
});

test('CONNECT without a path is matched by connect_matcher alone', () => {
  const table = tableOf(
    `{name: p, match: {prefix: /}, ${reply}}, {name: c, match: {connect_matcher: {}}, ${reply}}`,
  );
  equal(nameOf(table, { path: '', method: 'CONNECT' }), 'c');
  equal(nameOf(table, { path: '/', method: 'GET' }), 'p');
});

test('require_tls redirects plain requests and keeps the port; internal ones may be exempt', () => {
  const table = routeTable(`{name: r, virtual_hosts: [
    {name: all, domains: [all.com, "all.com:80"], require_tls: ALL, routes: [{name: x, match: {prefix: /}, ${reply}}]},
    {name: ext, domains: [ext.com], require_tls: EXTERNAL_ONLY, routes: [{name: ext, match: {prefix: /}, ${reply}}]}]}`);
  const plain = ['x-forwarded-proto', 'http'] as const;
  const input = routeInput({ path: '/p?q', host: 'all.com:80', fields: [plain] });
  const action = table.find(input)?.action;
  equal(action?.kind === 'redirect' && action.status, 301);
  equal(action?.kind === 'redirect' && action.location(input), 'https://all.com:80/p?q');
  equal(nameOf(table, { path: '/', host: 'all.com', fields: [['x-forwarded-proto', 'https']] }), 'x');
  equal(nameOf(table, { path: '/', host: 'all.com' }), null);
  equal(nameOf(table, { path: '/', host: 'ext.com', fields: [plain, ['x-envoy-internal', 'true']] }), 'ext');
  equal(nameOf(table, { path: '/', host: 'ext.com', fields: [plain] }), '');
});

test('virtual clusters are tried in order, and what none takes is other', () => {
  const table = routeTable(`{name: r, virtual_hosts: [
    {name: a, domains: ["*"], virtual_clusters: [{name: vc, headers: [{name: ":path", string_match: {prefix: /vc}}]}],
     routes: [{match: {prefix: /}, ${reply}}]}]}`);
  const cluster = (path: string) =>
    find(table, path)?.virtualHost.virtualCluster(routeInput({ path }).headers);
  equal(cluster('/vc1'), 'vc');
  equal(cluster('/x'), 'other');
  equal(
    find(tableOf(`{match: {prefix: /}, ${reply}}`), '/')?.virtualHost.virtualCluster(
      routeInput({ path: '/' }).headers,
    ),
    null,
  );
});

test('a thousand hosts and routes keep their own answers', () => {
  const hosts = Array.from({ length: 100 }, (_, h) => {
    const routes = Array.from(
      { length: 10 },
      (_, r) => `{name: "${h}-${r}", match: {prefix: /s${r}/}, ${reply}}`,
    );
    return `{name: h${h}, domains: [h${h}.com, "*.h${h}.com"], routes: [${routes.join(',')}]}`;
  });
  const table = routeTable(`{name: r, virtual_hosts: [${hosts.join(',')}]}`);
  equal(nameOf(table, { path: '/s7/x', host: 'h42.com' }), '42-7');
  equal(nameOf(table, { path: '/s0/x', host: 'a.h99.com' }), '99-0');
});

test('every field of the API has a verdict', () => {
  const yaml = `
name: r
internal_only_headers: [X-Secret]
validate_clusters: true
metadata: {filter_metadata: {a: {b: c}}}
virtual_hosts:
- name: v
  domains: ["*"]
  include_request_attempt_count: true
  include_attempt_count_in_response: true
  include_is_timeout_retry_header: true
  retry_policy: {retry_on: "5xx, nonsense,reset", num_retries: 3, retry_back_off: {base_interval: 0.1s}}
  routes:
  - name: full
    match: {prefix: /, dynamic_metadata: [{filter: a, path: [{key: b}], value: {present_match: true}}]}
    stat_prefix: sp
    metadata: {filter_metadata: {m: {k: v}}}
    route:
      cluster: c
      timeout: 1s
      idle_timeout: 2s
      priority: HIGH
      max_stream_duration: {max_stream_duration: 3s}
      metadata_match: {filter_metadata: {envoy.lb: {v: "1"}}}
      upgrade_configs: [{upgrade_type: WebSocket}, {upgrade_type: other, enabled: false}]
      hash_policy: [{header: {header_name: X-H}, terminal: true}, {cookie: {name: c, ttl: 5s}}, {connection_properties: {source_ip: true}}]
      request_mirror_policies: [{cluster: shadow, runtime_fraction: {default_value: {numerator: 5}}}]
`;
  const { value, problems, unsupported, clusters } = readRoutes(yaml);
  deepEqual(problems, []);
  deepEqual(unsupported, []);
  deepEqual(clusters.toSorted(), ['c', 'shadow']);
  deepEqual(value.internalOnlyHeaders, ['x-secret']);
  const action = value.virtualHosts[0]?.routes[0]?.action;
  equal(action?.kind, 'route');
  if (action?.kind !== 'route') return;
  deepEqual(action.retryPolicy?.retryOn, ['5xx', 'reset']);
  deepEqual([action.retryPolicy?.baseIntervalMs, action.retryPolicy?.maxIntervalMs], [100, 1000]);
  deepEqual([action.timeoutMs, action.idleTimeoutMs, action.maxStreamDurationMs], [0, 2000, 3000]);
  deepEqual(action.upgrades, { websocket: true, other: false });
  deepEqual(action.metadataMatch, { 'envoy.lb': { v: '1' } });
  deepEqual(
    action.hashPolicies.map(({ source }) => source.kind),
    ['header', 'cookie', 'source-ip'],
  );
});

test('what is not built is named', () => {
  const { unsupported } = readRoutes(`{name: r, vhds: {config_source: {self: {}}}, virtual_hosts: []}`);
  deepEqual(unsupported, ['vhds']);
});
