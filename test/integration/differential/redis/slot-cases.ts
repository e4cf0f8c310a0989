import { ask, moved } from './redirections.js';
import { asked, type RedisCase } from './redis-case.js';
export const slotCases: readonly RedisCase[] = [
  asked(
    'a Redis cluster by slots',
    ['GET a', 'GET b', 'GET c', 'GET {a}d', 'SET foo 1', 'SET bar 1', 'MGET a b c', 'DEL a b'],
    { listener: 'slots' },
  ),
  asked(
    'a Redis cluster: all shards',
    ['KEYS *', 'FLUSHALL', 'SCAN 0', 'INFO', 'INFO.SHARD 0', 'INFO.SHARD 1', 'INFO.SHARD 2', 'SELECT 0'],
    { listener: 'slots' },
  ),
  asked('a Redis cluster: reads from replicas', ['GET c', 'GET b', 'SET b 1'], { listener: 'slots-replica' }),
  asked('a Redis cluster: reads from replicas alone', ['GET a', 'GET foo'], { listener: 'slots-replica' }),
  asked('a Redis cluster: reads rather from replicas', ['GET b', 'SET b 1'], {
    listener: 'slots-prefer-replica',
  }),
  asked('a Redis cluster: reads by zone', ['GET b', 'SET b 1', 'GET a'], { listener: 'slots-zone' }),
  ...['zoned', 'zoned-and-primary'].map((listener) =>
    asked(
      `a Redis cluster that says where its hosts are: ${listener}`,
      ['GET a', 'GET b', 'SET b 1', 'GET c'],
      {
        listener,
      },
    ),
  ),
  asked('a Redis cluster: moved', ['GET a', 'GET b'], {
    listener: 'slots',
    rules: { 'shard-b: GET a': moved('shard-a'), 'shard-a: GET b': ask('stray') },
  }),
  asked('a Redis cluster: a transaction', ['WATCH a', 'MULTI', 'SET {a}b 1', 'EXEC'], { listener: 'slots' }),
];
