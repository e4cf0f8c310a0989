import type { Chunk } from '../../../../api/codec.js';
import {
  DataStatus,
  HeadersStatus,
  type HttpFilter,
  type HttpFilterContext,
  type HttpFilterFactory,
  type StreamControl,
  TrailersStatus,
} from '../../../../api/http-filter.js';
import { ResponseFlag } from '../../../../api/response-flags.js';
import type { RequestHeaders, ResponseHeaders } from '../../../../base/header-map.js';
import { addDynamicMetadata } from '../../../../stream/dynamic-metadata.js';
import { RouteOverride } from '../route-override.js';
import { byteBucket, Throttle } from '../throttle.js';
import { ActiveFaults, F } from './active-faults.js';
import { type FaultConfig, parseFault } from './config.js';
import { type Abort, Faults } from './faults.js';

/** Delays, aborts and slows down requests, to see what becomes of those who wait for them. */
export const faultFilter: HttpFilterFactory<FaultConfig, FaultConfig> = {
  name: 'envoy.filters.http.fault',
  typeUrl: 'envoy.extensions.filters.http.fault.v3.HTTPFault',
  parse: parseFault,
  parseRoute: parseFault,
  build(config, scope) {
    const active = new ActiveFaults(scope);
    const faults = new RouteOverride(new Faults(config, scope), (onRoute: FaultConfig) => {
      return new Faults(onRoute, scope);
    });
    return (stream) => new FaultFilter(stream, scope, faults, active);
  },
};

/** How often bytes go on in a slow response. */
const intervalMs = 50;

class FaultFilter implements HttpFilter {
  private readonly stream: StreamControl;
  private readonly scope: HttpFilterContext;
  private readonly override: RouteOverride<FaultConfig, Faults>;
  private readonly active: ActiveFaults;
  private faults: Faults;
  /** Of the header `x-envoy-downstream-service-cluster`; empty when there is none. */
  private cluster: string;
  private isActive: boolean;
  private isDelaying: boolean;
  private throttle: Throttle<ResponseHeaders> | null;

  constructor(
    stream: StreamControl,
    scope: HttpFilterContext,
    override: RouteOverride<FaultConfig, Faults>,
    active: ActiveFaults,
  ) {
    this.stream = stream;
    this.scope = scope;
    this.override = override;
    this.active = active;
    this.faults = override.own;
    this.cluster = '';
    this.isActive = false;
    this.isDelaying = false;
    this.throttle = null;
  }

  onRequestHeaders(headers: RequestHeaders): HeadersStatus {
    const faults = this.override.of(this.stream);
    if (!faults.concern(headers, this.stream)) return HeadersStatus.Continue;
    this.faults = faults;
    this.cluster = headers.joined('x-envoy-downstream-service-cluster') ?? '';
    this.limitRate(headers);
    const delayMs = faults.delayMs(headers, this.cluster);
    if (delayMs > 0 && this.tryActive()) {
      this.delay(headers, delayMs);
      return HeadersStatus.Stop;
    }
    return this.abortIfDue(headers) ? HeadersStatus.Stop : HeadersStatus.Continue;
  }

  onRequestData(): DataStatus {
    return this.isDelaying ? DataStatus.StopWatermark : DataStatus.Continue;
  }

  onRequestTrailers(): TrailersStatus {
    return this.isDelaying ? TrailersStatus.Stop : TrailersStatus.Continue;
  }

  onResponseData(chunk: Chunk, endStream: boolean): DataStatus {
    return this.throttle === null ? DataStatus.Continue : this.throttle.onData(chunk, endStream);
  }

  onResponseTrailers(): TrailersStatus {
    return this.throttle === null ? TrailersStatus.Continue : this.throttle.onTrailers();
  }

  onDestroy(): void {
    this.throttle?.destroy();
    if (this.isActive) this.active.remove();
  }

  private limitRate(headers: RequestHeaders): void {
    const kibPerSecond = this.faults.rateLimit(headers);
    if (kibPerSecond === 0 || !this.tryActive()) return;
    this.active.stats.inc(F.response_rl_injected);
    const bucket = byteBucket(kibPerSecond, new BigInt64Array(1));
    bucket.begin(this.scope.shared.nowMs(), bucket.maxTokens * (intervalMs / 1000));
    const rate = { bucket, intervalMs };
    this.throttle = new Throttle(this.stream, this.scope, this.stream.response, rate);
  }

  private delay(headers: RequestHeaders, delayMs: number): void {
    const { stream } = this;
    this.isDelaying = true;
    stream.info.responseFlags |= ResponseFlag.delayInjected;
    this.tellMetadata();
    this.count('delays_injected');
    const timer = stream.timer(() => {
      this.isDelaying = false;
      if (!this.abortIfDue(headers)) stream.request.resume();
    });
    this.scope.timers.schedule(timer, delayMs);
  }

  private abortIfDue(headers: RequestHeaders): boolean {
    const abort = this.faults.abort(headers, this.cluster);
    if (abort === null || !this.tryActive()) return false;
    this.tellMetadata();
    this.count('aborts_injected');
    this.answer(abort);
    return true;
  }

  private answer({ status, grpcStatus, body }: Abort): void {
    this.stream.localReply(status, body, {
      details: 'fault_filter_abort',
      flags: ResponseFlag.faultInjected,
      ...(grpcStatus === null ? {} : { grpcStatus }),
    });
  }

  /** However many faults befall a stream, it counts once. */
  private tryActive(): boolean {
    if (!this.isActive) this.isActive = this.active.tryAdd(this.faults.maxActive());
    return this.isActive;
  }

  private count(name: 'aborts_injected' | 'delays_injected'): void {
    this.active.stats.inc(F[name]);
    if (this.cluster !== '' && this.faults.config.countsDownstreamClusters) {
      this.active.countFor(this.cluster, name);
    }
  }

  private tellMetadata(): void {
    const { metadata } = this.faults.config;
    addDynamicMetadata(this.stream.info, 'envoy.filters.http.fault', metadata);
  }
}
