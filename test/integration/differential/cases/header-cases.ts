import { type DifferentialCase, get, post, reply, simple } from '../differential-case.js';

const envoyHeaders = [
  ['x-envoy-internal', 'true'],
  ['x-envoy-retry-on', '5xx'],
  ['x-envoy-max-retries', '2'],
  ['x-envoy-upstream-rq-timeout-ms', '2000'],
  ['x-envoy-expected-rq-timeout-ms', '77'],
  ['x-envoy-decorator-operation', 'op'],
  ['x-envoy-downstream-service-cluster', 'sc'],
  ['x-envoy-original-path', '/orig'],
  ['x-envoy-external-address', '9.9.9.9'],
  ['x-envoy-attempt-count', '9'],
  ['x-envoy-unknown', 'kept'],
  ['x-internal-secret', 'secret'],
] as const;

/** Headers that the connection manager and the router set, read and remove. */
export const headerCases: readonly DifferentialCase[] = [
  ...['main', 'edge', 'hops', 'inner', 'internal', 'identity'].flatMap((listener) => [
    simple(`forwarding at ${listener}: nothing there`, get('/forward'), { listener }),
    simple(`forwarding at ${listener}: one address`, get('/forward', [['x-forwarded-for', '10.1.2.3']]), {
      listener,
    }),
    simple(
      `forwarding at ${listener}: two addresses`,
      get('/forward', [['x-forwarded-for', '1.2.3.4, 10.1.2.3']]),
      { listener },
    ),
    simple(`forwarding at ${listener}: nonsense`, get('/forward', [['x-forwarded-for', 'nobody']]), {
      listener,
    }),
    simple(
      `forwarding at ${listener}: two lines`,
      get('/forward', [
        ['x-forwarded-for', '1.1.1.1'],
        ['x-forwarded-for', '2.2.2.2'],
      ]),
      { listener },
    ),
    simple(
      `forwarding at ${listener}: protocol and port`,
      get('/forward', [
        ['x-forwarded-proto', 'https'],
        ['x-forwarded-port', '8443'],
      ]),
      { listener },
    ),
    simple(`forwarding at ${listener}: a request id`, get('/forward', [['x-request-id', 'own-id']]), {
      listener,
    }),
    simple(`forwarding at ${listener}: Envoy's headers`, get('/forward', envoyHeaders), { listener }),
    simple(
      `forwarding at ${listener}: Envoy's headers and one internal address`,
      get('/forward', [...envoyHeaders, ['x-forwarded-for', '10.1.2.3']]),
      { listener },
    ),
  ]),
  simple(
    'via and server of the configuration',
    get('/identity', [
      ['via', '1.0 front'],
      ['user-agent', ''],
    ]),
    {
      listener: 'identity',
      origin: [
        reply(
          '200 OK',
          [
            ['via', '1.1 back'],
            ['server', 'origin'],
          ],
          'x',
        ),
      ],
    },
  ),
  simple('an answer of the proxy under its own name', get('/direct'), { listener: 'identity' }),
  simple('the origin’s server passes', get('/identity'), {
    listener: 'passing',
    origin: [reply('200 OK', [['server', 'origin']], 'x')],
  }),
  simple('no server at all', get('/identity'), { listener: 'passing' }),
  simple('an answer of the proxy where servers pass', get('/direct'), { listener: 'passing' }),
  simple('a server is added where there was none', get('/identity'), { listener: 'absent' }),
  simple('a server is kept where there was one', get('/identity'), {
    listener: 'absent',
    origin: [reply('200 OK', [['server', 'origin']], 'x')],
  }),
  simple('the port of the host is stripped', get('/strip', [['host', 'test.local:1234']]), {
    listener: 'passing',
  }),
  simple('the dot of the host is stripped', get('/strip', [['host', 'test.local.']]), { listener: 'absent' }),
  simple('the dot before the port is stripped', get('/strip', [['host', 'test.local.:80']]), {
    listener: 'absent',
  }),
  simple('a request without an id gets none', get('/id'), { listener: 'passing' }),
  simple('Envoy headers of the proxy are suppressed', get('/rewrite-prefix/x'), { listener: 'suppressed' }),
  simple('Envoy headers of the proxy are suppressed, new host', get('/host-literal'), {
    listener: 'suppressed',
  }),
  simple('Envoy headers of the proxy are suppressed, upstream host', get('/host-auto'), {
    listener: 'suppressed',
  }),
  simple('Envoy headers of the proxy are suppressed on a failure', get('/refused'), {
    listener: 'suppressed',
  }),
  simple('attempt counts both ways', get('/count', [['host', 'attempts.local']])),
  simple('attempt counts of a retry', get('/count', [['host', 'attempts.local']]), {
    origin: [reply('503 No'), reply('500 No'), reply('200 OK', [], 'x')],
  }),
  simple('attempt counts of a failure', get('/refused', [['host', 'attempts.local']])),
  simple('attempt counts of a direct response', get('/direct', [['host', 'attempts.local']])),
  simple('a timeout retry says so', get('/per-try', [['host', 'attempts.local']]), { origin: [['hang']] }),
  simple('a referer with a fragment', get('/referer', [['referer', 'http://a.local/x#f']])),
  simple('a referer with user information', get('/referer', [['referer', 'http://me:you@a.local/x']])),
  simple(
    'two referers',
    get('/referer', [
      ['referer', 'http://a.local/'],
      ['referer', 'http://b.local/'],
    ]),
  ),
  simple('a relative referer', get('/referer', [['referer', '/here?x=1']])),
  simple('a referer that is no reference', get('/referer', [['referer', 'no reference']])),
  simple(
    'headers of other proxies',
    get('/others', [
      ['forwarded', 'for=1.2.3.4'],
      ['x-real-ip', '1.2.3.4'],
      ['x-client-trace-id', 't'],
      ['x-forwarded-client-cert', 'By=x'],
    ]),
  ),
  simple('a canary answer', get('/canary'), {
    origin: [reply('200 OK', [['x-envoy-upstream-canary', 'true']], 'x')],
  }),
  simple('upstream headers of Envoy’s', get('/upstream'), {
    origin: [
      reply(
        '200 OK',
        [
          ['x-envoy-upstream-service-time', '99'],
          ['x-envoy-ratelimited', 'true'],
          ['x-envoy-overloaded', 'true'],
          ['x-request-id', 'theirs'],
        ],
        'x',
      ),
    ],
  }),
  simple(
    'gRPC answers carry their status',
    post('/grpc', '', [
      ['content-type', 'application/grpc'],
      ['te', 'trailers'],
    ]),
    {
      origin: [
        reply('200 OK', [
          ['content-type', 'application/grpc'],
          ['grpc-status', '5'],
          ['grpc-message', 'gone'],
        ]),
      ],
    },
  ),
];
