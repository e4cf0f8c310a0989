import { asked, commands, type RedisCase } from './redis-case.js';

export const resp3Cases: readonly RedisCase[] = [
  asked(
    'RESP3: commands before hello',
    ['GET a', 'PING', 'ECHO x', 'AUTH x', 'CLIENT SETNAME x', 'MULTI', 'NOSUCH a', 'TIME x', 'KEYS *'],
    { listener: 'three', ignores: [/^. \d{10,}$/] },
  ),
  asked(
    'RESP3: hello',
    ['HELLO 3', 'GET a', 'PING', 'MGET a b', 'HELLO', 'HELLO 2', 'GET a', 'HELLO 3', 'GET a'],
    { listener: 'three' },
  ),
  asked('RESP3: hello 2', ['HELLO 2', 'GET a', 'HELLO', 'GET a', 'HELLO 4', 'GET a'], { listener: 'three' }),
  asked('RESP3: replies of each type', ['HELLO 3', ...'abcdefghijkl'.split('').map((key) => `GET ${key}`)], {
    listener: 'three',
    rules: Object.fromEntries(
      [
        '_\r\n',
        '#t\r\n',
        ',1.5\r\n',
        '(12\r\n',
        '%1\r\n+a\r\n:1\r\n',
        '~1\r\n+a\r\n',
        '=5\r\ntxt:a\r\n',
        '!2\r\nxx\r\n',
        '$-1\r\n',
        '*-1\r\n',
        '|1\r\n+a\r\n:1\r\n+b\r\n',
        '>1\r\n+p\r\n+c\r\n',
      ].map((value, i) => [`GET ${'abcdefghijkl'[i]}`, value]),
    ),
  }),
  asked(
    'replies of RESP3 types to RESP2',
    'abcdefghijkl'.split('').map((key) => `GET ${key}`),
    {
      rules: Object.fromEntries(
        [
          '_\r\n',
          '#t\r\n',
          ',1.5\r\n',
          '(12\r\n',
          '%1\r\n+a\r\n:1\r\n',
          '~1\r\n+a\r\n',
          '=5\r\ntxt:a\r\n',
          '!2\r\nxx\r\n',
          '$-1\r\n',
          '*-1\r\n',
          '|1\r\n+a\r\n:1\r\n+b\r\n',
          '>1\r\n+p\r\n+c\r\n',
        ].map((value, i) => [`GET ${'abcdefghijkl'[i]}`, value]),
      ),
    },
  ),
  asked('RESP3: arrays that hold each type', ['HELLO 3', 'GET a'], {
    listener: 'three',
    rules: { get: '*5\r\n#f\r\n_\r\n,inf\r\n%1\r\n$1\r\na\r\n*0\r\n~0\r\n' },
  }),
  asked('arrays that hold each type to RESP2', ['GET a'], {
    rules: { get: '*5\r\n#f\r\n_\r\n,inf\r\n%1\r\n$1\r\na\r\n*0\r\n~0\r\n' },
  }),
  ...[
    '#x\r\n',
    ',x\r\n',
    '%-1\r\n',
    '*?\r\n',
    '_x\r\n',
    '=2\r\nab\r\n',
    '(x\r\n',
    ',nan\r\n',
    ',-inf\r\n',
    ',1e5\r\n',
    '(-3\r\n',
    ':+5\r\n',
    '%0\r\n',
    '~0\r\n',
    ':-0\r\n',
    '$0\r\n\r\n',
    '+\r\n',
    '-\r\n',
    'x\r\n',
    '$3\r\nabcd\r\n',
    '*2\r\n+a\r\n',
    ':99999999999999999999\r\n',
  ].map((reply) =>
    asked(`a reply of ${JSON.stringify(reply)}`, ['GET a'], {
      rules: { get: reply },
      steps: [commands('GET a'), { replies: 1 }],
      listener: 'hasty',
    }),
  ),
  asked('RESP3: a host that refuses hello', ['HELLO 3', 'GET a'], {
    listener: 'three',
    rules: { hello: '-ERR unknown command\r\n' },
  }),
  asked('RESP3: a host that speaks RESP2', ['HELLO 3', 'GET a'], {
    listener: 'three',
    rules: { hello: '+OK\r\n' },
  }),
  asked('RESP3: a password', ['HELLO 3', 'GET a', 'HELLO 3 AUTH default p1', 'GET a'], {
    listener: 'three-password',
  }),
  asked('RESP3: a password by auth', ['AUTH p1', 'GET a', 'HELLO 3', 'GET a'], {
    listener: 'three-password',
  }),
  asked('RESP3: an upstream password', ['HELLO 3', 'GET a'], { listener: 'three-secured' }),
  asked('RESP3: transactions', ['HELLO 3', 'MULTI', 'SET a 1', 'EXEC'], { listener: 'three' }),
  asked('RESP3: errors', ['HELLO 3', 'NOSUCH a', 'GET', 'MSET a'], { listener: 'three' }),
];
