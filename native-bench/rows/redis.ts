import type { Configs, Row } from '../contracts.js';
import { redisLoad } from '../load-redis.js';
import { envoyRedis } from '../peers/envoy-yaml.js';
import { nutcrackerRedis } from '../peers/nutcracker.js';

const proxying: Configs = { sluice: envoyRedis(), envoy: envoyRedis(), nutcracker: nutcrackerRedis() };
const goals = { envoy: 1, nutcracker: 1.5 };

/** The Redis proxy before one server. */
export const redisRows: readonly Row[] = [
  {
    kind: 'cpu',
    name: 'redis',
    title: 'Redis proxy, a command at a time',
    load: redisLoad(32, 1),
    configs: proxying,
    goals,
  },
  {
    kind: 'cpu',
    name: 'redis-pipelined',
    title: 'Redis proxy, sixteen commands at a time',
    load: redisLoad(32, 16),
    configs: proxying,
    goals,
  },
];
