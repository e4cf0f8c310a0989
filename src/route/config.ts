import type { ConfigNode } from '../api/config-node.js';
import { parseHeaderMatchers } from '../match/header-matcher.js';
import { parseMetadata } from '../match/metadata.js';
import { originText, placesOf } from '../match/places.js';
import { parseMatcher } from '../match/tree/config.js';
import { type Inherited, parseHedgePolicy, parseRouteAction } from './action-config.js';
import { parseBodyLimit } from './body-limit.js';
import { type ClusterPlugins, parseClusterPlugins } from './cluster-specifier.js';
import type {
  MirrorPolicyConfig,
  PathMatchConfig,
  RouteConfig,
  RouteTableConfig,
  VirtualHostConfig,
} from './config-types.js';
import { parseDirectResponse } from './direct-response.js';
import { reportDuplicateDomains } from './domains.js';
import { parseFilterConfigs, parseFilterConfigsWithCors } from './filter-configs.js';
import { parseHeaderMutations } from './header-mutations.js';
import { parseRouteMatch } from './match-config.js';
import { parseMirrorPolicies } from './mirror-policy.js';
import { parseRateLimits } from './rate-limit/rate-limit-config.js';
import { parseRedirect } from './redirect.js';
import { parseRetryPolicy } from './retry-policy.js';
import { substitutionOf } from './uri-template.js';

/** What the place of a route configuration decides. */
export interface RouteConfigurationOptions {
  /** `validate_clusters` when it is not set: true for inline configuration, false for RDS. */
  readonly validateClusters: boolean;
}

/** What all virtual hosts of a configuration share while they are read. */
interface Shared {
  readonly validateClusters: boolean;
  readonly mirrorPolicies: readonly MirrorPolicyConfig[];
  readonly bodyLimitBytes: number;
  readonly plugins: ClusterPlugins;
}

/** Reads `config.route.v3.RouteConfiguration`. */
export function parseRouteConfiguration(
  node: ConfigNode,
  options: RouteConfigurationOptions,
): RouteTableConfig {
  node.unsupported('vhds', 'virtual hosts come with their route configuration');
  node.noEffect('metadata', 'nothing reads the metadata of a route configuration');
  const name = node.string('name');
  const validateClusters = node.bool('validate_clusters', options.validateClusters);
  const shared: Shared = {
    validateClusters,
    mirrorPolicies: parseMirrorPolicies(node, validateClusters),
    bodyLimitBytes: node.number('max_direct_response_body_size_bytes', 4096),
    plugins: parseClusterPlugins(node),
  };
  const hosts = node.list('virtual_hosts');
  const virtualHosts = hosts.map((host) => parseVirtualHost(host, shared));
  reportDuplicateDomains(name, virtualHosts, hosts);
  return {
    name,
    virtualHosts,
    internalOnlyHeaders: node.strings('internal_only_headers').map((header) => header.toLowerCase()),
    mutations: parseHeaderMutations(node),
    mostSpecificMutationsWin: node.bool('most_specific_header_mutations_wins'),
    ignorePortInHost: node.bool('ignore_port_in_host_matching'),
    virtualHostHeader: node.string('vhost_header').toLowerCase(),
    ignorePathParameters: node.bool('ignore_path_parameters_in_path_matching'),
    filterConfigs: parseFilterConfigs(node),
  };
}

function parseVirtualHost(node: ConfigNode, shared: Shared): VirtualHostConfig {
  refuseUnbuiltHostFields(node);
  const retryPolicy = node.message('retry_policy');
  const bodyLimit = parseBodyLimit(node);
  const ownMirrors = parseMirrorPolicies(node, shared.validateClusters);
  const inherited: Inherited = {
    retryPolicy: retryPolicy === undefined ? null : parseRetryPolicy(retryPolicy),
    retryPlace: placesOf(node, ['retry_policy'])['retry_policy'] ?? null,
    hedgesOnPerTryTimeout: parseHedgePolicy(node) ?? false,
    mirrorPolicies: ownMirrors.length > 0 ? ownMirrors : shared.mirrorPolicies,
    validateClusters: shared.validateClusters,
    plugins: shared.plugins,
    bodyLimit,
  };
  const matcher = node.message('matcher');
  const requireTls = node.enum('require_tls');
  return {
    name: node.string('name'),
    domains: node.strings('domains').map((domain) => domain.toLowerCase()),
    routes: node.list('routes').map((route) => parseRoute(route, inherited, shared)),
    matcher:
      matcher === undefined
        ? null
        : parseMatcher(matcher, {
            action: (leaf) => parseLeaf(leaf, inherited, shared),
            inputProblem: headersAlone,
          }),
    metadata: parseMetadata(node, 'metadata'),
    requireTls: requireTls === 'ALL' || requireTls === 'EXTERNAL_ONLY' ? requireTls : 'NONE',
    virtualClusters: parseVirtualClusters(node),
    mutations: parseHeaderMutations(node),
    filterConfigs: parseFilterConfigsWithCors(node, node),
    includeRequestAttemptCount: node.bool('include_request_attempt_count'),
    includeAttemptCountInResponse: node.bool('include_attempt_count_in_response'),
    includeIsTimeoutRetryHeader: node.bool('include_is_timeout_retry_header'),
    rateLimits: parseRateLimits(node, 'rate_limits'),
    bodyLimit,
    origin: originText(node.origin),
  };
}

function headersAlone(typeName: string): string | undefined {
  if (typeName === 'envoy.type.matcher.v3.HttpRequestHeaderMatchInput') return undefined;
  return `requirement violation while creating route match tree: INVALID_ARGUMENT: Route table can only match on request headers, saw type.googleapis.com/${typeName}`;
}

/** What a matcher leads to: a route or a list of them. */
function parseLeaf(node: ConfigNode, inherited: Inherited, shared: Shared): readonly RouteConfig[] {
  if (node.typeName === 'envoy.config.route.v3.Route') return [parseRoute(node, inherited, shared)];
  if (node.typeName === 'envoy.config.route.v3.RouteList')
    return node.list('routes').map((route) => parseRoute(route, inherited, shared));
  node.error('a matcher of routes leads to envoy.config.route.v3.Route or RouteList');
  return [];
}

function refuseUnbuiltHostFields(node: ConfigNode): void {
  if (node.has('matcher') && node.has('routes')) {
    node.error('cannot set both matcher and routes on virtual host', 'matcher');
  }
}

function parseVirtualClusters(node: ConfigNode): VirtualHostConfig['virtualClusters'] {
  return node.list('virtual_clusters').map((cluster) => {
    const headers = parseHeaderMatchers(cluster, 'headers');
    if (headers.length === 0) cluster.error("virtual clusters must define 'headers'", 'headers');
    return { name: cluster.string('name'), headers };
  });
}

const noPath: PathMatchConfig = { kind: 'prefix', value: '/', caseSensitive: true };

function parseRoute(node: ConfigNode, inherited: Inherited, shared: Shared): RouteConfig {
  const match = node.message('match');
  const parsedMatch = match === undefined ? undefined : parseRouteMatch(match);
  node.noEffect('tracing', 'requests are not traced');
  node.noEffect('decorator', 'it names spans, and requests are not traced');

  const action = parseAction(node, inherited, shared);
  if (parsedMatch !== undefined) checkTemplate(node, parsedMatch.path, action);
  return {
    name: node.string('name'),
    match: parsedMatch ?? { ...emptyMatch, path: noPath },
    action,
    metadata: parseMetadata(node, 'metadata'),
    mutations: parseHeaderMutations(node),
    filterConfigs: parseFilterConfigsWithCors(node, node.message('route')),
    statPrefix: node.string('stat_prefix'),
    bodyLimit: parseBodyLimit(node) ?? inherited.bodyLimit,
    origin: originText(node.origin),
  };
}

/** A rewrite by template needs a match by template that has its variables. */
function checkTemplate(node: ConfigNode, path: PathMatchConfig, action: RouteConfig['action']): void {
  const rewrite = action.kind === 'direct' ? null : action.pathRewrite;
  if (rewrite?.kind !== 'template') return;
  if (path.variables === undefined) {
    node.error(
      'unable to use envoy.path.rewrite.uri_template.uri_template_rewriter extension without envoy.path.match.uri_template.uri_template_matcher extension',
      action.kind,
    );
  } else if (substitutionOf(rewrite, { pattern: path.value, variables: path.variables }) === null) {
    node.error('mismatch between variables in path_match_policy and path_rewrite_policy', action.kind);
  }
}

function parseAction(node: ConfigNode, inherited: Inherited, shared: Shared): RouteConfig['action'] {
  const redirect = node.message('redirect');
  if (redirect !== undefined) return parseRedirect(redirect);
  const direct = node.message('direct_response');
  if (direct !== undefined) return parseDirectResponse(direct, shared.bodyLimitBytes);
  const route = node.message('route');
  if (route !== undefined) return parseRouteAction(route, inherited);
  node.unsupported('filter_action', 'filters choose no routes');
  node.unsupported('non_forwarding_action', 'there is no gRPC server in here');
  return { kind: 'direct', status: 404, body: '', bodyFormat: null };
}

const emptyMatch = {
  runtimeFraction: null,
  grpcOnly: false,
  headers: [],
  queryParameters: [],
  cookies: [],
  tls: null,
  dynamicMetadata: [],
  filterState: [],
} as const;
