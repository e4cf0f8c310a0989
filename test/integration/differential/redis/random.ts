/**
 * Conversations at random with the real Envoy and with this proxy, by command only:
 * `node --test dist/test/integration/differential/redis/random.js`, with `SEED` and `CASES` in the environment.
 */
import { RandomCases } from './random-cases.js';
import { redisBootstrap } from './redis-bootstrap.js';
import { compareRedis } from './redis-suite.js';

const seed = Number(process.env['SEED'] ?? 1);
const draw = new RandomCases(seed);
const cases = Array.from({ length: Number(process.env['CASES'] ?? 300) }, (_, i) =>
  draw.make(`${seed}.${i}`),
);
compareRedis(`at random, seed ${seed}`, redisBootstrap, cases);
