import type { ConfigNode } from '../../../../api/config-node.js';
import { type MetadataMatcherConfig, parseMetadataMatcher } from '../../../../match/metadata-matcher.js';
import { type GrpcServiceConfig, parseGrpcService } from '../../../../upstream/grpc-service.js';

/** `envoy.extensions.filters.network.ext_authz.v3.ExtAuthz`. */
export type NetworkAuthzConfig = {
  readonly statPrefix: string;
  /** Null: nobody can be asked, which is a failure. */
  readonly service: GrpcServiceConfig | null;
  readonly allowsFailure: boolean;
  readonly tellsCertificate: boolean;
  readonly tellsTlsSession: boolean;
  /** Null: every connection is checked. */
  readonly enabledMetadata: MetadataMatcherConfig | null;
  /** Key of the node's metadata whose entries are the labels of this side; empty: none. */
  readonly labelsKey: string;
  /** Namespaces of the connection's metadata that the service is told. */
  readonly namespaces: readonly string[];
  /** Verdicts are counted, and let everybody pass. */
  readonly isShadow: boolean;
};

const defaultTimeoutMs = 200;

export function parseNetworkAuthz(node: ConfigNode): NetworkAuthzConfig {
  node.enum('transport_api_version');
  node.noEffect(
    'send_tls_alert_on_denial',
    'the library has no alert to send: TLS connections end without one',
  );
  node.noEffect('typed_metadata_context_namespaces', 'connections have no typed metadata here');
  const service = node.message('grpc_service');
  const enabled = node.message('filter_enabled_metadata');
  return {
    statPrefix: node.string('stat_prefix'),
    service: service === undefined ? null : parseGrpcService(service, defaultTimeoutMs),
    allowsFailure: node.bool('failure_mode_allow'),
    tellsCertificate: node.bool('include_peer_certificate'),
    tellsTlsSession: node.bool('include_tls_session'),
    enabledMetadata: enabled === undefined ? null : parseMetadataMatcher(enabled),
    labelsKey: node.string('bootstrap_metadata_labels_key'),
    namespaces: node.strings('metadata_context_namespaces'),
    isShadow: node.bool('shadow_mode'),
  };
}
