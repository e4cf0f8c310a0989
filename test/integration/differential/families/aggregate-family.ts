import type { Plain } from '../../../../src/base/plain.js';
import { type DifferentialCase, get, reply, simple } from '../differential-case.js';
import type { Places } from '../proxy-under-test.js';
import { address, type Fields, type FilterFamily, typed } from './filter-family.js';

type Level = readonly (readonly [origin: string, health: string])[];

/** A static cluster with a list of hosts for each level. */
function part(name: string, places: Places, levels: readonly Level[], rest: Fields = {}): Plain {
  const endpoints = levels.map((level, priority) => ({
    priority,
    lb_endpoints: level.map(([origin, health]) => ({
      endpoint: { address: address(places.origins[origin] ?? 0) },
      health_status: health,
    })),
  }));
  return { name, connect_timeout: '1s', load_assignment: { cluster_name: name, endpoints }, ...rest };
}

function aggregate(name: string, clusters: readonly string[], rest: Fields = {}): Plain {
  const config = typed('envoy.extensions.clusters.aggregate.v3.ClusterConfig', { clusters });
  return {
    name,
    lb_policy: 'CLUSTER_PROVIDED',
    cluster_type: { name: 'envoy.clusters.aggregate', typed_config: config },
    ...rest,
  };
}

const previous = {
  name: 'envoy.retry_priorities.previous_priorities',
  typed_config: typed('envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig', {
    update_frequency: 1,
  }),
};
const retries: Fields = {
  retry_policy: { retry_on: 'connect-failure,5xx', num_retries: 2, retry_priority: previous },
};

const aggregates: { readonly [name: string]: readonly string[] } = {
  'agg-first': ['part-good', 'part-other'],
  'agg-gaps': ['part-empty', 'no-such-cluster', 'part-good'],
  'agg-none': ['part-empty', 'no-such-cluster'],
  'agg-failing-over': ['part-bad', 'part-other'],
  'agg-levels': ['part-levels', 'part-good'],
  'agg-degraded': ['part-degraded', 'part-bad'],
  'agg-panic': ['part-bad'],
  'agg-retrying': ['part-refused', 'part-other'],
  'agg-nested': ['agg-none', 'agg-failing-over'],
};

const routes = Object.keys(aggregates).map((name) => ({
  match: { prefix: `/${name}` },
  route: { cluster: name, ...(name === 'agg-retrying' ? retries : {}) },
}));

const to = (name: string, rest: Partial<DifferentialCase> = {}): DifferentialCase =>
  simple(`aggregate: ${name}`, get(`/${name}`), { listener: 'aggregated', ...rest });

/** Clusters that are put together of others. */
export const aggregateFamily: FilterFamily = {
  listeners: { aggregated: { filters: [], routes } },
  origins: ['good', 'other', 'bad'],
  shapedClusters: (places) => [
    part('part-good', places, [[['good', 'UNKNOWN']]]),
    part('part-other', places, [[['other', 'UNKNOWN']]]),
    part('part-bad', places, [[['bad', 'UNHEALTHY']]]),
    part('part-degraded', places, [[['good', 'DEGRADED']]]),
    part('part-levels', places, [[['bad', 'UNHEALTHY']], [['other', 'UNKNOWN']]]),
    part('part-refused', places, [[['refused', 'UNKNOWN']]]),
    part('part-empty', places, []),
    ...Object.entries(aggregates).map(([name, clusters]) => aggregate(name, clusters)),
  ],
  cases: [
    ...Object.keys(aggregates).map((name) => to(name)),
    simple('aggregate: a second request', get('/agg-first'), { listener: 'aggregated' }),
    to('agg-retrying', {
      name: 'aggregate: retries go to the next cluster, and back when all were tried',
      origin: [reply('500 Internal Server Error')],
    }),
  ],
};
