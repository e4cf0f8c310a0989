import type { RequestHeaders, ResponseHeaders } from '../base/header-map.js';
import type { Plain } from '../base/plain.js';
import type { FractionConfig, RouteFilterConfig } from './config-node.js';
import type { ClusterShare, RouteExplanation } from './explain.js';
import type { LogContext, StreamInfo } from './stream-info.js';

/** Where fields of a message stand, of those that are there: the line in the message's own file, or the whole place. */
export type Places = { readonly [field: string]: number | string };

/** What route matching may look at besides the head. */
export interface RouteInput {
  readonly headers: RequestHeaders;
  readonly info: StreamInfo;
  /** Stable random number of the request. */
  readonly random: number;
}

/**
 * The outcome of a lookup: built when the configuration is built, shared by all requests. Where the cluster depends on the
 * request there is one for each choice: it is drawn at the lookup, and filters and router see the same.
 */
export interface RouteMatch {
  readonly name: string;
  readonly virtualHost: VirtualHostView;
  readonly action: RouteActionView | RedirectView | DirectResponseView;
  readonly metadata: Plain;
  /** By filter name: of route configuration, virtual host, route and drawn weighted cluster, least specific first. */
  filterConfigs(filterName: string): readonly RouteFilterConfig[];
  /** Applies the request header mutations of every level in the configured order, removals before additions. */
  mutateRequestHeaders(
    headers: RequestHeaders,
    context: LogContext,
    cluster: WeightedClusterView | null,
  ): void;
  mutateResponseHeaders(
    headers: ResponseHeaders,
    context: LogContext,
    cluster: WeightedClusterView | null,
  ): void;
  /** True when the request side has anything to mutate; lets the common route skip the call. */
  readonly hasRequestMutations: boolean;
  readonly hasResponseMutations: boolean;
  /** Stat prefix of the route, empty when it has none. */
  readonly statPrefix: string;
  /** Bytes of a request's body that may be kept for another attempt, where the connection's own limit is `ownBytes`. */
  keptBytesLimit(ownBytes: number): number;
  readonly origin: string;
}

export interface VirtualHostView {
  readonly name: string;
  /** Namespace → structure. */
  readonly metadata: Plain;
  readonly includeRequestAttemptCount: boolean;
  readonly includeAttemptCountInResponse: boolean;
  readonly includeIsTimeoutRetryHeader: boolean;
  readonly rateLimits: readonly RateLimitRule[];
  /** The first virtual cluster whose matchers pass, `other` when some exist and none passes, null otherwise. */
  virtualCluster(headers: RequestHeaders): string | null;
}

/** A request that goes to a cluster. */
export interface RouteActionView {
  readonly kind: 'route';
  /** Chooses the cluster for this request: fixed, by header, or weighted. */
  chooseCluster(input: RouteInput): ClusterChoice;
  /** Chooses for another attempt: of weighted clusters one that is not among those drawn, while there is one. */
  rechooseCluster(input: RouteInput, drawn: readonly WeightedClusterView[]): ClusterChoice;
  /** How it is chosen, in words. */
  readonly chosenBy: string;
  /** The clusters among which weights draw; empty where none are. */
  shares(): readonly ClusterShare[];
  /** Where its settings stand. */
  readonly places: Places;
  readonly clusterNotFoundStatus: number;
  /** Milliseconds; 0 = none, as when `max_stream_duration` is there. */
  readonly timeoutMs: number;
  /** undefined: the connection manager's. */
  readonly idleTimeoutMs: number | undefined;
  /** undefined: not set. */
  readonly maxStreamDurationMs: number | undefined;
  /** Null: the `grpc-timeout` header of requests is not looked at. */
  readonly grpcTimeout: GrpcTimeoutConfig | null;
  /** The upstream timeout of gRPC requests, of the deprecated `max_grpc_timeout`; null: `timeoutMs`. */
  readonly grpcGlobalTimeout: GrpcTimeoutConfig | null;
  readonly retryPolicy: RetryPolicyConfig | null;
  /** At a per-try timeout another attempt starts beside the one that is late. */
  readonly hedgesOnPerTryTimeout: boolean;
  /** Null: redirects of upstreams are passed on. */
  readonly internalRedirect: InternalRedirectConfig | null;
  readonly priority: 'DEFAULT' | 'HIGH';
  /** Rewrites path and host in place (and records x-envoy-original-path, -host) unless nothing is to be rewritten. */
  readonly rewrite: ((headers: RequestHeaders, context: LogContext, choice: ClusterChoice) => void) | null;
  readonly autoHostRewrite: boolean;
  readonly appendXForwardedHost: boolean;
  /** Upgrade types (lower case) with their verdict; absent types fall to the connection manager. */
  readonly upgrades: ReadonlyMap<string, boolean>;
  /** CONNECT ends here and goes on as bytes of a TCP connection; null: it is forwarded. */
  readonly connect: ConnectConfig | null;
  readonly metadataMatch: Plain;
  /** Null without hash policies. */
  readonly hashPolicy: HashPolicyView | null;
  /** None in the common case. */
  readonly mirrors: readonly MirrorPolicyView[];
  readonly rateLimits: readonly RateLimitRule[];
  /** The virtual host's apply as well, although there are own ones. */
  readonly includesHostRateLimits: boolean;
}

/** What descriptors of rate limits are made of. */
export interface RateLimitInput extends LogContext {
  /** The node's own cluster. */
  readonly localCluster: string;
  /** The cluster that the request is routed to; undefined when there is none. */
  clusterName(): string | undefined;
}

/** One `RateLimit` of a route, a virtual host or a filter. */
export interface RateLimitRule {
  readonly stage: number;
  readonly disableKey: string;
  readonly appliesOnStreamDone: boolean;
  /** `UNSPECIFIED`, `OFF`, `DRAFT_VERSION_03`. */
  readonly headersOption: string;
  /** The descriptor of this request; null when an action has nothing to add. */
  describe(input: RateLimitInput): RateLimitDescriptor | null;
}

export interface RateLimitDescriptor {
  readonly entries: readonly (readonly [key: string, value: string])[];
  /** Undefined: one, or what the limiter has as its default. */
  readonly hits: number | undefined;
  readonly isNegativeHits: boolean;
  /** What takes the place of the service's limit, with `unit` as in `envoy.type.v3.RateLimitUnit`; null: nothing. */
  readonly limit: { readonly requestsPerUnit: number; readonly unit: number } | null;
  readonly rule: RateLimitRule;
}

/** `connect_config` of a route. */
export type ConnectConfig = {
  /** POST opens a tunnel as well. */
  readonly allowsPost: boolean;
};

/** How the `grpc-timeout` header of a request bounds its stream. */
export type GrpcTimeoutConfig = {
  /** 0 = as long as the header says. */
  readonly maxMs: number;
  /** Taken off, so that the answer comes before the client stops waiting. */
  readonly offsetMs: number;
};

export interface ClusterChoice {
  /** Empty when a header that names the cluster was absent. */
  readonly clusterName: string;
  /** The weighted cluster that was drawn, for its own overrides. */
  readonly weighted: WeightedClusterView | null;
}

export interface WeightedClusterView {
  readonly name: string;
  readonly hostRewriteLiteral: string;
  /** The route's, with its own over it. */
  readonly metadataMatch: Plain;
}

/** When the proxy follows a redirect of an upstream itself. */
export type InternalRedirectConfig = {
  readonly statuses: readonly number[];
  readonly maxRedirects: number;
  /** Parsed `internal_redirect_predicate` extensions. */
  readonly predicates: readonly { readonly typeUrl: string; readonly config: Plain }[];
  readonly allowsCrossScheme: boolean;
  /** Lower case; taken over from the response into the next request, or removed from it. */
  readonly headersToCopy: readonly string[];
};

/** What consistent balancers tell requests apart by. */
export interface HashPolicyView {
  /**
   * Undefined when the request has nothing to hash. Cookies that are made on the way are added to `setCookies`, for the
   * response; null: none is made.
   */
  hash(input: RouteInput, setCookies: string[] | null): bigint | undefined;
  /** What is hashed, in words. */
  describe(): string;
}

/** Where copies of requests go. */
export interface MirrorPolicyView {
  readonly fraction: FractionConfig;
  /** Empty: no copy. */
  clusterOf(headers: RequestHeaders): string;
  /** Makes a copy of the request's head what the mirror is to get. */
  prepare(copy: RequestHeaders, context: LogContext): void;
}

export type RetryPolicyConfig = {
  /** Tokens of `retry_on`, trimmed, unknown ones kept out. */
  readonly retryOn: readonly string[];
  readonly numRetries: number;
  /** 0 = none. */
  readonly perTryTimeoutMs: number;
  /** 0 = none. */
  readonly perTryIdleTimeoutMs: number;
  readonly retriableStatusCodes: readonly number[];
  /** Null: runtime `upstream.base_retry_backoff_ms`, 25 without. */
  readonly baseIntervalMs: number | null;
  /** Null: ten times the base. */
  readonly maxIntervalMs: number | null;
  readonly rateLimited: RateLimitedBackOffConfig | null;
  readonly hostSelectionMaxAttempts: number;
  /** Parsed `retry_host_predicate` extensions. */
  readonly hostPredicates: readonly RetryPluginConfig[];
  /** The parsed `retry_priority` extension. */
  readonly retryPriority: RetryPluginConfig | null;
  /** Parsed header matchers. */
  readonly retriableHeaders: Plain;
  readonly retriableRequestHeaders: Plain;
  /** The route is asked for its cluster again before each retry. */
  readonly refreshesCluster: boolean;
};

export type RetryPluginConfig = { readonly typeUrl: string; readonly config: Plain };

/** Response headers that say when to come back, tried in order. */
export type RateLimitedBackOffConfig = {
  readonly resetHeaders: readonly { readonly name: string; readonly format: 'SECONDS' | 'UNIX_TIMESTAMP' }[];
  /** Longer waits are not believed. */
  readonly maxIntervalMs: number;
};

export interface RedirectView {
  readonly kind: 'redirect';
  readonly status: number;
  /** The `location` of that request. */
  location(input: RouteInput): string;
}

export interface DirectResponseView {
  readonly kind: 'direct';
  readonly status: number;
  /** Text to answer with; empty for none. */
  body(context: LogContext): string;
  readonly contentType: string;
}

/** What a lookup answers: a route, nothing, or the redirect that `require_tls` demands. */
export interface RouteTableView {
  readonly name: string;
  find(input: RouteInput): RouteMatch | null;
  /** How `find` comes to its answer. */
  explain(input: RouteInput): RouteExplanation;
  /** Headers that only internal requests may carry, lower case. */
  readonly internalOnlyHeaders: readonly string[];
}
