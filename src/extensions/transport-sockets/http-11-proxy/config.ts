import type { ConfigNode, ExtensionConfig } from '../../../api/config-node.js';
import { type ProxyAddress, parseProxyAddress } from '../../../upstream/proxy-address.js';

/** `envoy.extensions.transport_sockets.http_11_proxy.v3.Http11ProxyUpstreamTransport`. */
export type Http11ProxyConfig = {
  /** Null: the socket itself. */
  readonly inner: ExtensionConfig | null;
  /** The proxy of hosts that name none. */
  readonly fallback: ProxyAddress | null;
};

export function parseHttp11Proxy(node: ConfigNode): Http11ProxyConfig {
  const fallback = node.message('default_proxy_address');
  return {
    inner: node.extension('transport.socket.upstream', 'transport_socket') ?? null,
    fallback: fallback === undefined ? null : parseProxyAddress(fallback),
  };
}
