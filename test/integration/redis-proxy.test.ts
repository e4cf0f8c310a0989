import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { MersenneTwister } from '../../src/base/mersenne-twister.js';
import type { Plain } from '../../src/base/plain.js';
import { encodeCommand, encodeResp } from '../../src/codec/redis/encode-resp.js';
import { RespDecoder } from '../../src/codec/redis/resp-decoder.js';
import { eventually } from '../support/eventually.js';
import { bootstrapText, listener, staticCluster, tcpAddress } from '../support/listener-text.js';
import { startProxy } from '../support/proxy.js';
import { needsRedis, startRedis } from '../support/redis-servers.js';
import { dialPeer, TcpOrigin, type TcpPeer } from '../support/tcp-peers.js';

const address = tcpAddress('127.0.0.1');
const command = (text: string): string => encodeCommand(text.split(' '));

function redisFilter(fields: { readonly [field: string]: Plain } = {}): Plain {
  return {
    name: 'redis',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.network.redis_proxy.v3.RedisProxy',
      stat_prefix: 'main',
      settings: { op_timeout: '5s', enable_hashtagging: true, enable_command_stats: true },
      prefix_routes: { catch_all_route: { cluster: 'redis' } },
      ...fields,
    },
  };
}

function front(ports: readonly number[], fields: { readonly [field: string]: Plain } = {}): string {
  const cluster = staticCluster('redis', ports, { lb_policy: 'MAGLEV' });
  return bootstrapText([listener('main', address, [redisFilter(fields)])], [cluster]);
}

/** Sends everything at once; answers the replies in order. */
async function converse(peer: TcpPeer, commands: readonly string[]): Promise<readonly string[]> {
  const replies: string[] = [];
  await new Promise<void>((resolve) => {
    const decoder = new RespDecoder({
      onValue: (value) => {
        replies.push(encodeResp(value));
        if (replies.length === commands.length) resolve();
      },
    });
    peer.socket.on('data', (bytes: Buffer) => ok(decoder.decode(bytes.toString('latin1'))));
    peer.send(commands.join(''));
  });
  peer.socket.removeAllListeners('data');
  return replies;
}

/** Commands over a few keys whose replies depend on those before them alone. */
function workload(seed: number, count: number): readonly string[] {
  const draw = new MersenneTwister(seed);
  const below = (n: number): number => draw.next() % n;
  const key = (): string => `{t}key${below(12)}`;
  const makers = [
    () => `SET ${key()} ${below(1000)}`,
    () => `GET ${key()}`,
    () => `INCR ${key()}`,
    () => `LPUSH list${below(3)} ${below(9)}`,
    () => `LRANGE list${below(3)} 0 -1`,
    () => `MGET ${key()} ${key()} ${key()}`,
    () => `MSET ${key()} 1 ${key()} 2`,
    () => `DEL ${key()}`,
    () => `EXISTS ${key()} ${key()}`,
    () => `HSET hash f${below(5)} ${below(9)}`,
    () => `HGETALL hash`,
    () => `EVAL return(KEYS[1]) 1 ${key()}`,
    () => `APPEND ${key()} x`,
  ];
  return Array.from({ length: count }, () => command((makers[below(makers.length)] ?? (() => 'PING'))()));
}

test('a pipelined workload is answered as by the server itself', needsRedis, async (t) => {
  const [direct, behind] = [await startRedis(t), await startRedis(t)];
  const proxy = await startProxy(t, front([behind]));
  const straight = await dialPeer(t, { port: direct, host: '127.0.0.1' });
  const proxied = await dialPeer(t, { port: proxy.port(), host: '127.0.0.1' });
  const commands = workload(7, 3000);
  const [expected, actual] = [await converse(straight, commands), await converse(proxied, commands)];
  deepEqual(actual, expected);
  equal(await proxy.stat('redis.main.downstream_rq_total'), 3000);
  equal(await proxy.stat('cluster.redis.upstream_rq_active'), 0);
});

test('keys are spread over two servers, and commands on many keys are joined', needsRedis, async (t) => {
  const proxy = await startProxy(t, front([await startRedis(t), await startRedis(t)]));
  const peer = await dialPeer(t, { port: proxy.port(), host: '127.0.0.1' });
  const keys = Array.from({ length: 40 }, (_, i) => `k${i}`);
  const replies = await converse(peer, [
    command(`MSET ${keys.map((key) => `${key} v-${key}`).join(' ')}`),
    command(`MGET ${keys.join(' ')}`),
    command(`DEL ${keys.join(' ')}`),
  ]);
  equal(replies[0], '+OK\r\n');
  equal(replies[1], encodeCommand(keys.map((key) => `v-${key}`)));
  equal(replies[2], ':40\r\n');
});

test('transactions run on one connection, also one behind the other', needsRedis, async (t) => {
  const proxy = await startProxy(t, front([await startRedis(t)]));
  const peer = await dialPeer(t, { port: proxy.port(), host: '127.0.0.1' });
  const texts = ['MULTI', 'SET a 1', 'GET a', 'EXEC', 'MULTI', 'INCR a', 'DISCARD', 'GET a', 'EXEC'];
  deepEqual(await converse(peer, texts.map(command)), [
    '+OK\r\n',
    '+QUEUED\r\n',
    '+QUEUED\r\n',
    '*2\r\n+OK\r\n$1\r\n1\r\n',
    '+OK\r\n',
    '+QUEUED\r\n',
    '+OK\r\n',
    '$1\r\n1\r\n',
    '-EXEC without MULTI\r\n',
  ]);
});

test('a prefix chooses the cluster and is cut off where asked; the longest one wins', async (t) => {
  const [short, long] = [await TcpOrigin.start(t), await TcpOrigin.start(t)];
  const routes = [
    { prefix: 'a', cluster: 'short' },
    { prefix: 'ab:', cluster: 'long', remove_prefix: true },
  ];
  const clusters = [staticCluster('short', [short.port]), staticCluster('long', [long.port])];
  const filter = redisFilter({ prefix_routes: { routes } });
  const proxy = await startProxy(t, bootstrapText([listener('main', address, [filter])], clusters));
  const peer = await dialPeer(t, { port: proxy.port(), host: '127.0.0.1' });
  peer.send(command('GET ab:x') + command('GET az') + command('GET b'));
  const behindLong = await long.accept();
  const behindShort = await short.accept();
  await behindLong.received(command('GET x'));
  await behindShort.received(command('GET az'));
  behindShort.send('+second\r\n');
  behindLong.send('+first\r\n');
  await peer.received('+first\r\n+second\r\n-no upstream host\r\n');
});

test('clients say who they are first, and an unknown password undoes a known one', async (t) => {
  const proxy = await startProxy(t, front([1], { downstream_auth_passwords: [{ inline_string: 'p' }] }));
  const peer = await dialPeer(t, { port: proxy.port(), host: '127.0.0.1' });
  const texts = ['PING', 'AUTH p', 'PING', 'AUTH q', 'PING'];
  deepEqual(await converse(peer, texts.map(command)), [
    '-NOAUTH Authentication required.\r\n',
    '+OK\r\n',
    '+PONG\r\n',
    '-ERR invalid password\r\n',
    '-NOAUTH Authentication required.\r\n',
  ]);
});

test('bytes that are no RESP end the connection behind the replies before them', async (t) => {
  const proxy = await startProxy(t, front([1]));
  const peer = await dialPeer(t, { port: proxy.port(), host: '127.0.0.1' });
  peer.send('PING\r\n*x\r\n');
  equal(await peer.ended, 'fin');
  equal(peer.text, '+PONG\r\n-downstream protocol error\r\n');
  equal(await proxy.stat('redis.main.downstream_cx_protocol_error'), 1);
});

test('a host that does not answer in time fails what waits for it', async (t) => {
  const origin = await TcpOrigin.start(t);
  const proxy = await startProxy(t, front([origin.port], { settings: { op_timeout: '0.05s' } }));
  const peer = await dialPeer(t, { port: proxy.port(), host: '127.0.0.1' });
  peer.send(command('GET a') + command('GET b'));
  await peer.received('-upstream failure\r\n-upstream failure\r\n');
  equal(await proxy.stat('cluster.redis.upstream_rq_timeout'), 1);
});

test('while the proxy drains, connections end behind a reply, unless runtime keeps them', async (t) => {
  const layers = { layered_runtime: { layers: [{ name: 'admin', admin_layer: {} }] } };
  const proxy = await startProxy(t, JSON.stringify({ ...JSON.parse(front([1])), ...layers }));
  /** Whether a new connection gets two replies, one after the other. */
  const outlivesReply = async (): Promise<boolean> => {
    const peer = await dialPeer(t, { port: proxy.port(), host: '127.0.0.1' });
    peer.send('PING\r\n');
    await peer.received('+PONG\r\n');
    peer.send('PING\r\n');
    const isAnswered = peer.received('+PONG\r\n+PONG\r\n').then(() => true);
    const outlives = await Promise.race([isAnswered, peer.ended.then(() => false)]);
    peer.reset();
    return outlives;
  };
  equal(await outlivesReply(), true);
  await proxy.admin('/healthcheck/fail', 'POST');
  await eventually(async () => !(await outlivesReply()));
  ok((await proxy.stat('redis.main.downstream_cx_drain_close')) > 0);
  equal(await proxy.admin('/runtime_modify?redis.drain_close_enabled=0', 'POST'), 'OK\n');
  await eventually(outlivesReply);
});
