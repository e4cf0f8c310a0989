import {
  HeadersStatus,
  type HttpFilter,
  type HttpFilterContext,
  type HttpFilterFactory,
  type StreamControl,
} from '../../../../api/http-filter.js';
import type { BoundStats } from '../../../../api/stats.js';
import type { RequestHeaders } from '../../../../base/header-map.js';
import { buildConditions } from '../../../../route/conditions.js';
import { PathIndex } from '../../../../route/path-index.js';
import {
  type JwtAuthnConfig,
  type JwtRouteConfig,
  parseJwtAuthn,
  parseJwtPerRoute,
  type RequirementConfig,
} from './config.js';
import { JwtStatus } from './jwt.js';
import { J } from './jwt-stats.js';
import { Provider } from './provider.js';
import { buildRequirement, type Requirement } from './requirement.js';

/** Asks for JSON Web Tokens (RFC 7519) of providers whose keys are known. */
export const jwtAuthnFilter: HttpFilterFactory<JwtAuthnConfig, JwtRouteConfig> = {
  name: 'envoy.filters.http.jwt_authn',
  typeUrl: 'envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication',
  routeTypeUrl: 'envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig',
  parse: parseJwtAuthn,
  parseRoute: parseJwtPerRoute,
  build(config, scope) {
    const rules = new JwtRules(config, scope);
    return (stream) => new JwtAuthnFilter(rules, stream);
  },
};

/** What a rule leads to: a requirement, or that there is none. */
interface RuleTarget {
  readonly requirement: Requirement | null;
}

/** The rules of one filter in one thread. */
class JwtRules {
  readonly config: JwtAuthnConfig;
  readonly stats: BoundStats;
  /** Headers that only verified tokens may set. */
  readonly ownHeaders: readonly string[];
  private readonly rules: PathIndex<RuleTarget>;
  private readonly named: ReadonlyMap<string, Requirement | null>;
  private readonly byState: ReadonlyMap<string, Requirement | null>;

  constructor(config: JwtAuthnConfig, scope: HttpFilterContext) {
    const suffix = config.statPrefix === '' ? '' : `.${config.statPrefix.replace(/\.$/, '')}`;
    this.config = config;
    this.stats = scope.stats.bind(`${scope.statPrefix}.jwt_authn${suffix}`, J);
    const providers = new Map(config.providers.map((it) => [it.name, new Provider(it, scope, this.stats)]));
    const built = (requirement: RequirementConfig): Requirement | null =>
      buildRequirement(requirement, providers);
    const builtAll = (all: { readonly [name: string]: RequirementConfig }): Map<string, Requirement | null> =>
      new Map(Object.entries(all).map(([name, it]) => [name, built(it)]));
    this.named = builtAll(config.requirements);
    this.byState = builtAll(config.filterState?.requirements ?? {});
    this.rules = new PathIndex(
      config.rules.map(({ match, requirement }) => ({
        path: match.path,
        condition: buildConditions(match, scope.runtime),
        target: {
          requirement:
            typeof requirement === 'string' ? (this.named.get(requirement) ?? null) : built(requirement),
        },
      })),
      false,
    );
    this.ownHeaders = config.providers.flatMap(({ payloadHeader, claimHeaders }) => [
      ...(payloadHeader === '' ? [] : [payloadHeader]),
      ...claimHeaders.map(({ header }) => header),
    ]);
  }

  /** What a request has to fulfil; null for nothing, a text for why it cannot be known. */
  requirementOf(headers: RequestHeaders, stream: StreamControl): Requirement | null | string {
    const onRoute = stream.routeConfig() as JwtRouteConfig | null;
    if (onRoute !== null) return this.ofRoute(onRoute);
    const { info } = stream;
    const target = this.rules.find({ headers, info, random: info.randomValue });
    if (target !== null) return target.requirement;
    const { filterState } = this.config;
    if (filterState === null) return null;
    const state = info.filterState?.get(filterState.name);
    return typeof state === 'string' ? (this.byState.get(state) ?? null) : null;
  }

  private ofRoute({ requirementName }: JwtRouteConfig): Requirement | null | string {
    if (requirementName === null) return null;
    const found = this.named.get(requirementName);
    return found === undefined
      ? `Wrong requirement_name: ${requirementName}. It should be one of [${[...this.named.keys()].join(',')}]`
      : found;
  }
}

class JwtAuthnFilter implements HttpFilter {
  private readonly rules: JwtRules;
  private readonly stream: StreamControl;
  private isDecided: boolean;
  private isWaiting: boolean;

  constructor(rules: JwtRules, stream: StreamControl) {
    this.rules = rules;
    this.stream = stream;
    this.isDecided = false;
    this.isWaiting = false;
  }

  onRequestHeaders(headers: RequestHeaders): HeadersStatus {
    const { config, stats } = this.rules;
    if (config.bypassesPreflight && isPreflight(headers)) {
      stats.inc(J.cors_preflight_bypassed);
      stats.inc(J.allowed);
      return HeadersStatus.Continue;
    }
    for (const name of this.rules.ownHeaders) headers.remove(name);
    const requirement = this.rules.requirementOf(headers, this.stream);
    if (requirement === null) {
      stats.inc(J.allowed);
      return HeadersStatus.Continue;
    }
    if (typeof requirement === 'string') {
      stats.inc(J.denied);
      this.stream.localReply(403, `Failed JWT authentication: ${requirement}`, {
        details: detailsOf(requirement),
      });
      return HeadersStatus.Stop;
    }
    let isWithin = true;
    let isAllowed = false;
    requirement({ headers, stream: this.stream }, (status) => {
      if (isWithin) isAllowed = this.decide(status, headers);
      else this.stream.guard(() => this.decideLater(status, headers));
    });
    isWithin = false;
    if (isAllowed) return HeadersStatus.Continue;
    this.isWaiting = !this.isDecided;
    return this.isWaiting ? HeadersStatus.StopAllWatermark : HeadersStatus.Stop;
  }

  private decideLater(status: string, headers: RequestHeaders): void {
    if (this.decide(status, headers)) this.stream.request.resume();
  }

  /** True when the request may pass; otherwise it has been answered. */
  private decide(status: string, headers: RequestHeaders): boolean {
    if (this.isDecided) return false;
    this.isDecided = true;
    const { config, stats } = this.rules;
    if (status === JwtStatus.ok) {
      stats.inc(J.allowed);
      return true;
    }
    stats.inc(J.denied);
    const code = status === JwtStatus.audience ? 403 : 401;
    const error = status === JwtStatus.missing ? '' : ', error="invalid_token"';
    const url = `${headers.scheme}://${headers.authority}${headers.path.slice(0, 256)}`;
    this.stream.localReply(code, config.stripsFailures ? '' : status, {
      details: detailsOf(status),
      ...(config.stripsFailures ? {} : { headers: [['www-authenticate', `Bearer realm="${url}"${error}`]] }),
    });
    return false;
  }
}

function detailsOf(text: string): string {
  return `jwt_authn_access_denied{${text.replaceAll(' ', '_')}}`;
}

function isPreflight(headers: RequestHeaders): boolean {
  return (
    headers.method === 'OPTIONS' &&
    (headers.get('origin') ?? '') !== '' &&
    (headers.get('access-control-request-method') ?? '') !== ''
  );
}
