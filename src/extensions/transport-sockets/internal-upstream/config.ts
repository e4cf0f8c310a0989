import type { ConfigNode, ExtensionConfig } from '../../../api/config-node.js';

/** A namespace of metadata that goes along, and whose it is. */
export type PassedMetadataConfig = {
  readonly name: string;
  readonly from: 'host' | 'cluster';
};

/** `envoy.extensions.transport_sockets.internal_upstream.v3.InternalUpstreamTransport`. */
export type InternalUpstreamConfig = {
  readonly metadata: readonly PassedMetadataConfig[];
  /** Null: the socket itself. */
  readonly inner: ExtensionConfig | null;
};

export function parseInternalUpstream(node: ConfigNode): InternalUpstreamConfig {
  return {
    metadata: node.list('passthrough_metadata').map(parsePassedMetadata),
    inner: node.extension('transport.socket.upstream', 'transport_socket') ?? null,
  };
}

function parsePassedMetadata(node: ConfigNode): PassedMetadataConfig {
  const kind = node.message('kind');
  const isHost = kind?.message('host') !== undefined;
  const isCluster = kind?.message('cluster') !== undefined;
  if (!isHost && !isCluster) node.error('metadata type is not supported', 'kind');
  return { name: node.string('name'), from: isHost ? 'host' : 'cluster' };
}
