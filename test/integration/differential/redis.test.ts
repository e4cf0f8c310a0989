import { commandCases } from './redis/command-cases.js';
import { externalAuthCases } from './redis/external-auth-cases.js';
import { featureCases } from './redis/feature-cases.js';
import { redisBootstrap, slotsBootstrap } from './redis/redis-bootstrap.js';
import { compareRedis } from './redis/redis-suite.js';
import { resp3Cases } from './redis/resp3-cases.js';
import { slotCases } from './redis/slot-cases.js';
import { transactionCases } from './redis/transaction-cases.js';

compareRedis('commands', redisBootstrap, commandCases);
compareRedis('features', redisBootstrap, [
  ...transactionCases,
  ...featureCases,
  ...resp3Cases,
  ...externalAuthCases,
]);
compareRedis('slots', slotsBootstrap, slotCases);
