import type { RouteExplanation, Trial } from '../api/explain.js';
import type { RateLimitRule, RouteInput, RouteMatch, VirtualHostView } from '../api/route.js';
import type { RuntimeView } from '../api/runtime.js';
import type { RequestHeaders } from '../base/header-map.js';
import type { Plain } from '../base/plain.js';
import { buildHeaderMatchers, type HeaderPredicate } from '../match/header-matcher.js';
import { stepText } from '../match/matcher-text.js';
import { buildMatcher, type Matcher, type MatcherStep, settled } from '../match/tree/matcher.js';
import { buildRouteAction } from './action.js';
import { trialOf } from './condition-text.js';
import { buildConditionParts, conditionOf } from './conditions.js';
import type {
  HeaderMutationsConfig,
  RouteConfig,
  RouteTableConfig,
  VirtualHostConfig,
} from './config-types.js';
import { DirectResponse } from './direct-response.js';
import { HeaderRules } from './header-mutations.js';
import { PathIndex } from './path-index.js';
import { buildRateLimits } from './rate-limit/rate-limit-rule.js';
import { Redirect, tlsRedirect } from './redirect.js';
import { hasConfigs, RouteEntry, type RouteLevels, tlsRedirectEntry } from './route-entry.js';

interface VirtualCluster {
  readonly name: string;
  readonly matches: HeaderPredicate;
}

/** A virtual host with its routes indexed. */
export class VirtualHost implements VirtualHostView {
  readonly name: string;
  readonly origin: string;
  readonly domains: readonly string[];
  readonly metadata: Plain;
  readonly includeRequestAttemptCount: boolean;
  readonly includeAttemptCountInResponse: boolean;
  readonly includeIsTimeoutRetryHeader: boolean;
  readonly rateLimits: readonly RateLimitRule[];
  private readonly requireTls: VirtualHostConfig['requireTls'];
  private readonly tlsRedirect: RouteEntry;
  private readonly routes: PathIndex<RouteEntry>;
  /** Chooses among lists of routes instead; null without one. */
  private readonly matcher: Matcher<PathIndex<RouteEntry>> | null;
  private readonly virtualClusters: readonly VirtualCluster[];

  constructor(
    config: VirtualHostConfig,
    table: RouteTableConfig,
    tableRules: BuiltRules,
    runtime: RuntimeView,
  ) {
    this.name = config.name;
    this.origin = config.origin;
    this.domains = config.domains;
    this.metadata = config.metadata;
    this.includeRequestAttemptCount = config.includeRequestAttemptCount;
    this.includeAttemptCountInResponse = config.includeAttemptCountInResponse;
    this.includeIsTimeoutRetryHeader = config.includeIsTimeoutRetryHeader;
    this.rateLimits = buildRateLimits(config.rateLimits);
    this.requireTls = config.requireTls;
    this.tlsRedirect = tlsRedirectEntry(this, tlsRedirect, config.origin);
    this.virtualClusters = config.virtualClusters.map(({ name, headers }) => ({
      name,
      matches: buildHeaderMatchers(headers) ?? (() => true),
    }));
    const hostRules = buildRules(config.mutations);
    const index = (routes: readonly RouteConfig[]): PathIndex<RouteEntry> => {
      const indexed = routes.map((route) => {
        const levels = levelsOf(route, config, table, [buildRules(route.mutations), hostRules, tableRules]);
        const parts = buildConditionParts(route.match, runtime);
        return {
          path: route.match.path,
          condition: conditionOf(parts),
          parts,
          target: buildEntry(route, this, levels, runtime),
        };
      });
      return new PathIndex(indexed, table.ignorePathParameters);
    };
    this.routes = index(config.routes);
    this.matcher = config.matcher === null ? null : buildMatcher(config.matcher, index, runtime);
  }

  /** How the request finds its route in here. */
  explain(input: RouteInput): Pick<RouteExplanation, 'matcher' | 'routes'> {
    const found = this.find(input);
    if (found !== null && found.action === this.tlsRedirect.action)
      return { matcher: [], routes: [tlsTrial(this.origin)] };
    const routes = this.routesFor(input);
    const steps = this.matcher?.steps({ info: input.info, requestHeaders: input.headers }) ?? [];
    return {
      matcher: steps.map((step) => stepTrial(step, this.origin)),
      routes: routes?.explain(input).map((trial) => trialOf(trial, input)) ?? [],
    };
  }

  find(input: RouteInput): RouteMatch | null {
    if (this.requireTls !== 'NONE') {
      const scheme = input.headers.get('x-forwarded-proto');
      // Only a request that was refused before its headers were completed has none.
      if (scheme === undefined) return null;
      if (scheme !== 'https' && !this.isExempt(input.headers)) return this.tlsRedirect;
    }
    return this.routesFor(input)?.find(input)?.draw(input) ?? null;
  }

  private routesFor(input: RouteInput): PathIndex<RouteEntry> | null {
    if (this.matcher === null) return this.routes;
    return settled(this.matcher.find({ info: input.info, requestHeaders: input.headers }));
  }

  virtualCluster(headers: RequestHeaders): string | null {
    if (this.virtualClusters.length === 0) return null;
    for (const { name, matches } of this.virtualClusters) if (matches(headers)) return name;
    return 'other';
  }

  private isExempt(headers: RequestHeaders): boolean {
    return this.requireTls === 'EXTERNAL_ONLY' && headers.get('x-envoy-internal') === 'true';
  }
}

function tlsTrial(origin: string): Trial {
  return {
    name: '',
    match: 'require_tls and the request came without',
    origin,
    verdict: 'chosen',
    failed: null,
  };
}

function stepTrial(step: MatcherStep, origin: string): Trial {
  const match = stepText(step);
  const { got, holds } = step;
  const text = got === undefined ? 'absent' : JSON.stringify(got);
  const failed = holds ? null : { condition: match, got: text };
  return { name: '', match, origin, verdict: holds ? 'chosen' : 'failed', failed };
}

/** The compiled header rules of one level. */
export interface BuiltRules {
  readonly request: HeaderRules;
  readonly response: HeaderRules;
}

export function buildRules(config: HeaderMutationsConfig): BuiltRules {
  return { request: new HeaderRules(config.request), response: new HeaderRules(config.response) };
}

/** `rules` are route, virtual host, table: the order they run in, unless the most specific is to have the last word. */
function levelsOf(
  route: RouteConfig,
  host: VirtualHostConfig,
  table: RouteTableConfig,
  rules: readonly BuiltRules[],
): RouteLevels {
  const ordered = table.mostSpecificMutationsWin ? rules.toReversed() : rules;
  const configs = [table.filterConfigs, host.filterConfigs, route.filterConfigs];
  return {
    filterConfigs: configs.filter(hasConfigs),
    requestRules: ordered.map((level) => level.request).filter((level) => !level.isEmpty),
    responseRules: ordered.map((level) => level.response).filter((level) => !level.isEmpty),
  };
}

function buildEntry(
  route: RouteConfig,
  virtualHost: VirtualHostView,
  levels: RouteLevels,
  runtime: RuntimeView,
): RouteEntry {
  const { action, match } = route;
  return new RouteEntry({
    name: route.name,
    virtualHost,
    action: buildAction(action, match.path, runtime),
    metadata: route.metadata,
    statPrefix: route.statPrefix,
    bodyLimit: route.bodyLimit,
    origin: route.origin,
    levels,
    clustersMutateRequests: weightedMutations(action).some(({ request }) => hasRules(request)),
    clustersMutateResponses: weightedMutations(action).some(({ response }) => hasRules(response)),
  });
}

function buildAction(
  action: RouteConfig['action'],
  path: RouteConfig['match']['path'],
  runtime: RuntimeView,
): RouteMatch['action'] {
  switch (action.kind) {
    case 'route':
      return buildRouteAction(action, path, runtime);
    case 'redirect':
      return new Redirect(action, path);
    case 'direct':
      return new DirectResponse(action);
  }
}

function weightedMutations(action: RouteConfig['action']): readonly HeaderMutationsConfig[] {
  if (action.kind !== 'route' || action.cluster.kind !== 'weighted') return [];
  return action.cluster.clusters.map(({ mutations }) => mutations);
}

function hasRules({ remove, add }: HeaderMutationsConfig['request']): boolean {
  return remove.length > 0 || add.length > 0;
}
