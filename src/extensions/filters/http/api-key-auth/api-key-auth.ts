import {
  HeadersStatus,
  type HttpFilter,
  type HttpFilterFactory,
  type StreamControl,
} from '../../../../api/http-filter.js';
import { type BoundStats, statBlock } from '../../../../api/stats.js';
import type { RequestHeaders } from '../../../../base/header-map.js';
import { RouteOverride } from '../route-override.js';
import { type ApiKeySettings, parseApiKeyAuth, parseApiKeyAuthPerRoute } from './config.js';
import { findKey, hideKey } from './key-source.js';

/** `http.<p>.api_key_auth.` */
const A = statBlock({ counters: ['allowed', 'forbidden', 'unauthorized'] });

/** Asks for a key that belongs to a client. */
export const apiKeyAuthFilter: HttpFilterFactory<ApiKeySettings, ApiKeySettings> = {
  name: 'envoy.filters.http.api_key_auth',
  typeUrl: 'envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuth',
  routeTypeUrl: 'envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuthPerRoute',
  parse: parseApiKeyAuth,
  parseRoute: parseApiKeyAuthPerRoute,
  build(config, scope) {
    const stats = scope.stats.bind(`${scope.statPrefix}.api_key_auth`, A);
    const rules = new RouteOverride<ApiKeySettings, KeyRules>(
      new KeyRules(config, null),
      (onRoute) => new KeyRules(onRoute, config),
    );
    return (stream) => new ApiKeyAuthFilter(stream, stats, rules);
  },
};

/** The settings that hold on a route: keys and sources are the filter's unless it has some, the rest is its own. */
class KeyRules {
  readonly clients: ReadonlyMap<string, string>;
  readonly sources: NonNullable<ApiKeySettings['sources']>;
  readonly forwardHeader: string;
  readonly hidesCredentials: boolean;
  readonly allowedClients: ReadonlySet<string> | null;

  constructor(settings: ApiKeySettings, outer: ApiKeySettings | null) {
    const { forwarding } = settings;
    this.clients = new Map(settings.credentials ?? outer?.credentials ?? []);
    this.sources = settings.sources ?? outer?.sources ?? [];
    this.forwardHeader = forwarding?.header ?? '';
    this.hidesCredentials = forwarding?.hidesCredentials ?? false;
    this.allowedClients = settings.allowedClients === null ? null : new Set(settings.allowedClients);
  }

  /** The first key that there is; empty for none. */
  find(headers: RequestHeaders): string {
    for (const source of this.sources) {
      const key = findKey(headers, source);
      if (key !== '') return key;
    }
    return '';
  }
}

class ApiKeyAuthFilter implements HttpFilter {
  private readonly stream: StreamControl;
  private readonly stats: BoundStats;
  private readonly rules: RouteOverride<ApiKeySettings, KeyRules>;

  constructor(stream: StreamControl, stats: BoundStats, rules: RouteOverride<ApiKeySettings, KeyRules>) {
    this.stream = stream;
    this.stats = stats;
    this.rules = rules;
  }

  onRequestHeaders(headers: RequestHeaders): HeadersStatus {
    const rules = this.rules.of(this.stream);
    if (rules.sources.length === 0)
      return this.refuse(401, 'Client authentication failed.', 'missing_key_sources');
    if (rules.clients.size === 0)
      return this.refuse(401, 'Client authentication failed.', 'missing_credentials');
    const key = rules.find(headers);
    if (key === '') return this.refuse(401, 'Client authentication failed.', 'missing_api_key');
    const client = rules.clients.get(key);
    if (client === undefined) return this.refuse(401, 'Client authentication failed.', 'unknown_api_key');
    if (rules.allowedClients?.has(client) === false)
      return this.refuse(403, 'Client is forbidden.', 'client_not_allowed');
    if (rules.forwardHeader !== '') {
      headers.remove(rules.forwardHeader);
      headers.add(rules.forwardHeader, client);
    }
    if (rules.hidesCredentials) for (const source of rules.sources) hideKey(headers, source);
    this.stats.inc(A.allowed);
    return HeadersStatus.Continue;
  }

  private refuse(status: 401 | 403, body: string, details: string): HeadersStatus {
    this.stats.inc(status === 401 ? A.unauthorized : A.forbidden);
    this.stream.localReply(status, body, { details });
    return HeadersStatus.Stop;
  }
}
