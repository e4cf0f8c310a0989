import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { RouteInput } from '../../../src/api/route.js';
import { ResponseHeaders } from '../../../src/base/header-map.js';
import { readRoutes, routeInput, routeTable } from '../../support/route-table.js';
import { logContext } from '../../support/stream-info.js';

const add = (key: string, value: string, extra = ''): string =>
  `{header: {key: ${key}, value: "${value}"}${extra}}`;

function config(levels: { table?: string; host?: string; route?: string; cluster?: string }): string {
  return `{name: r, ${levels.table ?? ''} virtual_hosts: [{name: v, domains: ["*"], ${levels.host ?? ''} routes: [
    {match: {prefix: /}, ${levels.route ?? ''} route: {weighted_clusters: {clusters: [{name: c, weight: 1, ${levels.cluster ?? ''}}]}}}]}]}`;
}

/** The request's fields after the mutations of all levels. */
function mutate(yaml: string, fields: readonly (readonly [string, string])[] = []): string[] {
  const input: RouteInput = routeInput({ path: '/', fields });
  const match = routeTable(yaml).find(input);
  if (match?.action.kind !== 'route') return ['no route'];
  const { weighted } = match.action.chooseCluster(input);
  equal(match.hasRequestMutations, true);
  match.mutateRequestHeaders(input.headers, logContext({ requestHeaders: input.headers }), weighted);
  return input.headers.names.map((name, i) => `${name}: ${input.headers.values[i]}`);
}

const levels = {
  table: `request_headers_to_add: [${add('x-o', 'table')}],`,
  host: `request_headers_to_add: [${add('x-o', 'host')}],`,
  route: `request_headers_to_add: [${add('x-o', 'route')}],`,
  cluster: `request_headers_to_add: [${add('x-o', 'cluster')}]`,
};

test('levels run from the most specific to the least or the other way round, weighted clusters first in both', () => {
  const values = (yaml: string) => mutate(yaml).map((line) => line.slice(5));
  deepEqual(values(config(levels)), ['cluster', 'route', 'host', 'table']);
  const reversed = { ...levels, table: `${levels.table} most_specific_header_mutations_wins: true,` };
  deepEqual(values(config(reversed)), ['cluster', 'table', 'host', 'route']);
});

test('a level removes before it adds', () => {
  const route = `request_headers_to_remove: [X-A], request_headers_to_add: [${add('x-a', 'new')}],`;
  deepEqual(mutate(config({ route }), [['x-a', 'old']]), ['x-a: new']);
});

test('the append action says what to do about a header that is there', () => {
  const run = (action: string, fields: readonly (readonly [string, string])[]) =>
    mutate(
      config({ route: `request_headers_to_add: [${add('x-a', 'new', `, append_action: ${action}`)}],` }),
      fields,
    );
  deepEqual(run('APPEND_IF_EXISTS_OR_ADD', [['x-a', 'old']]), ['x-a: old', 'x-a: new']);
  deepEqual(run('ADD_IF_ABSENT', [['x-a', 'old']]), ['x-a: old']);
  deepEqual(run('ADD_IF_ABSENT', []), ['x-a: new']);
  deepEqual(run('OVERWRITE_IF_EXISTS_OR_ADD', [['x-a', 'old']]), ['x-a: new']);
  deepEqual(run('OVERWRITE_IF_EXISTS_OR_ADD', []), ['x-a: new']);
  deepEqual(run('OVERWRITE_IF_EXISTS', [['x-a', 'old']]), ['x-a: new']);
  deepEqual(run('OVERWRITE_IF_EXISTS', []), []);
});

test('append: false overwrites', () => {
  const route = `request_headers_to_add: [${add('x-a', 'new', ', append: false')}],`;
  deepEqual(mutate(config({ route }), [['x-a', 'old']]), ['x-a: new']);
});

test('values are formats; empty ones are dropped unless kept', () => {
  const route = `request_headers_to_add: [${add('x-p', '100%% a%REQ(nope)%b')}, ${add('x-e', '%REQ(nope)%')}, ${add('x-k', '%REQ(nope)%', ', keep_empty_value: true')}],`;
  deepEqual(mutate(config({ route })), ['x-p: 100% ab', 'x-k: ']);
});

test('responses have their own rules, and routes without rules say so', () => {
  const input = routeInput({ path: '/' });
  const match = routeTable(
    config({
      host: `response_headers_to_add: [${add('x-r', '%RESPONSE_CODE%')}], response_headers_to_remove: [server],`,
    }),
  ).find(input);
  deepEqual([match?.hasRequestMutations, match?.hasResponseMutations], [false, true]);
  const headers = new ResponseHeaders(200);
  headers.add('server', 'origin');
  match?.mutateResponseHeaders(headers, logContext(), null);
  deepEqual([headers.names, headers.values], [['x-r'], ['200']]);
});

test('pseudo-headers and host may not be touched, formats are checked', () => {
  const problems = (route: string) => readRoutes(config({ route })).problems;
  deepEqual(problems(`request_headers_to_add: [${add(':path', 'x')}],`), [
    ':-prefixed or host headers may not be modified',
  ]);
  deepEqual(problems(`response_headers_to_add: [${add('Host', 'x')}],`), [
    ':-prefixed or host headers may not be modified',
  ]);
  deepEqual(problems('request_headers_to_remove: [host],'), [
    ':-prefixed or host headers may not be removed',
  ]);
  deepEqual(problems(`request_headers_to_add: [${add('x', '%FOO%')}],`), [
    'Not supported field in StreamInfo: FOO',
  ]);
});
