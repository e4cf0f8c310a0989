import type { ConfigNode } from '../../../../api/config-node.js';

/** `envoy.extensions.filters.http.grpc_stats.v3.FilterConfig`. */
export type GrpcStatsConfig = {
  readonly emitsFilterState: boolean;
  /** `all`: each method on its own; else those that are listed, as `/service/method`, and the rest together. */
  readonly methods: 'all' | readonly string[];
  readonly timesUpstream: boolean;
  readonly replacesDots: boolean;
};

export function parseGrpcStats(node: ConfigNode): GrpcStatsConfig {
  return {
    emitsFilterState: node.bool('emit_filter_state'),
    methods: parseMethods(node),
    timesUpstream: node.bool('enable_upstream_stats'),
    replacesDots: node.bool('replace_dots_in_grpc_service_name'),
  };
}

function parseMethods(node: ConfigNode): GrpcStatsConfig['methods'] {
  const isForAll = node.optionalBool('stats_for_all_methods');
  const list = node.message('individual_method_stats_allowlist');
  if (list === undefined) return isForAll === true ? 'all' : [];
  return list
    .list('services')
    .flatMap((service) =>
      service.strings('method_names').map((method) => `/${service.string('name')}/${method}`),
    );
}
