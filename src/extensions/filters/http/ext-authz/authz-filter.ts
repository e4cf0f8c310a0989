import type { Chunk } from '../../../../api/codec.js';
import {
  DataStatus,
  HeadersStatus,
  type HttpFilter,
  type StreamControl,
  TrailersStatus,
} from '../../../../api/http-filter.js';
import { ResponseFlag } from '../../../../api/response-flags.js';
import type { LogContext, StreamInfo } from '../../../../api/stream-info.js';
import type { Cancellable, Cluster } from '../../../../api/upstream.js';
import type { RequestHeaders, ResponseHeaders } from '../../../../base/header-map.js';
import type { Plain } from '../../../../base/plain.js';
import { addDynamicMetadata } from '../../../../stream/dynamic-metadata.js';
import type { Authz, Check } from './authz.js';
import { Z } from './authz-stats.js';
import type { BodyConfig } from './config.js';
import type { ToldBody, Verdict } from './http-service.js';

type Fields = readonly (readonly [name: string, value: string])[];

/**
 * One request and what the service says of it.
 *
 *   new ─► buffering the body ─► asking ─► passed
 *    └──────────────────────────────┘ └──► answered here
 */
export class AuthzFilter implements HttpFilter, LogContext {
  readonly logType = 'NotSet';
  readonly responseHeaders = null;
  readonly responseTrailers = null;
  private readonly stream: StreamControl;
  private readonly authz: Authz;
  requestHeaders: RequestHeaders | null;
  private check: Check | null;
  private cluster: Cluster | null;
  private state: 'new' | 'buffering' | 'asking' | 'passed' | 'answered';
  private call: Cancellable | null;
  /** The question is being put: a verdict that comes now comes within a hook. */
  private isCalling: boolean;
  private startMs: number;
  private toClient: Fields | null;

  constructor(stream: StreamControl, authz: Authz) {
    this.stream = stream;
    this.authz = authz;
    this.requestHeaders = null;
    this.check = null;
    this.cluster = null;
    this.state = 'new';
    this.call = null;
    this.isCalling = false;
    this.startMs = 0;
    this.toClient = null;
  }

  get info(): StreamInfo {
    return this.stream.info;
  }

  onRequestHeaders(headers: RequestHeaders, endStream: boolean): HeadersStatus {
    const { stream, authz } = this;
    if (stream.route() === null) return HeadersStatus.Continue;
    const check = authz.checks.of(stream);
    if (check.isDisabled) return HeadersStatus.Continue;
    this.requestHeaders = headers;
    if (!authz.isEnabled(stream.info)) return this.whenOff();
    this.check = check;
    if (check.body !== null && !endStream && !headers.has('upgrade')) {
      this.state = 'buffering';
      if (!check.body.allowsPartial) stream.request.limitBytes = check.body.maxBytes;
      return HeadersStatus.Stop;
    }
    return this.ask(check, null) ? HeadersStatus.Continue : HeadersStatus.StopAllWatermark;
  }

  onRequestData(chunk: Chunk, endStream: boolean): DataStatus {
    if (this.state === 'asking') return DataStatus.StopWatermark;
    const { check } = this;
    const config = check?.body ?? null;
    if (this.state !== 'buffering' || check === null || config === null) return DataStatus.Continue;
    const kept = this.stream.request.buffered() ?? noBytes;
    const isFull = config.allowsPartial && kept.length >= config.maxBytes;
    if (!isFull && !endStream) return DataStatus.StopBuffer;
    const own = chunk.buffer.subarray(chunk.start, chunk.end);
    if (!config.allowsPartial && kept.length + own.length > config.maxBytes) return DataStatus.StopBuffer;
    const body = toldBody(isFull ? kept : Buffer.concat([kept, own]), config);
    return this.ask(check, body) ? DataStatus.Continue : DataStatus.StopWatermark;
  }

  onRequestTrailers(): TrailersStatus {
    const { check } = this;
    if (this.state === 'asking') return TrailersStatus.Stop;
    if (this.state !== 'buffering' || check === null || check.body === null) return TrailersStatus.Continue;
    const body = toldBody(this.stream.request.buffered() ?? noBytes, check.body);
    return this.ask(check, body) ? TrailersStatus.Continue : TrailersStatus.Stop;
  }

  onResponseHeaders(headers: ResponseHeaders): HeadersStatus {
    if (this.toClient !== null) for (const [name, value] of this.toClient) headers.add(name, value);
    return HeadersStatus.Continue;
  }

  onDestroy(): void {
    this.call?.cancel();
    this.call = null;
  }

  private whenOff(): HeadersStatus {
    const { authz } = this;
    authz.stats.own.inc(Z.disabled);
    if (!authz.deniesWhenOff()) return HeadersStatus.Continue;
    this.answer(authz.config.statusOnError, '', 'ext_authz_error', []);
    return HeadersStatus.Stop;
  }

  /** True when the request may go on at once. */
  private ask({ service }: Check, body: ToldBody | null): boolean {
    const headers = this.requestHeaders as RequestHeaders;
    this.state = 'asking';
    this.startMs = this.authz.nowMs();
    this.cluster = this.authz.stats.clusterOf(this.stream, headers);
    this.isCalling = true;
    this.call =
      service === null ? null : service.ask(headers, body, this, (verdict) => this.onVerdict(verdict));
    this.isCalling = false;
    return this.hasPassed();
  }

  private hasPassed(): boolean {
    return this.state === 'passed';
  }

  private onVerdict(verdict: Verdict): void {
    this.call = null;
    if (this.isCalling) this.judge(verdict);
    else this.stream.guard(() => this.judge(verdict));
  }

  private judge(verdict: Verdict): void {
    if (verdict.kind === 'error') this.onError();
    else if (verdict.kind === 'denied') this.onDenied(verdict);
    else this.onOk(verdict);
  }

  private onOk(verdict: Extract<Verdict, { readonly kind: 'ok' }>): void {
    const headers = this.requestHeaders as RequestHeaders;
    const { set, append, remove, toClient, metadata } = verdict;
    const took = Math.floor(this.authz.nowMs() - this.startMs);
    this.tellMetadata(metadata, { ext_authz_duration: took });
    if (this.authz.config.clearsRoute && set.length + append.length + remove.length > 0) {
      this.stream.refreshRoute();
    }
    for (const [name, value] of set) headers.replace(name, value);
    for (const [name, value] of append) headers.add(name, value);
    for (const name of remove) if (!name.startsWith(':') && name !== 'host') headers.remove(name);
    if (toClient.length > 0) this.toClient = toClient;
    this.authz.stats.count('ok', this.cluster);
    this.pass();
  }

  private onDenied(verdict: Extract<Verdict, { readonly kind: 'denied' }>): void {
    const { config, stats } = this.authz;
    const { status, body, headers, metadata } = verdict;
    this.tellMetadata(metadata, {});
    stats.count('denied', this.cluster);
    if (config.chargesCluster) this.cluster?.chargeCode(status, true, false);
    const shown = config.maxDeniedBytes > 0 ? body.subarray(0, config.maxDeniedBytes) : body;
    this.answer(status, shown.toString(), 'ext_authz_denied', headers);
  }

  private onError(): void {
    const { config, stats } = this.authz;
    stats.count('error', this.cluster);
    if (!config.allowsFailure) {
      this.answer(config.statusOnError, '', 'ext_authz_error', []);
      return;
    }
    stats.count('failure_mode_allowed', this.cluster);
    if (config.tellsAllowedFailure) this.requestHeaders?.add('x-envoy-auth-failure-mode-allowed', 'true');
    this.pass();
  }

  private pass(): void {
    this.state = 'passed';
    if (!this.isCalling) this.stream.request.resume();
  }

  /** The service's headers take the place of those that are there, in all their lines. */
  private answer(status: number, body: string, details: string, fields: Fields): void {
    this.state = 'answered';
    this.stream.localReply(status, body, {
      details,
      flags: ResponseFlag.unauthorizedExternalService,
      modify: (headers) => {
        for (const [name] of fields) headers.remove(name);
        for (const [name, value] of fields) headers.add(name, value);
      },
    });
  }

  private tellMetadata(fields: Fields, more: { readonly [name: string]: Plain }): void {
    if (fields.length === 0) return;
    if (this.authz.config.takesMetadata) {
      const metadata = { ...Object.fromEntries(fields), ...more };
      addDynamicMetadata(this.stream.info, 'envoy.filters.http.ext_authz', metadata);
    } else {
      this.authz.stats.own.inc(Z.ignored_dynamic_metadata);
    }
  }
}

const noBytes = Buffer.alloc(0);

function toldBody(whole: Buffer, { maxBytes }: BodyConfig): ToldBody {
  return { bytes: whole.subarray(0, maxBytes), isPartial: whole.length > maxBytes };
}
