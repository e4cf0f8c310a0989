import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { Cluster, Redis } from 'ioredis';
import { createClient } from 'redis';
import { MersenneTwister } from '../../../src/base/mersenne-twister.js';
import type { Plain } from '../../../src/base/plain.js';
import { bootstrapText, listener, staticCluster, tcpAddress } from '../../support/listener-text.js';
import { startProxy } from '../../support/proxy.js';
import { needsRedis, startRedis, startRedisCluster } from '../../support/redis-servers.js';

type TestedProxy = Awaited<ReturnType<typeof startProxy>>;
type Words = readonly [name: string, ...args: string[]];

const batch = 500;

function front(cluster: Plain, version: 2 | 3 = 2): string {
  const filter = {
    name: 'redis',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.network.redis_proxy.v3.RedisProxy',
      stat_prefix: 'main',
      settings: { op_timeout: '20s', enable_redirection: true },
      protocol_version: `RESP${version}`,
      prefix_routes: { catch_all_route: { cluster: 'redis' } },
    },
  };
  return bootstrapText([listener('main', tcpAddress('127.0.0.1'), [filter])], [cluster]);
}

function slotted(ports: readonly number[]): Plain {
  const { type: _, ...rest } = staticCluster('redis', ports, { lb_policy: 'CLUSTER_PROVIDED' }) as {
    readonly [field: string]: Plain;
  };
  return {
    ...rest,
    cluster_type: {
      name: 'envoy.clusters.redis',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.clusters.redis.v3.RedisClusterConfig',
      },
    },
  };
}

/** Commands of every family over a few keys, which meet keys of the wrong type as well; replies depend on them alone. */
function workload(seed: number, count: number): readonly Words[] {
  const draw = new MersenneTwister(seed);
  const below = (n: number): number => draw.next() % n;
  const key = (): string => `{t}key${below(30)}`;
  const text = (): string =>
    ['', 'a b', '\r\n', '\u00e4\u00df', 'x'.repeat(below(300)), String(below(1000))][below(6)] ?? '';
  const makers: readonly (() => Words)[] = [
    () => ['SET', key(), text()],
    () => ['GET', key()],
    () => ['INCR', key()],
    () => ['APPEND', key(), text()],
    () => ['STRLEN', key()],
    () => ['LPUSH', `list${below(5)}`, text(), text()],
    () => ['LRANGE', `list${below(5)}`, '0', '-1'],
    () => ['RPOP', `list${below(5)}`],
    () => ['HSET', `hash${below(5)}`, `f${below(9)}`, text()],
    () => ['HGET', `hash${below(5)}`, `f${below(9)}`],
    () => ['HLEN', key()],
    () => ['SADD', `set${below(5)}`, `m${below(20)}`],
    () => ['SCARD', `set${below(5)}`],
    () => ['ZADD', `zset${below(5)}`, String(below(100)), `m${below(20)}`],
    () => ['ZRANGE', `zset${below(5)}`, '0', '-1', 'WITHSCORES'],
    () => ['MGET', key(), key(), key()],
    () => ['MSET', key(), text(), key(), text()],
    () => ['DEL', key(), key()],
    () => ['EXISTS', key(), key()],
    () => ['TYPE', key()],
    () => ['EXPIRE', key(), '1000'],
    () => ['PERSIST', key()],
    () => ['EVAL', 'return {KEYS[1], ARGV[1], 1}', '1', key(), text()],
    () => ['SETRANGE', key(), String(below(20)), 'yz'],
    () => ['GETRANGE', key(), '1', '5'],
    () => ['BITCOUNT', key()],
    () => ['XLEN', key()],
    () => ['PFADD', `pf${below(3)}`, text()],
  ];
  return Array.from({ length: count }, () => (makers[below(makers.length)] ?? (() => ['PING'] as const))());
}

/** What a client is told, errors as their words, in pipelines of some hundred. */
async function outcomes(client: Redis, commands: readonly Words[]): Promise<readonly string[]> {
  const all: string[] = [];
  for (let at = 0; at < commands.length; at += batch) {
    const pipeline = client.pipeline();
    for (const [name, ...args] of commands.slice(at, at + batch)) pipeline.call(name, ...args);
    for (const [error, value] of (await pipeline.exec()) ?? []) {
      all.push(error === null ? JSON.stringify(value) : `error ${error.message}`);
    }
  }
  return all;
}

function ioredisTo(t: TestContext, port: number, protocol: 2 | 3 = 2): Redis {
  // Its check asks INFO, which RESP3 answers with a text that Envoy does not join.
  const client = new Redis({
    enableReadyCheck: protocol === 2,
    port,
    protocol,
    host: '127.0.0.1',
    maxRetriesPerRequest: 1,
  });
  t.after(() => client.disconnect());
  return client;
}

async function proxied(
  t: TestContext,
  cluster: Plain,
  version: 2 | 3 = 2,
): Promise<{ readonly proxy: TestedProxy; readonly client: Redis }> {
  const proxy = await startProxy(t, front(cluster, version));
  return { proxy, client: ioredisTo(t, proxy.port(), version) };
}

describe('clients of Redis', () => {
  for (const version of [2, 3] as const) {
    test(
      `ten thousand commands of ioredis in RESP${version} are answered as by the server itself`,
      needsRedis,
      async (t) => {
        const [direct, behind] = [await startRedis(t), await startRedis(t)];
        const { proxy, client } = await proxied(t, staticCluster('redis', [behind]), version);
        const commands = workload(11, 10_000);
        const expected = await outcomes(ioredisTo(t, direct, version), commands);
        deepEqual(await outcomes(client, commands), expected);
        equal(await proxy.stat('cluster.redis.upstream_rq_active'), 0);
      },
    );
  }

  test('a Redis Cluster behind the proxy answers as one server does', needsRedis, async (t) => {
    const [direct, behind] = [await startRedis(t), await startRedisCluster(t)];
    const { client } = await proxied(t, slotted(behind.slice(0, 1)));
    const commands = workload(12, 10_000);
    const expected = await outcomes(ioredisTo(t, direct), commands);
    deepEqual(await outcomes(client, commands), expected);
    const straight = new Cluster([{ host: '127.0.0.1', port: behind[2] ?? 0 }]);
    t.after(() => straight.disconnect());
    const keys = Array.from({ length: 50 }, (_, i) => `spread${i}`);
    equal(await client.mset(keys.flatMap((key) => [key, `of ${key}`])), 'OK');
    for (const key of keys) equal(await straight.get(key), `of ${key}`);
    deepEqual((await client.keys('spread*')).sort(), [...keys].sort());
  });

  test('slots that move are found again', needsRedis, async (t) => {
    const ports = await startRedisCluster(t);
    const { proxy, client } = await proxied(t, slotted(ports));
    await client.set('foo', 'before');
    // The slot of `foo` goes from one primary to another, as resharding does it.
    const slot = 12_182;
    const nodes = await Promise.all(
      ports.map(async (port) => {
        const node = ioredisTo(t, port);
        return { port, node, id: String(await node.call('CLUSTER', 'MYID')) };
      }),
    );
    const from = nodes[2] as (typeof nodes)[number];
    const to = nodes[0] as (typeof nodes)[number];
    await to.node.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', from.id);
    await from.node.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', to.id);
    equal(await client.get('foo'), 'before');
    await from.node.call('MIGRATE', '127.0.0.1', to.port, 'foo', 0, 5000);
    equal(await client.get('foo'), 'before', 'asked of the host that is getting the slot');
    for (const { node } of [to, from]) await node.call('CLUSTER', 'SETSLOT', slot, 'NODE', to.id);
    equal(await client.get('foo'), 'before', 'moved');
    equal((await proxy.stat('cluster.redis.upstream_internal_redirect_succeeded_total')) >= 2, true);
  });

  test('node-redis speaks to the proxy in pipelines and transactions', needsRedis, async (t) => {
    const proxy = await startProxy(t, front(staticCluster('redis', [await startRedis(t)])));
    const client = createClient({ RESP: 2, socket: { port: proxy.port(), host: '127.0.0.1' } });
    client.on('error', () => undefined);
    await client.connect();
    t.after(() => client.destroy());
    equal(await client.ping(), 'PONG');
    deepEqual(await Promise.all([client.set('a', '1'), client.incr('a'), client.get('a')]), ['OK', 2, '2']);
    deepEqual(await client.multi().set('b', 'x').get('b').del(['b']).exec(), ['OK', 'x', 1]);
    await client.hSet('h', { one: '1', two: '2' });
    deepEqual({ ...(await client.hGetAll('h')) }, { one: '1', two: '2' });
    const found: string[] = [];
    for await (const keys of client.scanIterator({ MATCH: '*' })) found.push(...keys);
    deepEqual(found.length > 0, true);
  });

  test(
    'ioredis runs transactions, and is refused publish and subscribe in clear words',
    needsRedis,
    async (t) => {
      const { proxy, client } = await proxied(t, staticCluster('redis', [await startRedis(t)]));
      deepEqual(await client.multi().set('a', '1').incr('a').exec(), [
        [null, 'OK'],
        [null, 2],
      ]);
      await client.watch('a');
      await ioredisTo(t, proxy.port()).set('a', 'changed');
      equal(await client.multi().set('a', 'lost').exec(), null, 'what was watched has changed');
      equal(await client.get('a'), 'changed');
      await rejects(ioredisTo(t, proxy.port()).subscribe('news'), (error: Error) => {
        match(error.message, /unknown command 'subscribe'/i);
        return true;
      });
      equal(await client.publish('news', 'nobody hears'), 0);
    },
  );
});
