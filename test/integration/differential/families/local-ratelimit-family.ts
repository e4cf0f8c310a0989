import type { Plain } from '../../../../src/base/plain.js';
import { type ClientStep, type DifferentialCase, get, type HeaderList } from '../differential-case.js';
import { type Fields, type FilterFamily, filter, routeWith, typed } from './filter-family.js';

const name = 'envoy.filters.http.local_ratelimit';
const type = 'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit';
const always: Plain = { default_value: { numerator: 100 } };

/** Buckets that do not refill while the test runs. */
function bucket(tokens: number, fillInterval = '3600s'): Plain {
  return { max_tokens: tokens, fill_interval: fillInterval };
}

function descriptor(entries: Fields, tokens: number, rest: Fields = {}, fillInterval = '3600s'): Plain {
  return {
    entries: Object.entries(entries).map(([key, value]) => ({ key, value })),
    token_bucket: bucket(tokens, fillInterval),
    ...rest,
  };
}

function limits(statPrefix: string, fields: Fields): Fields {
  return { stat_prefix: statPrefix, filter_enabled: always, filter_enforced: always, ...fields };
}

function limited(prefix: string, fields: Fields, action: Fields = {}): Plain {
  return routeWith(prefix, { [name]: typed(type, limits(prefix.slice(1), fields)) }, action);
}

const header = (key: string, skip = false): Plain => ({
  request_headers: { header_name: `x-${key}`, descriptor_key: key, skip_if_absent: skip },
});
const generic = (value: string, rest: Fields = {}): Plain => ({
  generic_key: { descriptor_value: value, ...rest },
});
const headersOn = { enable_x_ratelimit_headers: 'DRAFT_VERSION_03' };

/** Each action as the only one of a limit whose descriptor has room for one request. */
const actions: readonly (readonly [string, Plain, Fields])[] = [
  ['source', { source_cluster: {} }, { source_cluster: 'cluster-1' }],
  ['destination', { destination_cluster: {} }, { destination_cluster: 'main' }],
  ['header', header('a'), { a: '1' }],
  ['remote', { remote_address: {} }, { remote_address: '10.1.2.3' }],
  ['masked', { masked_remote_address: { v4_prefix_mask_len: 16 } }, { masked_remote_address: '10.1.0.0/16' }],
  ['masked-whole', { masked_remote_address: {} }, { masked_remote_address: '10.1.2.3/32' }],
  ['generic', generic('v'), { generic_key: 'v' }],
  ['generic-key', generic('v', { descriptor_key: 'k' }), { k: 'v' }],
  ['generic-format', generic('%REQ(x-a)%', { descriptor_key: 'k' }), { k: '%REQ(x-a)%' }],
  ['generic-default', generic('%REQ(x-none)%', { descriptor_key: 'k', default_value: 'd' }), { k: 'd' }],
  [
    'header-match',
    {
      header_value_match: { descriptor_value: 'v', headers: [{ name: 'x-a', string_match: { exact: '1' } }] },
    },
    { header_match: 'v' },
  ],
  [
    'header-mismatch',
    {
      header_value_match: {
        descriptor_key: 'k',
        descriptor_value: 'v',
        expect_match: false,
        headers: [{ name: 'x-a', string_match: { exact: '1' } }],
      },
    },
    { k: 'v' },
  ],
  ['query', { query_parameters: { query_parameter_name: 'q', descriptor_key: 'q' } }, { q: 'a b' }],
  [
    'query-match',
    {
      query_parameter_value_match: {
        descriptor_value: 'v',
        query_parameters: [{ name: 'q', string_match: { prefix: 'a' } }],
      },
    },
    { query_match: 'v' },
  ],
  [
    'address-match',
    {
      remote_address_match: {
        descriptor_value: 'v',
        address_matcher: { ranges: [{ address_prefix: '10.0.0.0', prefix_len: 8 }] },
      },
    },
    { remote_address_match: 'v' },
  ],
  [
    'metadata',
    {
      metadata: {
        descriptor_key: 'm',
        metadata_key: { key: 'limits', path: [{ key: 'a' }] },
        source: 'ROUTE_ENTRY',
      },
    },
    { m: 'b' },
  ],
  [
    'metadata-default',
    {
      metadata: {
        descriptor_key: 'm',
        metadata_key: { key: 'limits', path: [{ key: 'z' }] },
        default_value: 'd',
      },
    },
    { m: 'd' },
  ],
];

const actionRoutes = actions.map(([key, action, entries]) => ({
  ...(limited(`/action-${key}/`, {
    token_bucket: bucket(100),
    descriptors: [descriptor(entries, 1)],
    rate_limits: [{ actions: [action] }],
  }) as Fields),
  metadata: { filter_metadata: { limits: { a: 'b' } } },
}));

const two = [descriptor({ a: '1' }, 2, {}, '7200s'), descriptor({ b: '1' }, 1)];

const routes: readonly Plain[] = [
  limited('/plain', { token_bucket: bucket(2), ...headersOn, enable_retry_after_header: true }),
  limited('/status', { token_bucket: bucket(1), status: { code: 'ServiceUnavailable' } }),
  limited('/grpc', { token_bucket: bucket(1), rate_limited_as_resource_exhausted: true }),
  limited('/not-enforced', {
    token_bucket: bucket(1),
    filter_enforced: { default_value: { numerator: 0 } },
    request_headers_to_add_when_not_enforced: [{ header: { key: 'x-over', value: '%PROTOCOL%' } }],
    response_headers_to_add: [{ header: { key: 'x-limited', value: 'yes' } }],
  }),
  limited('/headers', {
    token_bucket: bucket(1),
    response_headers_to_add: [
      { header: { key: 'x-limited', value: '%RESPONSE_CODE%' } },
      { header: { key: 'x-two', value: 'a' }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' },
    ],
  }),
  limited('/off', { token_bucket: bucket(1), filter_enabled: { default_value: { numerator: 0 } } }),
  limited('/connection', { token_bucket: bucket(1), local_rate_limit_per_downstream_connection: true }),
  limited('/two', {
    token_bucket: bucket(10),
    descriptors: two,
    rate_limits: [{ actions: [header('a')] }, { actions: [header('b')] }],
    ...headersOn,
  }),
  limited('/shadow', {
    token_bucket: bucket(10),
    descriptors: [descriptor({ a: '1' }, 1, { shadow_mode: true })],
    rate_limits: [{ actions: [header('a')] }],
    ...headersOn,
  }),
  limited('/no-default', {
    token_bucket: bucket(1),
    always_consume_default_token_bucket: false,
    descriptors: [descriptor({ a: '1' }, 3)],
    rate_limits: [{ actions: [header('a')] }],
    ...headersOn,
  }),
  limited('/default-too', {
    token_bucket: bucket(1),
    descriptors: [descriptor({ a: '1' }, 3)],
    rate_limits: [{ actions: [header('a')] }],
    ...headersOn,
  }),
  limited('/wildcard', {
    token_bucket: bucket(100),
    max_dynamic_descriptors: 2,
    descriptors: [descriptor({ a: '', b: 'x' }, 1), descriptor({ a: 'fixed', b: 'x' }, 2)],
    rate_limits: [{ actions: [header('a'), generic('x', { descriptor_key: 'b' })] }],
    ...headersOn,
  }),
  limited('/skip', {
    token_bucket: bucket(100),
    descriptors: [descriptor({ b: '1' }, 1)],
    rate_limits: [{ actions: [header('a', true), header('b')] }],
  }),
  limited('/hits', {
    token_bucket: bucket(100),
    descriptors: [descriptor({ a: '1' }, 5)],
    rate_limits: [{ actions: [header('a')], hits_addend: { number: 3 } }],
    ...headersOn,
  }),
  limited('/no-hits', {
    token_bucket: bucket(100),
    descriptors: [descriptor({ a: '1' }, 5)],
    rate_limits: [{ actions: [header('a')], hits_addend: { number: 0 } }],
    ...headersOn,
  }),
  limited('/format-hits', {
    token_bucket: bucket(100),
    descriptors: [descriptor({ a: '1' }, 5)],
    rate_limits: [{ actions: [header('a')], hits_addend: { format: '%REQ(x-hits)%' } }],
    ...headersOn,
  }),
  limited('/option', {
    token_bucket: bucket(100),
    descriptors: [descriptor({ a: '1' }, 5), descriptor({ b: '1' }, 5)],
    rate_limits: [
      { actions: [header('a')], x_ratelimit_option: 'OFF' },
      { actions: [header('b')], x_ratelimit_option: 'DRAFT_VERSION_03' },
    ],
    ...headersOn,
  }),
  ...['OVERRIDE', 'INCLUDE', 'IGNORE'].flatMap((option) =>
    [{}, { rate_limits: [{ actions: [generic('route')] }] }].map((action, i) =>
      limited(
        `/host-${option.toLowerCase()}-${i}`,
        {
          token_bucket: bucket(100),
          vh_rate_limits: option,
          descriptors: [descriptor({ generic_key: 'host' }, 1), descriptor({ generic_key: 'route' }, 2)],
          ...headersOn,
        },
        action,
      ),
    ),
  ),
  limited(
    '/included',
    { token_bucket: bucket(100), descriptors: [descriptor({ generic_key: 'host' }, 1)], ...headersOn },
    { include_vh_rate_limits: true, rate_limits: [{ actions: [generic('route')] }] },
  ),
  limited(
    '/stage',
    {
      token_bucket: bucket(100),
      stage: 2,
      descriptors: [descriptor({ generic_key: 'route' }, 1)],
      ...headersOn,
    },
    { rate_limits: [{ stage: 2, actions: [generic('route')] }, { actions: [generic('other')] }] },
  ),
  limited(
    '/disabled-key',
    { token_bucket: bucket(100), descriptors: [descriptor({ generic_key: 'route' }, 1)], ...headersOn },
    { rate_limits: [{ disable_key: 'k', actions: [generic('route')] }] },
  ),
  limited(
    '/on-done',
    { token_bucket: bucket(100), descriptors: [descriptor({ generic_key: 'route' }, 1)], ...headersOn },
    { rate_limits: [{ apply_on_stream_done: true, actions: [generic('route')] }] },
  ),
];

function repeated(path: string, times: number, headers: HeaderList = []): DifferentialCase {
  const steps: ClientStep[] = [];
  for (let i = 1; i <= times; i++) steps.push(get(path, headers), { responses: i });
  const fields = headers.map((field) => field.join('=')).join(' ');
  return {
    name: `local rate limit ${path} ${times} times ${fields}`,
    listener: 'local-ratelimit',
    steps,
    // Half an hour is not exact to the second when two processes wait for it.
    ignores: [/(?:x-ratelimit-reset|retry-after): /],
  };
}

const a = ['x-a', '1'] as const;
const b = ['x-b', '1'] as const;
const from = ['x-forwarded-for', '10.1.2.3'] as const;

export const localRateLimitFamily: FilterFamily = {
  listeners: {
    'local-ratelimit': {
      filters: [filter(name, type, { stat_prefix: 'none' })],
      routes: [...actionRoutes, ...routes],
      manager: { use_remote_address: true, xff_num_trusted_hops: 1 },
      virtualHost: { rate_limits: [{ actions: [generic('host')] }] },
    },
    'local-ratelimit-own': {
      filters: [filter(name, type, limits('own', { token_bucket: bucket(2) }))],
      routes: [{ match: { prefix: '/direct' }, direct_response: { status: 200 } }],
    },
  },
  cases: [
    ...['/plain', '/status', '/grpc', '/not-enforced', '/headers', '/off', '/connection'].map((path) =>
      repeated(path, 3),
    ),
    repeated('/connection', 2),
    repeated('/grpc', 1, [['content-type', 'application/grpc']]),
    repeated('/two', 1, [a, b]),
    repeated('/two', 2, [a]),
    repeated('/two', 1, [b]),
    repeated('/two', 2),
    repeated('/shadow', 2, [a]),
    repeated('/no-default', 4, [a]),
    repeated('/no-default', 2),
    repeated('/default-too', 3, [a]),
    repeated('/wildcard', 2, [['x-a', 'one']]),
    repeated('/wildcard', 2, [['x-a', 'two']]),
    repeated('/wildcard', 1, [['x-a', 'one']]),
    repeated('/wildcard', 3, [['x-a', 'fixed']]),
    repeated('/wildcard', 1, [['x-a', 'three']]),
    repeated('/wildcard', 2),
    repeated('/skip', 2, [b]),
    repeated('/skip', 2, [a, b]),
    repeated('/hits', 2, [a]),
    repeated('/no-hits', 1, [a]),
    repeated('/format-hits', 2, [a, ['x-hits', '3']]),
    repeated('/format-hits', 1, [a, ['x-hits', 'many']]),
    repeated('/format-hits', 1, [a]),
    repeated('/option', 1, [a]),
    repeated('/option', 1, [b]),
    repeated('/option', 1, [a, b]),
    ...['override', 'include', 'ignore'].flatMap((option) => [
      repeated(`/host-${option}-0`, 3),
      repeated(`/host-${option}-1`, 3),
    ]),
    ...['/included', '/stage', '/disabled-key', '/on-done'].map((path) => repeated(path, 2)),
    ...actions.flatMap(([key]) => [
      repeated(`/action-${key}/?q=a%20b`, 2, [a, from]),
      repeated(`/action-${key}/other`, 2),
    ]),
    {
      name: 'local rate limit of a direct response',
      listener: 'local-ratelimit-own',
      steps: [
        get('/direct'),
        { responses: 1 },
        get('/x'),
        { responses: 2 },
        get('/direct'),
        { responses: 3 },
      ],
    },
  ],
};
