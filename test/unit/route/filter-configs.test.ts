import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigNode } from '../../../src/api/config-node.js';
import type { HttpFilterFactory } from '../../../src/api/http-filter.js';
import { find, routeInput, routeTable, runtimeOf } from '../../support/route-table.js';

const buffer: HttpFilterFactory = {
  name: 'envoy.filters.http.buffer',
  typeUrl: 'envoy.extensions.filters.http.buffer.v3.Buffer',
  routeTypeUrl: 'envoy.extensions.filters.http.buffer.v3.BufferPerRoute',
  parse: () => ({}),
  parseRoute: (node: ConfigNode) => ({ bytes: node.message('buffer')?.number('max_request_bytes') ?? 0 }),
  build: () => () => ({}),
};

const own = (bytes: number): string =>
  `typed_per_filter_config: {buffer: {"@type": type.googleapis.com/${buffer.routeTypeUrl}, buffer: {max_request_bytes: ${bytes}}}}`;

test('the configurations of a filter come from the least specific level to the most', () => {
  const yaml = `{name: r, ${own(1)}, virtual_hosts: [{name: v, domains: ["*"], ${own(2)}, routes: [
    {name: a, match: {prefix: /a}, ${own(3)}, direct_response: {status: 200}},
    {name: b, match: {prefix: /b}, route: {weighted_clusters: {clusters: [{name: c, weight: 1, ${own(4)}}]}}}]}]}`;
  const table = routeTable(yaml, runtimeOf(), { 'http.filter': [buffer] });
  const bytesOf = (path: string) =>
    find(table, path)
      ?.filterConfigs('buffer')
      .map(({ config }) => config);
  deepEqual(bytesOf('/a'), [{ bytes: 1 }, { bytes: 2 }, { bytes: 3 }]);
  deepEqual(bytesOf('/b'), [{ bytes: 1 }, { bytes: 2 }, { bytes: 4 }]);
  deepEqual(find(table, '/a')?.filterConfigs('other'), []);
});

test('a weighted cluster is drawn at the look-up, and stays drawn whatever filters do to the request', () => {
  const yaml = `{name: r, virtual_hosts: [{name: v, domains: ["*"], routes: [
    {match: {prefix: /}, route: {weighted_clusters: {header_name: x-draw, clusters: [
      {name: a, weight: 1, ${own(1)}}, {name: b, weight: 1}]}}}]}]}`;
  const table = routeTable(yaml, runtimeOf(), { 'http.filter': [buffer] });
  const drawn = (draw: string) => {
    const route = find(table, { path: '/', fields: [['x-draw', draw]] });
    const later = routeInput({ path: '/', fields: [['x-draw', '1']] });
    const cluster = route?.action.kind === 'route' ? route.action.chooseCluster(later).clusterName : '';
    return [cluster, route?.filterConfigs('buffer').map(({ config }) => config)];
  };
  deepEqual(drawn('0'), ['a', [{ bytes: 1 }]]);
  deepEqual(drawn('1'), ['b', []]);
});
