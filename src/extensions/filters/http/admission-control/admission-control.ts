import {
  HeadersStatus,
  type HttpFilter,
  type HttpFilterContext,
  type HttpFilterFactory,
  type StreamControl,
  TrailersStatus,
} from '../../../../api/http-filter.js';
import { type BoundStats, statBlock } from '../../../../api/stats.js';
import type { HeaderMap, RequestHeaders, ResponseHeaders } from '../../../../base/header-map.js';
import { isGrpcContentType } from '../../../../format/grpc-status.js';
import { isOn } from '../../../../runtime/feature-flag.js';
import { type AdmissionControlConfig, parseAdmissionControl, type RuntimeNumber } from './config.js';
import { RequestHistory } from './request-history.js';

/** `http.<stat_prefix>.admission_control.` */
const A = statBlock({ counters: ['rq_failure', 'rq_rejected', 'rq_success'] });

/** Refuses some of the requests while too many of the answers are bad, so that what is behind can recover. */
export const admissionControlFilter: HttpFilterFactory<AdmissionControlConfig> = {
  name: 'envoy.filters.http.admission_control',
  typeUrl: 'envoy.extensions.filters.http.admission_control.v3.AdmissionControl',
  parse: parseAdmissionControl,
  build(config, scope) {
    const admission = new Admission(config, scope);
    return (stream) => new AdmissionControlFilter(stream, admission);
  },
};

const accuracy = 10_000;

/** One configuration at work in one thread, with what it has seen. */
class Admission {
  private readonly config: AdmissionControlConfig;
  private readonly scope: HttpFilterContext;
  private readonly history: RequestHistory;
  private readonly stats: BoundStats;

  constructor(config: AdmissionControlConfig, scope: HttpFilterContext) {
    this.config = config;
    this.scope = scope;
    this.history = new RequestHistory(scope.clock, config.windowSeconds);
    this.stats = scope.stats.bind(`${scope.statPrefix}.admission_control`, A);
  }

  isEnabled(): boolean {
    return isOn(this.config.enabled, this.scope.runtime);
  }

  refuses(): boolean {
    if (this.history.averageRps() < this.valueOf(this.config.rpsThreshold)) return false;
    const isRefused = accuracy * this.rejectionProbability() > this.scope.random.below(accuracy);
    if (isRefused) this.stats.inc(A.rq_rejected);
    return isRefused;
  }

  record(isSuccess: boolean): void {
    this.history.record(isSuccess);
    this.stats.inc(isSuccess ? A.rq_success : A.rq_failure);
  }

  isHttpSuccess(status: number): boolean {
    const ranges = this.config.httpSuccess;
    return ranges === null ? status < 500 : ranges.some(({ start, end }) => start <= status && status < end);
  }

  isGrpcSuccess(text: string): boolean {
    return /^\d{1,3}$/.test(text) && this.config.grpcSuccess.includes(Number(text));
  }

  private rejectionProbability(): number {
    const { history, config } = this;
    history.update();
    const threshold = Math.min(100, this.percentOf(config.successThreshold)) / 100;
    const missing = (history.requests - history.successes / threshold) / (history.requests + 1);
    if (!(missing > 0)) return 0;
    const aggression = Math.max(1, this.valueOf(config.aggression));
    const probability = aggression === 1 ? missing : missing ** (1 / aggression);
    return Math.min(probability, this.percentOf(config.maxRejection) / 100);
  }

  private valueOf({ value, runtimeKey }: RuntimeNumber): number {
    return runtimeKey === '' ? value : this.scope.runtime.double(runtimeKey, value);
  }

  private percentOf(number: RuntimeNumber): number {
    const value = this.valueOf(number);
    return value >= 0 && value <= 100 ? value : number.value;
  }
}

class AdmissionControlFilter implements HttpFilter {
  private readonly stream: StreamControl;
  private readonly admission: Admission;
  private records: boolean;
  private awaitsTrailers: boolean;

  constructor(stream: StreamControl, admission: Admission) {
    this.stream = stream;
    this.admission = admission;
    this.records = true;
    this.awaitsTrailers = false;
  }

  onRequestHeaders(_headers: RequestHeaders): HeadersStatus {
    const { admission, stream } = this;
    if (!admission.isEnabled() || stream.info.isHealthCheck) {
      this.records = false;
      return HeadersStatus.Continue;
    }
    if (!admission.refuses()) return HeadersStatus.Continue;
    this.records = false;
    stream.localReply(503, '', { details: 'denied_by_admission_control' });
    return HeadersStatus.Stop;
  }

  onResponseHeaders(headers: ResponseHeaders, endStream: boolean): HeadersStatus {
    if (!this.records) return HeadersStatus.Continue;
    const { admission } = this;
    const grpcStatus = headers.get('grpc-status');
    const isGrpc =
      headers.status === 200 &&
      isGrpcContentType(headers.get('content-type')) &&
      (!endStream || grpcStatus !== undefined);
    if (!isGrpc) admission.record(admission.isHttpSuccess(headers.status));
    else if (grpcStatus === undefined) this.awaitsTrailers = true;
    else admission.record(admission.isGrpcSuccess(grpcStatus));
    return HeadersStatus.Continue;
  }

  onResponseTrailers(trailers: HeaderMap): TrailersStatus {
    if (this.awaitsTrailers) {
      this.admission.record(this.admission.isGrpcSuccess(trailers.get('grpc-status') ?? ''));
    }
    return TrailersStatus.Continue;
  }
}
