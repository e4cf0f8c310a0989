import type { FractionConfig } from '../../../../api/config-node.js';
import type { HttpFilterContext, StreamControl } from '../../../../api/http-filter.js';
import type { RequestHeaders } from '../../../../base/header-map.js';
import { buildHeaderMatchers, type HeaderPredicate } from '../../../../match/header-matcher.js';
import type { FaultConfig } from './config.js';

/** How a request is to be answered instead of being forwarded. */
export interface Abort {
  readonly status: number;
  /** Null: what the HTTP status maps to. */
  readonly grpcStatus: number | null;
  readonly body: string;
}

/** The faults of one configuration, as they are to befall one request or another. */
export class Faults {
  readonly config: FaultConfig;
  private readonly scope: HttpFilterContext;
  private readonly nodes: ReadonlySet<string>;
  private readonly matches: HeaderPredicate | null;

  constructor(config: FaultConfig, scope: HttpFilterContext) {
    this.config = config;
    this.scope = scope;
    this.nodes = new Set(config.downstreamNodes);
    this.matches = buildHeaderMatchers(config.headers);
  }

  concern(headers: RequestHeaders, stream: StreamControl): boolean {
    const { upstreamCluster } = this.config;
    if (upstreamCluster !== '' && !this.goesTo(upstreamCluster, headers, stream)) return false;
    if (this.nodes.size > 0 && !this.nodes.has(headers.joined('x-envoy-downstream-service-node') ?? '')) {
      return false;
    }
    return this.matches === null || this.matches(headers);
  }

  /** Milliseconds; 0 for none. */
  delayMs(headers: RequestHeaders, cluster: string): number {
    const { delay, keys } = this.config;
    if (delay === null) return 0;
    const percentHeader = delay.ms === 'by-header' ? 'x-envoy-fault-delay-request-percentage' : '';
    const fraction = limitedByHeader(delay.fraction, headers, percentHeader);
    if (!this.falls(fraction, cluster, 'delay.fixed_delay_percent')) return 0;
    const asked = delay.ms === 'by-header' ? numberOf(headers, 'x-envoy-fault-delay-request') : delay.ms;
    if (asked === undefined) return 0;
    return Math.max(0, this.overridden(keys.delayMs, cluster, 'delay.fixed_duration_ms', asked));
  }

  abort(headers: RequestHeaders, cluster: string): Abort | null {
    const { abort } = this.config;
    if (abort === null) return null;
    const percentHeader = abort.kind === 'by-header' ? 'x-envoy-fault-abort-request-percentage' : '';
    const fraction = limitedByHeader(abort.fraction, headers, percentHeader);
    if (!this.falls(fraction, cluster, 'abort.abort_percent')) return null;
    const { body } = abort;
    const status = this.httpStatus(headers, cluster);
    if (status !== undefined) return { status, grpcStatus: null, body };
    const grpcStatus = this.grpcStatus(headers, cluster);
    return grpcStatus === undefined ? null : { status: 200, grpcStatus, body };
  }

  /** KiB per second; 0 for no limit. */
  rateLimit(headers: RequestHeaders): number {
    const { rate } = this.config;
    if (rate === null) return 0;
    const isByHeader = rate.limit === 'by-header';
    const limit =
      rate.limit === 'by-header' ? numberOf(headers, 'x-envoy-fault-throughput-response') : rate.limit;
    if (limit === undefined || limit === 0) return 0;
    const percentHeader = isByHeader ? 'x-envoy-fault-throughput-response-percentage' : '';
    const fraction = limitedByHeader(rate.fraction, headers, percentHeader);
    return this.scope.runtime.sampled(fraction, this.scope.random.u32()) ? limit : 0;
  }

  /** How many requests may suffer at a time. */
  maxActive(): number {
    const { maxActive, keys } = this.config;
    return this.scope.runtime.number(keys.maxActive, maxActive ?? Number.POSITIVE_INFINITY);
  }

  private goesTo(cluster: string, headers: RequestHeaders, stream: StreamControl): boolean {
    const action = stream.route()?.action;
    if (action?.kind !== 'route') return false;
    const { info } = stream;
    return action.chooseCluster({ headers, info, random: info.randomValue }).clusterName === cluster;
  }

  private httpStatus(headers: RequestHeaders, cluster: string): number | undefined {
    const { abort, keys } = this.config;
    if (abort === null || abort.kind === 'grpc') return undefined;
    const asked = abort.kind === 'http' ? abort.status : numberOf(headers, 'x-envoy-fault-abort-request');
    if (asked === undefined || asked < 200 || asked >= 600) return undefined;
    const status = this.overridden(keys.abortHttpStatus, cluster, 'abort.http_status', asked);
    return status >= 200 && status < 600 ? status : asked;
  }

  private grpcStatus(headers: RequestHeaders, cluster: string): number | undefined {
    const { abort, keys } = this.config;
    if (abort === null || abort.kind === 'http') return undefined;
    const asked =
      abort.kind === 'grpc' ? abort.status : numberOf(headers, 'x-envoy-fault-abort-grpc-request');
    if (asked === undefined) return undefined;
    return this.overridden(keys.abortGrpcStatus, cluster, 'abort.grpc_status', asked);
  }

  /** The general key of the runtime may let it happen, or that of the downstream cluster. */
  private falls(fraction: FractionConfig, cluster: string, name: string): boolean {
    const { runtime, random } = this.scope;
    if (runtime.sampled(fraction, random.u32())) return true;
    if (cluster === '') return false;
    return runtime.sampled({ ...fraction, runtimeKey: `fault.http.${cluster}.${name}` }, random.u32());
  }

  private overridden(key: string, cluster: string, name: string, value: number): number {
    const { runtime } = this.scope;
    const general = runtime.number(key, value);
    return cluster === '' ? general : runtime.number(`fault.http.${cluster}.${name}`, general);
  }
}

/** A request may ask for less than is configured, never for more. */
function limitedByHeader(fraction: FractionConfig, headers: RequestHeaders, name: string): FractionConfig {
  const asked = name === '' ? undefined : numberOf(headers, name);
  if (asked === undefined) return fraction;
  return { ...fraction, numerator: Math.min(asked, fraction.numerator) };
}

/** A whole number in a header that anybody may have sent: of several values the first. */
function numberOf(headers: RequestHeaders, name: string): number | undefined {
  const text = headers.get(name)?.trim();
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
