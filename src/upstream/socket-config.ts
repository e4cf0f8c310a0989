import type { ConfigNode } from '../api/config-node.js';
import type { UpstreamSocketConfig } from '../api/upstream.js';
import { ipFamily } from './membership/name-resolver.js';

/** What the system probes after when nothing is said. */
const defaultKeepAliveMs = 7_200_000;

/** Reads `upstream_bind_config` and `upstream_connection_options` of a cluster. */
export function parseSocketConfig(node: ConfigNode): UpstreamSocketConfig {
  const bind = node.message('upstream_bind_config');
  const source = bind?.message('source_address');
  const ip = source?.string('address') ?? '';
  if (source !== undefined && source.enum('protocol', 'TCP') !== 'TCP') {
    source.unsupportedValue('protocol', 'UDP');
  }
  if (ip !== '' && ipFamily(ip) === 0) source?.error(`malformed IP address: ${ip}`, 'address');
  const isV6 = ip.includes(':');
  return {
    sourceIp4: isV6 ? '' : ip,
    sourceIp6: isV6 ? ip : '',
    sourcePort: source?.number('port_value', 0) ?? 0,
    keepAliveMs: parseKeepAlive(node.message('upstream_connection_options')),
  };
}

function parseKeepAlive(options: ConfigNode | undefined): number {
  if (options === undefined) return -1;
  const named = 'set_local_interface_name_on_upstream_connections';
  if (options.bool(named)) options.noEffect(named, 'nothing here reads the name of the interface');
  options.noEffect('happy_eyeballs_config', 'a host has one address, which is the one that is dialled');
  const keepAlive = options.message('tcp_keepalive');
  if (keepAlive === undefined) return -1;
  const system = 'the system decides';
  keepAlive.noEffect('keepalive_probes', system);
  keepAlive.noEffect('keepalive_interval', system);
  return 1000 * keepAlive.number('keepalive_time', defaultKeepAliveMs / 1000);
}
