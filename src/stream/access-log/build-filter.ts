import type { AccessLogFilter } from '../../api/access-log.js';
import type { RuntimeView } from '../../api/runtime.js';
import type { LogContext } from '../../api/stream-info.js';
import { plainAt } from '../../base/plain-path.js';
import type { Random } from '../../base/random.js';
import { grpcStatusOf } from '../../format/grpc-status.js';
import { buildHeaderMatcher } from '../../match/header-matcher.js';
import { buildValueMatcher } from '../../match/value-matcher.js';
import type { ComparisonConfig, LogFilterConfig } from './filter-config.js';

/** What filters ask of their thread. */
export interface FilterServices {
  readonly runtime: RuntimeView;
  readonly random: Random;
}

type Passes = (context: LogContext) => boolean;
type FilterOf<K extends LogFilterConfig['kind']> = Extract<LogFilterConfig, { kind: K }>;

export function buildLogFilter(config: LogFilterConfig, services: FilterServices): AccessLogFilter {
  return { passes: build(config, services) };
}

function build(config: LogFilterConfig, services: FilterServices): Passes {
  switch (config.kind) {
    case 'status-code':
      return compare(config.comparison, services.runtime, ({ info }) => info.responseCode);
    case 'duration':
      return compare(config.comparison, services.runtime, durationOf);
    case 'not-health-check':
      return ({ info }) => !info.isHealthCheck;
    case 'traceable':
      // Nothing traces requests yet, and Envoy without tracing passes none either.
      return () => false;
    case 'runtime':
      return sampled(config, services);
    case 'and':
    case 'or':
      return combined(config, services);
    case 'header': {
      const matches = buildHeaderMatcher(config.matcher);
      return ({ requestHeaders }) => requestHeaders !== null && matches(requestHeaders);
    }
    case 'response-flag': {
      const wanted = config.flags === 0 ? ~0 : config.flags;
      return ({ info }) => (info.responseFlags & wanted) !== 0;
    }
    case 'grpc-status':
      return grpcStatus(config);
    case 'metadata':
      return metadata(config);
    case 'log-type':
      return ({ logType }) => config.types.includes(logType) !== config.exclude;
  }
}

/** Whole milliseconds from the first to the last byte; 0 while the stream runs. */
function durationOf({ info: { times } }: LogContext): number {
  return Number.isNaN(times.endMs) ? 0 : Math.floor(times.endMs - times.startMs);
}

function compare(
  { op, value, runtimeKey }: ComparisonConfig,
  runtime: RuntimeView,
  numberOf: (context: LogContext) => number,
): Passes {
  const limit = (): number => (runtimeKey === '' ? value : runtime.number(runtimeKey, value));
  switch (op) {
    case 'EQ':
      return (context) => numberOf(context) === limit();
    case 'NE':
      return (context) => numberOf(context) !== limit();
    case 'GE':
      return (context) => numberOf(context) >= limit();
    case 'LE':
      return (context) => numberOf(context) <= limit();
  }
}

/** Stable on x-request-id, so that all proxies on a request's way decide alike. */
function sampled({ fraction, isIndependent }: FilterOf<'runtime'>, services: FilterServices): Passes {
  const { runtime, random } = services;
  return ({ requestHeaders }) => {
    const id = isIndependent ? undefined : requestHeaders?.get('x-request-id');
    const stable = id === undefined ? Number.NaN : Number.parseInt(id.slice(0, 8), 16);
    return runtime.sampled(fraction, Number.isNaN(stable) ? random.u32() : stable);
  };
}

function combined({ kind, filters }: FilterOf<'and' | 'or'>, services: FilterServices): Passes {
  const parts = filters.map((filter) => build(filter, services));
  if (kind === 'and') return (context) => parts.every((passes) => passes(context));
  return (context) => parts.some((passes) => passes(context));
}

const unknownStatus = 2;

function grpcStatus({ statuses, exclude }: FilterOf<'grpc-status'>): Passes {
  const wanted = new Set(statuses);
  return (context) => {
    const status = grpcStatusOf(context);
    return wanted.has(Number.isNaN(status) ? unknownStatus : status) !== exclude;
  };
}

function metadata({ matcher, matchIfMissing }: FilterOf<'metadata'>): Passes {
  if (matcher === null) return () => matchIfMissing;
  const accepts = buildValueMatcher(matcher.value);
  return ({ info }) => {
    const value = plainAt(info.dynamicMetadata?.get(matcher.namespace), matcher.path);
    return value === undefined ? matchIfMissing : accepts(value) !== matcher.invert;
  };
}
