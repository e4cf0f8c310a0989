import type { RouteFilterConfig } from '../api/config-node.js';
import type {
  ClusterChoice,
  RedirectView,
  RouteInput,
  RouteMatch,
  VirtualHostView,
  WeightedClusterView,
} from '../api/route.js';
import type { LogContext } from '../api/stream-info.js';
import type { RequestHeaders, ResponseHeaders } from '../base/header-map.js';
import type { Plain } from '../base/plain.js';
import { RouteAction } from './action.js';
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
  /** True when weighted clusters of the action have rules of their own. */
  readonly clustersMutateRequests: boolean;
  readonly clustersMutateResponses: boolean;
}

const noConfigs: readonly RouteFilterConfig[] = [];

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
  /** Null unless the cluster depends on the request. */
  private readonly variants: RouteVariants | null;

  constructor(parts: RouteEntryParts) {
    const { levels, action } = parts;
    this.name = parts.name;
    this.virtualHost = parts.virtualHost;
    this.action = action;
    this.metadata = parts.metadata;
    this.hasRequestMutations = levels.requestRules.length > 0 || parts.clustersMutateRequests;
    this.hasResponseMutations = levels.responseRules.length > 0 || parts.clustersMutateResponses;
    this.statPrefix = parts.statPrefix;
    this.origin = parts.origin;
    this.bodyLimit = parts.bodyLimit;
    this.levels = levels;
    this.configsByFilter = null;
    this.variants =
      action instanceof RouteAction && action.drawsCluster ? new RouteVariants(parts, action) : null;
  }

  /** What a request that matches gets: its cluster is drawn here, once, for filters and router alike. */
  draw(input: RouteInput): RouteMatch {
    return this.variants === null ? this : this.variants.draw(input);
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

/** A route with its cluster drawn, for each choice that was drawn so far. */
class RouteVariants {
  private readonly parts: RouteEntryParts;
  private readonly action: RouteAction;
  private readonly entries: WeakMap<ClusterChoice, RouteEntry>;

  constructor(parts: RouteEntryParts, action: RouteAction) {
    this.parts = parts;
    this.action = action;
    this.entries = new WeakMap();
  }

  draw(input: RouteInput): RouteEntry {
    const choice = this.action.chooseCluster(input);
    let entry = this.entries.get(choice);
    if (entry === undefined) {
      entry = this.build(choice);
      this.entries.set(choice, entry);
    }
    return entry;
  }

  private build(choice: ClusterChoice): RouteEntry {
    const { levels } = this.parts;
    const { weighted } = choice;
    const filterConfigs =
      weighted instanceof WeightedCluster && hasConfigs(weighted.filterConfigs)
        ? [...levels.filterConfigs, weighted.filterConfigs]
        : levels.filterConfigs;
    const action = this.action.drawnAs(choice);
    return new RouteEntry({ ...this.parts, action, levels: { ...levels, filterConfigs } });
  }
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
    clustersMutateRequests: false,
    clustersMutateResponses: false,
  });
}
