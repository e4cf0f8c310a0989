import type { Plain } from '../../../../../src/base/plain.js';
import { type DifferentialCase, get, type HeaderList, simple } from '../../differential-case.js';
import { type Fields, type FilterFamily, filter, typed } from '../filter-family.js';

const header = (name: string): Plain => ({
  name: 'input',
  typed_config: typed('envoy.type.matcher.v3.HttpRequestHeaderMatchInput', { header_name: name }),
});

const to = (cluster: string): Fields => ({
  action: {
    name: 'to',
    typed_config: typed('envoy.extensions.router.cluster_specifiers.matcher.v3.ClusterAction', { cluster }),
  },
});

function plugin(name: string, matcher: Plain): Plain {
  return {
    extension: {
      name,
      typed_config: typed('envoy.extensions.router.cluster_specifiers.matcher.v3.MatcherClusterSpecifier', {
        cluster_matcher: matcher,
      }),
    },
  };
}

const when = (name: string, value: Fields, then: Plain): Plain => ({
  predicate: { single_predicate: { input: header(name), value_match: value } },
  on_match: then,
});

const list = {
  matcher_list: {
    matchers: [
      when('x-kind', { exact: 'one' }, to('special')),
      when('x-kind', { prefix: 'main' }, to('main')),
      when('x-kind', { exact: 'gone' }, to('nowhere')),
      when('x-kind', { exact: 'none' }, to('refused')),
      when('x-added', { exact: 'yes' }, to('special')),
    ],
  },
};

const tree = {
  matcher_tree: {
    input: header('x-kind'),
    exact_match_map: { map: { one: to('special'), gone: to('nowhere') } },
  },
  on_no_match: to('main'),
};

const adding = filter(
  'envoy.filters.http.header_mutation',
  'envoy.extensions.filters.http.header_mutation.v3.HeaderMutation',
  { mutations: { request_mutations: [{ append: { header: { key: 'x-added', value: 'yes' } } }] } },
);

const ask = (path: string, headers: HeaderList = []): DifferentialCase =>
  simple(
    `specifier: ${path} ${headers.map(([name, value]) => `${name} ${value}`).join(', ')}`,
    get(path, headers),
    { listener: 'specifiers' },
  );

const kinds = ['one', 'main road', 'gone', 'none', 'other'];

/** Plug-ins that choose the cluster of a route. */
export const specifierFamily: FilterFamily = {
  listeners: {
    specifiers: {
      filters: [adding],
      routeConfig: {
        cluster_specifier_plugins: [
          plugin('by-list', list),
          plugin('by-tree', tree),
          plugin('by-tree', list),
        ],
      },
      routes: [
        { match: { prefix: '/list' }, route: { cluster_specifier_plugin: 'by-list' } },
        { match: { prefix: '/tree' }, route: { cluster_specifier_plugin: 'by-tree', prefix_rewrite: '/t' } },
        {
          match: { prefix: '/inline' },
          route: {
            inline_cluster_specifier_plugin: plugin('inline', tree),
            cluster_not_found_response_code: 'NOT_FOUND',
          },
        },
      ],
    },
  },
  clusters: { special: {} },
  cases: [
    ...['/list', '/tree', '/inline'].flatMap((path) => kinds.map((kind) => ask(path, [['x-kind', kind]]))),
    ask('/list'),
    ask('/tree'),
    ask('/list', [['x-added', 'yes']]),
    ask('/tree', [
      ['x-kind', 'one'],
      ['x-kind', 'gone'],
    ]),
  ],
};
