/** How the proxy deals with each command, as Envoy has them. Names are lower-case. */

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** The key is the first argument, and the reply is the host's. */
const simple = words(`
  append bf.add bf.card bf.exists bf.info bf.insert bf.loadchunk bf.madd bf.mexists bf.reserve bf.scandump bitcount
  bitfield bitfield_ro bitop bitpos copy decr decrby dump expire expireat geoadd geodist geohash geopos georadius
  georadius_ro georadiusbymember georadiusbymember_ro geosearch geosearchstore get getbit getdel getex getrange getset
  hdel hexists hexpire hexpireat hexpiretime hget hgetall hincrby hincrbyfloat hkeys hlen hmget hmset hpersist hpexpire
  hpexpireat hpexpiretime hpttl hrandfield hscan hset hsetnx hstrlen httl hvals incr incrby incrbyfloat lindex linsert
  llen lmove lpop lpos lpush lpushx lrange lrem lset ltrim msetnx persist pexpire pexpireat pfadd pfcount pfmerge psetex
  pttl publish rename renamenx restore rpop rpoplpush rpush rpushx sadd scard sdiff sdiffstore set setbit setex setnx
  setrange sinter sinterstore sismember smembers smismember smove sort sort_ro spop srandmember srem sscan strlen substr
  sunion sunionstore ttl type xack xadd xautoclaim xclaim xdel xlen xpending xrange xrevrange xtrim zadd zcard zcount
  zdiff zdiffstore zincrby zinter zinterstore zlexcount zmscore zpopmax zpopmin zrandmember zrange zrangebylex
  zrangebyscore zrangestore zrank zrem zremrangebylex zremrangebyrank zremrangebyscore zrevrange zrevrangebylex
  zrevrangebyscore zrevrank zscan zscore zunion zunionstore`);

/** Sent to every host; how the replies become one is up to the command. */
const everyHost = words('config flushall flushdb info keys role scan script select slowlog');

/** Sent to some host. */
const anyHost = words('cluster info.shard randomkey');

const transactional = words('discard exec multi unwatch watch');

/** Answered here, and not counted as commands. */
const local = words('auth client echo ping quit time');

export type CommandKind =
  | 'simple'
  | 'eval'
  | 'object'
  /** Each key for itself: the sum, or the replies in order, or OK. */
  | 'sum'
  | 'mget'
  | 'mset'
  | 'every-host'
  | 'any-host'
  | 'transaction'
  | 'hello'
  | 'local';

export function commandKinds(custom: readonly string[]): ReadonlyMap<string, CommandKind> {
  const kinds = new Map<string, CommandKind>();
  const add = (names: readonly string[], kind: CommandKind): void => {
    for (const name of names) kinds.set(name, kind);
  };
  add(custom, 'simple');
  add(simple, 'simple');
  add(['eval', 'evalsha'], 'eval');
  add(['object'], 'object');
  add(['del', 'exists', 'touch', 'unlink'], 'sum');
  add(['mget'], 'mget');
  add(['mset'], 'mset');
  add(everyHost, 'every-host');
  add(anyHost, 'any-host');
  add(transactional, 'transaction');
  add(['hello'], 'hello');
  add(local, 'local');
  return kinds;
}

/** Commands that need no argument. */
export const bareCommands: ReadonlySet<string> = new Set(
  words('discard exec flushall flushdb hello info multi ping quit randomkey role time unwatch'),
);
