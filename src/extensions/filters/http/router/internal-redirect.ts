import type { StreamControl } from '../../../../api/http-filter.js';
import type { RedirectTarget } from '../../../../api/redirect-predicate.js';
import { isRedirectPredicate } from '../../../../api/redirect-predicate.js';
import type { InternalRedirectConfig } from '../../../../api/route.js';
import type { BoundStats } from '../../../../api/stats.js';
import type { ThreadScope } from '../../../../api/thread-scope.js';
import type { RequestHeaders, ResponseHeaders } from '../../../../base/header-map.js';
import { H } from '../../../../http/manager-stats.js';

const countKey = 'num_internal_redirects';

/** Turns a request into the one that a redirect asks for, if its policy lets the proxy follow. */
export class InternalRedirect {
  private readonly policy: InternalRedirectConfig;
  private readonly scope: ThreadScope;
  private readonly stats: BoundStats;
  private readonly routeName: string;
  /** The new request is a GET, whatever the old one carried. */
  dropsBody: boolean;

  constructor(policy: InternalRedirectConfig, scope: ThreadScope, stats: BoundStats, routeName: string) {
    this.policy = policy;
    this.scope = scope;
    this.stats = stats;
    this.routeName = routeName;
    this.dropsBody = false;
  }

  /** Answers false, with the request as it was, when the response is to be passed on. */
  apply(stream: StreamControl, headers: RequestHeaders, response: ResponseHeaders): boolean {
    const location = response.get('location');
    if (location === undefined) return false;
    const url = absoluteUrl.exec(location);
    if (url === null) {
      this.stats.inc(H.passthrough_internal_redirect_bad_location);
      return false;
    }
    const [, scheme = '', host = '', target = ''] = url;
    const wasHttp = headers.scheme !== 'https';
    const isHttp = scheme.toLowerCase() === 'http';
    if (!this.policy.allowsCrossScheme && wasHttp !== isHttp) {
      this.stats.inc(H.passthrough_internal_redirect_unsafe_scheme);
      return false;
    }
    const { info } = stream;
    info.filterState ??= new Map();
    const count = Number(info.filterState.get(countKey) ?? 0);
    if (count >= this.policy.maxRedirects) {
      this.stats.inc(H.passthrough_internal_redirect_too_many_redirects);
      return false;
    }
    const before = new SavedRequest(headers);
    this.copyHeaders(headers, response);
    headers.scheme = scheme;
    headers.authority = host;
    headers.path = target === '' ? '/' : target;
    const fromHttps = !wasHttp;
    stream.refreshRoute();
    this.nameTarget(stream, headers);
    if (!this.acceptsRoute(stream, { state: info.filterState, fromHttps, toHttps: !isHttp })) {
      before.restore(headers);
      return false;
    }
    info.filterState.set(countKey, count + 1);
    if (response.status === 303 && headers.method !== 'GET' && headers.method !== 'HEAD') {
      headers.method = 'GET';
      headers.remove('content-length');
      this.dropsBody = true;
    }
    headers.set('x-envoy-original-url', `${wasHttp ? 'http' : 'https'}://${before.authority}${before.path}`);
    return true;
  }

  private copyHeaders(headers: RequestHeaders, response: ResponseHeaders): void {
    for (const name of this.policy.headersToCopy) {
      headers.remove(name);
      for (const value of response.getAll(name)) headers.add(name, value);
    }
  }

  /** The log of the first request already shows where the second one goes, even when it does not go. */
  private nameTarget(stream: StreamControl, headers: RequestHeaders): void {
    const { info } = stream;
    const route = stream.route();
    const action = route?.action;
    const name =
      action?.kind === 'route'
        ? action.chooseCluster({ headers, info, random: info.randomValue }).clusterName
        : '';
    if (route === null) info.routeName = '';
    info.upstreamClusterName = name;
    info.upstreamClusterStatName = this.scope.clusters.get(name)?.info.statName ?? name;
  }

  private acceptsRoute(
    stream: StreamControl,
    target: Omit<RedirectTarget, 'fromRoute' | 'toRoute'>,
  ): boolean {
    const route = stream.route();
    if (route === null) {
      this.stats.inc(H.passthrough_internal_redirect_no_route);
      return false;
    }
    for (const { typeUrl, config } of this.policy.predicates) {
      const predicate = this.scope.extensions.find('internal.redirect.predicate', typeUrl);
      const full = { ...target, fromRoute: this.routeName, toRoute: route.name };
      if (predicate === undefined || !isRedirectPredicate(predicate) || predicate.accepts(config, full))
        continue;
      this.stats.inc(H.passthrough_internal_redirect_predicate);
      return false;
    }
    return true;
  }
}

/** Scheme, authority without user information, path and query without fragment (RFC 3986 section 4.3). */
const absoluteUrl = /^([a-zA-Z][a-zA-Z0-9+.-]*):\/\/(?:[^/?#@]*@)?([^/?#]+)([^#]*)/;

/** What a redirect changes of a request, to put it back. */
class SavedRequest {
  readonly authority: string;
  readonly path: string;
  private readonly scheme: string;
  private readonly names: readonly string[];
  private readonly values: readonly string[];

  constructor(headers: RequestHeaders) {
    this.authority = headers.authority;
    this.path = headers.path;
    this.scheme = headers.scheme;
    this.names = headers.names.slice();
    this.values = headers.values.slice();
  }

  restore(headers: RequestHeaders): void {
    headers.authority = this.authority;
    headers.path = this.path;
    headers.scheme = this.scheme;
    headers.removeWhere(() => true);
    for (const [i, name] of this.names.entries()) headers.add(name, this.values[i] as string);
  }
}
