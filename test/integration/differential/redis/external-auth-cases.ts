import { asked, command, commands, type RedisCase } from './redis-case.js';

const before = ['PING', 'GET a'];

export const externalAuthCases: readonly RedisCase[] = [
  ...[
    'yes',
    'welcome',
    'empty',
    'no',
    'stranger',
    'leave',
    'lines',
    'broken',
    'junk',
    'status14',
    'status7',
    'past',
  ].map((password) =>
    asked(`a service is asked and says ${password}`, [...before, `AUTH ${password}`, ...before, 'NOSUCH a'], {
      listener: 'external',
    }),
  ),
  asked('a service is asked about a user', ['AUTH me yes', 'GET a', 'AUTH me no', 'GET a'], {
    listener: 'external',
  }),
  asked('a service is asked about odd words', ['AUTH', 'AUTH a b c', 'AUTH ', 'PING', 'AUTH  yes', 'PING'], {
    listener: 'external',
    steps: [commands('AUTH', 'AUTH no b c', 'PING', 'AUTH  yes', 'PING'), { replies: 5 }],
  }),
  asked(
    'a service changes its mind',
    ['AUTH yes', 'AUTH no', 'PING', 'AUTH yes', 'PING', 'AUTH broken', 'PING', 'AUTH status13', 'PING'],
    { listener: 'external' },
  ),
  asked(
    'hello asks a service',
    [
      'HELLO',
      'HELLO 2 AUTH me yes',
      'PING',
      'HELLO',
      'HELLO 3 AUTH me yes',
      'HELLO 2 AUTH',
      'HELLO 2 FOO',
      'GET a',
    ],
    { listener: 'external' },
  ),
  asked(
    'hello asks a service that refuses',
    [
      'HELLO 2 AUTH me no',
      'HELLO 2 AUTH me leave',
      'HELLO 2 AUTH me broken',
      'HELLO 2 AUTH me lines',
      'PING',
      'HELLO',
    ],
    { listener: 'external' },
  ),
  asked(
    'a service is asked within a transaction',
    ['AUTH yes', 'MULTI', 'AUTH no', 'SET a 1', 'EXEC', 'AUTH yes', 'EXEC'],
    {
      listener: 'external',
      ignores: [/cx_|\(connection\)/],
    },
  ),
  {
    name: 'what comes behind AUTH waits for the service',
    listener: 'external',
    steps: [
      command('AUTH', 'yes'),
      command('GET', 'a'),
      ':1\r\n',
      commands('AUTH no', 'GET b', 'AUTH yes', 'SET c 1', 'QUIT'),
      { replies: 8 },
      'closed',
    ],
  },
  {
    name: 'a service that says nothing',
    listener: 'external-hasty',
    steps: [commands('AUTH silent', 'PING'), { replies: 2 }],
    // The service knows the deadline too, and may be the first to say that it is over.
    ignores: [/cluster\.auth\.(?:internal\.)?(?:upstream_rq_|http2\.)/],
  },
  {
    name: 'a client leaves while it is asked about',
    listener: 'external',
    steps: [command('AUTH', 'silent'), { atBackend: '["","silent","20000"]' }, 'reset'],
  },
  asked(
    'a service says until when',
    ['AUTH past', 'PING', 'AUTH future', 'PING', 'GET a', 'AUTH yes', 'PING'],
    {
      listener: 'external-until',
    },
  ),
  asked(
    'a service is asked instead of passwords',
    ['AUTH p1', 'PING', 'AUTH me p1', 'PING', 'AUTH yes', 'PING'],
    {
      listener: 'external-and-passwords',
    },
  ),
  asked(
    'a service is asked before RESP3 is spoken',
    [
      'PING',
      'AUTH yes',
      'PING',
      'HELLO 3',
      'PING',
      'HELLO 3 AUTH me no',
      'PING',
      'HELLO 3 AUTH me yes',
      'PING',
    ],
    { listener: 'external-three' },
  ),
  asked('hello in RESP3 asks a service', ['HELLO 3', 'HELLO 3 AUTH me yes', 'PING', 'GET a'], {
    listener: 'external-three',
  }),
  asked('a service that nobody reaches', ['AUTH yes', 'PING', 'HELLO 2 AUTH me yes'], {
    listener: 'external-gone',
    // Envoy counts a codec of HTTP/2 for what never became a connection.
    ignores: [/nghttp2_upstream_connections/],
  }),
  asked('an unknown command with line ends in its argument', [], {
    steps: [command('NOSUCH', 'a\r\nb'), { replies: 1 }],
  }),
  asked('a command unknown by line ends', [], { steps: [command('NO\r\nSUCH', 'a'), { replies: 1 }] }),
];
