import type { RouteFilterConfig } from '../../../../api/config-node.js';
import {
  HeadersStatus,
  type HttpFilter,
  type HttpFilterContext,
  type HttpFilterFactory,
  type StreamControl,
} from '../../../../api/http-filter.js';
import { type BoundStats, statBlock } from '../../../../api/stats.js';
import { type RequestHeaders, ResponseHeaders } from '../../../../base/header-map.js';
import { type CorsPolicyConfig, parseCorsPolicy } from '../../../../route/cors-policy.js';
import { corsField } from '../../../../route/filter-configs.js';
import { type CorsConfig, parseCors } from './config.js';
import { CorsPolicy } from './policy.js';

/** `http.<stat_prefix>.cors.` */
const O = statBlock({ counters: ['origin_invalid', 'origin_valid'] });

/** Cross-origin resource sharing by the policies of the routes (the Fetch standard, "CORS protocol"). */
export const corsFilter: HttpFilterFactory<CorsConfig, CorsPolicyConfig> = {
  name: 'envoy.filters.http.cors',
  typeUrl: 'envoy.extensions.filters.http.cors.v3.Cors',
  routeTypeUrl: 'envoy.extensions.filters.http.cors.v3.CorsPolicy',
  parse: parseCors,
  parseRoute: parseCorsPolicy,
  build(_config, scope) {
    const policies = new Policies(scope);
    return (stream) => new CorsFilter(stream, policies);
  },
};

const noFields: readonly RouteFilterConfig[] = [];

/** What the streams of one thread share. */
class Policies {
  readonly stats: BoundStats;
  private readonly scope: HttpFilterContext;
  private readonly merged: WeakMap<object, CorsPolicy>;

  constructor(scope: HttpFilterContext) {
    this.scope = scope;
    this.stats = scope.stats.bind(`${scope.statPrefix}.cors`, O);
    this.merged = new WeakMap();
  }

  /** Null where the route forwards nothing, or has no policy at any level. */
  of(stream: StreamControl): CorsPolicy | null {
    const route = stream.route();
    if (route === null || route.action.kind !== 'route') return null;
    const typed = stream.routeConfigs();
    // The old fields count only where no level has the typed form.
    const fields = typed.length > 0 ? noFields : route.filterConfigs(corsField);
    const key = typed.length > 0 ? typed : fields;
    if (key.length === 0) return null;
    const found = this.merged.get(key);
    if (found !== undefined) return found;
    const levels = typed.length > 0 ? typed : fields.map(({ config }) => config);
    const policy = new CorsPolicy(levels.toReversed() as CorsPolicyConfig[]);
    this.merged.set(key, policy);
    return policy;
  }

  isEnabled({ enabled }: CorsPolicy): boolean {
    return this.scope.runtime.sampled(enabled, this.scope.random.u32());
  }

  isShadowed({ shadow }: CorsPolicy): boolean {
    return shadow !== null && this.scope.runtime.sampled(shadow, this.scope.random.u32());
  }
}

class CorsFilter implements HttpFilter {
  private readonly stream: StreamControl;
  private readonly policies: Policies;
  private policy: CorsPolicy | null;
  /** The origin of a request whose answer it may read; empty for others. */
  private origin: string;

  constructor(stream: StreamControl, policies: Policies) {
    this.stream = stream;
    this.policies = policies;
    this.policy = null;
    this.origin = '';
  }

  onRequestHeaders(headers: RequestHeaders): HeadersStatus {
    const { policies } = this;
    const policy = policies.of(this.stream);
    if (policy === null) return HeadersStatus.Continue;
    const isEnabled = policies.isEnabled(policy);
    if (!isEnabled && !policies.isShadowed(policy)) return HeadersStatus.Continue;
    const origin = headers.joined('origin') ?? '';
    if (origin === '') return HeadersStatus.Continue;
    const isAllowed = policy.allows(origin);
    policies.stats.inc(isAllowed ? O.origin_valid : O.origin_invalid);
    if (!isEnabled) return HeadersStatus.Continue;
    this.policy = policy;
    if (isAllowed) this.origin = origin;
    const asked = headers.joined('access-control-request-method') ?? '';
    if (headers.method !== 'OPTIONS' || asked === '') return HeadersStatus.Continue;
    if (!isAllowed && policy.forwardsForeignPreflights) return HeadersStatus.Continue;
    this.stream.info.responseCodeDetails = 'cors_response';
    this.stream.respond.encodeHeaders(this.preflight(policy, headers, asked), true);
    return HeadersStatus.Stop;
  }

  onResponseHeaders(headers: ResponseHeaders): HeadersStatus {
    const { policy, origin } = this;
    if (policy === null || origin === '') return HeadersStatus.Continue;
    headers.set('access-control-allow-origin', origin);
    if (policy.allowsCredentials) headers.set('access-control-allow-credentials', 'true');
    if (policy.exposed !== '') headers.set('access-control-expose-headers', policy.exposed);
    return HeadersStatus.Continue;
  }

  private preflight(policy: CorsPolicy, request: RequestHeaders, askedMethod: string): ResponseHeaders {
    const answer = new ResponseHeaders(200);
    const add = (name: string, value: string): void => {
      if (value !== '') answer.add(name, value);
    };
    const askedHeaders = request.joined('access-control-request-headers') ?? '';
    const wantsPrivate = request.joined('access-control-request-private-network') === 'true';
    add('access-control-allow-origin', this.origin);
    add('access-control-allow-credentials', policy.allowsCredentials ? 'true' : '');
    add('access-control-allow-methods', policy.methods === '*' ? askedMethod : policy.methods);
    add('access-control-allow-headers', policy.headers === '*' ? askedHeaders : policy.headers);
    add('access-control-max-age', policy.maxAge);
    add('access-control-allow-private-network', policy.allowsPrivateNetwork && wantsPrivate ? 'true' : '');
    return answer;
  }
}
