import type { ConfigNode, FractionConfig } from '../../../../api/config-node.js';
import { statusCodeOf } from '../../../../api/status-codes.js';
import { type MetadataMatcherConfig, parseMetadataMatcher } from '../../../../match/metadata-matcher.js';
import { type FeatureFlag, parseFeatureFlag } from '../../../../runtime/feature-flag.js';
import { type HttpServiceConfig, type Patterns, parseHttpService, parsePatterns } from './service-config.js';

export type BodyConfig = { readonly maxBytes: number; readonly allowsPartial: boolean };

/** `envoy.extensions.filters.http.ext_authz.v3.ExtAuthz`, with an HTTP service. */
export type ExtAuthzConfig = {
  /** Null when another kind of service was asked for, which has been refused. */
  readonly service: HttpServiceConfig | null;
  readonly body: BodyConfig | null;
  readonly allowsFailure: boolean;
  readonly tellsAllowedFailure: boolean;
  readonly clearsRoute: boolean;
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
  readonly service: HttpServiceConfig | null;
};

const always: FractionConfig = { numerator: 100, denominator: 100, runtimeKey: '' };

const untold = 'an HTTP service is told the request alone';

export function parseExtAuthz(node: ConfigNode): ExtAuthzConfig {
  parseForGrpcAlone(node);
  const service = node.message('http_service');
  const enabledMetadata = node.message('filter_enabled_metadata');
  const allowed = node.message('allowed_headers');
  const onError = node.message('status_on_error');
  return {
    service: service === undefined ? null : parseHttpService(service),
    body: parseBody(node.message('with_request_body')),
    allowsFailure: node.bool('failure_mode_allow'),
    tellsAllowedFailure: node.bool('failure_mode_allow_header_add'),
    clearsRoute: node.bool('clear_route_cache'),
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

function parseForGrpcAlone(node: ConfigNode): void {
  node.enum('transport_api_version');
  node.noEffect('validate_mutations', 'the headers of an HTTP answer have been checked by its parser');
  node.noEffect('encode_raw_headers', 'headers of HTTP are never encoded');
  const fields = [
    'metadata_context_namespaces',
    'typed_metadata_context_namespaces',
    'route_metadata_context_namespaces',
    'route_typed_metadata_context_namespaces',
    'include_peer_certificate',
    'include_tls_session',
    'bootstrap_metadata_labels_key',
  ];
  for (const field of fields) node.noEffect(field, untold);
}

export function parseExtAuthzRoute(node: ConfigNode): RouteAuthzConfig {
  const isDisabled = node.bool('disabled');
  const settings = node.message('check_settings');
  settings?.noEffect('context_extensions', untold);
  const service = settings?.message('http_service');
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
    service: service === undefined ? null : parseHttpService(service),
  };
}

function parseBody(node: ConfigNode | undefined): BodyConfig | null {
  if (node === undefined) return null;
  node.unsupported('pack_as_bytes', 'the body of an HTTP request is bytes');
  return { maxBytes: node.number('max_request_bytes', 0), allowsPartial: node.bool('allow_partial_message') };
}
