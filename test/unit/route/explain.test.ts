import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Trial } from '../../../src/api/explain.js';
import { find, nameOf, routeInput, routeTable, runtimeOf, tableOf } from '../../support/route-table.js';

/** The lines of one request, the reason behind those that failed. */
function told(trials: readonly Trial[]): readonly string[] {
  return trials.map(({ name, verdict, failed }) =>
    failed === null ? `${name} ${verdict}` : `${name} ${failed.condition}: ${failed.got}`,
  );
}

test('every route before the chosen one has the first condition that failed, those behind were not reached', () => {
  const table = tableOf(`
    {name: path, match: {path: /a}, direct_response: {status: 200}},
    {name: header, match: {prefix: /, headers: [{name: x-a, string_match: {exact: one}}]}, direct_response: {status: 200}},
    {name: range, match: {prefix: /, headers: [{name: x-n, range_match: {start: 1, end: 5}}]}, direct_response: {status: 200}},
    {name: query, match: {prefix: /, query_parameters: [{name: q, string_match: {prefix: v}}]}, direct_response: {status: 200}},
    {name: cookie, match: {prefix: /, cookies: [{name: c, string_match: {suffix: x}}]}, direct_response: {status: 200}},
    {name: grpc, match: {prefix: /, grpc: {}}, direct_response: {status: 200}},
    {name: cert, match: {prefix: /, tls_context: {presented: true}}, direct_response: {status: 200}},
    {name: meta, match: {prefix: /, dynamic_metadata: [{filter: f, path: [{key: k}], value: {bool_match: true}}]}, direct_response: {status: 200}},
    {name: state, match: {prefix: /, filter_state: [{key: s, string_match: {exact: "on"}}]}, direct_response: {status: 200}},
    {name: regex, match: {safe_regex: {regex: "/b.*"}}, direct_response: {status: 200}},
    {name: all, match: {prefix: /}, direct_response: {status: 200}},
    {name: late, match: {prefix: /}, direct_response: {status: 200}}`);
  const input = routeInput({
    path: '/x?q=w',
    fields: [
      ['x-a', 'two'],
      ['cookie', 'c=y'],
    ],
  });
  const { routes } = table.explain(input);
  deepEqual(told(routes), [
    "path path is '/a': /x?q=w",
    "header header x-a is 'one': 'two'",
    'range header x-n is a number from 1 below 5: absent',
    "query query parameter q begins with 'v': 'w'",
    "cookie cookie c ends with 'x': 'y'",
    'grpc the request is gRPC: absent',
    'cert client certificate is shown: no TLS',
    'meta metadata f.k is true: no metadata',
    "state filter state s is 'on': absent",
    'regex path matches //b.*/: /x?q=w',
    'all chosen',
    'late not-reached',
  ]);
});

test('a runtime fraction says what number it was compared with', () => {
  const table = tableOf(
    `{name: some, match: {prefix: /, runtime_fraction: {default_value: {numerator: 30}, runtime_key: a.b}}, direct_response: {status: 200}}`,
    runtimeOf({}),
  );
  const { routes } = table.explain(routeInput({ path: '/', random: 157 }));
  deepEqual(routes[0]?.failed, {
    condition: '30 of 100 requests unless runtime a.b says otherwise',
    got: 'random number 57',
  });
});

test('routes know where they stand', () => {
  const table = tableOf('{name: a, match: {prefix: /}, direct_response: {status: 200}}');
  match(table.explain(routeInput({ path: '/' })).routes[0]?.origin ?? '', /^\S+:1:\d+$/);
});

test('the virtual host is told with the domain it was found by', () => {
  const table = routeTable(`
    {name: t, virtual_hosts: [
      {name: one, domains: [a.test, "*.b.test"], routes: [{match: {prefix: /}, direct_response: {status: 200}}]},
      {name: two, domains: [c.test], routes: []}]}`);
  const hit = table.explain(routeInput({ path: '/', host: 'x.b.test' }));
  deepEqual(
    hit.virtualHosts.map(({ name, verdict }) => [name, verdict]),
    [
      ['one', 'chosen'],
      ['two', 'failed'],
    ],
  );
  const miss = table.explain(routeInput({ path: '/', host: 'd.test' }));
  deepEqual([miss.routes.length, miss.virtualHosts[0]?.failed?.got], [0, 'd.test']);
});

test('require_tls answers before any route is looked at', () => {
  const table = routeTable(
    '{name: t, virtual_hosts: [{name: v, domains: ["*"], require_tls: ALL, routes: [{match: {prefix: /}, direct_response: {status: 200}}]}]}',
  );
  const input = routeInput({ path: '/', fields: [['x-forwarded-proto', 'http']] });
  deepEqual(
    table.explain(input).routes.map(({ match: text, verdict }) => [text, verdict]),
    [['require_tls and the request came without', 'chosen']],
  );
});

const header = (name: string, value: string): string =>
  `{name: a, typed_config: {"@type": type.googleapis.com/envoy.type.matcher.v3.HttpRequestHeaderMatchInput, header_name: ${name}}}, value_match: {exact: ${value}}`;
const leaf = (name: string): string =>
  `{action: {name: r, typed_config: {"@type": type.googleapis.com/envoy.config.route.v3.Route, name: ${name}, match: {prefix: /}, direct_response: {status: 200}}}}`;

test('steps of a matcher tree are told up to the one that leads to routes', () => {
  const table = routeTable(`
    {name: t, virtual_hosts: [{name: v, domains: ["*"], matcher: {matcher_list: {matchers: [
      {predicate: {single_predicate: {input: ${header('x-a', 'one')}}}, on_match: ${leaf('first')}},
      {predicate: {single_predicate: {input: ${header('x-a', 'two')}}}, on_match: ${leaf('second')}}]}}}]}`);
  const { matcher, routes } = table.explain(routeInput({ path: '/', fields: [['x-a', 'two']] }));
  deepEqual(
    matcher.map(({ match: text, verdict, failed }) => [text, verdict, failed?.got]),
    [
      ["header x-a is 'one'", 'failed', '"two"'],
      ["header x-a is 'two'", 'chosen', undefined],
    ],
  );
  deepEqual(told(routes), ['second chosen']);
});

test('weights are told as shares, as runtime leaves them', () => {
  const routes =
    '{name: w, match: {prefix: /}, route: {weighted_clusters: {runtime_key_prefix: w, clusters: [{name: a, weight: 75}, {name: b, weight: 25}]}}}';
  const shares = (values: { readonly [key: string]: number }) => {
    const action = find(tableOf(routes, runtimeOf(values)), '/')?.action;
    return action?.kind === 'route' ? action.shares() : [];
  };
  deepEqual(shares({}), [
    { cluster: 'a', percent: 75 },
    { cluster: 'b', percent: 25 },
  ]);
  deepEqual(shares({ 'w.b': 225 })[1], { cluster: 'b', percent: 75 });
});

const matchText = fc.record({
  kind: fc.constantFrom('prefix', 'path', 'path_separated_prefix'),
  value: fc.constantFrom('/a', '/a/b', '/b', '/ab', '/a/b/c'),
  header: fc.constantFrom('', 'one', 'two'),
});
const asked = fc.record({
  path: fc.constantFrom('/a', '/a/', '/a/b', '/a/b/c/d', '/b?x=1', '/abc', '/'),
  header: fc.constantFrom('one', 'two', 'three'),
});

test('what explain calls chosen is what routes the request, and what it calls failed would not match alone', () => {
  fc.assert(
    fc.property(fc.array(matchText, { maxLength: 8 }), asked, (list, { path, header: value }) => {
      const routes = list.map(({ kind, value: text, header: wanted }, i) => {
        const headers = wanted === '' ? '' : `, headers: [{name: x-h, string_match: {exact: ${wanted}}}]`;
        return `{name: "${i}", match: {${kind}: ${text}${headers}}, direct_response: {status: 200}}`;
      });
      const request = { path, fields: [['x-h', value]] as const };
      const table = tableOf(routes.join(','));
      const trials = table.explain(routeInput(request)).routes;
      const chosen = trials.find(({ verdict }) => verdict === 'chosen');
      equal(chosen?.name ?? null, nameOf(table, request));
      for (const [i, { verdict, failed }] of trials.entries()) {
        equal(failed !== null, verdict === 'failed');
        if (verdict === 'failed') equal(nameOf(tableOf(routes[i] ?? ''), request), null);
      }
    }),
    { numRuns: 150 },
  );
});
