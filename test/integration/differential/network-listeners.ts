import type { Plain } from '../../../src/base/plain.js';
import { type Fields, filter } from './families/filter-family.js';

/** Makes a named chain that leads to a cluster. */
export type ChainMaker = (name: string, cluster: string) => Fields;

/** One listener that carries bytes: its filters before tcp_proxy. */
export interface NetworkListener {
  readonly listenerFilters?: readonly Plain[];
  readonly filters?: readonly Plain[];
  /** Fields of tcp_proxy. */
  readonly proxy?: Fields;
  /** What stands in the place of tcp_proxy. */
  readonly last?: Plain;
  /** What stands in the place of the only chain. */
  readonly chains?: (chain: ChainMaker) => Fields;
  readonly replaces?: Fields;
}

const network = (name: string, type: string, fields: Fields = {}): Plain =>
  filter(`envoy.filters.network.${name}`, `envoy.extensions.filters.network.${type}`, fields);
const ofListener = (name: string, type: string, fields: Fields = {}): Plain =>
  filter(`envoy.filters.listener.${name}`, `envoy.extensions.filters.listener.${type}`, fields);

const off = { default_value: true, runtime_key: 'switched.off' };
const connectionLimit = (fields: Fields): Plain =>
  network('connection_limit', 'connection_limit.v3.ConnectionLimit', { stat_prefix: 'own', ...fields });
const rateLimit = (fields: Fields): Plain =>
  network('local_ratelimit', 'local_ratelimit.v3.LocalRateLimit', { stat_prefix: 'own', ...fields });
const slow = { max_tokens: 1, fill_interval: '1000s' };

const policy = (permission: Plain, principal: Plain = { any: true }): Plain => ({
  permissions: [permission],
  principals: [principal],
});
const rbac = (fields: Fields): Plain => network('rbac', 'rbac.v3.RBAC', { stat_prefix: 'own', ...fields });
const rules = (action: string, permission: Plain): Plain => ({
  action,
  policies: { 'the one': policy(permission) },
});
const everything = { any: true };
const none = { not_rule: everything };

const state = (key: string, text: string, more: Fields = {}): Plain => ({
  object_key: key,
  format_string: { text_format_source: { inline_string: text } },
  ...more,
});
const setState = (fields: Fields): Plain => network('set_filter_state', 'set_filter_state.v3.Config', fields);

const proxyProtocol = (fields: Fields = {}): Plain =>
  ofListener('proxy_protocol', 'proxy_protocol.v3.ProxyProtocol', fields);
const tlvRules = [
  { tlv_type: 2, on_tlv_present: { key: 'authority' } },
  { tlv_type: 0xe0, on_tlv_present: { key: 'own', value_string_encoding: 'BASE64' } },
];

/** A listener that binds nothing: others hand it what was meant for its address. */
const elsewhere = (ip: string, port: number, chain: Plain): Fields => ({
  address: { socket_address: { address: ip, port_value: port } },
  bind_to_port: false,
  listener_filters: [ofListener('http_inspector', 'http_inspector.v3.HttpInspector')],
  filter_chains: [chain],
});

const stage = (name: string): Plain => ({ filter_metadata: { 'envoy.lb': { stage: name } } });

export const networkListeners: { readonly [name: string]: NetworkListener } = {
  direct: {},
  'limit-one': { filters: [connectionLimit({ max_connections: 1 })] },
  'limit-off': { filters: [connectionLimit({ max_connections: 1, runtime_enabled: off })] },
  'limit-twice': {
    filters: [connectionLimit({ max_connections: 1 }), connectionLimit({ max_connections: 1 })],
  },
  'rate-one': { filters: [rateLimit({ token_bucket: slow })] },
  'rate-off': { filters: [rateLimit({ token_bucket: slow, runtime_enabled: off })] },
  'rate-shared': { filters: [rateLimit({ token_bucket: slow, share_key: 'both' })] },
  'rate-shared-too': { filters: [rateLimit({ token_bucket: slow, share_key: 'both' })] },
  'rate-listener': {
    listenerFilters: [
      ofListener('local_ratelimit', 'local_ratelimit.v3.LocalRateLimit', {
        stat_prefix: 'own',
        token_bucket: slow,
      }),
    ],
  },
  'rbac-allow': { filters: [rbac({ rules: rules('ALLOW', everything) })] },
  'rbac-none': { filters: [rbac({ rules: rules('ALLOW', none) })] },
  'rbac-deny': { filters: [rbac({ rules: rules('DENY', everything) })] },
  'rbac-log': { filters: [rbac({ rules: rules('LOG', everything) })] },
  'rbac-shadow': {
    filters: [rbac({ shadow_rules: rules('DENY', everything), shadow_rules_stat_prefix: 'dark_' })],
  },
  'rbac-both': {
    filters: [
      rbac({ stat_prefix: 'dotted.', rules: rules('ALLOW', everything), shadow_rules: rules('ALLOW', none) }),
    ],
  },
  'rbac-continuous': {
    filters: [rbac({ rules: rules('ALLOW', everything), enforcement_type: 'CONTINUOUS' })],
  },
  'rbac-delayed': { filters: [rbac({ rules: rules('DENY', everything), delay_deny: '0.1s' })] },
  'rbac-port': { filters: [rbac({ rules: rules('ALLOW', { destination_port: 1 }) })] },
  'rbac-state': {
    filters: [
      setState({ on_new_connection: [state('own.key', 'yes', { factory_key: 'envoy.string' })] }),
      rbac({
        rules: {
          policies: {
            p: policy(everything, { filter_state: { key: 'own.key', string_match: { exact: 'yes' } } }),
          },
        },
      }),
    ],
  },
  'rbac-only': { filters: [rbac({})] },
  'state-cluster': {
    filters: [setState({ on_new_connection: [state('envoy.tcp_proxy.cluster', 'second')] })],
  },
  'state-missing': {
    filters: [setState({ on_new_connection: [state('envoy.tcp_proxy.cluster', 'nobody')] })],
  },
  'state-late': {
    filters: [
      setState({
        on_downstream_data: [state('own.key', '%BYTES_RECEIVED%', { factory_key: 'envoy.string' })],
      }),
    ],
  },
  'state-idle': {
    filters: [
      setState({ on_new_connection: [state('envoy.tcp_proxy.per_connection_idle_timeout_ms', '150')] }),
    ],
  },
  proxied: { listenerFilters: [proxyProtocol({ rules: tlvRules })] },
  'proxied-maybe': {
    listenerFilters: [proxyProtocol({ allow_requests_without_proxy_protocol: true, stat_prefix: 'maybe' })],
  },
  'proxied-state': { listenerFilters: [proxyProtocol({ rules: tlvRules, tlv_location: 'FILTER_STATE' })] },
  'proxied-second': { listenerFilters: [proxyProtocol({ disallowed_versions: ['V1'] })] },
  'proxied-first': {
    listenerFilters: [
      proxyProtocol({ disallowed_versions: ['V2'], allow_requests_without_proxy_protocol: true }),
    ],
  },
  'handing-over': { listenerFilters: [proxyProtocol()], chains: () => ({ use_original_dst: true }) },
  unbound: { chains: (chain) => elsewhere('10.0.0.2', 80, chain('exact', 'second')) },
  'unbound-wildcard': { chains: (chain) => elsewhere('0.0.0.0', 81, chain('wildcard', 'second')) },
  restoring: {
    listenerFilters: [ofListener('original_dst', 'original_dst.v3.OriginalDst')],
    chains: () => ({ use_original_dst: true }),
  },
  subset: { proxy: { cluster: 'subsets', metadata_match: stage('two') } },
  'subset-missing': { proxy: { cluster: 'subsets', metadata_match: stage('three') } },
  'subset-weighted': {
    proxy: {
      weighted_clusters: { clusters: [{ name: 'subsets', weight: 1, metadata_match: stage('one') }] },
      metadata_match: stage('two'),
    },
  },
  'hash-source': { proxy: { cluster: 'hashed', hash_policy: [{ source_ip: {} }] } },
  'hash-proxied': {
    listenerFilters: [proxyProtocol()],
    proxy: { cluster: 'hashed', hash_policy: [{ source_ip: {} }] },
  },
  'hash-state': {
    filters: [
      setState({ on_new_connection: [state('own.key', 'a', { factory_key: 'envoy.hashable_string' })] }),
    ],
    proxy: { cluster: 'hashed', hash_policy: [{ filter_state: { key: 'own.key' } }] },
  },
  attempts: {
    proxy: {
      cluster: 'refused',
      max_connect_attempts: 3,
      backoff_options: { base_interval: '0.01s', max_interval: '0.02s' },
    },
  },
  'logs-all': {
    proxy: { access_log_options: { flush_access_log_on_start: true, flush_access_log_on_connected: true } },
  },
  early: { proxy: { upstream_connect_mode: 'ON_DOWNSTREAM_DATA', max_early_data_bytes: 10 } },
  handshake: { proxy: { upstream_connect_mode: 'ON_DOWNSTREAM_TLS_HANDSHAKE', max_early_data_bytes: 10 } },
  lasting: { proxy: { max_downstream_connection_duration: '0.1s' } },
  idle: { proxy: { idle_timeout: '0.1s' } },
  'no-hosts': { proxy: { cluster: 'empty' } },
  'no-cluster-yet': { proxy: { weighted_clusters: { clusters: [{ name: 'main', weight: 1 }] } } },
  'no-sni': { filters: [network('sni_cluster', 'sni_cluster.v3.SniCluster')] },
};
