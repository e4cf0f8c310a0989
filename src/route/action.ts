import type { ClusterShare } from '../api/explain.js';
import type {
  ClusterChoice,
  ConnectConfig,
  GrpcTimeoutConfig,
  HashPolicyView,
  InternalRedirectConfig,
  MirrorPolicyView,
  Places,
  RateLimitRule,
  RetryPolicyConfig,
  RouteActionView,
  RouteInput,
  WeightedClusterView,
} from '../api/route.js';
import type { RuntimeView } from '../api/runtime.js';
import type { LogContext } from '../api/stream-info.js';
import type { RequestHeaders } from '../base/header-map.js';
import type { Plain } from '../base/plain.js';
import { buildClusterChooser, type ClusterChooser } from './cluster-chooser.js';
import type { PathMatchConfig, RouteActionConfig } from './config-types.js';
import { HashPolicies } from './hash-policy.js';
import { buildHostRewrite, setAuthority } from './host-rewrite.js';
import { MirrorPolicy } from './mirror-policy.js';
import { buildPathRewrite, setPath } from './path-rewrite.js';
import { buildRateLimits } from './rate-limit/rate-limit-rule.js';

/** A route action with everything resolved. */
export class RouteAction implements RouteActionView {
  readonly kind: 'route';
  readonly clusterNotFoundStatus: number;
  readonly timeoutMs: number;
  readonly idleTimeoutMs: number | undefined;
  readonly maxStreamDurationMs: number | undefined;
  readonly grpcTimeout: GrpcTimeoutConfig | null;
  readonly grpcGlobalTimeout: GrpcTimeoutConfig | null;
  readonly retryPolicy: RetryPolicyConfig | null;
  readonly hedgesOnPerTryTimeout: boolean;
  readonly internalRedirect: InternalRedirectConfig | null;
  readonly priority: 'DEFAULT' | 'HIGH';
  readonly rewrite: RouteActionView['rewrite'];
  readonly autoHostRewrite: boolean;
  readonly appendXForwardedHost: boolean;
  readonly upgrades: ReadonlyMap<string, boolean>;
  readonly connect: ConnectConfig | null;
  readonly metadataMatch: Plain;
  readonly hashPolicy: HashPolicyView | null;
  readonly mirrors: readonly MirrorPolicyView[];
  readonly rateLimits: readonly RateLimitRule[];
  readonly includesHostRateLimits: boolean;
  readonly places: Places;
  private readonly choose: ClusterChooser;
  /** The cluster depends on the request. */
  readonly drawsCluster: boolean;

  constructor(fields: ActionFields, choose: ClusterChooser, drawsCluster: boolean) {
    this.kind = 'route';
    this.clusterNotFoundStatus = fields.clusterNotFoundStatus;
    this.timeoutMs = fields.timeoutMs;
    this.idleTimeoutMs = fields.idleTimeoutMs;
    this.maxStreamDurationMs = fields.maxStreamDurationMs;
    this.grpcTimeout = fields.grpcTimeout;
    this.grpcGlobalTimeout = fields.grpcGlobalTimeout;
    this.retryPolicy = fields.retryPolicy;
    this.hedgesOnPerTryTimeout = fields.hedgesOnPerTryTimeout;
    this.internalRedirect = fields.internalRedirect;
    this.priority = fields.priority;
    this.rewrite = fields.rewrite;
    this.autoHostRewrite = fields.autoHostRewrite;
    this.appendXForwardedHost = fields.appendXForwardedHost;
    this.upgrades = fields.upgrades;
    this.connect = fields.connect;
    this.metadataMatch = fields.metadataMatch;
    this.hashPolicy = fields.hashPolicy;
    this.mirrors = fields.mirrors;
    this.rateLimits = fields.rateLimits;
    this.includesHostRateLimits = fields.includesHostRateLimits;
    this.places = fields.places;
    this.choose = choose;
    this.drawsCluster = drawsCluster;
  }

  /** The same action for one of the clusters that it may choose. */
  drawnAs(choice: ClusterChoice): RouteAction {
    const { chosenBy, shares, again } = this.choose;
    return new RouteAction(
      this,
      Object.assign(() => choice, { chosenBy, shares, again: again ?? this.choose }),
      false,
    );
  }

  get chosenBy(): string {
    return this.choose.chosenBy ?? 'its name';
  }

  shares(): readonly ClusterShare[] {
    return this.choose.shares?.() ?? [];
  }

  chooseCluster(input: RouteInput): ClusterChoice {
    return this.choose(input);
  }

  rechooseCluster(input: RouteInput, drawn: readonly WeightedClusterView[]): ClusterChoice {
    const { choose } = this;
    return choose.again === undefined ? choose(input) : choose.again(input, drawn);
  }
}

export function buildRouteAction(
  config: RouteActionConfig,
  match: PathMatchConfig,
  runtime: RuntimeView,
): RouteAction {
  const fields = resolveFields(config, match);
  const { cluster, metadataMatch } = config;
  const choose = buildClusterChooser(cluster, runtime, metadataMatch, fields.hashPolicy);
  return new RouteAction(fields, choose, cluster.kind !== 'cluster');
}

type ActionFields = Omit<RouteActionView, 'chooseCluster' | 'rechooseCluster' | 'chosenBy' | 'shares'>;

function resolveFields(config: RouteActionConfig, match: PathMatchConfig): ActionFields {
  return {
    kind: 'route',
    clusterNotFoundStatus: config.clusterNotFoundStatus,
    timeoutMs: config.timeoutMs,
    idleTimeoutMs: config.idleTimeoutMs ?? undefined,
    maxStreamDurationMs: config.maxStreamDurationMs ?? undefined,
    grpcTimeout: config.grpcTimeout,
    grpcGlobalTimeout: config.grpcGlobalTimeout,
    retryPolicy: config.retryPolicy,
    hedgesOnPerTryTimeout: config.hedgesOnPerTryTimeout,
    internalRedirect: config.internalRedirect,
    priority: config.priority,
    rewrite: buildRewrite(config, match),
    autoHostRewrite: config.hostRewrite?.kind === 'auto',
    appendXForwardedHost: config.appendXForwardedHost,
    upgrades: new Map(Object.entries(config.upgrades)),
    connect: config.connect,
    metadataMatch: config.metadataMatch,
    hashPolicy: config.hashPolicies.length === 0 ? null : new HashPolicies(config.hashPolicies),
    mirrors: config.mirrorPolicies.map((policy) => new MirrorPolicy(policy)),
    rateLimits: buildRateLimits(config.rateLimits),
    includesHostRateLimits: config.includesHostRateLimits,
    places: config.places,
  };
}

/** Host first, then path, as Envoy does: a host made from the path sees the path of the request. */
function buildRewrite(config: RouteActionConfig, match: PathMatchConfig): RouteActionView['rewrite'] {
  const hostRewrite = buildHostRewrite(config.hostRewrite);
  const pathRewrite = config.pathRewrite === null ? null : buildPathRewrite(config.pathRewrite, match);
  const { cluster, appendXForwardedHost } = config;
  const weightedRewrites =
    cluster.kind === 'weighted' && cluster.clusters.some((c) => c.hostRewriteLiteral !== '');
  if (hostRewrite === null && pathRewrite === null && !weightedRewrites) return null;
  return (headers: RequestHeaders, context: LogContext, choice: ClusterChoice) => {
    const own = choice.weighted?.hostRewriteLiteral ?? '';
    const host = own === '' && hostRewrite !== null ? hostRewrite(headers, context) : '';
    if (host !== '') setAuthority(headers, host, appendXForwardedHost);
    // The host of a weighted cluster takes the place of the old one without a record of it.
    if (own !== '') headers.authority = own;
    if (pathRewrite !== null) {
      const path = pathRewrite(headers.path, context);
      setPath(headers, path);
    }
  };
}
