import type { FractionConfig, RouteFilterConfig } from '../api/config-node.js';
import type {
  ConnectConfig,
  GrpcTimeoutConfig,
  InternalRedirectConfig,
  Places,
  RetryPolicyConfig,
} from '../api/route.js';
import type { Plain } from '../base/plain.js';
import type { SubstitutionFormatConfig } from '../format/substitution-format.js';
import type { CookieMatcherConfig } from '../match/cookie-matcher.js';
import type { HeaderMatcherConfig } from '../match/header-matcher.js';
import type { MetadataMatcherConfig } from '../match/metadata-matcher.js';
import type { QueryMatcherConfig } from '../match/query-matcher.js';
import type { StringMatcherConfig } from '../match/string-matcher.js';
import type { MatcherConfig } from '../match/tree/config.js';
import type { RateLimitConfig } from './rate-limit/rate-limit-config.js';
import type { UriRewriteConfig } from './uri-template.js';

/**
 * Route configuration as it crosses threads: plain data, checked, defaults filled in. Types, not interfaces, so that
 * they are `Plain`. What is null was not configured.
 */
export type RouteTableConfig = {
  readonly name: string;
  readonly virtualHosts: readonly VirtualHostConfig[];
  readonly internalOnlyHeaders: readonly string[];
  readonly mutations: HeaderMutationsConfig;
  readonly mostSpecificMutationsWin: boolean;
  readonly ignorePortInHost: boolean;
  /** Header that is used instead of `:authority`; empty for none. */
  readonly virtualHostHeader: string;
  readonly ignorePathParameters: boolean;
  readonly filterConfigs: FilterConfigs;
};

export type FilterConfigs = { readonly [filterName: string]: RouteFilterConfig };

export type VirtualHostConfig = {
  readonly name: string;
  /** Lower case. */
  readonly domains: readonly string[];
  readonly routes: readonly RouteConfig[];
  /** Leads to lists of routes, instead of `routes`; null without one. */
  readonly matcher: MatcherConfig<readonly RouteConfig[]> | null;
  /** Namespace → structure. */
  readonly metadata: Plain;
  readonly requireTls: 'NONE' | 'EXTERNAL_ONLY' | 'ALL';
  readonly virtualClusters: readonly {
    readonly name: string;
    readonly headers: readonly HeaderMatcherConfig[];
  }[];
  readonly mutations: HeaderMutationsConfig;
  readonly filterConfigs: FilterConfigs;
  readonly includeRequestAttemptCount: boolean;
  readonly includeAttemptCountInResponse: boolean;
  readonly includeIsTimeoutRetryHeader: boolean;
  readonly rateLimits: readonly RateLimitConfig[];
  readonly bodyLimit: BodyLimitConfig | null;
  readonly origin: string;
};

/** How much of a request's body may be kept for retries and redirects. */
export type BodyLimitConfig = {
  readonly bytes: number;
  /** The connection's limit holds as well. */
  readonly isCapped: boolean;
};

export type RouteConfig = {
  readonly name: string;
  readonly match: RouteMatchConfig;
  readonly action: RouteActionConfig | RedirectConfig | DirectResponseConfig;
  /** Namespace → structure. */
  readonly metadata: Plain;
  readonly mutations: HeaderMutationsConfig;
  readonly filterConfigs: FilterConfigs;
  readonly statPrefix: string;
  /** The virtual host's when the route has none. */
  readonly bodyLimit: BodyLimitConfig | null;
  readonly origin: string;
};

export type HeaderAdditionConfig = {
  readonly name: string;
  /** A format. */
  readonly value: string;
  readonly action: 'append' | 'add-if-absent' | 'overwrite-or-add' | 'overwrite-if-exists';
  readonly keepEmpty: boolean;
};

export type HeaderMutationStep =
  | { readonly kind: 'add'; readonly addition: HeaderAdditionConfig }
  | { readonly kind: 'remove'; readonly name: string }
  | { readonly kind: 'remove-matching'; readonly name: StringMatcherConfig };

export type HeaderRulesConfig = {
  readonly remove: readonly string[];
  readonly add: readonly HeaderAdditionConfig[];
};

export type HeaderMutationsConfig = {
  readonly request: HeaderRulesConfig;
  readonly response: HeaderRulesConfig;
};

export type PathMatchConfig = {
  readonly kind: 'prefix' | 'path' | 'path-separated' | 'regex' | 'connect';
  readonly value: string;
  readonly caseSensitive: boolean;
  /** Names of the groups of the expression that a URI template has become. */
  readonly variables?: readonly string[];
};

export type RouteMatchConfig = {
  readonly path: PathMatchConfig;
  readonly runtimeFraction: FractionConfig | null;
  readonly grpcOnly: boolean;
  readonly headers: readonly HeaderMatcherConfig[];
  readonly queryParameters: readonly QueryMatcherConfig[];
  readonly cookies: readonly CookieMatcherConfig[];
  readonly tls: { readonly presented: boolean | null; readonly validated: boolean | null } | null;
  readonly dynamicMetadata: readonly MetadataMatcherConfig[];
  readonly filterState: readonly { readonly key: string; readonly matcher: StringMatcherConfig }[];
};

export type WeightedClusterConfig = {
  readonly name: string;
  /** Request header that names the cluster; empty when `name` does. */
  readonly clusterHeader: string;
  readonly weight: number;
  readonly metadataMatch: Plain;
  readonly mutations: HeaderMutationsConfig;
  readonly filterConfigs: FilterConfigs;
  readonly hostRewriteLiteral: string;
};

export type ClusterSpecifierConfig =
  | { readonly kind: 'cluster'; readonly name: string }
  | { readonly kind: 'header'; readonly header: string }
  /** Leads to names of clusters. */
  | { readonly kind: 'matcher'; readonly matcher: MatcherConfig<string> }
  | {
      readonly kind: 'weighted';
      readonly clusters: readonly WeightedClusterConfig[];
      readonly runtimeKeyPrefix: string;
      readonly usesHashPolicy: boolean;
      /** Header with the number to draw by; empty for the request's own random number. */
      readonly headerName: string;
    };

export type RegexRewriteConfig = { readonly pattern: string; readonly substitution: string };

export type PathRewriteConfig =
  | { readonly kind: 'prefix'; readonly value: string }
  | ({ readonly kind: 'regex' } & RegexRewriteConfig)
  | { readonly kind: 'format'; readonly format: string }
  | ({ readonly kind: 'template' } & UriRewriteConfig);

export type HostRewriteConfig =
  | { readonly kind: 'literal'; readonly value: string }
  | { readonly kind: 'auto' }
  | { readonly kind: 'header'; readonly header: string }
  | ({ readonly kind: 'path-regex' } & RegexRewriteConfig)
  | { readonly kind: 'format'; readonly format: string };

export type HashPolicyConfig = {
  readonly terminal: boolean;
  readonly source:
    | { readonly kind: 'header'; readonly name: string; readonly rewrite: RegexRewriteConfig | null }
    | {
        readonly kind: 'cookie';
        readonly name: string;
        /** Null: a missing cookie is not made. */
        readonly ttlMs: number | null;
        readonly path: string;
        readonly attributes: readonly { readonly name: string; readonly value: string }[];
      }
    | { readonly kind: 'source-ip' }
    | { readonly kind: 'query-parameter'; readonly name: string }
    | { readonly kind: 'filter-state'; readonly key: string };
};

export type MirrorPolicyConfig = {
  readonly cluster: string;
  /** Request header that names the cluster; empty when `cluster` does. */
  readonly clusterHeader: string;
  readonly fraction: FractionConfig;
  readonly keepsHost: boolean;
  /** Empty: the request's host. */
  readonly hostRewriteLiteral: string;
  readonly mutations: readonly HeaderMutationStep[];
};

export type RouteActionConfig = {
  readonly kind: 'route';
  readonly cluster: ClusterSpecifierConfig;
  readonly clusterNotFoundStatus: number;
  readonly timeoutMs: number;
  readonly idleTimeoutMs: number | null;
  readonly maxStreamDurationMs: number | null;
  readonly grpcTimeout: GrpcTimeoutConfig | null;
  readonly grpcGlobalTimeout: GrpcTimeoutConfig | null;
  readonly retryPolicy: RetryPolicyConfig | null;
  readonly hedgesOnPerTryTimeout: boolean;
  readonly internalRedirect: InternalRedirectConfig | null;
  readonly priority: 'DEFAULT' | 'HIGH';
  readonly pathRewrite: PathRewriteConfig | null;
  readonly hostRewrite: HostRewriteConfig | null;
  readonly appendXForwardedHost: boolean;
  readonly upgrades: { readonly [type: string]: boolean };
  readonly connect: ConnectConfig | null;
  readonly metadataMatch: Plain;
  readonly hashPolicies: readonly HashPolicyConfig[];
  readonly mirrorPolicies: readonly MirrorPolicyConfig[];
  readonly rateLimits: readonly RateLimitConfig[];
  readonly includesHostRateLimits: boolean;
  readonly places: Places;
};

export type RedirectConfig = {
  readonly kind: 'redirect';
  readonly status: number;
  /** Empty: the request's. */
  readonly scheme: string;
  readonly host: string;
  /** 0: none given. */
  readonly port: number;
  readonly path: string;
  /** `path` is a format. */
  readonly formatsPath: boolean;
  readonly pathRewrite: PathRewriteConfig | null;
  readonly stripQuery: boolean;
};

export type DirectResponseConfig = {
  readonly kind: 'direct';
  readonly status: number;
  readonly body: string;
  readonly bodyFormat: SubstitutionFormatConfig | null;
};
