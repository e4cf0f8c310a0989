import type { ConfigNode } from '../api/config-node.js';
import { parseIp } from '../base/cidr.js';

/** Where a statsd server listens. */
export type StatsdAddress = { readonly address: string; readonly port: number };

/** Reads a `core.v3.Address` that must be a literal IP with a port. */
export function parseStatsdAddress(node: ConfigNode | undefined): StatsdAddress {
  const socket = node?.message('socket_address');
  if (socket === undefined) {
    node?.unsupported('pipe', 'statsd is sent over UDP');
    node?.unsupported('envoy_internal_address', 'statsd is sent over UDP');
    return { address: '', port: 0 };
  }
  const address = socket.string('address');
  if (parseIp(address) === null) socket.error(`malformed IP address: ${address}`, 'address');
  socket.noEffect('protocol', 'statsd is sent over UDP');
  socket.unsupported('named_port');
  socket.unsupported('resolver_name');
  socket.noEffect('ipv4_compat', 'the socket is bound to no address');
  return { address, port: socket.number('port_value') };
}
