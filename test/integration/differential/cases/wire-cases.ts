import { closing, type DifferentialCase, get, post, reply, request, simple } from '../differential-case.js';

const chunkedPost = (
  target: string,
  chunks: string,
  headers: readonly (readonly [string, string])[] = [],
): string => request('POST', target, [...headers, ['transfer-encoding', 'chunked']], chunks);

/** Framing, connection handling and refusals of HTTP/1.1 itself. */
export const wireCases: readonly DifferentialCase[] = [
  simple('a plain GET', get('/plain')),
  simple(
    'a GET with browser headers',
    get('/browser', [
      ['user-agent', 'Mozilla/5.0 (X11; Linux x86_64)'],
      ['accept', 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8'],
      ['accept-language', 'en-US,en;q=0.5'],
      ['accept-encoding', 'gzip, deflate, br'],
      ['cookie', 'a=1; b=2'],
      ['referer', 'http://test.local/from'],
    ]),
  ),
  simple(
    'header names in mixed case',
    request('GET', '/case', [
      ['HOST', 'Test.Local'],
      ['X-Mixed-Case', 'Value'],
    ]),
  ),
  simple(
    'repeated headers stay apart',
    get('/repeated', [
      ['x-a', '1'],
      ['x-b', '2'],
      ['x-a', '3'],
      ['accept', 'a'],
      ['accept', 'b'],
    ]),
  ),
  simple('an empty header value', get('/empty-value', [['x-empty', '']])),
  simple('blanks around a header value', get('/blanks', [['x-blank', '  padded \t ']])),
  simple('header values of Latin-1 bytes', get('/latin', [['x-latin', 'caf\xe9']])),
  simple(
    'repeated cookies',
    get('/cookies', [
      ['cookie', 'a=1'],
      ['cookie', 'b=2'],
    ]),
  ),
  simple('a POST with content-length', post('/post', 'hello')),
  simple('a POST of nothing', post('/post-empty', '')),
  simple('a POST without framing', request('POST', '/post-unframed')),
  simple('a PUT', request('PUT', '/put', [['content-length', '3']], 'abc')),
  simple('a PATCH without a body', request('PATCH', '/patch')),
  simple('a DELETE', request('DELETE', '/delete')),
  simple('a DELETE with a body', request('DELETE', '/delete', [['content-length', '2']], 'xy')),
  simple('a GET with a body', request('GET', '/get-body', [['content-length', '2']], 'xy')),
  simple('OPTIONS of everything', request('OPTIONS', '*')),
  simple('OPTIONS of a path', request('OPTIONS', '/options')),
  simple('TRACE', request('TRACE', '/trace')),
  simple('PURGE', request('PURGE', '/purge')),
  simple('a chunked POST', chunkedPost('/chunked', '5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n')),
  simple('a chunked POST with extensions', chunkedPost('/chunked', '5;a=b\r\nhello\r\n0;last\r\n\r\n')),
  simple('a chunked POST of nothing', chunkedPost('/chunked', '0\r\n\r\n')),
  simple(
    'a chunked POST with trailers that are not enabled',
    chunkedPost('/chunked', '2\r\nhi\r\n0\r\nx-trailer: 1\r\n\r\n'),
  ),
  simple('a chunked POST with trailers', chunkedPost('/chunked', '2\r\nhi\r\n0\r\nx-trailer: 1\r\n\r\n'), {
    listener: 'trailers',
  }),
  simple('a 70 KB POST', post('/large', 'x'.repeat(70_000))),
  simple('a 300 KB answer', get('/large-answer'), { origin: [reply('200 OK', [], 'y'.repeat(300_000))] }),
  simple('a chunked answer', get('/chunked-answer'), {
    origin: [reply('200 OK', [['transfer-encoding', 'chunked']], '3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n')],
  }),
  simple('a chunked answer with trailers that are not enabled', get('/chunked-answer'), {
    origin: [reply('200 OK', [['transfer-encoding', 'chunked']], '3\r\nabc\r\n0\r\nx-end: 1\r\n\r\n')],
  }),
  simple('a chunked answer with trailers', get('/chunked-answer', [['te', 'trailers']]), {
    listener: 'trailers',
    origin: [
      reply(
        '200 OK',
        [
          ['transfer-encoding', 'chunked'],
          ['trailer', 'x-end'],
        ],
        '3\r\nabc\r\n0\r\nx-end: 1\r\n\r\n',
      ),
    ],
  }),
  simple('an answer that ends with the connection', get('/until-close'), {
    origin: [['complete', { send: 'HTTP/1.1 200 OK\r\n\r\nall of it' }, 'close']],
  }),
  simple('an HTTP/1.0 answer', get('/old-answer'), {
    origin: [['complete', { send: 'HTTP/1.0 200 OK\r\ncontent-length: 3\r\n\r\nold' }, 'close']],
  }),
  simple('an answer with connection: close', get('/origin-closes'), {
    origin: [
      [
        'complete',
        {
          send: reply(
            '200 OK',
            [
              ['connection', 'close'],
              ['keep-alive', 'timeout=5'],
            ],
            'x',
          ),
        },
        'close',
      ],
    ],
  }),
  simple('hop-by-hop fields of an answer', get('/hop'), {
    origin: [
      reply(
        '200 OK',
        [
          ['proxy-connection', 'x'],
          ['keep-alive', 'y'],
          ['upgrade', 'h2c'],
          ['te', 'z'],
          ['trailer', 't'],
        ],
        'x',
      ),
    ],
  }),
  simple('an answer without a reason phrase', get('/reason'), {
    origin: ['HTTP/1.1 200 \r\ncontent-length: 0\r\n\r\n'],
  }),
  simple('an answer with a reason of its own', get('/reason'), {
    origin: [reply('404 Gone Fishing', [], 'x')],
  }),
  simple('an unusual status', get('/status'), { origin: [reply('299 Odd', [], 'x')] }),
  simple('status 599', get('/status'), { origin: [reply('599 Odd', [], 'x')] }),
  simple('the origin’s date and server', get('/identity'), {
    origin: [
      reply(
        '200 OK',
        [
          ['server', 'origin/1.0'],
          ['date', 'Mon, 01 Jan 2024 00:00:00 GMT'],
          ['via', '1.1 back'],
        ],
        'x',
      ),
    ],
  }),
  simple('a HEAD', request('HEAD', '/head'), {
    origin: [['complete', { send: 'HTTP/1.1 200 OK\r\ncontent-length: 42\r\n\r\n' }]],
  }),
  simple('a HEAD without a length', request('HEAD', '/head'), {
    origin: [['complete', { send: 'HTTP/1.1 200 OK\r\n\r\n' }]],
  }),
  simple('a HEAD of a chunked answer', request('HEAD', '/head'), {
    origin: [['complete', { send: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n' }]],
  }),
  simple('a HEAD that is answered here', request('HEAD', '/direct')),
  simple('a HEAD of nothing routed', request('HEAD', '/nowhere', [['host', 'sparse.local']])),
  simple('status 204', get('/204'), { origin: ['HTTP/1.1 204 No Content\r\n\r\n'] }),
  simple('status 204 with a length of zero', get('/204'), {
    origin: ['HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n'],
  }),
  simple('status 304', get('/304'), { origin: ['HTTP/1.1 304 Not Modified\r\netag: "x"\r\n\r\n'] }),
  simple('status 304 with a length', get('/304'), {
    origin: ['HTTP/1.1 304 Not Modified\r\ncontent-length: 10\r\n\r\n'],
  }),
  simple('status 205', get('/205'), { origin: ['HTTP/1.1 205 Reset Content\r\ncontent-length: 0\r\n\r\n'] }),
  simple('an informational head is dropped', get('/103'), {
    origin: [`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${reply('200 OK', [], 'x')}`],
  }),
  simple('an informational head is relayed where 100 is', get('/103'), {
    listener: 'trailers',
    origin: [`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${reply('200 OK', [], 'x')}`],
  }),
  closing('connection: close', get('/close', [['connection', 'close']])),
  closing(
    'Connection: Close, spelled oddly',
    get('/close', [
      ['Connection', 'x-a, CLOSE'],
      ['x-a', '1'],
    ]),
  ),
  closing('proxy-connection: close', get('/close', [['proxy-connection', 'close']])),
  simple(
    'connection: keep-alive',
    get('/keep', [
      ['connection', 'keep-alive'],
      ['keep-alive', 'timeout=5'],
    ]),
  ),
  simple(
    'headers that connection nominates',
    get('/nominated', [
      ['connection', 'x-one, x-two'],
      ['x-one', '1'],
      ['x-two', '2'],
      ['x-three', '3'],
    ]),
  ),
  closing('connection nominates host', get('/nominated', [['connection', 'host']])),
  closing(
    'connection nominates x-forwarded-for',
    get('/nominated', [
      ['connection', 'x-forwarded-for'],
      ['x-forwarded-for', '1.2.3.4'],
    ]),
  ),
  simple('te is reduced to trailers', get('/te', [['te', 'gzip, trailers;q=0.5']])),
  simple('te without trailers', get('/te', [['te', 'gzip']])),
  simple(
    'te nominated by connection',
    get('/te', [
      ['connection', 'te'],
      ['te', 'trailers'],
    ]),
  ),
  {
    name: 'two requests, one after the other',
    steps: [get('/one'), { responses: 1 }, get('/two'), { responses: 2 }],
  },
  {
    name: 'three pipelined requests',
    steps: [get('/one') + post('/two', 'body') + get('/three'), { responses: 3 }],
  },
  {
    name: 'pipelined requests answered here',
    steps: [get('/direct') + get('/direct-503') + get('/direct-201'), { responses: 3 }],
  },
  {
    name: 'a pipelined request behind a close',
    steps: [get('/one', [['connection', 'close']]) + get('/two'), 'closed'],
  },
  {
    name: 'a request in pieces',
    steps: ['GET /pie', 'ces HTTP/1.1\r\nho', 'st: test.local\r\n\r', '\n', { responses: 1 }],
  },
  { name: 'empty lines before a request', steps: [`\r\n\r\n${get('/after-blank')}`, { responses: 1 }] },
  {
    name: 'a body in pieces',
    steps: [
      request('POST', '/pieces', [['content-length', '10']], 'hello'),
      { textAtOrigin: 'hello' },
      'world',
      { responses: 1 },
    ],
  },
  {
    name: 'expect: 100-continue is answered here',
    steps: [
      request('POST', '/expect', [
        ['expect', '100-continue'],
        ['content-length', '5'],
      ]),
      { text: '100 Continue' },
      'hello',
      { responses: 1 },
    ],
  },
  {
    name: 'expect: 100-continue goes to the origin',
    listener: 'trailers',
    steps: [
      request('POST', '/expect', [
        ['expect', '100-continue'],
        ['content-length', '5'],
      ]),
      { text: '100 Continue' },
      'hello',
      { responses: 1 },
    ],
    origin: [
      [{ send: 'HTTP/1.1 100 Continue\r\n\r\n' }, 'complete', { send: reply('200 OK', [], 'got it') }],
    ],
  },
  {
    name: 'expect: 100-continue refused by the origin',
    listener: 'trailers',
    steps: [
      request('POST', '/expect', [
        ['expect', '100-continue'],
        ['content-length', '5'],
      ]),
      { responses: 1 },
    ],
    origin: [[{ send: reply('417 Expectation Failed', [], 'no') }]],
  },
  simple(
    'an unknown expectation',
    request(
      'POST',
      '/expect',
      [
        ['expect', 'magic'],
        ['content-length', '2'],
      ],
      'hi',
    ),
  ),
  simple(
    'expect of a request answered here',
    request(
      'POST',
      '/direct',
      [
        ['expect', '100-continue'],
        ['content-length', '2'],
      ],
      'hi',
    ),
  ),
  simple('an absolute URL', request('GET', 'http://absolute.local/path?q=1', [['host', 'other.local']])),
  simple(
    'an absolute URL with a port',
    request('GET', 'http://absolute.local:8080/path', [['host', 'other.local']]),
  ),
  simple(
    'an absolute URL without a path',
    request('GET', 'http://absolute.local', [['host', 'other.local']]),
  ),
  simple(
    'an absolute URL of https',
    request('GET', 'https://absolute.local/secure', [['host', 'other.local']]),
  ),
  simple(
    'an absolute URL where none is allowed',
    request('GET', 'http://absolute.local/path', [['host', 'other.local']]),
    { listener: 'limits' },
  ),
  closing('an absolute URL of another scheme', request('GET', 'ftp://absolute.local/path')),
  closing('no host', 'GET /no-host HTTP/1.1\r\n\r\n'),
  simple('an empty host', 'GET /empty-host HTTP/1.1\r\nhost:\r\n\r\n'),
  simple('two hosts', 'GET /two-hosts HTTP/1.1\r\nhost: a.local\r\nhost: b.local\r\n\r\n'),
  closing('a host with a blank', 'GET /bad-host HTTP/1.1\r\nhost: a b\r\n\r\n'),
  closing('a host with a slash', 'GET /bad-host HTTP/1.1\r\nhost: a/b\r\n\r\n'),
  simple('a host with user information', 'GET /bad-host HTTP/1.1\r\nhost: me@a.local\r\n\r\n'),
  closing('a relative target', request('GET', 'relative')),
  closing('a target that is only a query', request('GET', '?q')),
  closing('GET of everything', request('GET', '*')),
  closing('a fragment in the path', request('GET', '/path#fragment')),
  closing('nonsense', 'nonsense\r\n\r\n'),
  closing('an unknown method', request('BREW', '/pot')),
  closing('a lower-case method', request('get', '/lower')),
  closing('HTTP/2.0 in the request line', 'GET / HTTP/2.0\r\nhost: test.local\r\n\r\n'),
  closing('HTTP/1.0 where it is not accepted', 'GET / HTTP/1.0\r\nhost: test.local\r\n\r\n'),
  closing('HTTP/0.9', 'GET /\r\n\r\n'),
  closing('a header line without a colon', 'GET / HTTP/1.1\r\nhost: test.local\r\nnonsense\r\n\r\n'),
  closing('a tab before the colon', 'GET / HTTP/1.1\r\nhost: test.local\r\nx-a\t: 1\r\n\r\n'),
  closing('a blank in a header name', 'GET / HTTP/1.1\r\nhost: test.local\r\nx a: 1\r\n\r\n'),
  closing('a control character in a header name', 'GET / HTTP/1.1\r\nhost: test.local\r\nx\x01a: 1\r\n\r\n'),
  closing(
    'a blank before the colon of the length',
    'POST / HTTP/1.1\r\nhost: test.local\r\ncontent-length : 1\r\n\r\nx',
  ),
  closing('a target that is a host', request('GET', 'test.local')),
  closing('a target that is a host and a port', request('GET', 'test.local:80')),
  closing('a URL with one slash', request('GET', 'http:/test.local')),
  closing('a URL with a bad port', request('GET', 'http://test.local:99999/')),
  closing('a URL without a host', request('GET', 'http:///path')),
  closing('a bad trailer name', chunkedPost('/chunk', '1\r\nx\r\n0\r\nx a: 1\r\n\r\n')),
  closing('a blank before the colon', 'GET / HTTP/1.1\r\nhost: test.local\r\nx-a : 1\r\n\r\n'),
  simple('a folded header line', 'GET / HTTP/1.1\r\nhost: test.local\r\nx-a: 1\r\n  2\r\n\r\n'),
  closing('a NUL in a header value', 'GET / HTTP/1.1\r\nhost: test.local\r\nx-a: 1\x002\r\n\r\n'),
  closing(
    'length and chunked together',
    request(
      'POST',
      '/both',
      [
        ['content-length', '3'],
        ['transfer-encoding', 'chunked'],
      ],
      '0\r\n\r\n',
    ),
  ),
  closing(
    'two lengths',
    request(
      'POST',
      '/lengths',
      [
        ['content-length', '3'],
        ['content-length', '3'],
      ],
      'abc',
    ),
  ),
  closing('a length that is no number', request('POST', '/length', [['content-length', '3x']], 'abc')),
  closing('a negative length', request('POST', '/length', [['content-length', '-1']])),
  closing('an unknown transfer coding', request('POST', '/coding', [['transfer-encoding', 'gzip']])),
  closing('gzip and chunked', request('POST', '/coding', [['transfer-encoding', 'gzip, chunked']])),
  closing('a chunk size that is no number', chunkedPost('/chunk', 'xyz\r\n')),
  closing(
    'too many headers',
    get(
      '/many',
      Array.from({ length: 110 }, (_, i) => [`x-${i}`, '1'] as const),
    ),
  ),
  closing('too long headers', get('/long', [['x-long', 'x'.repeat(70_000)]])),
  closing(
    'too many headers for a small limit',
    get(
      '/many',
      Array.from({ length: 13 }, (_, i) => [`x-${i}`, '1'] as const),
    ),
    { listener: 'limits' },
  ),
  simple(
    'as many headers as a small limit allows',
    get(
      '/many',
      Array.from({ length: 11 }, (_, i) => [`x-${i}`, '1'] as const),
    ),
    { listener: 'limits' },
  ),
  closing('too long headers for a small limit', get('/long', [['x-long', 'x'.repeat(2100)]]), {
    listener: 'limits',
  }),
  closing('a refused underscore', get('/underscore', [['x_under', '1']]), { listener: 'limits' }),
  simple(
    'a dropped underscore',
    get('/underscore', [
      ['x_under', '1'],
      ['x-kept', '2'],
    ]),
    { listener: 'dropping' },
  ),
  simple('an allowed underscore', get('/underscore', [['x_under', '1']])),
  {
    name: 'as many requests as a connection may have',
    listener: 'dropping',
    steps: [get('/first'), { responses: 1 }, get('/last'), { responses: 2 }],
  },
  closing('CONNECT that nobody allows', request('CONNECT', 'test.local:443')),
  closing('HTTP/1.0 without keep-alive', 'GET /ten HTTP/1.0\r\nhost: test.local\r\n\r\n', {
    listener: 'old',
  }),
  simple(
    'HTTP/1.0 with keep-alive',
    'GET /ten HTTP/1.0\r\nhost: test.local\r\nconnection: keep-alive\r\n\r\n',
    { listener: 'old' },
  ),
  closing('HTTP/1.0 without a host', 'GET /ten HTTP/1.0\r\n\r\n', { listener: 'old' }),
  closing('HTTP/1.0 and a chunked answer', 'GET /ten HTTP/1.0\r\nhost: test.local\r\n\r\n', {
    listener: 'old',
    origin: [reply('200 OK', [['transfer-encoding', 'chunked']], '3\r\nabc\r\n0\r\n\r\n')],
  }),
  closing('HTTP/1.0 and an answer from here', 'GET /direct HTTP/1.0\r\nhost: test.local\r\n\r\n', {
    listener: 'old',
  }),
];
