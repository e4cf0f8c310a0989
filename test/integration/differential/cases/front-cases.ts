import { closing, type DifferentialCase, get, post, reply, request, simple } from '../differential-case.js';

/** The cases of the front proxy. */
export const frontCases: readonly DifferentialCase[] = [
  simple('the first service', get('/service/1?x=1')),
  simple('the second service', get('/service/2/more')),
  simple('no service', get('/service/3')),
  simple(
    'a POST to the first service',
    post('/service/1', 'a=b', [['content-type', 'application/x-www-form-urlencoded']]),
  ),
  simple('a service that is down', get('/service/2'), { origin: [['complete', 'close']] }),
  simple('an error of a service', get('/service/1'), {
    origin: [reply('500 Internal Server Error', [], 'oops')],
  }),
  simple(
    'a client behind another proxy',
    get('/service/1', [
      ['x-forwarded-for', '203.0.113.7'],
      ['x-forwarded-proto', 'https'],
    ]),
  ),
  simple('a HEAD of a service', request('HEAD', '/service/1'), {
    origin: [['complete', { send: 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n' }]],
  }),
  simple('quotes in a path', get('/service/1/"quoted"')),
  closing('the last request of a connection', get('/service/1', [['connection', 'close']])),
  {
    name: 'both services on one connection',
    steps: [
      get('/service/1'),
      { responses: 1 },
      get('/service/2'),
      { responses: 2 },
      get('/service/1'),
      { responses: 3 },
    ],
  },
];
