import type { ConfigNode } from '../../../api/config-node.js';

/** `envoy.extensions.health_checkers.redis.v3.Redis` */
export type RedisCheckConfig = {
  /** A key that healthy hosts do not have; empty: hosts are pinged. */
  readonly key: string;
};

export function parseRedisCheck(node: ConfigNode): RedisCheckConfig {
  node.unsupported('aws_iam', 'hosts are asked without a password');
  return { key: node.string('key') };
}
