import type { ConfigNode } from '../api/config-node.js';
import type { LogContext } from '../api/stream-info.js';
import { fromByteText } from '../format/byte-text.js';
import {
  compileSubstitutionFormat,
  parseSubstitutionFormat,
  type SubstitutionFormatConfig,
} from '../format/substitution-format.js';
import type { Format } from '../format/text-format.js';

export type FilterStateValueConfig = {
  readonly key: string;
  readonly format: SubstitutionFormatConfig;
  readonly skipsEmpty: boolean;
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

/** Reads a list of `envoy.extensions.filters.common.set_filter_state.v3.FilterStateValue`. */
export function parseFilterStateValues(node: ConfigNode, field: string): readonly FilterStateValueConfig[] {
  return node.list(field).flatMap(parseValue);
}

function parseValue(node: ConfigNode): FilterStateValueConfig[] {
  const key = node.string('object_key');
  const factory = node.string('factory_key') || key;
  if (!factories.has(factory)) node.error(`'${factory}' does not have an object factory`, 'object_key');
  node.noEffect('read_only', 'Envoy writes over such values as well');
  node.noEffect(
    'shared_with_upstream',
    'filter state stays with its connection; internal listeners get metadata alone',
  );
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

interface StateValue {
  readonly key: string;
  readonly format: Format;
  readonly skipsEmpty: boolean;
}

/** Texts with the keys that they are written under. */
export class FilterStateValues {
  private readonly values: readonly StateValue[];

  constructor(configs: readonly FilterStateValueConfig[]) {
    this.values = configs.map(({ key, format, skipsEmpty }) => {
      return { key, format: compileSubstitutionFormat(format), skipsEmpty };
    });
  }

  get isEmpty(): boolean {
    return this.values.length === 0;
  }

  apply(context: LogContext): void {
    for (const { key, format, skipsEmpty } of this.values) {
      const text = format(context);
      if (text === '' && skipsEmpty) continue;
      context.info.filterState ??= new Map();
      context.info.filterState.set(key, fromByteText(text));
    }
  }
}
