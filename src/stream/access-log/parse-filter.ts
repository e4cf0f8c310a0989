import type { ConfigNode } from '../../api/config-node.js';
import { responseFlagTexts } from '../../api/response-flags.js';
import { grpcStatusNames } from '../../format/grpc-status.js';
import { parseHeaderMatcher } from '../../match/header-matcher.js';
import { parseMetadataMatcher } from '../../match/metadata-matcher.js';
import type { ComparisonConfig, LogFilterConfig } from './filter-config.js';

type Reader = (node: ConfigNode) => LogFilterConfig;

const readers: { readonly [field: string]: Reader } = {
  status_code_filter: (node) => ({ kind: 'status-code', comparison: parseComparison(node) }),
  duration_filter: (node) => ({ kind: 'duration', comparison: parseComparison(node) }),
  not_health_check_filter: () => ({ kind: 'not-health-check' }),
  traceable_filter: () => ({ kind: 'traceable' }),
  runtime_filter: parseRuntime,
  and_filter: (node) => ({ kind: 'and', filters: parseAll(node) }),
  or_filter: (node) => ({ kind: 'or', filters: parseAll(node) }),
  header_filter: parseHeader,
  response_flag_filter: (node) => ({ kind: 'response-flag', flags: parseFlags(node) }),
  grpc_status_filter: parseGrpcStatus,
  metadata_filter: parseMetadata,
  log_type_filter: (node) => ({
    kind: 'log-type',
    types: node.enums('types'),
    exclude: node.bool('exclude'),
  }),
};

/** Reads an `AccessLogFilter`; null when it is of a kind that is not built, and every entry is written. */
export function parseLogFilter(node: ConfigNode): LogFilterConfig | null {
  node.unsupported('extension_filter', 'access log filter extensions are not built');
  for (const [field, read] of Object.entries(readers)) {
    const filter = node.message(field);
    if (filter !== undefined) return read(filter);
  }
  return null;
}

function parseAll(node: ConfigNode): readonly LogFilterConfig[] {
  return node
    .list('filters')
    .map(parseLogFilter)
    .filter((filter) => filter !== null);
}

function parseComparison(node: ConfigNode): ComparisonConfig {
  const comparison = node.message('comparison');
  const value = comparison?.message('value');
  const op = comparison?.enum('op');
  return {
    op: op === 'GE' || op === 'LE' || op === 'NE' ? op : 'EQ',
    value: value?.number('default_value') ?? 0,
    runtimeKey: value?.string('runtime_key') ?? '',
  };
}

function parseRuntime(node: ConfigNode): LogFilterConfig {
  const never = { numerator: 0, denominator: 100, runtimeKey: '' };
  const fraction = { ...node.fraction('percent_sampled', never), runtimeKey: node.string('runtime_key') };
  return { kind: 'runtime', fraction, isIndependent: node.bool('use_independent_randomness') };
}

function parseHeader(node: ConfigNode): LogFilterConfig {
  const header = node.message('header');
  if (header !== undefined) return { kind: 'header', matcher: parseHeaderMatcher(header) };
  return { kind: 'and', filters: [] };
}

function parseFlags(node: ConfigNode): number {
  const names = new Set(node.strings('flags'));
  return responseFlagTexts.reduce((bits, [bit, short]) => (names.has(short) ? bits | bit : bits), 0);
}

/** The enum spells one status otherwise than gRPC does. */
function statusNumber(name: string): number {
  const wanted = name === 'CANCELED' ? 'CANCELLED' : name;
  return grpcStatusNames.findIndex(([, snake]) => snake === wanted);
}

function parseGrpcStatus(node: ConfigNode): LogFilterConfig {
  return {
    kind: 'grpc-status',
    statuses: node.enums('statuses').map(statusNumber),
    exclude: node.bool('exclude'),
  };
}

function parseMetadata(node: ConfigNode): LogFilterConfig {
  const matcher = node.message('matcher');
  return {
    kind: 'metadata',
    matcher: matcher === undefined ? null : parseMetadataMatcher(matcher),
    matchIfMissing: node.bool('match_if_key_not_found', true),
  };
}
