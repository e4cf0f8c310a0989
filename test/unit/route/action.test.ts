import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { RouteInput } from '../../../src/api/route.js';
import {
  find,
  readRoutes,
  routeInput,
  runtimeOf,
  type TestRequest,
  tableOf,
} from '../../support/route-table.js';
import { logContext } from '../../support/stream-info.js';

/** Sends a request through the rewrites of one route and shows what became of it. */
function rewritten(match: string, action: string, request: TestRequest): string {
  const table = tableOf(`{match: ${match}, route: {${action}}}`);
  const input = routeInput(request);
  const view = table.find(input)?.action;
  if (view?.kind !== 'route') return 'no route';
  view.rewrite?.(input.headers, logContext({ requestHeaders: input.headers }), view.chooseCluster(input));
  return show(input);
}

function show({ headers }: RouteInput): string {
  const parts = [headers.authority, headers.path];
  for (const name of ['x-envoy-original-path', 'x-envoy-original-host', 'x-forwarded-host']) {
    parts.push(headers.get(name) ?? '-');
  }
  return parts.join(' ');
}

const host = 'a.com:80';

test('a prefix rewrite replaces what was matched and keeps the query', () => {
  equal(
    rewritten('{prefix: /w}', 'cluster: c, prefix_rewrite: /ww', { path: '/w/a?q=1', host }),
    'a.com:80 /ww/a?q=1 /w/a?q=1 - -',
  );
  equal(
    rewritten('{path: /w}', 'cluster: c, prefix_rewrite: /x', { path: '/w?q', host }),
    'a.com:80 /x?q /w?q - -',
  );
  equal(
    rewritten('{prefix: /W, case_sensitive: false}', 'cluster: c, prefix_rewrite: /x', {
      path: '/w/b',
      host,
    }),
    'a.com:80 /x/b /w/b - -',
  );
  equal(
    rewritten('{safe_regex: {regex: "/.*"}}', 'cluster: c, prefix_rewrite: /x', { path: '/w/b?q', host }),
    'a.com:80 /x?q /w/b?q - -',
  );
});

test('a regex rewrite sees the path without its query', () => {
  const action =
    'cluster: c, regex_rewrite: {pattern: {regex: "^/s/([^/]+)(/.*)$"}, substitution: "\\\\2/i/\\\\1"}'.replaceAll(
      '\\\\',
      '\\',
    );
  equal(
    rewritten('{prefix: /}', action.replaceAll('\\', '\\\\'), { path: '/s/foo/v1?q=/s/', host }),
    'a.com:80 /v1/i/foo?q=/s/ /s/foo/v1?q=/s/ - -',
  );
});

test('a path can be made by a format', () => {
  equal(
    rewritten('{prefix: /}', 'cluster: c, path_rewrite: "/%REQ(x-to)%"', {
      path: '/a?q',
      host,
      fields: [['x-to', 'b']],
    }),
    'a.com:80 /b?q /a?q - -',
  );
});

test('hosts are rewritten from text, header, path or format, and the old one is kept', () => {
  equal(
    rewritten('{prefix: /}', 'cluster: c, host_rewrite_literal: lit', { path: '/', host }),
    'lit / - a.com:80 -',
  );
  equal(
    rewritten('{prefix: /}', 'cluster: c, host_rewrite_header: X-To', {
      path: '/',
      host,
      fields: [['x-to', 'h']],
    }),
    'h / - a.com:80 -',
  );
  equal(
    rewritten('{prefix: /}', 'cluster: c, host_rewrite_header: X-To', { path: '/', host }),
    'a.com:80 / - - -',
  );
  equal(
    rewritten(
      '{prefix: /}',
      "cluster: c, host_rewrite_path_regex: {pattern: {regex: '^/(.+)/.+$'}, substitution: '\\1'}",
      { path: '/envoyproxy.io/some?x', host },
    ),
    'envoyproxy.io /envoyproxy.io/some?x - a.com:80 -',
  );
  equal(
    rewritten('{prefix: /}', 'cluster: c, host_rewrite: "%REQ(x-to)%.internal"', {
      path: '/',
      host,
      fields: [['x-to', 'h']],
    }),
    'h.internal / - a.com:80 -',
  );
});

test('the old host is appended to x-forwarded-host once', () => {
  const action = 'cluster: c, host_rewrite_literal: lit, append_x_forwarded_host: true';
  equal(rewritten('{prefix: /}', action, { path: '/', host }), 'lit / - a.com:80 a.com:80');
  equal(
    rewritten('{prefix: /}', action, { path: '/', host, fields: [['x-forwarded-host', 'x,a.com:80']] }),
    'lit / - a.com:80 x,a.com:80',
  );
  equal(
    rewritten('{prefix: /}', action, { path: '/', host, fields: [['x-forwarded-host', 'x']] }),
    'lit / - a.com:80 x,a.com:80',
  );
});

test('two rewrites of one path are a problem', () => {
  deepEqual(
    readRoutes(
      '{name: r, virtual_hosts: [{name: v, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: c, prefix_rewrite: /a, path_rewrite: /b}}]}]}',
    ).problems,
    ['Specify only one of prefix_rewrite, regex_rewrite or path_rewrite_policy'],
  );
});

const weighted = (extra = ''): string =>
  `weighted_clusters: {clusters: [{name: a, weight: 1}, {name: b, weight: 3, host_rewrite_literal: own}]${extra}}`;

function chosen(action: string, request: TestRequest, runtime = runtimeOf()): string {
  const input = routeInput(request);
  const view = find(tableOf(`{match: {prefix: /}, route: {${action}}}`, runtime), request)?.action;
  return view?.kind === 'route' ? view.chooseCluster(input).clusterName : 'no route';
}

test('weighted clusters are drawn by the random number in list order', () => {
  deepEqual(
    [0, 1, 3, 4, 7].map((random) => chosen(weighted(), { path: '/', random })),
    ['a', 'b', 'b', 'a', 'b'],
  );
});

test('a header can be the number to draw by, runtime can change the weights', () => {
  const byHeader = weighted(', header_name: X-Draw');
  equal(chosen(byHeader, { path: '/', random: 0, fields: [['x-draw', '18446744073709551615']] }), 'b');
  equal(chosen(byHeader, { path: '/', random: 0, fields: [['x-draw', 'no']] }), 'a');
  const keyed = weighted(', runtime_key_prefix: w');
  equal(chosen(keyed, { path: '/', random: 3 }, runtimeOf({ 'w.a': 100, 'w.b': 0 })), 'a');
});

test('a cluster can be named by a header', () => {
  equal(chosen('cluster_header: X-C', { path: '/', fields: [['x-c', 'named']] }), 'named');
  equal(chosen('cluster_header: X-C', { path: '/' }), '');
});

test("a weighted cluster's own host wins", () => {
  const action = `${weighted()}, host_rewrite_literal: general`;
  equal(rewritten('{prefix: /}', action, { path: '/', host, random: 1 }), 'own / - - -');
  equal(rewritten('{prefix: /}', action, { path: '/', host, random: 0 }), 'general / - a.com:80 -');
});

test('weights must sum to something', () => {
  const { problems } = readRoutes(
    '{name: r, virtual_hosts: [{name: v, domains: ["*"], routes: [{match: {prefix: /}, route: {weighted_clusters: {clusters: [{name: a, weight: 0}]}}}]}]}',
  );
  deepEqual(problems, ['Sum of weights in the weighted_cluster must be greater than 0.']);
});
