import { asked, command, commands, type RedisCase } from './redis-case.js';

const simple =
  `append bf.add bitcount bitfield bitfield_ro bitop bitpos copy decr dump expire geoadd georadius_ro get getdel
  getex hdel hexpire hget hgetall hpexpiretime hrandfield hscan hset incr incrbyfloat lindex lmove lpos lrange msetnx
  persist pfadd pfmerge psetex publish rename restore rpoplpush sadd sdiffstore set setnx sinter smove sort sort_ro spop
  sscan sunionstore ttl type xack xadd xautoclaim xpending zadd zdiff zinterstore zpopmax zrangestore zscan zunion`
    .trim()
    .split(/\s+/);

const unknown =
  `acl asking bgsave blpop bgrewriteaof brpoplpush client command dbsize debug eval_ro evalsha_ro failover fcall
  lastsave latency memory migrate module monitor move nosuch object psubscribe psync pubsub punsubscribe readonly
  readwrite replicaof reset save script shutdown sintercard spublish ssubscribe subscribe swapdb sync unsubscribe wait xgroup
  xinfo xread xreadgroup xsetid zmpop lmpop waitaof lcs expiretime pexpiretime`
    .trim()
    .split(/\s+/);

const bare =
  `append auth client cluster config discard echo eval exec flushall flushdb get hello info info.shard keys mget mset
  multi object ping quit randomkey role scan script select slowlog time unwatch watch del`
    .trim()
    .split(/\s+/);

const everywhere = [
  'CONFIG GET maxmemory',
  'CONFIG SET maxmemory 1',
  'CONFIG RESETSTAT',
  'CONFIG REWRITE',
  'CONFIG HELP',
  'FLUSHALL',
  'FLUSHALL ASYNC',
  'FLUSHDB',
  'INFO',
  'INFO server',
  'KEYS *',
  'ROLE',
  'SCAN 0',
  'SCAN 0 MATCH a* COUNT 3',
  'SCAN x',
  'SCAN 1 2',
  'SCRIPT LOAD x',
  'SCRIPT FLUSH',
  'SCRIPT KILL',
  'SCRIPT EXISTS a b',
  'SELECT 1',
  'SLOWLOG GET',
  'SLOWLOG LEN',
  'SLOWLOG RESET',
  'SLOWLOG HELP',
];
const anywhere = [
  'CLUSTER INFO',
  'CLUSTER SLOTS',
  'CLUSTER KEYSLOT a',
  'CLUSTER NODES',
  'CLUSTER RESET',
  'CLUSTER MEET a b',
  'RANDOMKEY',
  'RANDOMKEY a',
  'INFO.SHARD 0',
  'INFO.SHARD 0 server',
  'INFO.SHARD 1',
  'INFO.SHARD 7',
  'INFO.SHARD x',
  'INFO.SHARD -1',
  'INFO.SHARD 1.5',
  'INFO.SHARD +0',
  'INFO.SHARD 65535',
  'INFO.SHARD 65536',
  'INFO.SHARD 007',
  'INFO.SHARD 0 a b',
];
const odd = [
  '*0',
  ':1',
  '+OK',
  '-ERR',
  '$-1',
  '*-1',
  '*1 :1',
  '*1 *1 $1 a',
  '$3 GET',
  '_',
  '#t',
  ',1.5',
  '(12',
  '%0',
  '~0',
  '>0',
  '=5 txt:a',
  '!2 xx',
  '|0',
];
const broken = [
  '*x',
  '*',
  '$',
  '$5 GET',
  '*1 $x',
  '*1 $-2',
  '*-2',
  ':x',
  ':',
  '#x',
  '_x',
  '(x',
  ',x',
  '*1 x',
  '?',
  '@1',
  '\u00e9',
  '{',
  '-',
  '=5 txta:',
  '*99999999999',
  '*1 $99999999999',
  '$536870913',
];

export const commandCases: readonly RedisCase[] = [
  ...simple.map((name) => asked(`the simple command ${name}`, [`${name.toUpperCase()} key other 3`])),
  ...unknown.map((name) => asked(`the unknown command ${name}`, [`${name.toUpperCase()} a b`])),
  ...bare.map((name) => asked(`${name} alone`, [name], { ignores: name === 'time' ? [/^. \d+$/] : [] })),
  ...everywhere.map((text) => asked(`to one host: ${text}`, [text])),
  ...everywhere.map((text) => asked(`to two hosts: ${text}`, [text], { listener: 'two' })),
  ...everywhere.map((text) =>
    asked(`to two hosts that answer arrays: ${text}`, [text], {
      listener: 'two',
      rules: Object.fromEntries(
        ['config', 'keys', 'role', 'scan', 'slowlog', 'script', 'info'].map((name) => [
          name,
          '*2\r\n$1\r\n0\r\n*1\r\n$1\r\na\r\n',
        ]),
      ),
    }),
  ),
  ...everywhere.map((text) =>
    asked(`to two hosts of which one fails: ${text}`, [text], {
      listener: 'two',
      rules: Object.fromEntries(everywhere.map((line) => [`right: ${line}`, '-ERR no\r\n'])),
    }),
  ),
  ...everywhere.map((text) =>
    asked(`to two hosts that answer numbers: ${text}`, [text], {
      listener: 'two',
      rules: Object.fromEntries(everywhere.map((line) => [line, ':3\r\n'])),
    }),
  ),
  ...everywhere.map((text) =>
    asked(`to two hosts that answer bulks: ${text}`, [text], {
      listener: 'two',
      rules: {
        'left: INFO': '$3\r\na:1\r\n',
        ...Object.fromEntries(everywhere.map((line) => [line, '$11\r\n# S\r\nx:2\r\ny\r\n'])),
      },
    }),
  ),
  ...everywhere.slice(0, 12).map((text) =>
    asked(`to two hosts of which one closes: ${text}`, [text], {
      listener: 'two',
      rules: Object.fromEntries(everywhere.map((line) => [`left: ${line}`, 'close'])),
    }),
  ),
  ...anywhere.map((text) => asked(`to some host: ${text}`, [text])),
  ...[
    'KEYS *',
    'INFO',
    'RANDOMKEY',
    'CLUSTER INFO',
    'GET a',
    'MGET a b',
    'MSET a b',
    'DEL a',
    'SCAN 0',
    'EVAL x 1 a',
    'OBJECT ENCODING a',
    'INFO.SHARD 0',
    'SELECT 0',
    'FLUSHALL',
    'CONFIG HELP',
  ].map((text) => asked(`without a host: ${text}`, [text], { listener: 'empty' })),
  ...[
    'KEYS *',
    'INFO',
    'GET a',
    'MGET a b',
    'MSET a b c d',
    'DEL a b',
    'SCAN 0',
    'EVAL x 1 a',
    'WATCH a',
    'RANDOMKEY',
  ].map((text) => asked(`to a host that refuses: ${text}`, [text], { listener: 'refused' })),
  ...['GET a', 'MGET a b', 'MSET a b c d', 'DEL a b', 'KEYS *', 'EVAL x 1 a', 'WATCH a', 'PING'].map((text) =>
    asked(`to a host that closes: ${text}`, [text], {
      rules: Object.fromEntries(
        ['get', 'set', 'del', 'keys', 'eval', 'watch'].map((name) => [name, 'close']),
      ),
    }),
  ),
  ...odd.map((text) => ({
    name: `odd but well-formed: ${text}`,
    steps: [`${text.replaceAll(' ', '\r\n')}\r\n${command('PING')}`, { replies: 2 }] as const,
  })),
  ...broken.map((text) => ({
    name: `broken: ${text}`,
    steps: [`${command('PING')}${text.replaceAll(' ', '\r\n')}\r\n`, 'closed'] as const,
  })),
  asked('eval with too few words', ['EVAL x 1', 'EVALSHA x 0', 'EVAL x 0 k', 'EVAL x 2 k1 k2 a']),
  asked('object', ['OBJECT ENCODING k', 'OBJECT', 'OBJECT HELP', 'OBJECT FREQ k', 'object help x']),
  asked('mset with odd words', ['MSET a', 'MSET a 1 b', 'MSET a 1', 'MSET a 1 b 2']),
  asked('mget over two hosts', ['MGET a b c d e f g h'], { listener: 'two' }),
  asked('mset over two hosts', ['MSET a 1 b 2 c 3 d 4 e 5'], { listener: 'two' }),
  asked('del over two hosts', ['DEL a b c d e', 'EXISTS a b c', 'TOUCH a b', 'unlink c d'], {
    listener: 'two',
  }),
  asked(
    'keys are hashed to hosts',
    Array.from({ length: 40 }, (_, i) => `GET key:${i}`),
    { listener: 'two' },
  ),
  asked(
    'hash tags without hashing them',
    ['GET {a}1', 'GET {a}2', 'GET {b}1', 'GET {b}2', 'GET {c}', 'GET {}c'],
    { listener: 'two' },
  ),
  asked(
    'hash tags',
    [
      'GET {a}1',
      'GET {a}2',
      'GET {b}1',
      'GET {b}2',
      'GET {c}',
      'GET {}c',
      'GET {}{d}',
      'GET a{',
      'GET a}{b',
      'GET x{{y}}z',
      'SET {b} 1',
    ],
    { listener: 'tags' },
  ),
  asked('mget of odd replies', ['MGET a b c d e f g'], {
    rules: {
      'GET a': '+s\r\n',
      'GET b': ':1\r\n',
      'GET c': '*0\r\n',
      'GET d': '-ERR x\r\n',
      'GET e': '$-1\r\n',
      'GET f': '_\r\n',
    },
  }),
  asked('mset of odd replies', ['MSET a 1 b 2 c 3'], {
    rules: { 'SET a 1': '+QUEUED\r\n', 'SET b 2': ':1\r\n' },
  }),
  asked('del of odd replies', ['DEL a b c'], { rules: { 'DEL a': '+OK\r\n', 'DEL b': '-ERR x\r\n' } }),
  asked('names of commands in mixed case', ['gEt a', 'Mget a', 'pIng', 'Del a', 'Flushall', 'Hello 2']),
  asked('ping and echo', ['PING', 'PING x', 'PING x y', 'ECHO x', 'ECHO x y']),
  asked('client', [
    'CLIENT SETNAME x',
    'CLIENT SETNAME',
    'CLIENT setinfo LIB-NAME x',
    'CLIENT SETINFO x',
    'CLIENT LIST',
    'CLIENT ID',
    'CLIENT TRACKING ON',
    'CLIENT setname a b',
  ]),
  asked('hello', [
    'HELLO',
    'HELLO 2',
    'HELLO 3',
    'HELLO 4',
    'HELLO x',
    'HELLO 2 SETNAME x',
    'HELLO 2 SETNAME',
    'HELLO 2 AUTH',
    'HELLO 2 AUTH a',
    'HELLO 2 AUTH a b',
    'HELLO 2 FOO',
    'HELLO 2 AUTH a b SETNAME c',
  ]),
  asked(
    'custom commands',
    ['MY.CMD a', 'my.cmd b c', 'OTHER a', 'OTHER', 'GET a', 'MULTI', 'OTHER b', 'EXEC'],
    { listener: 'custom' },
  ),
  asked('without command stats', ['GET a', 'SET a 1', 'MGET a b', 'KEYS *', 'NOSUCH a'], {
    listener: 'quiet',
  }),
  asked('flushed by size', ['GET a', 'SET a 1', 'MGET a b', 'KEYS *'], { listener: 'buffered' }),
  { name: 'quit behind others', steps: [commands('GET a', 'QUIT', 'GET b'), 'closed'] },
  { name: 'quit with an argument', steps: [commands('QUIT x'), 'closed'] },
  {
    name: 'inline commands',
    steps: ['PING\r\nGET a\r\nset  a  "x y"\r\nset a \'it\\\'s\'\r\nECHO "\\x41\\n\\q"\r\n', { replies: 5 }],
  },
  { name: 'an empty line', steps: ['\r\nPING\r\n', { replies: 2 }] },
  { name: 'a line of spaces', steps: ['   \r\nPING\r\n', { replies: 2 }] },
  { name: 'spaces before a command', steps: ['  PING\r\n', { replies: 1 }] },
  { name: 'an open quote', steps: ['ECHO "x\r\n', 'closed'] },
  { name: 'a quote within a word', steps: ['ECHO a"b"\r\n', { replies: 1 }] },
  { name: 'text behind a quote', steps: ['ECHO "a"b\r\n', 'closed'] },
  { name: 'a bare line feed', steps: ['PING\nPING\r\n', { replies: 1 }] },
  { name: 'a tab between words', steps: ['ECHO\tx\r\n', { replies: 1 }] },
  { name: 'inline words that begin with a digit', steps: ['1 2 3\r\n', { replies: 1 }] },
  { name: 'a command in single bytes', steps: [...command('GET', 'a'), { replies: 1 }] },
  {
    name: 'a pipeline cut in odd places',
    steps: [
      '*2\r\n$3\r\nGET\r',
      '\n$1\r\na\r\n*1\r\n$4\r\nPI',
      'NG\r\n*2\r\n$3\r\nDEL\r\n$',
      '1\r\nb\r\n',
      { replies: 3 },
    ],
  },
  {
    name: 'replies keep the order of commands',
    listener: 'two',
    steps: [
      commands(...Array.from({ length: 30 }, (_, i) => (i % 3 === 0 ? 'PING' : `GET k${i}`))),
      { replies: 30 },
    ],
  },
  { name: 'a key of odd bytes', steps: [command('GET', 'a\0\xff\r\nb'), { replies: 1 }] },
  { name: 'a key that is empty', steps: [command('GET', ''), { replies: 1 }] },
  { name: 'a value of 100 kB', steps: [command('SET', 'a', 'x'.repeat(100_000)), { replies: 1 }] },
  ...[127, 128].map((depth) => ({
    name: `arrays within arrays, ${depth} deep`,
    steps: [`${'*1\r\n'.repeat(depth)}:1\r\n${command('PING')}`, { replies: depth === 127 ? 2 : 1 }] as const,
  })),
  { name: 'a line of 2 MB', steps: [`+${'x'.repeat(2_000_000)}\r\n`, { replies: 1 }] },
  { name: 'a client that ends at once', steps: ['end', 'closed'] },
  {
    name: 'a client that ends behind a command',
    steps: [command('GET', 'a'), { replies: 1 }, 'end', 'closed'],
  },
  { name: 'a client that ends within a command', steps: ['*2\r\n$3\r\nGE', 'end', 'closed'] },
  {
    name: 'a client that resets while it waits',
    steps: [command('GET', 'a'), { atBackend: 'GET a' }, 'reset'],
    rules: { get: 'silent' },
  },
];
