import type { NetworkFilterFactory } from '../../../../api/network-filter.js';
import { parseRedisProxy, type RedisProxyConfig } from './config.js';
import { RedisProxy } from './redis-proxy.js';
import { RedisSession } from './redis-session.js';

export const redisProxy: NetworkFilterFactory<RedisProxyConfig> = {
  name: 'envoy.filters.network.redis_proxy',
  typeUrl: 'envoy.extensions.filters.network.redis_proxy.v3.RedisProxy',
  isTerminal: true,
  parse: parseRedisProxy,
  build: (config, scope, context) => {
    const proxy = new RedisProxy(config, scope, context.listenerName);
    return (connection) => new RedisSession(proxy, connection);
  },
};
