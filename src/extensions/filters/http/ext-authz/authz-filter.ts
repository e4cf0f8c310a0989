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
import { applyAddition } from '../../../../route/header-mutations.js';
import { addDynamicMetadata } from '../../../../stream/dynamic-metadata.js';
import type { Authz, Check } from './authz.js';
import { AuthzLatency, ShadowDecision } from './authz-state.js';
import { Z } from './authz-stats.js';
import type { BodyConfig, RouteAuthzConfig } from './config.js';
import { areValid, changeRequest, unfitHeader } from './request-changes.js';
import type { Changes, Field, HeaderChange, Refusal, ToldBody, Verdict } from './verdict.js';

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
  private toClient: readonly HeaderChange[] | null;

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
    if (this.toClient !== null)
      for (const { name, value, action } of this.toClient) applyAddition(headers, name, value, action);
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
    this.answer({ status: authz.config.statusOnError, body: noBytes, headers: [] }, 'ext_authz_error');
    return HeadersStatus.Stop;
  }

  /** True when the request may go on at once. */
  private ask({ service }: Check, body: ToldBody | null): boolean {
    const headers = this.requestHeaders as RequestHeaders;
    this.state = 'asking';
    this.startMs = this.authz.nowMs();
    this.cluster = this.authz.stats.clusterOf(this.stream, headers);
    this.isCalling = true;
    const routeMetadata = this.stream.route()?.metadata;
    const question = { headers, body, context: this, routeMetadata, extensions: this.extensions() };
    this.call = service === null ? null : service.ask(question, (verdict) => this.onVerdict(verdict));
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

  /** Those of all levels of the route. */
  private extensions(): ReadonlyMap<string, string> {
    const merged = new Map<string, string>();
    for (const config of this.stream.routeConfigs()) {
      // What a route holds under the name of a filter was made by that filter's `parseRoute`.
      const { extensions } = config as RouteAuthzConfig;
      for (const [key, value] of Object.entries(extensions)) merged.set(key, value);
    }
    return merged;
  }

  private touchesRoute({ set, append, add, remove }: Changes): boolean {
    const { routingHeaders } = this.authz.config;
    if (routingHeaders.length === 0) return true;
    return (
      [...set, ...append, ...add].some(([name]) => routingHeaders.includes(name)) ||
      remove.some((name) => routingHeaders.includes(name))
    );
  }

  /** Under the filter's name in its chain. */
  private keep(suffix: string, state: ShadowDecision | AuthzLatency): void {
    const { info, name } = this.stream;
    info.filterState ??= new Map();
    info.filterState.set(`${name}${suffix}`, state);
  }

  private judge(verdict: Verdict): void {
    const { authz, startMs } = this;
    if (authz.config.tellsLatency)
      this.keep('', new AuthzLatency(Math.round(1000 * (authz.nowMs() - startMs))));
    if (verdict.kind === 'error') this.onError(verdict.refusal);
    else if (verdict.kind === 'denied') this.onDenied(verdict.refusal, verdict.metadata);
    else this.onOk(verdict.changes, verdict.metadata);
  }

  private onOk(changes: Changes, metadata: Structure): void {
    const headers = this.requestHeaders as RequestHeaders;
    const { authz, stream } = this;
    const { config, stats } = authz;
    const took = Math.floor(authz.nowMs() - this.startMs);
    this.tellMetadata(metadata, { ext_authz_duration: took });
    if (changes.toClient.length > 0) this.toClient = changes.toClient;
    const { set, append, add, remove, setQuery, removeQuery } = changes;
    const count = set.length + append.length + add.length + remove.length;
    if (config.clearsRoute && count + setQuery.length + removeQuery.length > 0 && this.touchesRoute(changes))
      stream.refreshRoute();
    const isValid = !config.validatesMutations || areValid(changes);
    const isAllowed = isValid && changeRequest(headers, changes, authz.mayChange);
    if (!isValid || (!isAllowed && config.mutationRules?.isStrict === true)) {
      if (isValid) this.toClient = null;
      stats.count('invalid', this.cluster);
      this.answer({ status: 500, body: noBytes, headers: [] }, 'ext_authz_invalid');
      return;
    }
    const problem = unfitHeader(changes);
    if (problem !== null) {
      this.refuseUnfit(problem);
      return;
    }
    stats.count('ok', this.cluster);
    if (config.isShadow) this.keep('.shadow', new ShadowDecision('OK', 200, []));
    this.pass();
  }

  private onDenied(refusal: Refusal, metadata: Structure): void {
    const { config, stats } = this.authz;
    this.tellMetadata(metadata, {});
    stats.count('denied', this.cluster);
    if (config.chargesCluster) this.cluster?.chargeCode(refusal.status, true, false);
    if (config.isShadow) {
      stats.own.inc(Z.shadow_denied);
      const { status, headers } = refusal;
      const told: readonly Field[] =
        config.service?.kind === 'http' ? [[':status', String(status)], ...headers] : headers;
      this.keep('.shadow', new ShadowDecision('DENIED', status, told));
      this.pass();
      return;
    }
    this.answer(refusal, 'ext_authz_denied');
  }

  private onError(refusal: Refusal | null): void {
    const { config, stats } = this.authz;
    stats.count('error', this.cluster);
    if (config.isShadow) {
      stats.own.inc(Z.shadow_error);
      this.keep('.shadow', new ShadowDecision('ERROR', config.statusOnError, []));
      this.pass();
      return;
    }
    if (!config.allowsFailure) {
      const { statusOnError } = config;
      const status = refusal === null || refusal.status === 0 ? statusOnError : refusal.status;
      this.answer(
        { status, body: refusal?.body ?? noBytes, headers: refusal?.headers ?? [] },
        'ext_authz_error',
      );
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
  private answer({ status, body, headers: fields }: Refusal, details: string): void {
    this.state = 'answered';
    const { maxDeniedBytes } = this.authz.config;
    const shown = maxDeniedBytes > 0 ? body.subarray(0, maxDeniedBytes) : body;
    this.stream.localReply(status, shown.toString(), {
      details,
      flags: ResponseFlag.unauthorizedExternalService,
      modify: (headers) => {
        for (const [name] of fields) headers.remove(name);
        for (const [name, value] of fields) headers.add(name, value);
      },
    });
  }

  /** As the connection manager answers for a filter that has spoilt the request. */
  private refuseUnfit(problem: string): void {
    this.state = 'answered';
    this.authz.stats.count('ok', this.cluster);
    this.stream.localReply(503, problem, {
      details: `filter_removed_required_request_headers{${problem.replaceAll(' ', '_')}}`,
      flags: ResponseFlag.downstreamProtocolError,
    });
  }

  private tellMetadata(metadata: Structure, more: Structure): void {
    if (Object.keys(metadata).length === 0) return;
    if (this.authz.config.takesMetadata) {
      addDynamicMetadata(this.stream.info, 'envoy.filters.http.ext_authz', { ...metadata, ...more });
    } else {
      this.authz.stats.own.inc(Z.ignored_dynamic_metadata);
    }
  }
}

type Structure = { readonly [key: string]: Plain };

const noBytes = Buffer.alloc(0);

function toldBody(whole: Buffer, { maxBytes }: BodyConfig): ToldBody {
  return { bytes: whole.subarray(0, maxBytes), isPartial: whole.length > maxBytes };
}
