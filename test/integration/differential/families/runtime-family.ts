import { type DifferentialCase, get, reply, simple } from '../differential-case.js';
import type { Fields, FilterFamily } from './filter-family.js';
import { filter } from './shorthand.js';

const fraction = (numerator: number, runtimeKey: string): Fields => ({
  default_value: { numerator, denominator: 'HUNDRED' },
  runtime_key: runtimeKey,
});
const answer = (path: string, body: string, match: Fields = {}): Fields => ({
  match: { prefix: path, ...match },
  direct_response: { status: 200, body: { inline_string: body } },
});
const chosen = (path: string, numerator: number, key: string): readonly Fields[] => [
  answer(path, 'chosen', { runtime_fraction: fraction(numerator, key) }),
  answer(path, 'passed over'),
];
const retry: Fields = {
  retry_policy: { retry_on: '5xx', num_retries: 2, retry_back_off: { base_interval: '0.001s' } },
};
const to = (cluster: string, action: Fields = {}): Fields => ({
  match: { prefix: `/${cluster}` },
  route: { cluster, ...action },
});
const limited = (fields: Fields): Fields =>
  filter('local_ratelimit', 'local_ratelimit.v3.LocalRateLimit', {
    stat_prefix: 'limited',
    token_bucket: { max_tokens: 1, fill_interval: '60s' },
    filter_enabled: fraction(100, 'none.such'),
    filter_enforced: fraction(100, 'none.such'),
    ...fields,
  });
const mapper = (accessFilter: Fields, text: string): Fields => ({
  filter: accessFilter,
  body: { inline_string: text },
});

const at = (name: string, path: string, rest: Partial<DifferentialCase> = {}): DifferentialCase =>
  simple(`runtime: ${name}`, get(path), { listener: 'runtime', ...rest });
const bad = reply('503 Service Unavailable', [], 'bad');
const gateway = reply('502 Bad Gateway', [], 'bad');
const times = (count: number, make: (n: number) => DifferentialCase): readonly DifferentialCase[] =>
  Array.from({ length: count }, (_, i) => make(i + 1));

/** Keys that say something else than the configuration does. */
export const runtimeFamily: FilterFamily = {
  listeners: {
    runtime: {
      filters: [],
      routes: [
        ...chosen('/off', 100, 'route.off'),
        ...chosen('/on', 0, 'route.on'),
        ...chosen('/beyond', 0, 'route.beyond'),
        ...chosen('/fraction', 0, 'route.fraction'),
        ...chosen('/fraction-off', 100, 'route.fraction_off'),
        ...chosen('/text', 0, 'route.text'),
        ...chosen('/below', 100, 'route.below'),
        ...chosen('/word', 100, 'route.word'),
        {
          match: { prefix: '/split' },
          route: {
            weighted_clusters: {
              runtime_key_prefix: 'split',
              clusters: [
                { name: 'main', weight: 100 },
                { name: 'second', weight: 0 },
              ],
            },
          },
        },
        to('maintained'),
        to('dropped'),
        to('dropped-less'),
        to('full'),
        to('narrow'),
        to('unconnected'),
        to('tireless', retry),
        to('budgeted', retry),
        to('strict'),
        to('gateway'),
      ],
      manager: {
        local_reply_config: {
          mappers: [
            mapper(
              {
                status_code_filter: {
                  comparison: { op: 'EQ', value: { default_value: 599, runtime_key: 'reply.code' } },
                },
              },
              'code of runtime',
            ),
            mapper(
              { runtime_filter: { runtime_key: 'reply.on', percent_sampled: { numerator: 0 } } },
              'on in runtime',
            ),
          ],
        },
      },
    },
    'runtime-attempts': {
      filters: [],
      routes: ['full', 'narrow', 'unconnected'].map((cluster) => to(cluster, retry)),
      attemptLog:
        'code=%RESPONSE_CODE% flags=%RESPONSE_FLAGS% host=%UPSTREAM_HOST% cluster=%UPSTREAM_CLUSTER%',
    },
    'runtime-limit-off': { filters: [limited({ filter_enabled: fraction(100, 'route.off') })] },
    'runtime-limit-shadow': { filters: [limited({ filter_enforced: fraction(100, 'route.off') })] },
    'runtime-limit': { filters: [limited({ filter_enabled: fraction(0, 'route.on') })] },
  },
  clusters: {
    second: {},
    maintained: {},
    full: {},
    narrow: {},
    unconnected: {},
    tireless: {},
    budgeted: { circuit_breakers: { thresholds: [{ retry_budget: { budget_percent: { value: 100 } } }] } },
    strict: {
      outlier_detection: {
        base_ejection_time: '300s',
        consecutive_5xx: 100,
        enforcing_consecutive_gateway_failure: 0,
      },
    },
    gateway: { outlier_detection: { enforcing_consecutive_5xx: 0 } },
  },
  shapedClusters: ({ origins }) =>
    [
      ['dropped', 100],
      ['dropped-less', 0],
    ].map(([name, numerator]) => ({
      name: String(name),
      type: 'STATIC',
      load_assignment: {
        cluster_name: String(name),
        endpoints: [
          {
            lb_endpoints: [
              {
                endpoint: {
                  address: { socket_address: { address: '127.0.0.1', port_value: origins['main'] ?? 0 } },
                },
              },
            ],
          },
        ],
        policy: { drop_overloads: [{ category: 'c', drop_percentage: { numerator: Number(numerator) } }] },
      },
    })),
  runtime: {
    route: {
      off: 0,
      on: 100,
      beyond: 1000,
      fraction: { numerator: 1_000_000, denominator: 'MILLION' },
      fraction_off: { numerator: 0, denominator: 'TEN_THOUSAND' },
      text: '100',
      below: -1,
      word: 'none',
    },
    split: { main: 0, second: 100 },
    reply: { code: 404, on: 100 },
    'upstream.maintenance_mode.maintained': 100,
    'load_balancing_policy.drop_overload_limit': 0,
    'circuit_breakers.full.default.max_requests': 0,
    'circuit_breakers.narrow.default.max_pending_requests': 0,
    'circuit_breakers.unconnected.default.max_connections': 0,
    'circuit_breakers.tireless.default.max_retries': 0,
    'circuit_breakers.budgeted.default.retry_budget.budget_percent': 0,
    'circuit_breakers.budgeted.default.retry_budget.min_retry_concurrency': 0,
    'outlier_detection.consecutive_5xx': 2,
    'outlier_detection.max_ejection_percent': 100,
    'outlier_detection.consecutive_gateway_failure': 2,
    'outlier_detection.enforcing_consecutive_gateway_failure': 0,
    'outlier_detection.enforcing_consecutive_5xx': 100,
  },
  cases: [
    ...['off', 'on', 'beyond', 'fraction', 'fraction-off', 'text', 'below', 'word'].map((path) =>
      at(`a route's fraction, ${path}`, `/${path}`),
    ),
    at('weights of clusters', '/split'),
    at('a cluster under maintenance', '/maintained'),
    at('a limit of dropped requests', '/dropped'),
    at('a limit where nothing is dropped', '/dropped-less'),
    at('no requests', '/full'),
    at('no pending requests', '/narrow'),
    at('no connections', '/unconnected'),
    at('no retries', '/tireless', { origin: [bad] }),
    at('an empty budget of retries', '/budgeted', { origin: [bad] }),
    ...['/full', '/narrow', '/unconnected'].map((path) =>
      at(`attempts are logged, ${path}`, path, { listener: 'runtime-attempts' }),
    ),
    at('a code that a reply is mapped by', '/maintained-not', {
      origin: [reply('404 Not Found', [], 'of the origin')],
    }),
    ...times(3, (n) => at(`the host ejects itself earlier, ${n}`, '/strict', { origin: [bad] })),
    ...times(3, (n) => at(`ejections that are not enforced, ${n}`, '/gateway', { origin: [gateway] })),
    ...['runtime-limit-off', 'runtime-limit-shadow', 'runtime-limit'].flatMap((listener) =>
      times(2, (n) => at(`${listener}, ${n}`, '/', { listener })),
    ),
  ],
};
