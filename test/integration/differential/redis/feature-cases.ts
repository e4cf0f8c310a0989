import { ask, moved } from './redirections.js';
import { asked, command, commands, type RedisCase } from './redis-case.js';

const routing: readonly RedisCase[] = [
  asked(
    'prefixes',
    ['GET l:a', 'GET l:r:a', 'GET l', 'GET Fa', 'GET rf:a', 'GET gone:a', 'GET other', 'GET l:'],
    { listener: 'prefixes' },
  ),
  asked(
    'prefixes of commands with many keys',
    [
      'MGET l:a l:r:b none',
      'DEL l:a l:r:b',
      'MSET l:a 1 l:r:b 2',
      'EVAL x 1 l:a',
      'OBJECT ENCODING l:a',
      'MSET none 1',
    ],
    { listener: 'prefixes' },
  ),
  asked(
    'commands without a key and without a catch-all',
    [
      'KEYS *',
      'INFO',
      'SCAN 0',
      'RANDOMKEY',
      'CLUSTER INFO',
      'SELECT 0',
      'FLUSHALL',
      'KEYS l:x',
      'SELECT l:',
      'SCAN l:',
    ],
    { listener: 'prefixes' },
  ),
  asked(
    'prefixes in any case',
    ['GET Ab:x', 'GET aB:y', 'GET zzz', 'GET z', 'GET other', 'GET ZZx', 'KEYS *', 'KEYS ab:x'],
    { listener: 'folded' },
  ),
  asked(
    'a mirror',
    [
      'GET a',
      'SET a 1',
      'MGET a b',
      'DEL a b',
      'KEYS *',
      'EVAL x 1 a',
      'INFO',
      'SCAN 0',
      'RANDOMKEY',
      'MSET a 1 b 2',
      'OBJECT ENCODING a',
    ],
    { listener: 'mirrored' },
  ),
  {
    name: 'a mirror that closes',
    listener: 'mirrored',
    steps: [commands('SET a 1', 'GET a'), { replies: 2 }, { atBackend: 'GET a' }],
    rules: { 'mirror: set': 'close' },
    ignores: [/mirror|lb_/],
  },
  asked(
    'a mirror of writes',
    ['GET a', 'SET a 1', 'MGET a b', 'DEL a', 'EXISTS a', 'HGETALL a', 'ZADD a 1 b', 'TTL a'],
    { listener: 'mirrored-writes' },
  ),
  asked(
    'reads elsewhere',
    [
      'GET a',
      'SET a 1',
      'MGET a b',
      'DEL a',
      'EXISTS a',
      'HGETALL a',
      'ZADD a 1 b',
      'TTL a',
      'KEYS *',
      'INFO',
      'SCAN 0',
      'RANDOMKEY',
      'EVAL x 1 a',
      'OBJECT ENCODING a',
      'BITFIELD_RO a',
      'SORT_RO a',
      'TOUCH a',
      'TYPE a',
    ],
    { listener: 'reads' },
  ),
  asked('a read policy without a Redis cluster', ['GET a', 'SET a 1'], { listener: 'replicas' }),
];

const redirections: readonly RedisCase[] = [
  asked('moved without redirection', ['GET a'], { rules: { 'one: get': moved('stray') } }),
  asked('moved', ['GET a', 'GET b', 'SET c 1'], {
    listener: 'redirected',
    rules: { 'one: GET a': moved('stray'), 'one: GET b': moved('stray') },
  }),
  asked('asked', ['GET a', 'GET b'], { listener: 'redirected', rules: { 'one: GET a': ask('stray') } }),
  asked('moved twice', ['GET a'], {
    listener: 'redirected',
    rules: { 'one: get': moved('stray'), 'stray: get': moved('left') },
  }),
  asked('moved to itself once known', ['GET a'], {
    listener: 'redirected',
    rules: { 'one: get': moved('stray'), 'stray: get': '-MOVED 1 127.0.0.1\r\n' },
  }),
  ...[
    'MOVED',
    'MOVED 1',
    'MOVED 1 x',
    'MOVED 1 x:y',
    'MOVED 1 :5',
    'MOVED 1 127.0.0.1:',
    'MOVED 1 127.0.0.1:99999',
    'MOVED 1 2 3',
    'moved 1 127.0.0.1:5',
    'MOVED  1   300.0.0.1:5',
    'ASK 1 somewhere:5',
    'CLUSTERDOWN',
    'CLUSTERDOWN down',
    'TRYAGAIN x',
    'LOADING x',
    '',
  ].map((text) =>
    asked(`redirected by ${JSON.stringify(text)}`, ['GET a'], {
      listener: 'redirected',
      rules: { get: `-${text}\r\n` },
    }),
  ),
  asked('moved to a host that refuses', ['GET a'], {
    listener: 'redirected',
    rules: { get: '-MOVED 1 127.0.0.1:65533\r\n' },
  }),
  asked('moved to a name', ['GET a'], {
    listener: 'redirected-names',
    rules: { 'one: get': '-MOVED 1 localhost:<stray>\r\n' },
  }),
  asked('moved to no host', ['GET a'], {
    listener: 'redirected-names',
    rules: { 'one: get': '-MOVED 1 :<stray>\r\n' },
  }),
  asked('moved to an unknown host beyond the limit', ['GET a'], {
    listener: 'redirected-none',
    rules: { 'one: get': moved('stray') },
  }),
  asked('moved to a known host at the limit', ['GET a', 'GET b'], {
    listener: 'redirected-none',
    rules: { 'GET a': '-ASK 1 127.0.0.1:<one>\r\n', 'GET b': ':1\r\n' },
    steps: [commands('GET b'), { replies: 1 }],
  }),
  asked('parts that are moved', ['MGET a b', 'DEL a b', 'MSET a 1 b 2'], {
    listener: 'redirected',
    rules: { 'one: GET a': moved('stray'), 'one: DEL b': moved('stray'), 'one: SET a 1': ask('stray') },
  }),
  asked('commands for every host that are moved', ['KEYS *'], {
    listener: 'redirected',
    rules: { 'one: keys': moved('stray') },
  }),
  asked('a transaction that is moved', ['MULTI', 'SET a 1', 'EXEC'], {
    listener: 'redirected',
    rules: { 'one: set': moved('stray') },
  }),
];

const faults: readonly RedisCase[] = [
  asked('errors of faults', ['GET a', 'MGET a b', 'APPEND a b', 'INCR a', 'PING', 'ECHO x', 'NOSUCH a'], {
    listener: 'faults',
  }),
  asked('delays of faults', ['SET a 1', 'HGET a b', 'APPEND a b'], { listener: 'faults' }),
  asked('delayed errors of faults', ['DEL a b'], { listener: 'faults' }),
  asked('a delay on a host that closes', ['SET a 1'], { listener: 'faults', rules: { set: 'close' } }),
  asked('faults within a transaction', ['MULTI', 'GET a', 'SET a 1', 'EXEC', 'DISCARD'], {
    listener: 'faults',
  }),
  asked(
    'faults for all commands',
    [
      'GET a',
      'PING',
      'AUTH x',
      'HELLO',
      'KEYS *',
      'MULTI',
      'EXEC',
      'RANDOMKEY',
      'ECHO x',
      'CLIENT SETNAME x',
      'GET',
      'SCAN',
      'WATCH',
    ],
    { listener: 'faults-all' },
  ),
  {
    name: 'a client that leaves while it is delayed',
    listener: 'faults',
    steps: [commands('SET a 1'), { atBackend: 'SET a 1' }, 'reset'],
  },
];

const security: readonly RedisCase[] = [
  asked('an upstream password', ['GET a', 'SET a 1'], { listener: 'secured' }),
  asked('an upstream user', ['GET a', 'KEYS *'], { listener: 'secured-user' }),
  asked('an upstream password that is wrong', ['GET a'], {
    listener: 'secured',
    rules: { auth: '-WRONGPASS no\r\n' },
  }),
  asked(
    'a password',
    [
      'GET a',
      'PING',
      'NOSUCH a',
      'AUTH x',
      'AUTH p1',
      'GET a',
      'AUTH p2',
      'AUTH',
      'AUTH a b c',
      'PING',
      'AUTH ',
      'GET a',
    ],
    { listener: 'password' },
  ),
  asked(
    'a password of a user',
    ['AUTH default p1', 'PING', 'AUTH me p1', 'PING', 'AUTH default x', 'PING', 'AUTH  p2'],
    { listener: 'password' },
  ),
  asked('an old password', ['AUTH old', 'PING', 'AUTH p1', 'PING'], { listener: 'old-password' }),
  asked('an old password and new ones', ['AUTH old', 'PING', 'AUTH p1', 'PING', 'AUTH x', 'PING'], {
    listener: 'both-passwords',
  }),
  asked(
    'a user',
    ['AUTH p1', 'PING', 'AUTH me p1', 'PING', 'AUTH default p1', 'PING', 'AUTH you p1', 'PING'],
    { listener: 'user' },
  ),
  asked(
    'a user without a password',
    ['PING', 'AUTH me x', 'PING', 'AUTH me ', 'PING', 'AUTH x', 'AUTH default x'],
    { listener: 'user-alone' },
  ),
  asked('nobody asks for a password', ['AUTH x', 'AUTH a b', 'AUTH a b c', 'PING']),
  asked(
    'hello with credentials',
    ['HELLO', 'HELLO 2 AUTH me x', 'HELLO 3 AUTH me p1', 'HELLO 2 AUTH me p1', 'PING', 'HELLO'],
    { listener: 'user' },
  ),
  asked(
    'hello with a password',
    ['HELLO 2', 'HELLO 2 AUTH default p1', 'HELLO 2', 'PING', 'HELLO 2 AUTH default x', 'PING'],
    { listener: 'password' },
  ),
  { name: 'quit without a password', listener: 'password', steps: [commands('QUIT'), 'closed'] },
  {
    name: 'protocol errors without a password',
    listener: 'password',
    steps: [`${commands('GET a')}*x\r\n`, 'closed'],
  },
];

const failures: readonly RedisCase[] = [
  {
    name: 'a host that does not answer in time',
    listener: 'hasty',
    steps: [commands('GET a', 'GET b'), { replies: 2 }],
    rules: { get: 'silent' },
  },
  {
    name: 'a host that answers nonsense',
    steps: [commands('GET a', 'SET b 1'), { replies: 2 }],
    rules: { get: '?what\r\n' },
  },
  {
    name: 'a host that answers twice',
    steps: [commands('GET a'), { replies: 1 }, commands('GET b'), { replies: 2 }],
    rules: { 'GET a': '+1\r\n+2\r\n' },
  },
  {
    name: 'a host that closes behind its answer',
    steps: [commands('GET a'), { replies: 1 }, commands('SET b 1'), { replies: 2 }],
    rules: { get: '+1\r\n' },
  },
  asked('a connection rate limit', ['GET a', 'GET b'], {
    listener: 'limited',
    rules: { get: 'close' },
    steps: [commands('GET a'), { replies: 1 }, commands('GET b'), { replies: 2 }],
  }),
  {
    name: 'an answer in pieces',
    steps: [command('GET', 'a'), { replies: 1 }],
    rules: { get: `$1000\r\n${'x'.repeat(1000)}\r\n` },
  },
];

export const featureCases: readonly RedisCase[] = [
  ...routing,
  ...redirections,
  ...faults,
  ...security,
  ...failures,
];
