import {
  type DifferentialCase,
  get,
  type OriginScript,
  reply,
  request,
  simple,
} from '../../differential-case.js';
import { type Fields, type FilterFamily, typed } from '../filter-family.js';

const optionsType = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

function common(fields: Fields): Fields {
  const all = { explicit_http_config: { http_protocol_options: {} }, common_http_protocol_options: fields };
  return { typed_extension_protocol_options: { [optionsType]: typed(optionsType, all) } };
}

function breakers(...thresholds: readonly Fields[]): Fields {
  return { circuit_breakers: { thresholds } };
}

/** A limit of the default priority, and what is left counted for both. */
function limit(fields: Fields): Fields {
  return breakers(
    { track_remaining: true, ...fields },
    { priority: 'HIGH', track_remaining: true, max_requests: 2 },
  );
}

const clusters: { readonly [name: string]: Fields } = {
  'no-requests': limit({ max_requests: 0 }),
  'one-request': limit({ max_requests: 1 }),
  'none-pending': limit({ max_pending_requests: 0 }),
  'no-connections': limit({ max_connections: 0 }),
  'one-connection': limit({ max_connections: 1 }),
  'no-pools': limit({ max_connection_pools: 0 }),
  'no-retries': limit({ max_retries: 0 }),
  'high-alone': breakers({ priority: 'HIGH', max_requests: 0, track_remaining: true }),
  'host-limit': {
    circuit_breakers: {
      per_host_thresholds: [{ max_connections: 1 }],
      thresholds: [{ track_remaining: true }],
    },
  },
  'no-budget': breakers({
    retry_budget: { budget_percent: { value: 0 }, min_retry_concurrency: 0 },
    track_remaining: true,
  }),
  'interval-budget': breakers({
    retry_budget: { budget_percent: { value: 50 }, min_retry_concurrency: 0, budget_interval: '60s' },
    track_remaining: true,
  }),
  'active-budget': breakers({
    retry_budget: { budget_percent: { value: 50 }, min_retry_concurrency: 0, budget_interval: '0s' },
  }),
  'default-budget': breakers({ retry_budget: {} }),
  'one-each': common({ max_requests_per_connection: 1 }),
  'two-each': common({ max_requests_per_connection: 2 }),
  'short-lived': common({ max_connection_duration: '0.1s' }),
  'soon-idle': common({ idle_timeout: '0.1s' }),
  drained: { close_connections_on_host_health_failure: true },
};

const retry: Fields = {
  retry_policy: { retry_on: '5xx', num_retries: 1, retry_back_off: { base_interval: '0.001s' } },
};

const priorities = ['DEFAULT', 'HIGH'] as const;

const routes = Object.keys(clusters).flatMap((cluster) =>
  priorities.map((priority) => ({
    match: { prefix: `/${cluster}/${priority}` },
    name: cluster,
    route: { cluster, priority, ...retry },
  })),
);

const bad = reply('503 Service Unavailable', [], 'bad');

/** Requests on one connection, one after the other. */
function inTurn(
  name: string,
  paths: readonly string[],
  origin: readonly OriginScript[] = [],
  listener = 'limits',
): DifferentialCase {
  const steps = paths.flatMap((path, i) => [get(path), { responses: i + 1 }]);
  return { name: `limits: ${name}`, listener, steps, origin };
}

function both(cluster: string, origin: readonly OriginScript[] = []): readonly DifferentialCase[] {
  return priorities.map((priority) =>
    inTurn(`${cluster}, ${priority}`, [`/${cluster}/${priority}`, `/${cluster}/${priority}`], origin),
  );
}

const cases: readonly DifferentialCase[] = [
  ...both('no-requests'),
  ...both('one-request', [bad]),
  ...both('none-pending'),
  ...both('no-connections'),
  ...both('one-connection', [bad]),
  // Envoy writes the gauge of the other priority when it clears its pools.
  ...both('no-pools').map((it) => ({ ...it, ignores: [/cx_pool_open/] })),
  ...both('no-retries', [bad]),
  ...both('high-alone', [bad]),
  ...both('host-limit', [bad]),
  ...both('no-budget', [bad]),
  ...both('default-budget', [bad]),
  inTurn('a budget of what is active', Array<string>(4).fill('/active-budget/DEFAULT'), [
    bad,
    reply('200 OK'),
    reply('200 OK'),
    bad,
  ]),
  inTurn('a budget of an interval', Array<string>(5).fill('/interval-budget/DEFAULT'), [
    bad,
    reply('200 OK'),
    reply('200 OK'),
    reply('200 OK'),
    bad,
  ]),
  inTurn('no headers of the proxy', ['/no-requests/DEFAULT', '/none-pending/DEFAULT'], [], 'limits-quiet'),
  simple(
    'limits: an upload for nobody',
    request('POST', '/no-requests/DEFAULT', [['content-length', '9']], 'half'),
    {
      listener: 'limits',
    },
  ),
  simple('limits: gRPC', request('POST', '/no-requests/DEFAULT', [['content-type', 'application/grpc']]), {
    listener: 'limits',
  }),
  inTurn('a connection for each request', Array<string>(3).fill('/one-each/DEFAULT')),
  inTurn('a connection for each attempt', ['/one-each/DEFAULT'], [bad]),
  inTurn('a connection for two requests', Array<string>(5).fill('/two-each/DEFAULT')),
  {
    name: 'limits: a connection that is idle for long',
    listener: 'limits',
    steps: [
      get('/soon-idle/DEFAULT'),
      { responses: 1 },
      'origin-idle',
      get('/soon-idle/DEFAULT'),
      { responses: 2 },
      'origin-idle',
    ],
  },
  {
    name: 'limits: a connection that lasts for long',
    listener: 'limits',
    steps: [
      get('/short-lived/DEFAULT'),
      { responses: 1 },
      'origin-idle',
      get('/short-lived/DEFAULT'),
      { responses: 2 },
      'origin-idle',
    ],
  },
];

/** Circuit breakers of both priorities, budgets, and how long upstream connections serve. */
export const limitFamily: FilterFamily = {
  listeners: {
    limits: { filters: [], routes },
    'limits-quiet': { filters: [], routes, router: { suppress_envoy_headers: true } },
  },
  clusters,
  cases,
};
