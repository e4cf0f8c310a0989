import type { Plain } from '../../../src/base/plain.js';
import { featureRoutes } from './feature-routes.js';
import type { Bootstrap, Places } from './proxy-under-test.js';

type Fields = { readonly [field: string]: Plain };

/** What the connection manager of each listener has besides the routes. */
const managers: { readonly [listener: string]: Fields } = {
  main: {},
  edge: { use_remote_address: true },
  hops: { use_remote_address: true, xff_num_trusted_hops: 1 },
  inner: {
    xff_num_trusted_hops: 0,
    internal_address_config: { cidr_ranges: [{ address_prefix: '10.0.0.0', prefix_len: 8 }] },
  },
  internal: {
    use_remote_address: true,
    internal_address_config: { cidr_ranges: [{ address_prefix: '127.0.0.0', prefix_len: 8 }] },
  },
  paths: { normalize_path: true, merge_slashes: true },
  slashes: { path_with_escaped_slashes_action: 'REJECT_REQUEST' },
  redirecting: { path_with_escaped_slashes_action: 'UNESCAPE_AND_REDIRECT', normalize_path: true },
  unescaping: { path_with_escaped_slashes_action: 'UNESCAPE_AND_FORWARD' },
  old: { http_protocol_options: { accept_http_10: true, default_host_for_http_10: 'ten.local' } },
  trailers: { http_protocol_options: { enable_trailers: true }, proxy_100_continue: true },
  upgrades: { upgrade_configs: [{ upgrade_type: 'websocket' }, { upgrade_type: 'off', enabled: false }] },
  limits: {
    max_request_headers_kb: 2,
    common_http_protocol_options: {
      max_headers_count: 12,
      headers_with_underscores_action: 'REJECT_REQUEST',
    },
    http_protocol_options: { allow_absolute_url: false },
  },
  dropping: {
    common_http_protocol_options: {
      headers_with_underscores_action: 'DROP_HEADER',
      max_requests_per_connection: 2,
    },
  },
  idle: { stream_idle_timeout: '0.15s' },
  slow: { request_timeout: '0.15s' },
  'slow-head': { request_headers_timeout: '0.15s' },
  brief: { common_http_protocol_options: { max_stream_duration: '0.15s', idle_timeout: '0.3s' } },
  identity: {
    via: 'proxy-one',
    server_name: 'own-name',
    always_set_request_id_in_response: true,
    preserve_external_request_id: true,
    use_remote_address: true,
    append_x_forwarded_port: true,
    skip_xff_append: true,
    add_user_agent: true,
    scheme_header_transformation: { scheme_to_overwrite: 'https' },
  },
  passing: {
    server_header_transformation: 'PASS_THROUGH',
    generate_request_id: false,
    strip_any_host_port: true,
  },
  absent: { server_header_transformation: 'APPEND_IF_ABSENT', strip_trailing_host_dot: true },
  suppressed: {
    http_filters: [
      {
        name: 'envoy.filters.http.router',
        typed_config: {
          '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router',
          suppress_envoy_headers: true,
        },
      },
    ],
  },
};

const customFormat = [
  '%REQ(:METHOD)%',
  '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%',
  '%PROTOCOL%',
  'code=%RESPONSE_CODE%',
  'details=%RESPONSE_CODE_DETAILS%',
  'flags=%RESPONSE_FLAGS%',
  'long=%RESPONSE_FLAGS_LONG%',
  'route=%ROUTE_NAME%',
  'vcluster=%VIRTUAL_CLUSTER_NAME%',
  'cluster=%UPSTREAM_CLUSTER%',
  'raw=%UPSTREAM_CLUSTER_RAW%',
  'host=%UPSTREAM_HOST%',
  'upstream=%UPSTREAM_PROTOCOL%',
  'failure=%UPSTREAM_TRANSPORT_FAILURE_REASON%',
  'rx=%BYTES_RECEIVED%',
  'tx=%BYTES_SENT%',
  'attempts=%UPSTREAM_REQUEST_ATTEMPT_COUNT%',
  'remote=%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%',
  'direct=%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%',
  'local=%DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT%',
  'terminated=%CONNECTION_TERMINATION_DETAILS%',
  'authority=%REQ(:AUTHORITY)%',
  'scheme=%REQ(:SCHEME)%',
  'agent=%REQ(USER-AGENT)%',
  'type=%RESP(CONTENT-TYPE)%',
  'filter=%UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT%',
].join(' ');

function fileLog(path: string, format?: string): Plain {
  return {
    name: 'envoy.access_loggers.file',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog',
      path,
      ...(format === undefined
        ? {}
        : { log_format: { text_format_source: { inline_string: `${format}\n` } } }),
    },
  };
}

function address(port: number): Plain {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}

function listener(name: string, manager: Fields, places: Places): Plain {
  const typedConfig = {
    '@type':
      'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    stat_prefix: name,
    delayed_close_timeout: '0.1s',
    drain_timeout: '0.1s',
    route_config: featureRoutes,
    access_log: [fileLog(places.defaultLog), fileLog(places.customLog, customFormat)],
    http_filters: [
      {
        name: 'envoy.filters.http.router',
        typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
      },
    ],
    ...manager,
  };
  return {
    name,
    stat_prefix: name,
    address: address(places.listeners[name] ?? 0),
    filter_chains: [
      { filters: [{ name: 'envoy.filters.network.http_connection_manager', typed_config: typedConfig }] },
    ],
  };
}

function cluster(name: string, port: number, rest: Fields = {}): Plain {
  return {
    name,
    type: 'STATIC',
    connect_timeout: '1s',
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: address(port) } }] }],
    },
    ...rest,
  };
}

/** A listener for every way to set up the connection manager, all with the same routes. */
export const featureBootstrap: Bootstrap = {
  name: 'features',
  extension: 'json',
  listeners: Object.keys(managers),
  origins: ['main', 'second', 'by-name'],
  text: (places) => {
    const { origins } = places;
    return JSON.stringify({
      node: { id: 'node-1', cluster: 'cluster-1' },
      admin: { address: address(places.adminPort) },
      static_resources: {
        listeners: Object.entries(managers).map(([name, manager]) => listener(name, manager, places)),
        clusters: [
          cluster('main', origins['main'] ?? 0),
          cluster('second', origins['second'] ?? 0),
          cluster('refused', origins['refused'] ?? 0),
          {
            name: 'empty',
            type: 'STATIC',
            connect_timeout: '1s',
            load_assignment: { cluster_name: 'empty', endpoints: [] },
          },
          {
            ...(cluster('by-name', 0) as Fields),
            type: 'STRICT_DNS',
            dns_lookup_family: 'V4_ONLY',
            load_assignment: {
              cluster_name: 'by-name',
              endpoints: [
                {
                  lb_endpoints: [
                    {
                      endpoint: {
                        address: {
                          socket_address: { address: 'localhost', port_value: origins['by-name'] ?? 0 },
                        },
                      },
                    },
                  ],
                },
              ],
            },
          },
        ],
      },
    });
  },
};
