import {
  HeadersStatus,
  type HttpFilter,
  type HttpFilterContext,
  type HttpFilterFactory,
  type StreamControl,
} from '../../../../api/http-filter.js';
import { type BoundStats, type Counter, statBlock } from '../../../../api/stats.js';
import type { StreamInfo } from '../../../../api/stream-info.js';
import type { RequestHeaders } from '../../../../base/header-map.js';
import { buildRbacEngine } from '../../../../match/rbac/rbac-matcher.js';
import type { RbacEngine, RbacVerdict } from '../../../../match/rbac/rbac-rules.js';
import { addDynamicMetadata } from '../../../../stream/dynamic-metadata.js';
import { parseRbac, parseRbacPerRoute, type RbacConfig } from './config.js';

/** `http.<p>.rbac.<rules_stat_prefix>` */
const E = statBlock({ counters: ['allowed', 'denied'] });
/** `http.<p>.rbac.<shadow_rules_stat_prefix>` */
const S = statBlock({ counters: ['shadow_allowed', 'shadow_denied'] });

const metadataNamespace = 'envoy.filters.http.rbac';

/** Lets requests pass or not by who asks for what. */
export const rbacFilter: HttpFilterFactory<RbacConfig, RbacConfig | null> = {
  name: 'envoy.filters.http.rbac',
  typeUrl: 'envoy.extensions.filters.http.rbac.v3.RBAC',
  routeTypeUrl: 'envoy.extensions.filters.http.rbac.v3.RBACPerRoute',
  parse: parseRbac,
  parseRoute: parseRbacPerRoute,
  build(config, scope) {
    const own = new Enforcer(config, config, scope);
    const ofRoutes = new WeakMap<object, Enforcer>();
    const enforcerOf = (stream: StreamControl): Enforcer | null => {
      const levels = stream.routeConfigs();
      if (levels.length === 0) return own;
      const onRoute = levels[levels.length - 1] as RbacConfig | null;
      if (onRoute === null) return null;
      let enforcer = ofRoutes.get(onRoute);
      if (enforcer === undefined) {
        enforcer = new Enforcer(onRoute, config, scope);
        ofRoutes.set(onRoute, enforcer);
      }
      return enforcer;
    };
    return (stream) => new RbacFilter(stream, enforcerOf);
  },
};

class RbacFilter implements HttpFilter {
  private readonly stream: StreamControl;
  private readonly enforcerOf: (stream: StreamControl) => Enforcer | null;

  constructor(stream: StreamControl, enforcerOf: (stream: StreamControl) => Enforcer | null) {
    this.stream = stream;
    this.enforcerOf = enforcerOf;
  }

  onRequestHeaders(headers: RequestHeaders): HeadersStatus {
    const refusal = this.enforcerOf(this.stream)?.refusal(headers, this.stream.info);
    if (refusal === undefined) return HeadersStatus.Continue;
    const policy = refusal.policy === '' ? 'none' : refusal.policy.replaceAll(/\s/g, '_');
    this.stream.localReply(403, 'RBAC: access denied', {
      details: `rbac_access_denied_matched_policy[${policy}]`,
    });
    return HeadersStatus.Stop;
  }
}

/** The rules of the filter or of a route at work in one thread. */
class Enforcer {
  private readonly enforced: Ruling | null;
  private readonly shadow: Ruling | null;

  /** Stats are the filter's own wherever the rules stand; metadata of a route without prefix as well. */
  constructor(config: RbacConfig, own: RbacConfig, scope: HttpFilterContext) {
    const { rules, shadowRules, tracksPolicies } = config;
    const prefixed = (prefix: string): string =>
      `${scope.statPrefix}.rbac${prefix === '' ? '' : `.${prefix.replace(/\.$/, '')}`}`;
    const root = prefixed(own.rulesStatPrefix);
    const shadowRoot = prefixed(own.shadowStatPrefix);
    this.enforced =
      rules === null
        ? null
        : new Ruling(
            buildRbacEngine(rules, scope.runtime),
            scope.stats.bind(root, E),
            tracksPolicies ? new PolicyCounters(root, '', scope) : null,
            `${config.rulesStatPrefix || own.rulesStatPrefix}enforced_`,
          );
    this.shadow =
      shadowRules === null
        ? null
        : new Ruling(
            buildRbacEngine(shadowRules, scope.runtime),
            scope.stats.bind(shadowRoot, S),
            tracksPolicies ? new PolicyCounters(shadowRoot, 'shadow_', scope) : null,
            `${config.shadowStatPrefix || own.shadowStatPrefix}shadow_`,
          );
  }

  /** What refuses the request; undefined when nothing does. */
  refusal(headers: RequestHeaders, info: StreamInfo): RbacVerdict | undefined {
    this.shadow?.judge(headers, info);
    if (this.enforced === null) return undefined;
    const verdict = this.enforced.judge(headers, info);
    const { shouldLog } = verdict;
    if (shouldLog !== null) addDynamicMetadata(info, 'envoy.common', { access_log_hint: shouldLog });
    return verdict.isAllowed ? undefined : verdict;
  }
}

/** One set of rules with its counters; shadow or enforced differ in names alone. */
class Ruling {
  private readonly engine: RbacEngine;
  private readonly stats: BoundStats;
  private readonly policies: PolicyCounters | null;
  private readonly policyKey: string;
  private readonly resultKey: string;

  constructor(
    engine: RbacEngine,
    stats: BoundStats,
    policies: PolicyCounters | null,
    metadataPrefix: string,
  ) {
    this.engine = engine;
    this.stats = stats;
    this.policies = policies;
    this.policyKey = `${metadataPrefix}effective_policy_id`;
    this.resultKey = `${metadataPrefix}engine_result`;
  }

  judge(headers: RequestHeaders, info: StreamInfo): RbacVerdict {
    const verdict = this.engine.evaluate(headers, info);
    const { isAllowed, policy } = verdict;
    // Both blocks have their allowing counter first.
    this.stats.inc(isAllowed ? E.allowed : E.denied);
    if (policy !== '') this.policies?.count(policy, isAllowed);
    const result = isAllowed ? 'allowed' : 'denied';
    addDynamicMetadata(
      info,
      metadataNamespace,
      policy === '' ? { [this.resultKey]: result } : { [this.policyKey]: policy, [this.resultKey]: result },
    );
    return verdict;
  }
}

/** `policy.<name>.allowed` and its kin, each made when it first counts. */
class PolicyCounters {
  private readonly prefix: string;
  private readonly kind: string;
  private readonly scope: HttpFilterContext;
  private readonly counters: Map<string, Counter>;

  constructor(prefix: string, kind: string, scope: HttpFilterContext) {
    this.prefix = prefix;
    this.kind = kind;
    this.scope = scope;
    this.counters = new Map();
  }

  count(policy: string, isAllowed: boolean): void {
    const name = `${this.prefix}.policy.${policy}.${this.kind}${isAllowed ? 'allowed' : 'denied'}`;
    let counter = this.counters.get(name);
    if (counter === undefined) {
      counter = this.scope.stats.counter(name);
      this.counters.set(name, counter);
    }
    counter.inc();
  }
}
