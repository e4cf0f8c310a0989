import type { ConfigNode } from '../api/config-node.js';
import { parseIp, unmapIpv4 } from '../base/cidr.js';

/** Reads `ipv4_compat` of a `SocketAddress`: whether a socket of IPv6 takes IPv4 too; others cannot. */
export function parseIpv4Compat(socket: ConfigNode): boolean {
  const isWanted = socket.bool('ipv4_compat');
  const address = socket.string('address');
  const words = parseIp(address);
  if (!isWanted || words === null) return isWanted;
  const isAny = words.length === 4 && words.every((word) => word === 0);
  const isMapped = words.length === 4 && unmapIpv4(words).length === 1;
  if (isAny || isMapped) return true;
  const text = `${words.length === 4 ? `[${address}]` : address}:${socket.number('port_value', 0)}`;
  socket.error(
    `Only IPv6 address '::' or valid IPv4-mapped IPv6 address can set ipv4_compat: ${text}`,
    'ipv4_compat',
  );
  return false;
}
