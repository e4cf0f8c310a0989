import type { HealthCheckerFactory } from '../../../upstream/health/probe.js';
import { parseRedisCheck, type RedisCheckConfig } from './config.js';
import { R, RedisProbe } from './redis-probe.js';

export const redisHealthChecker: HealthCheckerFactory<RedisCheckConfig> = {
  name: 'envoy.health_checkers.redis',
  typeUrl: 'envoy.extensions.health_checkers.redis.v3.Redis',
  eventType: 'REDIS',
  parse: parseRedisCheck,
  build: (config, scope, statRoot) => {
    const stats = scope.bind(`${statRoot}.redis`, R);
    return (target, keepsConnection, onResult) =>
      new RedisProbe(config, target, keepsConnection, onResult, stats);
  },
};
