import type { RouteFilterConfig } from '../api/config-node.js';
import type {
  RedirectView,
  RouteActionView,
  RouteInput,
  RouteMatch,
  VirtualHostView,
  WeightedClusterView,
} from '../api/route.js';
import type { LogContext } from '../api/stream-info.js';
import type { RequestHeaders, ResponseHeaders } from '../base/header-map.js';
import type { Plain } from '../base/plain.js';
import { WeightedCluster } from './cluster-chooser.js';
import type { BodyLimitConfig, FilterConfigs } from './config-types.js';
import type { HeaderRules } from './header-mutations.js';

/** Header rules and filter configurations of the levels around a route, least specific first. */
export interface RouteLevels {
  readonly filterConfigs: readonly FilterConfigs[];
  /** In the order in which they run, levels without rules left out. */
  readonly requestRules: readonly HeaderRules[];
  readonly responseRules: readonly HeaderRules[];
}

export interface RouteEntryParts {
  readonly name: string;
  readonly virtualHost: VirtualHostView;
  readonly action: RouteMatch['action'];
  readonly metadata: Plain;
  readonly statPrefix: string;
  readonly bodyLimit: BodyLimitConfig | null;
  readonly origin: string;
  readonly levels: RouteLevels;
  /** The action with each of its weighted clusters drawn. */
  readonly drawn: ReadonlyMap<WeightedCluster, RouteActionView>;
  /** True when weighted clusters of the action have rules of their own. */
  readonly clustersMutateRequests: boolean;
  readonly clustersMutateResponses: boolean;
}

const noConfigs: readonly RouteFilterConfig[] = [];
export const noDraws: RouteEntryParts['drawn'] = new Map();

/** One route, shared by all requests that match it. */
export class RouteEntry implements RouteMatch {
  readonly name: string;
  readonly virtualHost: VirtualHostView;
  readonly action: RouteMatch['action'];
  readonly metadata: Plain;
  readonly hasRequestMutations: boolean;
  readonly hasResponseMutations: boolean;
  readonly statPrefix: string;
  readonly origin: string;
  private readonly bodyLimit: BodyLimitConfig | null;
  private readonly levels: RouteLevels;
  private configsByFilter: Map<string, readonly RouteFilterConfig[]> | null;
  /** The route with each of its weighted clusters drawn; null without any. */
  private readonly variants: ReadonlyMap<WeightedClusterView, RouteEntry> | null;

  constructor(parts: RouteEntryParts) {
    const { levels } = parts;
    this.name = parts.name;
    this.virtualHost = parts.virtualHost;
    this.action = parts.action;
    this.metadata = parts.metadata;
    this.hasRequestMutations = levels.requestRules.length > 0 || parts.clustersMutateRequests;
    this.hasResponseMutations = levels.responseRules.length > 0 || parts.clustersMutateResponses;
    this.statPrefix = parts.statPrefix;
    this.origin = parts.origin;
    this.bodyLimit = parts.bodyLimit;
    this.levels = levels;
    this.configsByFilter = null;
    this.variants = parts.drawn.size === 0 ? null : buildVariants(parts);
  }

  /** What a request that matches gets: its cluster is drawn here, once, for filters and router alike. */
  draw(input: RouteInput): RouteMatch {
    if (this.variants === null || this.action.kind !== 'route') return this;
    const { weighted } = this.action.chooseCluster(input);
    return (weighted === null ? undefined : this.variants.get(weighted)) ?? this;
  }

  filterConfigs(filterName: string): readonly RouteFilterConfig[] {
    if (this.levels.filterConfigs.length === 0) return noConfigs;
    this.configsByFilter ??= collectConfigs(this.levels.filterConfigs);
    return this.configsByFilter.get(filterName) ?? noConfigs;
  }

  keptBytesLimit(ownBytes: number): number {
    if (this.bodyLimit === null) return ownBytes;
    const { bytes, isCapped } = this.bodyLimit;
    return isCapped && ownBytes > 0 ? Math.min(bytes, ownBytes) : bytes;
  }

  mutateRequestHeaders(
    headers: RequestHeaders,
    context: LogContext,
    cluster: WeightedClusterView | null,
  ): void {
    const own = cluster instanceof WeightedCluster ? cluster.requestRules : null;
    applyRules(own, this.levels.requestRules, headers, context);
  }

  mutateResponseHeaders(
    headers: ResponseHeaders,
    context: LogContext,
    cluster: WeightedClusterView | null,
  ): void {
    const own = cluster instanceof WeightedCluster ? cluster.responseRules : null;
    applyRules(own, this.levels.responseRules, headers, context);
  }
}

function buildVariants(parts: RouteEntryParts): ReadonlyMap<WeightedClusterView, RouteEntry> {
  const { levels, drawn } = parts;
  return new Map(
    [...drawn].map(([weighted, action]) => {
      const filterConfigs = hasConfigs(weighted.filterConfigs)
        ? [...levels.filterConfigs, weighted.filterConfigs]
        : levels.filterConfigs;
      const entry = new RouteEntry({
        ...parts,
        action,
        levels: { ...levels, filterConfigs },
        drawn: noDraws,
      });
      return [weighted, entry];
    }),
  );
}

export function hasConfigs(level: FilterConfigs): boolean {
  return Object.keys(level).length > 0;
}

function collectConfigs(levels: readonly FilterConfigs[]): Map<string, readonly RouteFilterConfig[]> {
  const collected = new Map<string, RouteFilterConfig[]>();
  for (const level of levels) {
    for (const [name, config] of Object.entries(level)) {
      const configs = collected.get(name);
      if (configs === undefined) collected.set(name, [config]);
      else configs.push(config);
    }
  }
  return collected;
}

/** A weighted cluster's rules run first, whichever order the other levels have. */
function applyRules(
  own: HeaderRules | null,
  rules: readonly HeaderRules[],
  headers: RequestHeaders | ResponseHeaders,
  context: LogContext,
): void {
  own?.apply(headers, context);
  for (const level of rules) level.apply(headers, context);
}

/** The answer of a virtual host that requires TLS to a request that came without. */
export function tlsRedirectEntry(
  virtualHost: VirtualHostView,
  action: RedirectView,
  origin: string,
): RouteEntry {
  return new RouteEntry({
    name: '',
    virtualHost,
    action,
    metadata: null,
    statPrefix: '',
    bodyLimit: null,
    origin,
    levels: { filterConfigs: [], requestRules: [], responseRules: [] },
    drawn: noDraws,
    clustersMutateRequests: false,
    clustersMutateResponses: false,
  });
}
