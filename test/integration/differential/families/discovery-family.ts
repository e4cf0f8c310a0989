import type { Plain } from '../../../../src/base/plain.js';
import { type DifferentialCase, get, simple } from '../differential-case.js';
import type { Places } from '../proxy-under-test.js';
import { address, type Fields, type FilterFamily } from './filter-family.js';

const toCluster = (name: string, rest: Fields = {}): Fields => ({
  match: { prefix: `/${name}` },
  route: { cluster: name, ...rest },
});

const drops = (name: string, numerator: number): Fields => ({
  category: name,
  drop_percentage: { numerator },
});

function dropping(name: string, places: Places, overloads: readonly Plain[]): Plain {
  return {
    name,
    type: 'STATIC',
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: address(places.origins['main'] ?? 0) } }] }],
      policy: { drop_overloads: overloads },
    },
  };
}

const at = (path: string): DifferentialCase =>
  simple(`discovery: GET ${path}`, get(path), { listener: 'found' });

/** Clusters whose assignments say more than where the hosts are. */
export const discoveryFamily: FilterFamily = {
  listeners: {
    found: { filters: [], routes: [toCluster('dropping-all'), toCluster('dropping-none')] },
    silent: {
      filters: [],
      routes: [toCluster('dropping-all')],
      manager: {
        http_filters: [
          {
            name: 'router',
            typed_config: {
              '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router',
              suppress_envoy_headers: true,
            },
          },
        ],
      },
    },
  },
  shapedClusters: (places) => [
    dropping('dropping-all', places, [drops('all', 100)]),
    dropping('dropping-none', places, [drops('none', 0)]),
  ],
  cases: [
    at('/dropping-all'),
    at('/dropping-none'),
    simple('discovery: a drop without headers of its own', get('/dropping-all'), { listener: 'silent' }),
  ],
};
