import { type ConnectionControl, type NetworkFilter, NetworkStatus } from '../../../../api/network-filter.js';
import { type BoundStats, statBlock } from '../../../../api/stats.js';
import type { LogContext, StreamInfo } from '../../../../api/stream-info.js';
import type { ThreadScope } from '../../../../api/thread-scope.js';
import type { Cancellable } from '../../../../api/upstream.js';
import { encodeRateLimitRequest } from '../../../../codec/ratelimit/rate-limit-request.js';
import {
  decodeRateLimitVerdict,
  type RateLimitVerdict,
} from '../../../../codec/ratelimit/rate-limit-response.js';
import { toByteText } from '../../../../format/byte-text.js';
import { compileFormat, type Format } from '../../../../format/text-format.js';
import { addDynamicMetadata } from '../../../../stream/dynamic-metadata.js';
import { GrpcMethod } from '../../../../upstream/grpc-service.js';
import type { NetworkRateLimitConfig } from './config.js';

/** `ratelimit.<stat_prefix>.` */
const R = statBlock({
  counters: ['cx_closed', 'error', 'failure_mode_allowed', 'ok', 'over_limit', 'total'],
  gauges: ['active'],
});

const limitPath = '/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit';
const metadataNamespace = 'envoy.filters.network.ratelimit';

/** What the connections of one filter chain share. */
export class ConnectionLimiter {
  readonly config: NetworkRateLimitConfig;
  readonly stats: BoundStats;
  private readonly scope: ThreadScope;
  private readonly method: GrpcMethod;
  private readonly descriptors: readonly (readonly (readonly [key: string, value: Format])[])[];

  constructor(config: NetworkRateLimitConfig, scope: ThreadScope) {
    this.config = config;
    this.scope = scope;
    this.stats = scope.stats.bind(`ratelimit.${config.statPrefix}`, R);
    this.method = new GrpcMethod(config.service, limitPath, scope);
    this.descriptors = config.descriptors.map((entries) =>
      entries.map(({ key, value }) => [toByteText(key), compileFormat(value)] as const),
    );
  }

  get isEnabled(): boolean {
    return this.isOn('ratelimit.tcp_filter_enabled');
  }

  get isEnforcing(): boolean {
    return this.isOn('ratelimit.tcp_filter_enforcing');
  }

  /** Answers a handle to take the question back with, or null when the verdict has been given already. */
  ask(info: StreamInfo, give: (verdict: RateLimitVerdict | null) => void): Cancellable | null {
    const context: LogContext = {
      info,
      requestHeaders: null,
      responseHeaders: null,
      responseTrailers: null,
      logType: 'NotSet',
    };
    const descriptors = this.descriptors.map((entries) => ({
      entries: entries.map(([key, value]) => [key, value(context)] as const),
    }));
    const request = encodeRateLimitRequest(this.config.domain, descriptors);
    const call = this.method.unary(request, info, {
      onReply: (reply) => give(decodeRateLimitVerdict(reply)),
      onFailure: () => give(null),
    });
    return call.isDone ? null : call;
  }

  private isOn(key: string): boolean {
    const { runtime, random } = this.scope;
    return runtime.sampled({ numerator: 100, denominator: 100, runtimeKey: key }, random.u32());
  }
}

/** Asks when the connection exists, and lets nobody behind it know of it before the answer. */
export class NetworkRateLimitFilter implements NetworkFilter {
  private readonly limiter: ConnectionLimiter;
  private readonly control: ConnectionControl;
  private isAsking: boolean;
  private isRefused: boolean;
  private call: Cancellable | null;
  /** The verdict came while the question was being put. */
  private isPutting: boolean;

  constructor(limiter: ConnectionLimiter, control: ConnectionControl) {
    this.limiter = limiter;
    this.control = control;
    this.isAsking = false;
    this.isRefused = false;
    this.call = null;
    this.isPutting = false;
  }

  onNewConnection(): NetworkStatus {
    const { limiter, control } = this;
    if (!limiter.isEnabled) return NetworkStatus.Continue;
    this.isAsking = true;
    limiter.stats.add(R.active, 1);
    limiter.stats.inc(R.total);
    this.isPutting = true;
    this.call = limiter.ask(control.record, (verdict) => control.guard(() => this.onVerdict(verdict)));
    this.isPutting = false;
    return this.isAsking || this.isRefused ? NetworkStatus.Stop : NetworkStatus.Continue;
  }

  onData(): NetworkStatus {
    return this.isAsking || this.isRefused ? NetworkStatus.Stop : NetworkStatus.Continue;
  }

  onClose(): void {
    if (!this.isAsking) return;
    this.isAsking = false;
    this.limiter.stats.add(R.active, -1);
    this.call?.cancel();
    this.call = null;
  }

  private onVerdict(verdict: RateLimitVerdict | null): void {
    if (!this.isAsking) return;
    const { limiter, control } = this;
    this.isAsking = false;
    this.call = null;
    limiter.stats.add(R.active, -1);
    if (verdict === null) {
      this.onFailure();
      return;
    }
    const { isOverLimit, metadata } = verdict;
    if (Object.keys(metadata).length > 0) addDynamicMetadata(control.record, metadataNamespace, metadata);
    limiter.stats.inc(isOverLimit ? R.over_limit : R.ok);
    if (isOverLimit && limiter.isEnforcing) this.refuse('ratelimit_close_over_limit');
    else this.goOn();
  }

  private onFailure(): void {
    const { stats, config } = this.limiter;
    stats.inc(R.error);
    if (config.deniesFailure) {
      this.refuse('ratelimit_error_failure_mode_connection_close');
      return;
    }
    stats.inc(R.failure_mode_allowed);
    this.goOn();
  }

  private refuse(reason: string): void {
    this.isRefused = true;
    this.limiter.stats.inc(R.cx_closed);
    this.control.close('no-flush', reason);
  }

  private goOn(): void {
    if (!this.isPutting) this.control.continueReading();
  }
}
