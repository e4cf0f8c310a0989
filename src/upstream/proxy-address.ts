import { isIP } from 'node:net';
import type { ConfigNode } from '../api/config-node.js';
import type { Plain } from '../base/plain.js';
import { plainAt } from '../base/plain-path.js';

/** Where a forward proxy listens. */
export type ProxyAddress = { readonly ip: string; readonly port: number };

const key = 'envoy.http11_proxy_transport_socket.proxy_address';
const addressType = 'envoy.config.core.v3.Address';

/** Reads a `core.v3.Address` that is one of TCP/IP. */
export function parseProxyAddress(node: ConfigNode): ProxyAddress | null {
  const socket = node.message('socket_address');
  if (socket === undefined) {
    node.error('a proxy is reached over TCP', 'socket_address');
    return null;
  }
  const ip = socket.string('address');
  if (isIP(ip) === 0) socket.error(`malformed IP address: ${ip}`, 'address');
  return { ip, port: socket.number('port_value', 0) };
}

/** Typed metadata of a host or a locality as far as something reads it; null: there is none. */
export function parseTypedMetadata(metadata: ConfigNode | undefined): Plain {
  const entry = metadata?.map('typed_filter_metadata').get(key);
  if (entry?.typeName !== addressType) return null;
  const address = parseProxyAddress(entry);
  return address === null ? null : { [key]: address };
}

/** The proxy that such metadata names. */
export function proxyAddressOf(metadata: Plain): ProxyAddress | null {
  const ip = plainAt(metadata, ['typed_filter_metadata', key, 'ip']);
  const port = plainAt(metadata, ['typed_filter_metadata', key, 'port']);
  return typeof ip === 'string' && typeof port === 'number' ? { ip, port } : null;
}
