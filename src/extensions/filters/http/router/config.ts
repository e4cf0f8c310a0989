import type { ConfigNode } from '../../../../api/config-node.js';
import { type ParsedAccessLog, parseAccessLogs } from '../../../../stream/access-log/access-log.js';
import { type FilterEntry, parseRouterAttemptFilters } from '../../../../stream/filter-chain-config.js';

/** `envoy.extensions.filters.http.router.v3.Router`. */
export type RouterConfig = {
  readonly dynamicStats: boolean;
  readonly suppressEnvoyHeaders: boolean;
  readonly respectExpectedTimeout: boolean;
  /** Headers whose values must make sense. */
  readonly strictHeaders: readonly string[];
  readonly hidesGrpcCodes: boolean;
  readonly rejectsEarlyConnectData: boolean;
  /** Access logs of attempts. */
  readonly upstreamLogs: readonly ParsedAccessLog[];
  readonly logsUpstreamStart: boolean;
  /** 0 = none. */
  readonly upstreamLogIntervalMs: number;
  /** Of attempts on clusters that have none of their own. */
  readonly attemptFilters: readonly FilterEntry[] | null;
};

export function parseRouter(node: ConfigNode): RouterConfig {
  if (node.bool('start_child_span')) node.noEffect('start_child_span', 'tracing is not built yet');
  const logOptions = node.message('upstream_log_options');
  return {
    dynamicStats: node.optionalBool('dynamic_stats') ?? true,
    suppressEnvoyHeaders: node.bool('suppress_envoy_headers'),
    respectExpectedTimeout: node.bool('respect_expected_rq_timeout'),
    strictHeaders: node.strings('strict_check_headers'),
    hidesGrpcCodes: node.bool('suppress_grpc_request_failure_code_stats'),
    rejectsEarlyConnectData: node.bool('reject_connect_request_early_data'),
    upstreamLogs: parseAccessLogs(node, 'upstream_log'),
    logsUpstreamStart: logOptions?.bool('flush_upstream_log_on_upstream_stream') ?? false,
    upstreamLogIntervalMs: logOptions?.duration('upstream_log_flush_interval', 0) ?? 0,
    attemptFilters: parseRouterAttemptFilters(node, 'upstream_http_filters'),
  };
}
