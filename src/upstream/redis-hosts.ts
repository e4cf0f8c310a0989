import type { ConfigNode } from '../api/config-node.js';
import type { RedisCredentials, RedisHosts } from '../api/redis-hosts.js';
import { parseRedisIam } from './redis-credentials.js';

/** `RedisProtocolOptions` of a cluster: who the proxy is on connections to its hosts. */
export function parseRedisHosts(node: ConfigNode, hasSlots: boolean): RedisHosts {
  const options = node.map('typed_extension_protocol_options').get('envoy.filters.network.redis_proxy');
  const credentialsOf: { [address: string]: RedisCredentials } = {};
  for (const entry of options?.list('credentials') ?? []) {
    const socket = entry.message('address')?.message('socket_address');
    if (socket === undefined) continue;
    const ip = socket.string('address');
    const host = ip.includes(':') ? `[${ip}]` : ip;
    credentialsOf[`${host}:${socket.number('port_value', 0)}`] = parseCredentials(entry);
  }
  const iam = parseRedisIam(options?.message('aws_iam'));
  return { credentials: parseCredentials(options), credentialsOf, iam, hasSlots };
}

function parseCredentials(node: ConfigNode | undefined): RedisCredentials {
  const text = (field: string): string => {
    const bytes = node?.dataBytes(field);
    return bytes === undefined ? '' : Buffer.from(bytes).toString('latin1');
  };
  return { username: text('auth_username'), password: text('auth_password') };
}
