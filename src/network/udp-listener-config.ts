import type { ConfigNode, ExtensionConfig } from '../api/config-node.js';

/** What a listener of datagrams has instead of filter chains. */
export type UdpListenerConfig = {
  /** Null: datagrams go nowhere. */
  readonly filter: ExtensionConfig | null;
  readonly maxDatagramBytes: number;
  /** Each worker has a socket; without, there may be one worker alone. */
  readonly reusesPort: boolean;
};

/** As Envoy has it where `max_rx_datagram_size` is not set. */
const defaultDatagramBytes = 1500;
/** With GRO Envoy has room for as much, whatever the limit is. */
const groBytes = 65_535;

/** The longest datagram of a `core.v3.UdpSocketConfig`. */
export function parseDatagramBytes(node: ConfigNode | undefined, prefersGro: boolean): number {
  const bytes = node?.number('max_rx_datagram_size', defaultDatagramBytes) ?? defaultDatagramBytes;
  return (node?.bool('prefer_gro', prefersGro) ?? prefersGro) ? Math.max(bytes, groBytes) : bytes;
}

export function isUdpAddress(address: ConfigNode | undefined): boolean {
  return address?.message('socket_address')?.enum('protocol', 'TCP') === 'UDP';
}

/** Reads what concerns datagrams of a `Listener` whose address is one of UDP; `where` is that address. */
export function parseUdpListener(node: ConfigNode, where: string): UdpListenerConfig {
  const chains = node.list('filter_chains').length + (node.has('default_filter_chain') ? 1 : 0);
  const config = node.message('udp_listener_config');
  config?.unsupported('quic_options', 'Node has no QUIC');
  config?.noEffect('udp_packet_packet_writer_config', 'the system sends each datagram for itself');
  if (chains > 0 && config?.has('quic_options') !== true) {
    node.error(
      `error adding listener '${where}': ${chains} filter chain(s) specified for connection-less UDP listener.`,
    );
  }
  const socket = config?.message('downstream_socket_config');
  const entries = node.list('listener_filters');
  const filters = entries.map((entry) => entry.asExtension('udp.listener.filter'));
  for (const extra of entries.slice(1)) extra.unsupported('typed_config', 'one filter for a UDP listener');
  return {
    filter: filters[0] ?? null,
    maxDatagramBytes: parseDatagramBytes(socket, false),
    reusesPort: node.bool('enable_reuse_port', true),
  };
}
