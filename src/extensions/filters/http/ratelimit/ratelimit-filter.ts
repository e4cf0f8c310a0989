import {
  DataStatus,
  HeadersStatus,
  type HttpFilter,
  type StreamControl,
  TrailersStatus,
} from '../../../../api/http-filter.js';
import { ResponseFlag } from '../../../../api/response-flags.js';
import type { RateLimitDescriptor, RateLimitInput } from '../../../../api/route.js';
import type { StreamInfo } from '../../../../api/stream-info.js';
import type { Cancellable, Cluster } from '../../../../api/upstream.js';
import type { RequestHeaders, ResponseHeaders } from '../../../../base/header-map.js';
import { isToken } from '../../../../codec/http1/field-safety.js';
import {
  type DescriptorStatus,
  decodeRateLimitAnswer,
  type RateLimitAnswer,
} from '../../../../codec/ratelimit/rate-limit-answer.js';
import { addDynamicMetadata } from '../../../../stream/dynamic-metadata.js';
import { limitHeaders, retryAfter } from './limit-headers.js';
import type { RequestLimiter } from './request-limiter.js';

type Fields = readonly (readonly [name: string, value: string])[];

const noFields: Fields = [];
const unheard = { onReply: () => undefined, onFailure: () => undefined };

/**
 * One request and what the service says of it.
 *
 *   new ─► asking ─► passed        asking ─► answered here        any ─► done: what is told at the end is sent
 */
export class RateLimitFilter implements HttpFilter, RateLimitInput {
  readonly logType = 'NotSet';
  readonly responseTrailers = null;
  private readonly stream: StreamControl;
  private readonly limiter: RequestLimiter;
  requestHeaders: RequestHeaders | null;
  responseHeaders: ResponseHeaders | null;
  private state: 'new' | 'asking' | 'passed' | 'answered';
  private cluster: Cluster | null;
  private descriptors: readonly RateLimitDescriptor[];
  private call: Cancellable | null;
  /** The question is being put: a verdict that comes now comes within a hook. */
  private isPutting: boolean;
  /** What the response is still to be given. */
  private toClient: Fields;

  constructor(stream: StreamControl, limiter: RequestLimiter) {
    this.stream = stream;
    this.limiter = limiter;
    this.requestHeaders = null;
    this.responseHeaders = null;
    this.state = 'new';
    this.cluster = null;
    this.descriptors = [];
    this.call = null;
    this.isPutting = false;
    this.toClient = noFields;
  }

  get info(): StreamInfo {
    return this.stream.info;
  }

  get localCluster(): string {
    return this.limiter.localCluster;
  }

  clusterName(): string | undefined {
    const action = this.stream.route()?.action;
    const headers = this.requestHeaders;
    if (action?.kind !== 'route' || headers === null) return undefined;
    const { info } = this;
    return action.chooseCluster({ headers, info, random: info.randomValue }).clusterName;
  }

  onRequestHeaders(headers: RequestHeaders): HeadersStatus {
    const { limiter, stream } = this;
    this.requestHeaders = headers;
    if (!limiter.isOn(limiter.config.enabled) || !this.isOfType(headers)) return HeadersStatus.Continue;
    this.cluster = limiter.clusterNamed(this.clusterName());
    if (this.cluster === null) return HeadersStatus.Continue;
    this.descriptors = limiter.describe(this, stream, false);
    if (this.descriptors.length === 0) return HeadersStatus.Continue;
    this.ask();
    return this.isHeld() ? HeadersStatus.StopAllWatermark : HeadersStatus.Continue;
  }

  onRequestData(): DataStatus {
    return this.isHeld() ? DataStatus.StopWatermark : DataStatus.Continue;
  }

  onRequestTrailers(): TrailersStatus {
    return this.isHeld() ? TrailersStatus.Stop : TrailersStatus.Continue;
  }

  onResponseHeaders(headers: ResponseHeaders): HeadersStatus {
    this.responseHeaders = headers;
    this.tell(headers);
    return HeadersStatus.Continue;
  }

  /** What is to be told at the end is told to nobody who waits. */
  onComplete(): void {
    const { limiter, stream, requestHeaders } = this;
    if (this.state === 'asking' || requestHeaders === null || !this.isOfType(requestHeaders)) return;
    if (limiter.clusterNamed(this.clusterName()) === null) return;
    const descriptors = limiter.describe(this, stream, true);
    if (descriptors.length > 0) limiter.ask(descriptors, stream, stream.info, unheard);
  }

  onDestroy(): void {
    this.call?.cancel();
    this.call = null;
  }

  private isHeld(): boolean {
    return this.state === 'asking' || this.state === 'answered';
  }

  private isOfType(headers: RequestHeaders): boolean {
    const { requestType } = this.limiter.config;
    if (requestType === 'both') return true;
    return (headers.get('x-envoy-internal') === 'true') === (requestType === 'internal');
  }

  private ask(): void {
    const { limiter, stream } = this;
    this.state = 'asking';
    this.isPutting = true;
    const call = limiter.ask(this.descriptors, stream, stream.info, {
      onReply: (reply) => this.onVerdict(decodeRateLimitAnswer(reply)),
      onFailure: () => this.onVerdict(null),
    });
    this.isPutting = false;
    this.call = call.isDone ? null : call;
  }

  private onVerdict(answer: RateLimitAnswer | null): void {
    this.call = null;
    if (this.isPutting) this.judge(answer);
    else this.stream.guard(() => this.judge(answer));
  }

  private judge(answer: RateLimitAnswer | null): void {
    const { limiter, cluster } = this;
    if (this.state !== 'asking' || cluster === null) return;
    if (answer === null) {
      this.onError(cluster);
      return;
    }
    const { isOverLimit, metadata, requestHeaders } = answer;
    if (metadata !== null) addDynamicMetadata(this.info, limiter.config.metadataNamespace, metadata);
    limiter.count(isOverLimit ? 'over_limit' : 'ok', cluster);
    if (isOverLimit) cluster.chargeCode(limiter.config.status, true, false);
    this.toClient = this.fieldsOf(answer);
    if (isOverLimit && limiter.isOn(limiter.config.enforced)) this.refuse(answer);
    else this.pass(requestHeaders);
  }

  private onError(cluster: Cluster): void {
    const { limiter } = this;
    limiter.count('error', cluster);
    if (!limiter.isOn(limiter.config.deniesFailure)) {
      limiter.count('failure_mode_allowed', cluster);
      this.pass(noFields);
      return;
    }
    this.state = 'answered';
    this.stream.localReply(limiter.config.statusOnError, '', {
      details: 'rate_limiter_error',
      flags: ResponseFlag.rateLimitServiceError,
    });
  }

  private pass(added: Fields): void {
    this.state = 'passed';
    for (const [name, value] of added) if (isSafe(name, value)) this.requestHeaders?.add(name, value);
    if (!this.isPutting) this.stream.request.resume();
  }

  private refuse({ body, statuses }: RateLimitAnswer): void {
    const { config, responseHeaders } = this.limiter;
    const seconds = config.tellsRetryAfter ? retryAfter(statuses) : 0;
    this.state = 'answered';
    this.stream.localReply(config.status, body.toString(), {
      details: 'request_rate_limited',
      flags: ResponseFlag.rateLimited,
      modify: (headers) => {
        if (this.toClient.some(([name]) => name === 'content-type')) headers.remove('content-type');
        this.tell(headers);
        if (seconds > 0) headers.add('retry-after', String(seconds));
        this.responseHeaders = headers;
        responseHeaders.apply(headers, this);
      },
      ...(config.isResourceExhausted ? { grpcStatus: 8 } : {}),
    });
  }

  private tell(headers: ResponseHeaders): void {
    for (const [name, value] of this.toClient) if (isSafe(name, value)) headers.add(name, value);
    this.toClient = noFields;
  }

  private fieldsOf({ isOverLimit, responseHeaders, statuses }: RateLimitAnswer): Fields {
    const { config } = this.limiter;
    const fields = [...responseHeaders];
    if (isOverLimit && !config.hidesLimiting) fields.push(['x-envoy-ratelimited', 'true']);
    fields.push(...limitHeaders(this.shown(statuses)));
    return fields;
  }

  /** Those that clients are told of: a rule may say otherwise than the filter. */
  private shown(statuses: readonly DescriptorStatus[]): readonly DescriptorStatus[] {
    const { tellsRateLimit } = this.limiter.config;
    return statuses.filter((_, i) => {
      const option = this.descriptors[i]?.rule.headersOption ?? 'UNSPECIFIED';
      return option === 'UNSPECIFIED' ? tellsRateLimit : option === 'DRAFT_VERSION_03';
    });
  }
}

/** A service must not write lines of its own. */
function isSafe(name: string, value: string): boolean {
  return isToken(name) && !/[\0\r\n]/.test(value);
}
