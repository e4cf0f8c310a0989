import type { ConfigNode, FractionConfig } from '../../../../api/config-node.js';
import { statusCodeOf } from '../../../../api/status-codes.js';
import { type MetadataMatcherConfig, parseMetadataMatcher } from '../../../../match/metadata-matcher.js';
import { type FeatureFlag, parseFeatureFlag } from '../../../../runtime/feature-flag.js';
import { type GrpcServiceConfig, parseGrpcService } from '../../../../upstream/grpc-service.js';
import { type MutationRulesConfig, parseMutationRules } from './mutation-rules.js';
import { type Patterns, parsePatterns } from './patterns.js';
import { type HttpServiceConfig, parseHttpService } from './service-config.js';

export type BodyConfig = {
  readonly maxBytes: number;
  readonly allowsPartial: boolean;
  /** A gRPC service is told it as bytes, not as text. */
  readonly packsBytes: boolean;
};

export type ServiceConfig =
  | { readonly kind: 'http'; readonly http: HttpServiceConfig }
  | { readonly kind: 'grpc'; readonly grpc: GrpcServiceConfig };

/** What a gRPC service is told besides the request. */
export type GrpcTelling = {
  readonly tellsCertificate: boolean;
  readonly tellsTlsSession: boolean;
  /** Key of the node's metadata whose entries are the labels of this side; empty: none. */
  readonly labelsKey: string;
  readonly namespaces: readonly string[];
  readonly routeNamespaces: readonly string[];
  readonly encodesRaw: boolean;
};

/** `envoy.extensions.filters.http.ext_authz.v3.ExtAuthz`. */
export type ExtAuthzConfig = {
  /** Null: nobody can be asked. */
  readonly service: ServiceConfig | null;
  readonly telling: GrpcTelling;
  /** What the service may change in a request; null: everything. */
  readonly mutationRules: MutationRulesConfig | null;
  readonly validatesMutations: boolean;
  readonly body: BodyConfig | null;
  readonly allowsFailure: boolean;
  readonly tellsAllowedFailure: boolean;
  readonly clearsRoute: boolean;
  /** Headers whose changes ask for another look for the route; any header when there is none. */
  readonly routingHeaders: readonly string[];
  /** Whatever the service says, requests pass; what it said goes into filter state. */
  readonly isShadow: boolean;
  readonly tellsLatency: boolean;
  readonly statusOnError: number;
  readonly enabled: FractionConfig;
  readonly enabledMetadata: MetadataMatcherConfig | null;
  readonly deniesWhenOff: FeatureFlag;
  readonly statPrefix: string;
  /** Null: those that the service is always told. */
  readonly allowedHeaders: Patterns | null;
  readonly disallowedHeaders: Patterns;
  readonly chargesCluster: boolean;
  readonly takesMetadata: boolean;
  /** 0: as long as it comes. */
  readonly maxDeniedBytes: number;
};

/** `ExtAuthzPerRoute`. */
export type RouteAuthzConfig = {
  readonly isDisabled: boolean;
  readonly skipsBody: boolean;
  /** In the place of the filter's own. */
  readonly body: BodyConfig | null;
  readonly service: ServiceConfig | null;
  readonly extensions: { readonly [key: string]: string };
};

const always: FractionConfig = { numerator: 100, denominator: 100, runtimeKey: '' };

export function parseExtAuthz(node: ConfigNode): ExtAuthzConfig {
  node.enum('transport_api_version');
  node.noEffect('filter_metadata', 'no log prints it');
  const rules = node.message('decoder_header_mutation_rules');
  const enabledMetadata = node.message('filter_enabled_metadata');
  const allowed = node.message('allowed_headers');
  const onError = node.message('status_on_error');
  return {
    service: parseService(node),
    telling: parseTelling(node),
    mutationRules: rules === undefined ? null : parseMutationRules(rules),
    validatesMutations: node.bool('validate_mutations'),
    body: parseBody(node.message('with_request_body')),
    allowsFailure: node.bool('failure_mode_allow'),
    tellsAllowedFailure: node.bool('failure_mode_allow_header_add'),
    clearsRoute: node.bool('clear_route_cache'),
    routingHeaders: node.strings('clear_route_cache_headers').map((name) => name.toLowerCase()),
    isShadow: node.bool('shadow_mode'),
    tellsLatency: node.bool('emit_filter_state_stats'),
    statusOnError: onError === undefined ? 403 : (statusCodeOf(onError.enum('code')) ?? 403),
    enabled: node.fraction('filter_enabled', always),
    enabledMetadata: enabledMetadata === undefined ? null : parseMetadataMatcher(enabledMetadata),
    deniesWhenOff: parseFeatureFlag(node, 'deny_at_disable', false),
    statPrefix: node.string('stat_prefix'),
    allowedHeaders: allowed === undefined ? null : parsePatterns(allowed),
    disallowedHeaders: parsePatterns(node.message('disallowed_headers')),
    chargesCluster: node.bool('charge_cluster_response_stats', true),
    takesMetadata: node.bool('enable_dynamic_metadata_ingestion', true),
    maxDeniedBytes: node.number('max_denied_response_body_bytes', 0),
  };
}

function parseService(node: ConfigNode): ServiceConfig | null {
  const grpc = node.message('grpc_service');
  if (grpc !== undefined) return { kind: 'grpc', grpc: parseGrpcService(grpc, defaultTimeoutMs) };
  const http = node.message('http_service');
  return http === undefined ? null : { kind: 'http', http: parseHttpService(http) };
}

const defaultTimeoutMs = 200;

function parseTelling(node: ConfigNode): GrpcTelling {
  const why = 'requests and routes have no typed metadata here';
  node.noEffect('typed_metadata_context_namespaces', why);
  node.noEffect('route_typed_metadata_context_namespaces', why);
  return {
    tellsCertificate: node.bool('include_peer_certificate'),
    tellsTlsSession: node.bool('include_tls_session'),
    labelsKey: node.string('bootstrap_metadata_labels_key'),
    namespaces: node.strings('metadata_context_namespaces'),
    routeNamespaces: node.strings('route_metadata_context_namespaces'),
    encodesRaw: node.bool('encode_raw_headers'),
  };
}

export function parseExtAuthzRoute(node: ConfigNode): RouteAuthzConfig {
  const isDisabled = node.bool('disabled');
  const settings = node.message('check_settings');
  const extensions: { [key: string]: string } = {};
  for (const [key, value] of settings?.stringMap('context_extensions') ?? []) extensions[key] = value;
  const body = settings?.message('with_request_body');
  const skipsBody = settings?.bool('disable_request_body_buffering') ?? false;
  if (skipsBody && body !== undefined) {
    node.error(
      'Invalid configuration for check_settings. Only one of disable_request_body_buffering or with_request_body can be set.',
    );
  }
  return {
    isDisabled,
    skipsBody,
    body: parseBody(body),
    service: settings === undefined ? null : parseService(settings),
    extensions,
  };
}

function parseBody(node: ConfigNode | undefined): BodyConfig | null {
  if (node === undefined) return null;
  return {
    maxBytes: node.number('max_request_bytes', 0),
    allowsPartial: node.bool('allow_partial_message'),
    packsBytes: node.bool('pack_as_bytes'),
  };
}
