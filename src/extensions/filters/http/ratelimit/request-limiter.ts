import type { FractionConfig } from '../../../../api/config-node.js';
import type { HttpFilterContext, StreamControl } from '../../../../api/http-filter.js';
import type { RateLimitDescriptor, RateLimitInput, RateLimitRule } from '../../../../api/route.js';
import type { Counter } from '../../../../api/stats.js';
import type { StreamInfo } from '../../../../api/stream-info.js';
import type { Cluster } from '../../../../api/upstream.js';
import { encodeRateLimitRequest } from '../../../../codec/ratelimit/rate-limit-request.js';
import { HeaderRules } from '../../../../route/header-mutations.js';
import { buildRateLimits } from '../../../../route/rate-limit/rate-limit-rule.js';
import type { GrpcCall, UnaryCallbacks } from '../../../../upstream/grpc-client.js';
import { GrpcMethod } from '../../../../upstream/grpc-service.js';
import type { HttpRateLimitConfig, RouteRateLimitConfig } from './config.js';

const limitPath = '/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit';
const hitsKey = 'envoy.ratelimit.hits_addend';

export type LimitOutcome = 'error' | 'failure_mode_allowed' | 'ok' | 'over_limit';

/** What all streams of one filter share in one thread. */
export class RequestLimiter {
  readonly config: HttpRateLimitConfig;
  readonly responseHeaders: HeaderRules;
  private readonly scope: HttpFilterContext;
  private readonly method: GrpcMethod;
  private readonly rules: readonly RateLimitRule[] | null;
  private readonly rulesOfRoutes: WeakMap<RouteRateLimitConfig, readonly RateLimitRule[]>;
  private readonly suffix: string;
  /** By cluster and outcome. */
  private readonly counters: Map<string, Counter>;

  constructor(config: HttpRateLimitConfig, scope: HttpFilterContext) {
    this.config = config;
    this.responseHeaders = new HeaderRules({ remove: [], add: config.responseHeaders });
    this.scope = scope;
    this.method = new GrpcMethod(config.service, limitPath, scope);
    this.rules = config.rateLimits === null ? null : buildRateLimits(config.rateLimits);
    this.rulesOfRoutes = new WeakMap();
    this.suffix = config.statPrefix === '' ? 'ratelimit' : `ratelimit.${config.statPrefix}`;
    this.counters = new Map();
  }

  get localCluster(): string {
    return this.scope.node.cluster;
  }

  isOn(fraction: FractionConfig): boolean {
    return this.scope.runtime.sampled(fraction, this.scope.random.u32());
  }

  /** The cluster that counts; null where none is known: then nobody is asked. */
  clusterNamed(name: string | undefined): Cluster | null {
    return name === undefined ? null : this.scope.clusters.get(name);
  }

  count(outcome: LimitOutcome, cluster: Cluster): void {
    const name = `cluster.${cluster.info.statName}.${this.suffix}.${outcome}`;
    let counter = this.counters.get(name);
    if (counter === undefined) {
      counter = this.scope.stats.counter(name);
      this.counters.set(name, counter);
    }
    counter.inc();
  }

  /** What of this request may be limited, now or when its stream is done. */
  describe(input: RateLimitInput, stream: StreamControl, isDone: boolean): readonly RateLimitDescriptor[] {
    const route = stream.route();
    if (route?.action.kind !== 'route') return none;
    const onRoute = routeConfigOf(stream);
    const own = this.ownRules(onRoute);
    const found: RateLimitDescriptor[] = [];
    if (own !== null) {
      this.collect(found, own, input, isDone);
      return found;
    }
    const { rateLimits, includesHostRateLimits } = route.action;
    this.collect(found, rateLimits, input, isDone);
    const option = includesHostRateLimits ? 'INCLUDE' : (onRoute?.hostRateLimits ?? 'OVERRIDE');
    if (option === 'INCLUDE' || (option === 'OVERRIDE' && rateLimits.length === 0)) {
      this.collect(found, route.virtualHost.rateLimits, input, isDone);
    }
    return found;
  }

  ask(
    descriptors: readonly RateLimitDescriptor[],
    stream: StreamControl,
    info: StreamInfo,
    callbacks: UnaryCallbacks,
  ): GrpcCall {
    const domain = routeConfigOf(stream)?.domain || this.config.domain;
    return this.method.unary(encodeRateLimitRequest(domain, descriptors, hitsOf(info)), info, callbacks);
  }

  private ownRules(onRoute: RouteRateLimitConfig | null): readonly RateLimitRule[] | null {
    if (onRoute === null || onRoute.rateLimits === null) return this.rules;
    let rules = this.rulesOfRoutes.get(onRoute);
    if (rules === undefined) {
      rules = buildRateLimits(onRoute.rateLimits);
      this.rulesOfRoutes.set(onRoute, rules);
    }
    return rules;
  }

  private collect(
    found: RateLimitDescriptor[],
    rules: readonly RateLimitRule[],
    input: RateLimitInput,
    isDone: boolean,
  ): void {
    for (const rule of rules) {
      if (rule.stage !== this.config.stage || rule.appliesOnStreamDone !== isDone) continue;
      if (rule.disableKey !== '' && !this.isOn(switchOf(rule.disableKey))) continue;
      const descriptor = rule.describe(input);
      if (descriptor !== null) found.push(descriptor);
    }
  }
}

const none: readonly RateLimitDescriptor[] = [];

function routeConfigOf(stream: StreamControl): RouteRateLimitConfig | null {
  return stream.routeConfig() as RouteRateLimitConfig | null;
}

function switchOf(disableKey: string): FractionConfig {
  return { numerator: 100, denominator: 100, runtimeKey: `ratelimit.${disableKey}.http_filter_enabled` };
}

/** As a filter before this one says; 0: one. */
function hitsOf({ filterState }: StreamInfo): number {
  const hits = Number(filterState?.get(hitsKey) ?? 0);
  return Number.isInteger(hits) && hits > 0 && hits <= 0xffff_ffff ? hits : 0;
}
