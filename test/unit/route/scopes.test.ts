import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { parseRouteConfiguration } from '../../../src/route/config.js';
import { buildScopedTable, parseScopedRoutes, type ScopedRoutesConfig } from '../../../src/route/scopes.js';
import { type ReadText, readText } from '../../support/config-text.js';
import { find, runtimeOf } from '../../support/route-table.js';

const manager = 'envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes';

function read(yaml: string): ReadText<ScopedRoutesConfig> {
  return readText(manager, yaml, (node) =>
    parseScopedRoutes(node, (routes) => parseRouteConfiguration(routes, { validateClusters: true })),
  );
}

const scope = (name: string, key: readonly string[]): string =>
  `{name: ${name}, key: {fragments: [${key.map((part) => `{string_key: "${part}"}`).join(', ')}]}, route_configuration: {name: ${name}, internal_only_headers: [X-${name}], virtual_hosts: [{name: v, domains: ["*"], routes: [{name: ${name}, match: {prefix: /}, direct_response: {status: 200}}]}]}}`;

function scoped(fragments: string, ...scopes: readonly string[]): string {
  return `{name: s, scope_key_builder: {fragments: [${fragments}]}, scoped_route_configurations_list: {scoped_route_configurations: [${scopes.join(', ')}]}}`;
}

const byIndex = '{header_value_extractor: {name: X-A, element_separator: ",", index: 1}}';
const byKey =
  '{header_value_extractor: {name: x-b, element_separator: ";", element: {separator: "=", key: k}}}';

test('a request takes the routes of the scope that has all of its fragments', () => {
  const { value, problems } = read(
    scoped(`${byIndex}, ${byKey}`, scope('one', ['p', 'q']), scope('two', ['p', '']), scope('short', ['p'])),
  );
  deepEqual(problems, []);
  const table = buildScopedTable(structuredClone(value), { runtime: runtimeOf() });
  const nameOf = (a: string, b: string) =>
    find(table, {
      path: '/',
      fields: [
        ['x-a', a],
        ['x-b', b],
      ],
    })?.name;
  equal(nameOf('x,p', 'j=1;k=q'), 'one');
  equal(nameOf('x,p', 'k'), 'two');
  equal(nameOf('x,p', 'j=1'), undefined);
  equal(nameOf('p', 'k=q'), undefined);
  equal(nameOf('x,p', 'k=q=r'), undefined);
  equal(find(table, '/'), null);
  deepEqual(table.internalOnlyHeaders, ['x-one', 'x-two', 'x-short']);
});

test('what Envoy refuses of scopes is refused', () => {
  const whole = '{header_value_extractor: {name: a, index: 1}}';
  deepEqual(read(scoped(whole, scope('one', ['a']))).problems, [
    'Index > 0 for empty string element separator.',
  ]);
  const none = '{header_value_extractor: {name: a, element_separator: ";"}}';
  deepEqual(read(scoped(none, scope('one', ['a']))).problems, ['HeaderValueExtractor extract_type not set.']);
  const named = '{name: far, key: {fragments: [{string_key: a}]}, route_configuration_name: far}';
  const byName = read(scoped(byIndex, named));
  deepEqual(byName.problems, ['You must specify a route_configuration with inline scoped routes.']);
});

test('scopes that come from elsewhere are not supported', () => {
  const { unsupported } = read(
    `{name: s, scope_key_builder: {fragments: [${byIndex}]}, scoped_rds: {scoped_rds_config_source: {ads: {}}}}`,
  );
  deepEqual(unsupported, ['scoped_rds']);
});
