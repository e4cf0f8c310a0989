import type {
  ClusterChoice,
  ConnectConfig,
  GrpcTimeoutConfig,
  HashPolicyView,
  InternalRedirectConfig,
  MirrorPolicyView,
  RateLimitRule,
  RetryPolicyConfig,
  RouteActionView,
  RouteInput,
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
  private readonly choose: ClusterChooser;

  constructor(config: RouteActionConfig, match: PathMatchConfig, runtime: RuntimeView) {
    this.kind = 'route';
    this.clusterNotFoundStatus = config.clusterNotFoundStatus;
    this.timeoutMs = config.timeoutMs;
    this.idleTimeoutMs = config.idleTimeoutMs ?? undefined;
    this.maxStreamDurationMs = config.maxStreamDurationMs ?? undefined;
    this.grpcTimeout = config.grpcTimeout;
    this.retryPolicy = config.retryPolicy;
    this.hedgesOnPerTryTimeout = config.hedgesOnPerTryTimeout;
    this.internalRedirect = config.internalRedirect;
    this.priority = config.priority;
    this.rewrite = buildRewrite(config, match);
    this.autoHostRewrite = config.hostRewrite?.kind === 'auto';
    this.appendXForwardedHost = config.appendXForwardedHost;
    this.upgrades = new Map(Object.entries(config.upgrades));
    this.connect = config.connect;
    this.metadataMatch = config.metadataMatch;
    this.hashPolicy = config.hashPolicies.length === 0 ? null : new HashPolicies(config.hashPolicies);
    this.mirrors = config.mirrorPolicies.map((policy) => new MirrorPolicy(policy));
    this.rateLimits = buildRateLimits(config.rateLimits);
    this.includesHostRateLimits = config.includesHostRateLimits;
    this.choose = buildClusterChooser(config.cluster, runtime, config.metadataMatch, this.hashPolicy);
  }

  chooseCluster(input: RouteInput): ClusterChoice {
    return this.choose(input);
  }
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
