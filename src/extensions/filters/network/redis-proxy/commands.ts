/** How the proxy deals with each command, as Envoy has them. Names are lower-case. */

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** The key is the first argument, and the reply is the host's; these change nothing. */
const simpleReads = words(`
  bf.add bf.card bf.exists bf.info bf.insert bf.loadchunk bf.madd bf.mexists bf.reserve bf.scandump bitcount
  bitfield_ro bitpos dump geodist geohash geopos georadius_ro georadiusbymember_ro geosearch get getbit getex getrange
  getset hexists hexpiretime hget hgetall hkeys hlen hmget hpexpiretime hpttl hrandfield hscan hstrlen httl hvals lindex
  llen lpos lrange pfcount pttl publish scard sdiff sinter sismember smembers smismember sort_ro srandmember sscan
  strlen substr sunion ttl type xack xadd xautoclaim xclaim xdel xlen xpending xrange xrevrange xtrim zcard zcount zdiff
  zinter zlexcount zmscore zrandmember zrange zrangebylex zrangebyscore zrank zrevrange zrevrangebylex zrevrangebyscore
  zrevrank zscan zscore zunion`);

/** Likewise; these change what is there. What Envoy takes for reads although it writes is above. */
const simpleWrites = words(`
  append bitfield bitop copy decr decrby expire expireat geoadd georadius georadiusbymember geosearchstore getdel hdel
  hexpire hexpireat hincrby hincrbyfloat hmset hpersist hpexpire hpexpireat hset hsetnx incr incrby incrbyfloat linsert
  lmove lpop lpush lpushx lrem lset ltrim msetnx persist pexpire pexpireat pfadd pfmerge psetex rename renamenx restore
  rpop rpoplpush rpush rpushx sadd sdiffstore set setbit setex setnx setrange sinterstore smove sort spop srem
  sunionstore zadd zdiffstore zincrby zinterstore zpopmax zpopmin zrangestore zrem zremrangebylex zremrangebyrank
  zremrangebyscore zunionstore`);

/** Sent to every host; how the replies become one is up to the command. */
const everyHost = words('config flushall flushdb info keys role scan script select slowlog');

/** Sent to some host. */
const anyHost = words('cluster info.shard randomkey');

const transactional = words('discard exec multi unwatch watch');

/** Answered here, and not counted as commands. */
const local = words('auth client echo ping quit time');

/** Each key for itself, the replies summed up; the first of them changes nothing. */
const sums = words('exists del touch unlink');

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

export interface CommandFacts {
  /** Lower-case. */
  readonly name: string;
  readonly kind: CommandKind;
  /** May go to where reads go. */
  readonly isRead: boolean;
  /** May stand between MULTI and EXEC. */
  readonly isTransactional: boolean;
  /** Needs no argument. */
  readonly isBare: boolean;
  /** The upstream stats that it counts in; most of the few without a key count together. */
  readonly upstreamName: string;
}

/** Commands that need no argument. */
const bare: ReadonlySet<string> = new Set(
  words('discard exec flushall flushdb hello info multi ping quit randomkey role time unwatch watch'),
);

const together = 'unknown';
const countedTogether: ReadonlySet<string> = new Set([...transactional, ...local, 'object', 'scan']);

function factsOf(name: string, kind: CommandKind, isRead: boolean): CommandFacts {
  const isTransactional =
    kind === 'simple' ||
    kind === 'transaction' ||
    kind === 'mget' ||
    kind === 'mset' ||
    (kind === 'sum' && !isRead);
  const upstreamName = name === 'info.shard' ? 'info' : countedTogether.has(name) ? together : name;
  return { name, kind, isRead, isTransactional, isBare: bare.has(name), upstreamName };
}

/** Every command that the proxy knows, by name. `custom` ones are simple; they are found by lower-case names alone. */
export function knownCommands(custom: readonly string[]): ReadonlyMap<string, CommandFacts> {
  const known = new Map<string, CommandFacts>();
  const add = (names: readonly string[], kind: CommandKind, isRead: boolean): void => {
    for (const name of names) known.set(name, factsOf(name, kind, isRead));
  };
  for (const name of custom) known.set(name, { ...factsOf(name, 'simple', true), upstreamName: together });
  add(simpleReads, 'simple', true);
  add(simpleWrites, 'simple', false);
  add(['eval', 'evalsha'], 'eval', false);
  add(['object'], 'object', true);
  for (const name of sums) add([name], 'sum', name === 'exists');
  add(['mget'], 'mget', true);
  add(['mset'], 'mset', false);
  add(everyHost, 'every-host', true);
  add(anyHost, 'any-host', true);
  add(transactional, 'transaction', false);
  add(['hello'], 'hello', false);
  add(local, 'local', false);
  return known;
}

/** The parts of MGET and MSET, and what the proxy sends of its own. */
export const partOfMget = factsOf('get', 'simple', true);
export const partOfMset = factsOf('set', 'simple', false);
export const ownMulti = factsOf('multi', 'transaction', false);
/** AUTH, READONLY, ASKING. */
export const ownCommand = factsOf(together, 'local', false);
export const ownHello = factsOf('hello', 'hello', false);
