import type { Plain } from '../../../../src/base/plain.js';
import { address, type Fields, filter, typed } from '../families/filter-family.js';
import { cluster } from '../network-bootstrap.js';
import type { Bootstrap, Places } from '../proxy-under-test.js';

const percent = (numerator: number): Plain => ({ default_value: { numerator, denominator: 'HUNDRED' } });
const generic = (descriptor_value: string, more: Fields = {}): Plain => ({
  actions: [{ generic_key: { descriptor_value } }],
  ...more,
});
const say: Plain = { actions: [{ request_headers: { header_name: 'x-say', descriptor_key: 'say' } }] };

/** What is not the usual of the filter, by listener. */
const listeners: { readonly [name: string]: Fields } = {
  main: { enable_x_ratelimit_headers: 'DRAFT_VERSION_03' },
  bare: {},
  denies: { failure_mode_deny: true },
  'denies-otherwise': { failure_mode_deny_percent: percent(100), status_on_error: { code: 'BadGateway' } },
  allows: { failure_mode_deny: true, failure_mode_deny_percent: percent(0) },
  dressed: {
    rate_limited_as_resource_exhausted: true,
    disable_x_envoy_ratelimited_header: true,
    rate_limited_status: { code: 'ServiceUnavailable' },
    response_headers_to_add: [{ header: { key: 'x-added', value: '%RESPONSE_CODE% %REQ(x-say)%' } }],
    enable_retry_after_header: true,
  },
  retry: { enable_retry_after_header: true, enable_x_ratelimit_headers: 'DRAFT_VERSION_03' },
  'retry-plain': { enable_retry_after_header: true },
  'retry-503': { enable_retry_after_header: true, rate_limited_status: { code: 'ServiceUnavailable' } },
  'retry-hidden': { enable_retry_after_header: true, disable_x_envoy_ratelimited_header: true },
  'retry-exhausted': { enable_retry_after_header: true, rate_limited_as_resource_exhausted: true },
  'retry-shadow': { enable_retry_after_header: true, filter_enforced: percent(0) },
  'own-hits': {
    rate_limits: [
      generic('five', { hits_addend: { number: 5 } }),
      generic('none', { hits_addend: { number: 0 } }),
      generic('back', { hits_addend: { number: 2, is_negative_hits: true } }),
      generic('format', { hits_addend: { format: '%REQ(x-hits)%' } }),
      generic('own end', { apply_on_stream_done: true }),
    ],
  },
  low: { rate_limited_status: { code: 'OK' } },
  shadow: { filter_enforced: percent(0), enable_x_ratelimit_headers: 'DRAFT_VERSION_03' },
  off: { filter_enabled: percent(0) },
  named: { stat_prefix: 'own', stage: 2, metadata_namespace: 'ns' },
  internal: { request_type: 'internal' },
  external: { request_type: 'external' },
  own: { rate_limits: [generic('of the filter'), say] },
};

const perRoute = (fields: Fields): Fields => ({
  typed_per_filter_config: {
    ratelimit: typed('envoy.extensions.filters.http.ratelimit.v3.RateLimitPerRoute', fields),
  },
});

/** By path: rate limits of the route's action, and fields of the route. */
const routes: {
  readonly [path: string]: readonly [limits: readonly Plain[], action?: Fields, route?: Fields];
} = {
  '/say': [[say]],
  '/include': [[generic('of the route')], { include_vh_rate_limits: true }],
  '/ignore': [[], {}, perRoute({ vh_rate_limits: 'IGNORE' })],
  '/per-include': [[generic('of the route')], {}, perRoute({ vh_rate_limits: 'INCLUDE', domain: 'another' })],
  '/per-override': [[generic('of the route')], {}, perRoute({ vh_rate_limits: 'OVERRIDE' })],
  '/per-own': [[generic('of the route')], {}, perRoute({ rate_limits: [generic('of its own')] })],
  '/many': [
    [
      {
        actions: [
          { source_cluster: {} },
          { destination_cluster: {} },
          { remote_address: {} },
          { masked_remote_address: { v4_prefix_mask_len: 16 } },
          { generic_key: { descriptor_key: 'k', descriptor_value: 'v' } },
          { request_headers: { header_name: ':path', descriptor_key: 'path' } },
          { query_parameters: { query_parameter_name: 'q', descriptor_key: 'q', skip_if_absent: true } },
          {
            header_value_match: {
              descriptor_value: 'found',
              headers: [{ name: 'x-say', present_match: true }],
            },
          },
          { metadata: { descriptor_key: 'm', metadata_key: { key: 'told', path: [{ key: 'text' }] } } },
        ],
      },
      { actions: [{ request_headers: { header_name: 'x-absent', descriptor_key: 'absent' } }] },
      { actions: [{ generic_key: { descriptor_value: 'second' } }] },
    ],
  ],
  '/staged': [[generic('zero'), generic('two', { stage: 2 })]],
  '/switched': [[generic('on', { disable_key: 'on' }), generic('off', { disable_key: 'off' })]],
  '/done': [[generic('at once'), generic('at the end', { apply_on_stream_done: true }), say]],
  '/hits': [
    [
      generic('five', { hits_addend: { number: 5 } }),
      generic('none', { hits_addend: { number: 0 } }),
      generic('back', { hits_addend: { number: 2, is_negative_hits: true } }),
      generic('format', { hits_addend: { format: '%REQ(x-hits)%' } }),
    ],
  ],
  '/option': [
    [
      generic('say-limits', { x_ratelimit_option: 'OFF' }),
      generic('b', { x_ratelimit_option: 'DRAFT_VERSION_03' }),
    ],
  ],
  '/option-first': [[generic('say-limits', { x_ratelimit_option: 'DRAFT_VERSION_03' }), generic('b')]],
  '/limit': [
    [
      generic('overridden', {
        limit: { dynamic_metadata: { metadata_key: { key: 'told', path: [{ key: 'limit' }] } } },
      }),
      generic('not', {
        limit: { dynamic_metadata: { metadata_key: { key: 'told', path: [{ key: 'text' }] } } },
      }),
    ],
  ],
  '/nothing': [[{ actions: [{ request_headers: { header_name: 'x-absent', descriptor_key: 'absent' } }] }]],
  '/gone': [[say], { cluster: 'nobody' }],
};

function routeList(): Plain[] {
  const made = Object.entries(routes).map(([path, [limits, action = {}, route = {}]]) => ({
    match: { path },
    route: { cluster: 'main', rate_limits: limits, ...action },
    ...route,
  }));
  return [
    ...made,
    { match: { path: '/direct' }, direct_response: { status: 202 } },
    { match: { path: '/host' }, route: { cluster: 'main' } },
  ];
}

function listener(name: string, fields: Fields, places: Places): Plain {
  const log = filter('log', 'envoy.extensions.access_loggers.file.v3.FileAccessLog', {
    path: places.customLog,
    log_format: {
      text_format_source: {
        inline_string:
          '%REQ(x-id)% %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %BYTES_SENT% %DYNAMIC_METADATA(ns)% %DYNAMIC_METADATA(envoy.filters.http.ratelimit)%\n',
      },
    },
  });
  const manager = filter(
    'http',
    'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    {
      stat_prefix: name,
      access_log: [log],
      route_config: {
        validate_clusters: false,
        virtual_hosts: [
          { name: 'all', domains: ['*'], rate_limits: [generic('of the host')], routes: routeList() },
        ],
      },
      http_filters: [
        filter('set', 'envoy.extensions.filters.http.set_metadata.v3.Config', {
          metadata: [
            {
              metadata_namespace: 'told',
              value: { text: 'of metadata', limit: { requests_per_unit: 7, unit: 'HOUR' } },
            },
          ],
        }),
        filter('ratelimit', 'envoy.extensions.filters.http.ratelimit.v3.RateLimit', {
          domain: 'the domain',
          timeout: '20s',
          rate_limit_service: {
            transport_api_version: 'V3',
            grpc_service: { envoy_grpc: { cluster_name: 'limits' } },
          },
          ...fields,
        }),
        filter('router', 'envoy.extensions.filters.http.router.v3.Router', {}),
      ],
    },
  );
  return { name, address: address(places.listeners[name] ?? 0), filter_chains: [{ filters: [manager] }] };
}

export function limitBootstrap(origin: number, limits: number): Bootstrap {
  const http2: Fields = {
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': typed(
        'envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        { explicit_http_config: { http2_protocol_options: {} } },
      ),
    },
  };
  return {
    name: 'ratelimit',
    extension: 'json',
    listeners: Object.keys(listeners),
    origins: [],
    text: (places) =>
      JSON.stringify({
        node: { id: 'node-1', cluster: 'cluster-1' },
        admin: { address: address(places.adminPort) },
        layered_runtime: {
          layers: [{ name: 'static', static_layer: { 'ratelimit.off.http_filter_enabled': 0 } }],
        },
        static_resources: {
          listeners: Object.entries(listeners).map(([name, fields]) => listener(name, fields, places)),
          clusters: [cluster('main', [origin]), { ...(cluster('limits', [limits]) as Fields), ...http2 }],
        },
      }),
  };
}
