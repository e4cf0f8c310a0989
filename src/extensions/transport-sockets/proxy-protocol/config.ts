import type { ConfigNode, ExtensionConfig } from '../../../api/config-node.js';
import { type PassedTlvs, parsePassedTlvs } from '../../../network/proxied-connection.js';

/** A TLV as it crosses threads. */
export type TlvConfig = {
  readonly type: number;
  readonly value: Uint8Array;
};

/** `envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport`. */
export type UpstreamProxyProtocolConfig = {
  readonly version: 1 | 2;
  readonly passed: PassedTlvs;
  readonly added: readonly TlvConfig[];
  /** Null: the socket itself. */
  readonly inner: ExtensionConfig | null;
};

export function parseUpstreamProxyProtocol(node: ConfigNode): UpstreamProxyProtocolConfig {
  node.noEffect('tlv_as_pool_key', 'connections of different clients are never shared');
  node.noEffect('allow_unspecified_address', 'an address is written as it is');
  const config = node.message('config');
  return {
    version: config?.enum('version', 'V1') === 'V2' ? 2 : 1,
    passed:
      config === undefined ? { passesAll: false, types: [] } : parsePassedTlvs(config, 'pass_through_tlvs'),
    added: config?.list('added_tlvs').map(parseTlv) ?? [],
    inner: node.extension('transport.socket.upstream', 'transport_socket') ?? null,
  };
}

function parseTlv(node: ConfigNode): TlvConfig {
  return { type: node.number('type', 0), value: node.bytes('value') };
}
