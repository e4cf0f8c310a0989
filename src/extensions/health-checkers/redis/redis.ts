import type { HealthCheckerFactory } from '../../../upstream/health/probe.js';
import { parseRedisCheck, type RedisCheckConfig } from './config.js';
import { RedisProbe } from './redis-probe.js';

export const redisHealthChecker: HealthCheckerFactory<RedisCheckConfig> = {
  name: 'envoy.health_checkers.redis',
  typeUrl: 'envoy.extensions.health_checkers.redis.v3.Redis',
  eventType: 'REDIS',
  parse: parseRedisCheck,
  build: (config, counter) => {
    const existsFailures = counter('redis.exists_failure');
    return (target, keepsConnection, onResult) =>
      new RedisProbe(config, target, keepsConnection, onResult, existsFailures);
  },
};
