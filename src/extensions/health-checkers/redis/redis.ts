import { C } from '../../../upstream/cluster-stats.js';
import type { HealthCheckerFactory } from '../../../upstream/health/probe.js';
import { RedisAsker } from '../../../upstream/redis-asker.js';
import { RedisCommandStats } from '../../../upstream/redis-command-stats.js';
import { signedCredentials } from '../../../upstream/redis-credentials.js';
import { parseRedisCheck, type RedisCheckConfig } from './config.js';
import { answerLimits, R, RedisProbe } from './redis-probe.js';

export const redisHealthChecker: HealthCheckerFactory<RedisCheckConfig> = {
  name: 'envoy.health_checkers.redis',
  typeUrl: 'envoy.extensions.health_checkers.redis.v3.Redis',
  eventType: 'REDIS',
  parse: parseRedisCheck,
  build: (config, { statRoot, redis, stats, clock }) => {
    const own = stats.bind(`${statRoot}.health_check.redis`, R);
    const scope = {
      clock,
      stats: stats.bind(statRoot, C),
      commands: new RedisCommandStats(stats, statRoot, false),
      limits: answerLimits,
    };
    return (target, host, keepsConnection, onResult) => {
      const known = redis.credentialsOf[target.address.text] ?? redis.credentials;
      const open = (onOver: () => void): RedisAsker => {
        const credentials = signedCredentials(known, config.iam, clock.wallMs());
        return new RedisAsker(target, credentials, host, scope, onOver);
      };
      return new RedisProbe(config, open, keepsConnection, onResult, own);
    };
  },
};
