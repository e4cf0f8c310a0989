import type { Plain } from '../../../src/base/plain.js';

/** A route to the `main` origin. */
function to(
  match: Plain,
  action: { [field: string]: Plain } = {},
  rest: { [field: string]: Plain } = {},
): Plain {
  return { match, route: { cluster: 'main', ...action }, ...rest };
}

function direct(match: Plain, status: number, text = ''): Plain {
  return { match, direct_response: text === '' ? { status } : { status, body: { inline_string: text } } };
}

const matching: Plain[] = [
  to({ path: '/exact' }, {}, { name: 'exact' }),
  to({ path: '/Caseless', case_sensitive: false }, {}, { name: 'caseless' }),
  to({ path_separated_prefix: '/separated' }, {}, { name: 'separated' }),
  to({ safe_regex: { regex: '/regex/[a-z]+/\\d{1,3}' } }, {}, { name: 'regex' }),
  to(
    { prefix: '/headers', headers: [{ name: 'x-kind', string_match: { exact: 'gold' } }] },
    {},
    { name: 'header-exact' },
  ),
  to(
    { prefix: '/headers', headers: [{ name: 'x-kind', string_match: { prefix: 'sil' } }] },
    {},
    { name: 'header-prefix' },
  ),
  to(
    { prefix: '/headers', headers: [{ name: 'x-count', range_match: { start: 10, end: 20 } }] },
    {},
    { name: 'range' },
  ),
  to(
    { prefix: '/headers', headers: [{ name: 'x-not', string_match: { exact: 'a' }, invert_match: true }] },
    {},
    { name: 'inverted' },
  ),
  to({ prefix: '/headers', headers: [{ name: 'x-any', present_match: true }] }, {}, { name: 'present' }),
  to(
    { prefix: '/headers', headers: [{ name: ':method', string_match: { exact: 'PUT' } }] },
    {},
    { name: 'method' },
  ),
  direct({ prefix: '/headers' }, 418, 'no header matched'),
  to(
    { prefix: '/query', query_parameters: [{ name: 'a', string_match: { exact: '1' } }] },
    {},
    { name: 'query-exact' },
  ),
  to({ prefix: '/query', query_parameters: [{ name: 'b' }] }, {}, { name: 'query-present' }),
  direct({ prefix: '/query' }, 418, 'no query matched'),
  to({ prefix: '/grpc-only', grpc: {} }, {}, { name: 'grpc' }),
];

const answering: Plain[] = [
  direct({ path: '/direct' }, 200, 'straight from here'),
  direct({ path: '/direct-empty' }, 204),
  direct({ path: '/direct-503' }, 503, 'not now'),
  direct({ path: '/direct-201' }, 201),
  {
    match: { path: '/direct-headers' },
    direct_response: { status: 200, body: { inline_string: 'x' } },
    response_headers_to_add: [{ header: { key: 'x-direct', value: '%RESPONSE_CODE%-%PROTOCOL%' } }],
  },
  {
    match: { path: '/direct-format' },
    direct_response: {
      status: 202,
      body_format: {
        text_format_source: { inline_string: '%REQ(x-word)% %RESPONSE_CODE%\n' },
        content_type: 'text/x',
      },
    },
  },
  { match: { path: '/redirect-https' }, redirect: { https_redirect: true } },
  { match: { path: '/redirect-host' }, redirect: { host_redirect: 'other.local', response_code: 'FOUND' } },
  {
    match: { path: '/redirect-port' },
    redirect: { port_redirect: 8443, response_code: 'TEMPORARY_REDIRECT' },
  },
  {
    match: { path: '/redirect-path' },
    redirect: { path_redirect: '/new', response_code: 'PERMANENT_REDIRECT' },
  },
  { match: { path: '/redirect-query' }, redirect: { path_redirect: '/new?x=1' } },
  { match: { path: '/redirect-strip' }, redirect: { path_redirect: '/new', strip_query: true } },
  { match: { prefix: '/redirect-prefix/' }, redirect: { prefix_rewrite: '/p/', response_code: 'SEE_OTHER' } },
  {
    match: { prefix: '/redirect-regex/' },
    redirect: { regex_rewrite: { pattern: { regex: '/redirect-regex/(\\w+)' }, substitution: '/r/\\1/\\1' } },
  },
  {
    match: { path: '/redirect-headers' },
    redirect: { host_redirect: 'other.local' },
    response_headers_to_add: [{ header: { key: 'x-redirected', value: 'yes' } }],
  },
];

const rewriting: Plain[] = [
  to({ prefix: '/rewrite-prefix' }, { prefix_rewrite: '/to' }),
  to({ path: '/rewrite-path' }, { prefix_rewrite: '/exactly' }),
  to(
    { prefix: '/rewrite-regex/' },
    { regex_rewrite: { pattern: { regex: '^/rewrite-regex/([^/]+)/(.*)$' }, substitution: '/\\2/\\1' } },
  ),
  to({ prefix: '/host-literal' }, { host_rewrite_literal: 'literal.local' }),
  to({ prefix: '/host-header' }, { host_rewrite_header: 'x-host' }),
  to(
    { prefix: '/host-regex' },
    { host_rewrite_path_regex: { pattern: { regex: '^/host-regex/(.+)$' }, substitution: '\\1' } },
  ),
  to(
    { prefix: '/host-forwarded' },
    { host_rewrite_literal: 'forwarded.local', append_x_forwarded_host: true },
  ),
  to({ prefix: '/host-auto' }, { cluster: 'by-name', auto_host_rewrite: true }),
  to(
    { prefix: '/forwarded-host-auto' },
    { cluster: 'by-name', auto_host_rewrite: true, append_x_forwarded_host: true },
  ),
];

function add(key: string, value: string, action = 'APPEND_IF_EXISTS_OR_ADD'): Plain {
  return { header: { key, value }, append_action: action };
}

const mutating: Plain[] = [
  to(
    { prefix: '/mutate' },
    {},
    {
      name: 'mutated',
      request_headers_to_add: [
        add('x-appended', 'more'),
        add('x-if-absent', 'default', 'ADD_IF_ABSENT'),
        add('x-over', 'new', 'OVERWRITE_IF_EXISTS_OR_ADD'),
        add('x-only-over', 'new', 'OVERWRITE_IF_EXISTS'),
        add('x-method', '%REQ(:METHOD)%'),
        add('x-path', '%REQ(:PATH)%'),
        add('x-copy', '%REQ(x-source?x-other):4%'),
        add('x-route', '%ROUTE_NAME%'),
        add('x-cluster', '%UPSTREAM_CLUSTER%'),
        add('x-protocol', '%PROTOCOL%'),
        add('x-peer', '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%'),
        add('x-percent', '100%%'),
        add('x-empty', '%REQ(x-absent)%'),
      ],
      request_headers_to_remove: ['x-gone', 'user-agent'],
      response_headers_to_add: [
        add('x-response', 'added'),
        add('x-upstream-host', '%UPSTREAM_CLUSTER% %RESPONSE_CODE%'),
        add('x-details', '%RESPONSE_CODE_DETAILS%'),
        add('x-origin', 'over', 'OVERWRITE_IF_EXISTS_OR_ADD'),
        add('x-echo', '%REQ(x-word)%'),
      ],
      response_headers_to_remove: ['x-secret'],
    },
  ),
  {
    match: { prefix: '/weighted' },
    route: {
      weighted_clusters: {
        header_name: 'x-weight',
        clusters: [
          {
            name: 'main',
            weight: 30,
            request_headers_to_add: [add('x-choice', 'main')],
            response_headers_to_add: [add('x-chosen', 'main')],
          },
          {
            name: 'second',
            weight: 70,
            host_rewrite_literal: 'weighted.local',
            response_headers_to_remove: ['x-secret'],
          },
        ],
      },
    },
  },
  { match: { prefix: '/by-header' }, route: { cluster_header: 'x-cluster' } },
  {
    match: { prefix: '/or-404-by-header' },
    route: { cluster_header: 'x-cluster', cluster_not_found_response_code: 'NOT_FOUND' },
  },
];

const failing: Plain[] = [
  to({ prefix: '/refused' }, { cluster: 'refused' }),
  to(
    { prefix: '/retry-refused' },
    { cluster: 'refused', retry_policy: { retry_on: 'connect-failure', num_retries: 2 } },
  ),
  { match: { prefix: '/unknown-cluster' }, route: { cluster_header: 'x-none' } },
  to({ prefix: '/empty-cluster' }, { cluster: 'empty' }),
  to({ prefix: '/timeout' }, { timeout: '0.15s' }, { name: 'timeout' }),
  to({ prefix: '/no-timeout' }, { timeout: '0s' }),
  to({ prefix: '/idle' }, { idle_timeout: '0.15s' }),
  to({ prefix: '/duration' }, { max_stream_duration: { max_stream_duration: '0.15s' } }),
  to({ prefix: '/grpc-duration' }, { max_stream_duration: { grpc_timeout_header_max: '0s' } }),
  to(
    { prefix: '/retry-5xx' },
    {
      timeout: '2s',
      retry_policy: { retry_on: '5xx', num_retries: 2, retry_back_off: { base_interval: '0.001s' } },
    },
  ),
  to(
    { prefix: '/retry-gateway' },
    { retry_policy: { retry_on: 'gateway-error', retry_back_off: { base_interval: '0.001s' } } },
  ),
  to(
    { prefix: '/retry-reset' },
    { retry_policy: { retry_on: 'reset', num_retries: 1, retry_back_off: { base_interval: '0.001s' } } },
  ),
  to(
    { prefix: '/retry-before' },
    { retry_policy: { retry_on: 'reset-before-request', retry_back_off: { base_interval: '0.001s' } } },
  ),
  to(
    { prefix: '/retry-4xx' },
    { retry_policy: { retry_on: 'retriable-4xx', retry_back_off: { base_interval: '0.001s' } } },
  ),
  to(
    { prefix: '/retry-codes' },
    {
      retry_policy: {
        retry_on: 'retriable-status-codes',
        retriable_status_codes: [429, 418],
        retry_back_off: { base_interval: '0.001s' },
      },
    },
  ),
  to(
    { prefix: '/retry-header' },
    {
      retry_policy: {
        retry_on: 'retriable-headers',
        retriable_headers: [{ name: 'x-again', string_match: { exact: 'yes' } }],
        retry_back_off: { base_interval: '0.001s' },
      },
    },
  ),
  to(
    { prefix: '/retry-gated' },
    {
      retry_policy: {
        retry_on: '5xx',
        retriable_request_headers: [{ name: 'x-may-retry', present_match: true }],
        retry_back_off: { base_interval: '0.001s' },
      },
    },
  ),
  to(
    { prefix: '/retry-grpc' },
    { retry_policy: { retry_on: 'unavailable,cancelled', retry_back_off: { base_interval: '0.001s' } } },
  ),
  to({ prefix: '/retry-limited' }, { retry_policy: { retry_on: '5xx', num_retries: 0 } }),
  to(
    { prefix: '/retry-ratelimited' },
    { retry_policy: { retry_on: 'envoy-ratelimited', retry_back_off: { base_interval: '0.001s' } } },
  ),
  to(
    { prefix: '/per-try' },
    {
      timeout: '3s',
      retry_policy: {
        retry_on: '5xx',
        num_retries: 1,
        per_try_timeout: '0.12s',
        retry_back_off: { base_interval: '0.001s' },
      },
    },
  ),
  to(
    { prefix: '/per-try-only' },
    { timeout: '3s', retry_policy: { retry_on: 'connect-failure', per_try_timeout: '0.12s' } },
  ),
  to({ prefix: '/websocket' }, { upgrade_configs: [{ upgrade_type: 'websocket' }] }),
  to({ prefix: '/no-websocket' }, { upgrade_configs: [{ upgrade_type: 'websocket', enabled: false }] }),
];

/** The routes that every listener of the feature bootstrap serves. */
export const featureRoutes: Plain = {
  name: 'features',
  request_headers_to_add: [add('x-level', 'table')],
  response_headers_to_add: [add('x-table', 'yes')],
  internal_only_headers: ['x-internal-secret'],
  virtual_hosts: [
    {
      name: 'attempts',
      domains: ['attempts.local'],
      include_request_attempt_count: true,
      include_attempt_count_in_response: true,
      include_is_timeout_retry_header: true,
      routes: [
        to(
          { prefix: '/per-try' },
          {
            timeout: '3s',
            retry_policy: {
              retry_on: '5xx',
              num_retries: 1,
              per_try_timeout: '0.12s',
              retry_back_off: { base_interval: '0.001s' },
            },
          },
        ),
        to({ prefix: '/refused' }, { cluster: 'refused' }),
        direct({ path: '/direct' }, 200, 'x'),
        to(
          { prefix: '/' },
          { retry_policy: { retry_on: '5xx', num_retries: 3, retry_back_off: { base_interval: '0.001s' } } },
        ),
      ],
    },
    { name: 'suffix', domains: ['*.suffix.local'], routes: [direct({ prefix: '/' }, 200, 'suffix')] },
    {
      name: 'longer-suffix',
      domains: ['*.long.suffix.local'],
      routes: [direct({ prefix: '/' }, 200, 'longer suffix')],
    },
    { name: 'prefixed', domains: ['prefix.*'], routes: [direct({ prefix: '/' }, 200, 'prefix')] },
    { name: 'with-port', domains: ['port.local:81'], routes: [direct({ prefix: '/' }, 200, 'with port')] },
    {
      name: 'tls-only',
      domains: ['tls.local', 'tls.local:80'],
      require_tls: 'ALL',
      routes: [to({ prefix: '/' })],
    },
    {
      name: 'counted',
      domains: ['counted.local'],
      virtual_clusters: [{ name: 'reads', headers: [{ name: ':method', string_match: { exact: 'GET' } }] }],
      routes: [to({ prefix: '/' }, {}, { name: 'counted', stat_prefix: 'counted_route' })],
    },
    {
      name: 'main',
      domains: ['*'],
      request_headers_to_add: [add('x-level', 'host')],
      response_headers_to_remove: ['x-host-secret'],
      routes: [
        direct({ prefix: '/__probe' }, 200, 'here'),
        direct({ path: '/no-such-thing' }, 404),
        ...matching,
        ...answering,
        ...rewriting,
        ...mutating,
        ...failing,
        to({ prefix: '/second' }, { cluster: 'second' }, { name: 'second' }),
        { match: { prefix: '/' }, route: { cluster: 'main' }, name: 'fallback' },
      ],
    },
    { name: 'sparse', domains: ['sparse.local'], routes: [to({ path: '/only' })] },
  ],
};
