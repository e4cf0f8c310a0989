import type { ConfigNode } from '../../../../api/config-node.js';
import type { RetryPolicyConfig } from '../../../../api/route.js';
import { parseStringMatcher, type StringMatcherConfig } from '../../../../match/string-matcher.js';
import type { RouteMatchConfig } from '../../../../route/config-types.js';
import { parseRouteMatch } from '../../../../route/match-config.js';
import { parseOwnRetryPolicy } from '../../../../route/retry-policy.js';
import { jwksProblem } from './jwks.js';

/** Where a token may be. */
export type TokenPlaceConfig =
  | { readonly kind: 'header'; readonly name: string; readonly prefix: string }
  | { readonly kind: 'query' | 'cookie'; readonly name: string };

export type ClaimHeaderConfig = { readonly header: string; readonly path: readonly string[] };

export type RemoteKeysConfig = {
  readonly cluster: string;
  readonly authority: string;
  readonly path: string;
  readonly scheme: string;
  readonly timeoutMs: number;
  readonly retryPolicy: RetryPolicyConfig | null;
  readonly cacheMs: number;
  /** Keys are fetched before anybody asks. */
  readonly isEager: boolean;
  readonly failedRefetchMs: number;
};

/** `JwtProvider`. */
export type ProviderConfig = {
  readonly name: string;
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly subjects: StringMatcherConfig | null;
  readonly requiresExpiration: boolean;
  /** 0: any. */
  readonly maxLifetimeSeconds: number;
  readonly keys: { readonly text: string } | RemoteKeysConfig;
  readonly forwards: boolean;
  readonly places: readonly TokenPlaceConfig[];
  readonly payloadHeader: string;
  readonly padsPayloadHeader: boolean;
  readonly payloadInMetadata: string;
  readonly spaceDelimitedClaims: readonly string[];
  readonly headerInMetadata: string;
  readonly failedStatusInMetadata: string;
  readonly clockSkewSeconds: number;
  readonly cache: { readonly size: number; readonly maxTokenBytes: number } | null;
  readonly claimHeaders: readonly ClaimHeaderConfig[];
  readonly clearsRoute: boolean;
};

/** `JwtRequirement`. */
export type RequirementConfig =
  | { readonly kind: 'none' }
  | { readonly kind: 'provider'; readonly provider: string; readonly audiences: readonly string[] | null }
  | { readonly kind: 'any' | 'all'; readonly requirements: readonly RequirementConfig[] }
  | { readonly kind: 'allow-missing' | 'allow-missing-or-failed' }
  /** Everything passes; the header says of a request that its token is not good. */
  | { readonly kind: 'extract-only'; readonly header: string };

/** `JwtAuthentication`. */
export type JwtAuthnConfig = {
  readonly providers: readonly ProviderConfig[];
  readonly rules: readonly {
    readonly match: RouteMatchConfig;
    /** A name out of `requirements`, or the requirement itself. */
    readonly requirement: RequirementConfig | string;
  }[];
  readonly requirements: { readonly [name: string]: RequirementConfig };
  readonly filterState: {
    readonly name: string;
    readonly requirements: { readonly [value: string]: RequirementConfig };
  } | null;
  readonly bypassesPreflight: boolean;
  readonly stripsFailures: boolean;
  readonly statPrefix: string;
};

/** `PerRouteConfig`; null: off. */
export type JwtRouteConfig = { readonly requirementName: string | null };

export function parseJwtAuthn(node: ConfigNode): JwtAuthnConfig {
  const providers = [...node.map('providers')].map(([name, provider]) => parseProvider(name, provider));
  const names = new Set(providers.map(({ name }) => name));
  const requirements: { [name: string]: RequirementConfig } = {};
  for (const [name, requirement] of node.map('requirement_map'))
    requirements[name] = parseRequirement(requirement, names);
  const state = node.message('filter_state_rules');
  return {
    providers,
    rules: node.list('rules').map((rule) => parseRule(rule, names, requirements)),
    requirements,
    filterState:
      state === undefined
        ? null
        : {
            name: state.string('name'),
            requirements: Object.fromEntries(
              [...state.map('requires')].map(([value, it]) => [value, parseRequirement(it, names)]),
            ),
          },
    bypassesPreflight: node.bool('bypass_cors_preflight'),
    stripsFailures: node.bool('strip_failure_response'),
    statPrefix: node.string('stat_prefix'),
  };
}

export function parseJwtPerRoute(node: ConfigNode): JwtRouteConfig {
  return { requirementName: node.bool('disabled') ? null : node.string('requirement_name') };
}

function parseRule(
  node: ConfigNode,
  providers: ReadonlySet<string>,
  requirements: JwtAuthnConfig['requirements'],
): JwtAuthnConfig['rules'][number] {
  const match = node.message('match');
  const requires = node.message('requires');
  const name = node.string('requirement_name');
  if (name !== '' && !Object.hasOwn(requirements, name))
    node.error(
      `Wrong requirement_name: ${name}. It should be one of [${Object.keys(requirements).join(',')}]`,
    );
  const requirement =
    requires === undefined ? ({ kind: 'none' } as const) : parseRequirement(requires, providers);
  // A descriptor rule requires `match`.
  return { match: parseRouteMatch(match ?? node), requirement: name === '' ? requirement : name };
}

function parseRequirement(node: ConfigNode, providers: ReadonlySet<string>): RequirementConfig {
  const checked = (name: string): string => {
    if (!providers.has(name)) node.error(`Required provider ['${name}'] is not configured.`);
    return name;
  };
  const kind = node.oneof('requires_type');
  switch (kind) {
    case 'provider_name':
      return { kind: 'provider', provider: checked(node.string(kind)), audiences: null };
    case 'provider_and_audiences': {
      const both = node.message(kind);
      const audiences = both?.strings('audiences') ?? [];
      return { kind: 'provider', provider: checked(both?.string('provider_name') ?? ''), audiences };
    }
    case 'requires_any':
    case 'requires_all': {
      const list = node.message(kind)?.list('requirements') ?? [];
      const requirements = list.map((requirement) => parseRequirement(requirement, providers));
      return { kind: kind === 'requires_any' ? 'any' : 'all', requirements };
    }
    case 'allow_missing':
    case 'allow_missing_or_failed':
      node.message(kind)?.honourAll();
      return { kind: kind === 'allow_missing' ? 'allow-missing' : 'allow-missing-or-failed' };
    default:
      return parseExtractOnly(node.message('extract_only_without_validation'));
  }
}

/** What is said of a token that is not good, where the request passes whatever its tokens are. */
function parseExtractOnly(node: ConfigNode | undefined): RequirementConfig {
  if (node === undefined) return { kind: 'none' };
  const header = node.string('verification_status_header').toLowerCase() || 'x-jwt-signature-verified';
  return { kind: 'extract-only', header };
}

function parseProvider(name: string, node: ConfigNode): ProviderConfig {
  const cache = node.message('jwt_cache_config');
  const subjects = node.message('subjects');
  const places = parsePlaces(node);
  return {
    name,
    issuer: node.string('issuer'),
    audiences: node.strings('audiences').map(trimmedAudience),
    subjects: subjects === undefined ? null : parseStringMatcher(subjects),
    requiresExpiration: node.bool('require_expiration'),
    maxLifetimeSeconds: node.duration('max_lifetime', 0) / 1000,
    keys: parseKeys(name, node),
    forwards: node.bool('forward'),
    places: places.length === 0 ? defaultPlaces : places,
    payloadHeader: node.string('forward_payload_header').toLowerCase(),
    padsPayloadHeader: node.bool('pad_forward_payload_header'),
    payloadInMetadata: node.string('payload_in_metadata'),
    spaceDelimitedClaims:
      node.message('normalize_payload_in_metadata')?.strings('space_delimited_claims') ?? [],
    headerInMetadata: node.string('header_in_metadata'),
    failedStatusInMetadata: node.string('failed_status_in_metadata'),
    clockSkewSeconds: node.number('clock_skew_seconds') || 60,
    cache:
      cache === undefined
        ? null
        : {
            size: cache.number('jwt_cache_size') || 100,
            maxTokenBytes: cache.number('jwt_max_token_size') || 4096,
          },
    claimHeaders: node.list('claim_to_headers').map((claim) => {
      const path = claim.list('claim_path').map((segment) => segment.string('key'));
      const claimName = claim.string('claim_name');
      const header = claim.string('header_name');
      if ((claimName === '') === (path.length === 0)) {
        node.error(
          `Provider '${name}' has a claim_to_headers entry for header '${header}' which does not set exactly one of claim_name and claim_path`,
          'claim_to_headers',
        );
      }
      return {
        header: header.toLowerCase(),
        path: path.length > 0 ? path : claimName.split('.'),
      };
    }),
    clearsRoute: node.bool('clear_route_cache'),
  };
}

/** Audiences are compared without scheme and without a slash at the end. */
export function trimmedAudience(audience: string): string {
  return audience.replace(/^https?:\/\//, '').replace(/\/$/, '');
}

const defaultPlaces: readonly TokenPlaceConfig[] = [
  { kind: 'header', name: 'authorization', prefix: 'Bearer ' },
  { kind: 'query', name: 'access_token' },
];

function parsePlaces(node: ConfigNode): readonly TokenPlaceConfig[] {
  return [
    ...node.list('from_headers').map((header) => ({
      kind: 'header' as const,
      name: header.string('name').toLowerCase(),
      prefix: header.string('value_prefix'),
    })),
    ...node.strings('from_params').map((name) => ({ kind: 'query' as const, name })),
    ...node.strings('from_cookies').map((name) => ({ kind: 'cookie' as const, name })),
  ];
}

/** What a fetch of keys is tried again for, whatever the policy says. */
const fetchRetryOn = ['5xx', 'gateway-error', 'connect-failure', 'reset'];

function parseKeys(name: string, node: ConfigNode): ProviderConfig['keys'] {
  const remote = node.message('remote_jwks');
  if (remote === undefined) {
    const text = node.dataSource('local_jwks') ?? '';
    const problem = text === '' ? null : jwksProblem(text);
    if (problem !== null)
      node.error(`Provider '${name}' in jwt_authn config has invalid local jwks: ${problem}`, 'local_jwks');
    return { text };
  }
  const uri = remote.message('http_uri');
  const eager = remote.message('async_fetch');
  eager?.noEffect('fast_listener', 'listeners do not wait for keys');
  const cluster = uri?.string('cluster') ?? '';
  if (uri !== undefined) uri.needs.cluster(cluster, 'cluster');
  const text = uri?.string('uri') ?? '';
  if (!/^https?:\/\/[^/?#]/i.test(text))
    node.error(`Provider '${name}' has an invalid URI: '${text}'`, 'remote_jwks');
  const parts = /^(?:(https?):\/\/)?([^/?#]*)([^#]*)/.exec(text);
  return {
    cluster,
    scheme: parts?.[1] ?? 'http',
    authority: parts?.[2] ?? '',
    path: parts?.[3] || '/',
    timeoutMs: uri?.duration('timeout', 0) ?? 0,
    retryPolicy: parseOwnRetryPolicy(remote.message('retry_policy'), fetchRetryOn),
    cacheMs: remote.duration('cache_duration', 600_000),
    isEager: eager !== undefined,
    failedRefetchMs: eager?.duration('failed_refetch_duration', 1000) ?? 1000,
  };
}
