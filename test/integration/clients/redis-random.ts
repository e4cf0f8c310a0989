/**
 * Commands of every family at random, answered by a server itself and by servers behind the proxy, by command only:
 * `SEED=3 COMMANDS=200000 node --test dist/test/integration/clients/redis-random.js`.
 */
import { deepEqual } from 'node:assert/strict';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { MersenneTwister } from '../../../src/base/mersenne-twister.js';
import type { Plain } from '../../../src/base/plain.js';
import { encodeCommand, encodeResp } from '../../../src/codec/redis/encode-resp.js';
import { RespDecoder } from '../../../src/codec/redis/resp-decoder.js';
import type { RespValue } from '../../../src/codec/redis/resp-value.js';
import { knownCommands } from '../../../src/extensions/filters/network/redis-proxy/commands.js';
import { bootstrapText, listener, staticCluster, tcpAddress } from '../../support/listener-text.js';
import { startProxy } from '../../support/proxy.js';
import { needsRedis, startRedis, startRedisCluster } from '../../support/redis-servers.js';

const seed = Number(process.env['SEED'] ?? 1);
const count = Number(process.env['COMMANDS'] ?? 50_000);
const batch = 100;

/** Answered here, by chance (members of several scores by their names, too), by the clock, or otherwise by a proxy. */
const left =
  /^(?:auth|.*lex.*|client|cluster|config|echo|hello|info|info\.shard|ping|quit|role|script|select|slowlog|time|multi|exec|discard|watch|unwatch|bf\..*|flushall|flushdb|randomkey|spop|srandmember|hrandfield|zrandmember|scan|sscan|hscan|zscan|eval|evalsha|object|publish|restore|httl|hp?expire|hp?expireat|hpttl|hp?expiretime|hpersist|mset|mget|del|unlink|exists|touch|keys|xadd|xautoclaim|xclaim|expire.*|pexpire.*|ttl|pttl|dump|psetex|setex|getex|sort.*|xpending)$/;
const unordered = /^(?:smembers|sunion|sinter|sdiff|hgetall|hkeys|hvals|keys)$/i;

class Workload {
  private readonly draw: MersenneTwister;
  private readonly names: readonly string[];

  constructor() {
    this.draw = new MersenneTwister(seed);
    this.names = [...knownCommands([]).keys()].filter((name) => !left.test(name));
  }

  next(): readonly string[] {
    const made = this.below(3) === 0 ? this.sure() : this.loose();
    return this.below(5) === 0 ? [made[0]?.toLowerCase() ?? '', ...made.slice(1)] : made;
  }

  private below(n: number): number {
    return this.draw.next() % n;
  }

  private of<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  private key(): string {
    return `{t}${this.of(['s', 'l', 'h', 'e', 'z', 'x', 'n'])}${this.below(4)}`;
  }

  private text(): string {
    return this.of([
      '',
      'a',
      'b c',
      '\r\n',
      '\u00e4\u00ff',
      'x'.repeat(this.below(2000)),
      String(this.below(100)),
      '-1',
      '1.5',
      '(1',
      '[a',
      '-',
      '+',
      'inf',
    ]);
  }

  /** Mostly errors of servers. */
  private loose(): readonly string[] {
    const words = [this.of(this.names).toUpperCase(), this.key()];
    for (let i = this.below(5); i > 0; i--) words.push(this.below(3) === 0 ? this.key() : this.text());
    return words;
  }

  private sure(): readonly string[] {
    const n = String(this.below(4));
    return this.of<readonly string[]>([
      ['SET', `{t}s${n}`, this.text()],
      ['SET', `{t}n${n}`, String(this.below(1000))],
      ['MGET', this.key(), this.key(), this.key()],
      ['MSET', `{t}s${n}`, this.text(), `{t}n${n}`, '7'],
      ['DEL', this.key()],
      ['UNLINK', this.key(), this.key()],
      ['EXISTS', this.key(), this.key()],
      ['RPUSH', `{t}l${n}`, this.text(), this.text()],
      ['HSET', `{t}h${n}`, 'f', this.text(), 'g', '5'],
      ['SADD', `{t}e${n}`, 'a', 'b', this.text()],
      ['ZADD', `{t}z${n}`, String(this.below(9)), 'a', '2.5', this.text()],
      ['ZRANGE', `{t}z${n}`, '0', '-1', 'WITHSCORES'],
      ['XADD', `{t}x${n}`, `${this.below(50)}-1`, 'a', this.text()],
      ['XRANGE', `{t}x${n}`, '-', '+'],
      ['GEOADD', `{t}z${n}`, '13.36', '38.1', 'p', '15.08', '37.5', 'q'],
      ['GEOSEARCH', `{t}z${n}`, 'FROMMEMBER', 'p', 'BYRADIUS', '500', 'km', 'ASC', 'WITHDIST'],
      ['EVAL', 'return {KEYS[1], ARGV[1], {1, {2}}, false}', '1', this.key(), this.text()],
      ['EVAL', 'return redis.call("GET", KEYS[1])', '1', this.key()],
      ['SORT', `{t}l${n}`, 'ALPHA'],
      ['OBJECT', 'ENCODING', this.key()],
      ['PFADD', `{t}s${n}`, this.text()],
      ['COPY', this.key(), this.key(), 'REPLACE'],
      ['RENAME', this.key(), this.key()],
      ['LMOVE', `{t}l${n}`, `{t}l${this.below(4)}`, 'LEFT', 'RIGHT'],
    ]);
  }
}

function slotted(ports: readonly number[]): Plain {
  const { type: _, ...rest } = staticCluster('redis', ports, { lb_policy: 'CLUSTER_PROVIDED' }) as {
    readonly [field: string]: Plain;
  };
  const type = 'type.googleapis.com/envoy.extensions.clusters.redis.v3.RedisClusterConfig';
  return { ...rest, cluster_type: { name: 'envoy.clusters.redis', typed_config: { '@type': type } } };
}

function front(cluster: Plain): string {
  const filter = {
    name: 'redis',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.network.redis_proxy.v3.RedisProxy',
      stat_prefix: 'main',
      settings: { op_timeout: '20s', enable_redirection: true, enable_hashtagging: true },
      prefix_routes: { catch_all_route: { cluster: 'redis' } },
    },
  };
  return bootstrapText([listener('main', tcpAddress('127.0.0.1'), [filter])], [cluster]);
}

/** On the wire; unordered ones in order. Of a key of another type MGET gets null, its part GET an error. */
function comparable(name: string, value: RespValue): string {
  if (value.type !== '*') return encodeResp(value);
  const items = value.items.map((item) => encodeResp(item));
  if (/^mget$/i.test(name)) return items.map((item) => item.replace(/^-WRONGTYPE.*/, '$-1')).join('');
  return unordered.test(name) ? items.sort().join('') : encodeResp(value);
}

/** Asks in pipelines. */
function asker(
  t: TestContext,
  port: number,
): (commands: readonly (readonly string[])[]) => Promise<string[]> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  t.after(() => socket.destroy());
  let onValue: (value: RespValue) => void = () => undefined;
  const decoder = new RespDecoder({ onValue: (value) => onValue(value) });
  socket.on('data', (bytes) => decoder.decode(bytes.toString('latin1')));
  let onClose: (error: Error) => void = () => undefined;
  socket.on('close', () => onClose(new Error('closed')));
  return (commands) =>
    new Promise((resolve, reject) => {
      const replies: string[] = [];
      onClose = reject;
      onValue = (value) => {
        replies.push(comparable(commands[replies.length]?.[0] ?? '', value));
        if (replies.length === commands.length) resolve(replies);
      };
      socket.write(commands.map((words) => encodeCommand(words)).join(''), 'latin1');
    });
}

for (const kind of ['one server', 'a Redis Cluster'] as const) {
  test(`${count} commands at random, seed ${seed}: ${kind}`, {
    ...needsRedis,
    timeout: 900_000,
  }, async (t) => {
    const isCluster = kind !== 'one server';
    // One of all slots, as it refuses what keys of several slots would need.
    const direct = asker(t, await startRedis(t, isCluster ? ['--cluster-enabled', 'yes'] : []));
    if (isCluster) {
      await direct([['CLUSTER', 'ADDSLOTSRANGE', '0', '16383']]);
      while (!(await direct([['CLUSTER', 'INFO']])).join().includes('cluster_state:ok')) await setTimeout(20);
    }
    const cluster = isCluster
      ? slotted((await startRedisCluster(t)).slice(0, 1))
      : staticCluster('redis', [await startRedis(t)]);
    const proxy = await startProxy(t, front(cluster));
    const behind = asker(t, proxy.port());
    const workload = new Workload();
    for (let done = 0; done < count; done += batch) {
      const commands = Array.from({ length: batch }, () => workload.next());
      const [expected, seen] = await Promise.all([direct(commands), behind(commands)]);
      for (const [i, words] of commands.entries()) {
        deepEqual([words, seen[i]], [words, expected[i]], `command ${done + i}`);
      }
    }
  });
}
