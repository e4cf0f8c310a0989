import type { Plain } from '../../../../../src/base/plain.js';
import { type DifferentialCase, get, type HeaderList, simple } from '../../differential-case.js';
import type { Fields, FilterFamily } from '../filter-family.js';
import { filter, typed } from '../shorthand.js';

const append = (key: string, value: string): Plain => ({ append: { header: { key, value } } });

/** Notes where it stands in the request's and the response's headers. */
function noting(level: string): Plain {
  return typed('header_mutation.v3.HeaderMutationPerRoute', {
    mutations: {
      request_mutations: [append('x-level', level)],
      response_mutations: [append('x-level', level)],
    },
  });
}

const own = (level: string): Fields => ({ typed_per_filter_config: { noting: noting(level) } });

const off = {
  '@type': 'type.googleapis.com/envoy.config.route.v3.FilterConfig',
  disabled: true,
};
const on = { '@type': 'type.googleapis.com/envoy.config.route.v3.FilterConfig', config: {} };

/** A route whose cluster is drawn by the header `x-draw`, or by the request itself. */
function drawn(prefix: string, clusters: readonly Plain[], rest: Fields = {}, weighted: Fields = {}): Plain {
  return {
    match: { prefix },
    route: { weighted_clusters: { header_name: 'x-draw', clusters, ...weighted } },
    ...rest,
  };
}

const weighted = (name: string, rest: Fields = {}): Fields => ({ name, weight: 1, ...rest });

const routes: readonly Plain[] = [
  drawn('/levels', [weighted('main', own('first')), weighted('drawn', own('second'))], own('route')),
  drawn('/some', [weighted('main'), weighted('drawn', own('second'))], own('route')),
  drawn('/alone', [weighted('main'), weighted('drawn', own('second'))]),
  drawn(
    '/switched',
    [
      weighted('main', { typed_per_filter_config: { noting: off } }),
      weighted('drawn', { typed_per_filter_config: { noting: on } }),
    ],
    own('route'),
  ),
  drawn(
    '/woken',
    [weighted('main', { typed_per_filter_config: { sleeping: on } }), weighted('drawn')],
    own('route'),
  ),
  drawn('/by-header', [
    { cluster_header: 'x-cluster', weight: 1, ...own('header') },
    weighted('drawn', own('second')),
  ]),
  { match: { prefix: '/cluster-header' }, route: { cluster_header: 'x-cluster' } },
  { match: { prefix: '/cluster-added' }, route: { cluster_header: 'x-added' } },
  drawn(
    '/redrawn',
    [weighted('main', own('first')), weighted('drawn', own('second'))],
    {},
    {
      header_name: 'x-added-draw',
    },
  ),
];

const sleeping: Fields = {
  ...filter('header_mutation', 'header_mutation.v3.HeaderMutation', {
    mutations: { request_mutations: [append('x-woken', 'yes')] },
  }),
  name: 'sleeping',
  disabled: true,
};

const notingFilter: Fields = {
  ...filter('header_mutation', 'header_mutation.v3.HeaderMutation', {
    mutations: {
      request_mutations: [
        append('x-level', 'filter'),
        append('x-added', 'drawn'),
        append('x-added-draw', '1'),
      ],
    },
  }),
  name: 'noting',
};

const ask = (path: string, draw: string, headers: HeaderList = []): DifferentialCase =>
  simple(
    `weighted: ${path} drawn by ${draw}${headers.map(([name, value]) => `, ${name} ${value}`).join('')}`,
    get(path, [['x-draw', draw], ...headers]),
    { listener: 'weighted' },
  );

const paths = ['/levels', '/some', '/alone', '/switched', '/woken'];

/** Configuration of filters at weighted clusters, and when a cluster is drawn. */
export const weightedFamily: FilterFamily = {
  listeners: {
    weighted: {
      filters: [notingFilter, sleeping],
      routes,
      virtualHost: own('host'),
    },
  },
  clusters: { drawn: {} },
  cases: [
    ...paths.flatMap((path) => [ask(path, '0'), ask(path, '1')]),
    ask('/by-header', '0', [['x-cluster', 'drawn']]),
    ask('/by-header', '0', [['x-cluster', 'nowhere']]),
    ask('/by-header', '0'),
    ask('/by-header', '1'),
    ask('/cluster-header', '0', [['x-cluster', 'drawn']]),
    ask('/cluster-added', '0'),
    ask('/cluster-added', '0', [['x-added', 'main']]),
    ask('/redrawn', '0', [['x-added-draw', '0']]),
  ],
};
