import type { ConfigNode } from '../../../api/config-node.js';
import type { RedisIam } from '../../../api/redis-hosts.js';
import { parseRedisIam } from '../../../upstream/redis-credentials.js';

/** `envoy.extensions.health_checkers.redis.v3.Redis` */
export type RedisCheckConfig = {
  /** A key that healthy hosts do not have; empty: hosts are pinged. */
  readonly key: string;
  /** Null: checks have the password of the cluster, whether that is signed elsewhere or not. */
  readonly iam: RedisIam | null;
};

export function parseRedisCheck(node: ConfigNode): RedisCheckConfig {
  return { key: node.string('key'), iam: parseRedisIam(node.message('aws_iam')) };
}
