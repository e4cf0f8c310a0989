import {
  HeadersStatus,
  type HttpFilter,
  type HttpFilterContext,
  type HttpFilterFactory,
  type StreamControl,
} from '../../../../api/http-filter.js';
import { type BoundStats, statBlock } from '../../../../api/stats.js';
import type { LogContext, StreamInfo } from '../../../../api/stream-info.js';
import type { HeaderMap, RequestHeaders, ResponseHeaders } from '../../../../base/header-map.js';
import type { Plain } from '../../../../base/plain.js';
import type { MatchData } from '../../../../match/tree/input.js';
import { type Matcher, settled } from '../../../../match/tree/matcher.js';
import { type CustomResponseConfig, parseCustomResponse, splitUri } from './config.js';
import { buildPolicies, type LocalPolicy, type Policy, type RedirectPolicy } from './policies.js';

/** `http.<stat_prefix>.` */
const S = statBlock({ counters: ['custom_response_invalid_uri', 'custom_response_redirect_no_route'] });

/** Filter state that says which policy sent the stream to where it is. */
const stateKey = 'envoy.filters.http.custom_response';

/** Replaces responses, those of the proxy itself among them, by others that are made here or fetched from a route. */
export const customResponseFilter: HttpFilterFactory<CustomResponseConfig, CustomResponseConfig> = {
  name: 'envoy.filters.http.custom_response',
  typeUrl: 'envoy.extensions.filters.http.custom_response.v3.CustomResponse',
  parse: parseCustomResponse,
  parseRoute: parseCustomResponse,
  build(config, scope) {
    const levels = new Levels(config, scope);
    return (stream) => new CustomResponseFilter(stream, levels);
  },
};

/** The matchers of the filter and of the levels of routes. */
class Levels {
  readonly stats: BoundStats;
  private readonly scope: HttpFilterContext;
  private readonly own: Matcher<Policy> | null;
  private readonly built: WeakMap<object, { readonly matcher: Matcher<Policy> | null }>;

  constructor(config: CustomResponseConfig, scope: HttpFilterContext) {
    this.scope = scope;
    this.stats = scope.stats.bind(scope.statPrefix, S);
    this.own = buildPolicies(config, scope);
    this.built = new WeakMap();
  }

  /** The most specific level that has a policy for this response decides. */
  policyFor(configs: readonly Plain[], data: MatchData): Policy | null {
    for (let i = configs.length - 1; i >= 0; i--) {
      const matcher = this.matcherOf(configs[i] as CustomResponseConfig);
      const policy = matcher === null ? null : settled(matcher.find(data));
      if (policy !== null) return policy;
    }
    return this.own === null ? null : settled(this.own.find(data));
  }

  private matcherOf(config: CustomResponseConfig): Matcher<Policy> | null {
    let level = this.built.get(config);
    if (level === undefined) {
      level = { matcher: buildPolicies(config, this.scope) };
      this.built.set(config, level);
    }
    return level.matcher;
  }
}

/** What a stream knows of the redirect that began it. */
class BegunRedirect {
  readonly policy: RedirectPolicy;
  /** The policy's, or that of the response which was replaced. */
  readonly status: number;

  constructor(policy: RedirectPolicy, status: number) {
    this.policy = policy;
    this.status = status;
  }
}

class CustomResponseFilter implements HttpFilter, LogContext, MatchData {
  private readonly stream: StreamControl;
  private readonly levels: Levels;
  readonly logType = 'NotSet';
  readonly requestTrailers: HeaderMap | null;
  readonly responseTrailers: HeaderMap | null;
  requestHeaders: RequestHeaders | null;
  responseHeaders: ResponseHeaders | null;

  constructor(stream: StreamControl, levels: Levels) {
    this.stream = stream;
    this.levels = levels;
    this.requestTrailers = null;
    this.responseTrailers = null;
    this.requestHeaders = null;
    this.responseHeaders = null;
  }

  get info(): StreamInfo {
    return this.stream.info;
  }

  onRequestHeaders(headers: RequestHeaders): HeadersStatus {
    this.requestHeaders = headers;
    return HeadersStatus.Continue;
  }

  onResponseHeaders(headers: ResponseHeaders): HeadersStatus {
    this.responseHeaders = headers;
    const began = this.info.filterState?.get(stateKey);
    if (began instanceof BegunRedirect) {
      this.finishRedirect(headers, began);
      return HeadersStatus.Continue;
    }
    const policy = this.levels.policyFor(this.stream.routeConfigs(), this);
    if (policy === null) return HeadersStatus.Continue;
    if (policy.kind === 'redirect') return this.redirect(policy, headers);
    this.answer(policy, headers);
    return HeadersStatus.Stop;
  }

  private answer(policy: LocalPolicy, headers: ResponseHeaders): void {
    const { config } = policy;
    this.info.localReplyBody = policy.body;
    const body = policy.format === null ? policy.body : policy.format(this);
    this.stream.localReply(config.status ?? headers.status, body, {
      details: config.details ?? this.info.responseCodeDetails,
      modify: (changed) => policy.headers.apply(changed, this),
    });
  }

  /** The request goes to another route, and this response nowhere. */
  private redirect(policy: RedirectPolicy, headers: ResponseHeaders): HeadersStatus {
    const request = this.requestHeaders;
    if (request === null) return HeadersStatus.Continue;
    const { info, stream } = this;
    const { redirect, config } = policy;
    const uri =
      redirect === null
        ? config.uri
        : redirect.location({ headers: request, info, random: info.randomValue });
    const target = splitUri(uri);
    if (target === undefined) {
      this.levels.stats.inc(S.custom_response_invalid_uri);
      return HeadersStatus.Continue;
    }
    const { scheme, authority, path } = request;
    Object.assign(request, target);
    policy.requestHeaders.apply(request, this);
    stream.refreshRoute();
    if (stream.route() === null) {
      this.levels.stats.inc(S.custom_response_redirect_no_route);
      Object.assign(request, { scheme, authority, path });
      return HeadersStatus.Continue;
    }
    request.method = 'GET';
    request.remove('content-length');
    info.filterState ??= new Map();
    info.filterState.set(stateKey, new BegunRedirect(policy, config.status ?? headers.status));
    // The upstream is in the middle of its response: it is left before the next request looks for a connection.
    stream.post(() => {
      if (!stream.recreate(headers, null)) stream.response.resume();
    });
    return HeadersStatus.StopAllWatermark;
  }

  /** The response of the route that a policy went to. */
  private finishRedirect(headers: ResponseHeaders, { policy, status }: BegunRedirect): void {
    policy.responseHeaders.apply(headers, this);
    headers.status = status;
  }
}
