import { type DifferentialCase, get, type HeaderList, post, reply, simple } from '../differential-case.js';
import type { Fields, FilterFamily } from './filter-family.js';
import { filter } from './shorthand.js';

const check = (fields: Fields): Fields => filter('health_check', 'health_check.v3.HealthCheck', fields);
const onPath = [{ name: ':path', string_match: { exact: '/healthz' } }];

const at = (listener: string, name: string, text = get('/healthz')): DifferentialCase =>
  simple(`health_check at ${listener}: ${name}`, text, {
    listener: `health-${listener}`,
    origin: [reply('200 OK', [['x-envoy-degraded', '']], 'from the origin')],
  });
const loops = (name: string, header: HeaderList): DifferentialCase =>
  simple(`cdn_loop: ${name}`, get('/x', header), { listener: 'cdn-loop' });

/** Health checks of those in front, and loops among them. */
export const healthFamily: FilterFamily = {
  listeners: {
    'health-own': { filters: [check({ pass_through_mode: false, headers: onPath })] },
    'health-through': { filters: [check({ pass_through_mode: true, headers: onPath })] },
    'health-cached': { filters: [check({ pass_through_mode: true, headers: onPath, cache_time: '600s' })] },
    'health-main': {
      filters: [
        check({
          pass_through_mode: false,
          headers: onPath,
          cluster_min_healthy_percentages: { main: { value: 50 } },
        }),
      ],
    },
    'health-unknown': {
      filters: [
        check({
          pass_through_mode: false,
          headers: onPath,
          cluster_min_healthy_percentages: { unknown: { value: 0 } },
        }),
      ],
    },
    'health-zero': {
      filters: [
        check({
          pass_through_mode: false,
          headers: onPath,
          cluster_min_healthy_percentages: { empty: { value: 0 } },
        }),
      ],
    },
    'health-empty': {
      filters: [
        check({
          pass_through_mode: false,
          headers: onPath,
          cluster_min_healthy_percentages: { empty: { value: 1 } },
        }),
      ],
    },
    'health-all': { filters: [check({ pass_through_mode: false })] },
    'cdn-loop': {
      filters: [
        filter('cdn_loop', 'cdn_loop.v3.CdnLoopConfig', { cdn_id: 'own', max_allowed_occurrences: 1 }),
      ],
    },
    'no-effect': {
      filters: [
        filter('on_demand', 'on_demand.v3.OnDemand'),
        filter('alternate_protocols_cache', 'alternate_protocols_cache.v3.FilterConfig'),
      ],
    },
  },
  clusters: { empty: { load_assignment: { cluster_name: 'empty', endpoints: [] } } },
  cases: [
    ...['own', 'through', 'main', 'unknown', 'zero', 'empty', 'all'].flatMap((listener) => [
      at(listener, 'a check'),
      at(listener, 'a check with a body', post('/healthz', 'body')),
      at(listener, 'another path', get('/other')),
    ]),
    at('cached', 'the first check'),
    at('cached', 'the second check'),
    at('cached', 'another path', get('/other')),
    loops('nothing there', []),
    loops('somebody else', [['cdn-loop', 'other; a=b, another;c="d,own"']]),
    loops('once', [['cdn-loop', 'own']]),
    loops('twice', [['cdn-loop', 'own, own']]),
    loops('twice in two lines', [
      ['cdn-loop', 'own'],
      ['cdn-loop', 'x, own ;a=b'],
    ]),
    loops('with a port', [['cdn-loop', 'own:80, own:, own']]),
    loops('an address', [['cdn-loop', '[::1]:80, 1.2.3.4']]),
    loops('empty', [['cdn-loop', '']]),
    loops('empty elements', [['cdn-loop', ' , ,own,,']]),
    loops('nonsense', [['cdn-loop', '[own']]),
    loops('a bad parameter', [['cdn-loop', 'own;']]),
    loops('a bad name', [['cdn-loop', 'ow(n)']]),
    simple('filters without effect', get('/x'), { listener: 'no-effect' }),
  ],
};
