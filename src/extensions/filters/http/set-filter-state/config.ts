import type { ConfigNode } from '../../../../api/config-node.js';
import {
  parseSubstitutionFormat,
  type SubstitutionFormatConfig,
} from '../../../../format/substitution-format.js';

export type FilterStateValueConfig = {
  readonly key: string;
  readonly format: SubstitutionFormatConfig;
  readonly skipsEmpty: boolean;
};

/** `envoy.extensions.filters.http.set_filter_state.v3.Config`, of the filter or of a route. */
export type SetFilterStateConfig = {
  readonly values: readonly FilterStateValueConfig[];
  readonly clearsRoute: boolean;
};

/** Keys (or `factory_key`s) whose objects are made of text. */
const factories: ReadonlySet<string> = new Set([
  'envoy.filters.listener.original_dst.local_ip',
  'envoy.filters.listener.original_dst.remote_ip',
  'envoy.hashable_string',
  'envoy.network.application_protocols',
  'envoy.network.ip',
  'envoy.network.network_namespace',
  'envoy.network.transport_socket.original_dst_address',
  'envoy.network.upstream_server_name',
  'envoy.network.upstream_subject_alt_names',
  'envoy.ratelimit.hits_addend',
  'envoy.string',
  'envoy.tcp_proxy.cluster',
  'envoy.tcp_proxy.disable_tunneling',
  'envoy.tcp_proxy.per_connection_idle_timeout_ms',
  'envoy.upstream.dynamic_host',
  'envoy.upstream.dynamic_port',
]);

export function parseSetFilterState(node: ConfigNode): SetFilterStateConfig {
  return {
    values: node.list('on_request_headers').flatMap(parseValue),
    clearsRoute: node.bool('clear_route_cache'),
  };
}

function parseValue(node: ConfigNode): FilterStateValueConfig[] {
  const key = node.string('object_key');
  const factory = node.string('factory_key') || key;
  if (!factories.has(factory)) node.error(`'${factory}' does not have an object factory`, 'object_key');
  node.noEffect('read_only', 'Envoy writes over such values as well');
  node.noEffect('shared_with_upstream', 'nothing reads the filter state of upstream connections');
  const format = node.message('format_string');
  if (format === undefined) return [];
  return [
    {
      key,
      format: parseSubstitutionFormat(format),
      skipsEmpty: node.bool('skip_if_empty'),
    },
  ];
}
