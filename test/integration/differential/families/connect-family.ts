import type { Plain } from '../../../../src/base/plain.js';
import { type DifferentialCase, get, type OriginScript, reply } from '../differential-case.js';
import type { FilterFamily, FilterListener } from './filter-family.js';

const connect = (more = '', target = 'far.local:443'): string =>
  `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${more}\r\n`;
const inside = get('/inside');
const agreed: OriginScript = [{ send: 'HTTP/1.1 200 Connection established\r\n\r\n' }, 'echo'];

function listener(connectConfig: Plain, manager: { [field: string]: Plain } = {}): FilterListener {
  const upgrade = {
    upgrade_type: 'CONNECT',
    ...(connectConfig === null ? {} : { connect_config: connectConfig }),
  };
  const to = (cluster: string): Plain => ({ cluster, upgrade_configs: [upgrade] });
  const refused: Plain = { connect_matcher: {}, headers: [{ name: 'x-refused', present_match: true }] };
  const posts: Plain = { prefix: '/tunnel', headers: [{ name: ':method', string_match: { exact: 'POST' } }] };
  return {
    filters: [],
    manager: { delayed_close_timeout: '0.02s', ...manager },
    routes: [
      { match: refused, route: to('refused') },
      { match: { connect_matcher: {} }, route: to('main') },
      { match: posts, route: to('main') },
      { match: { prefix: '/slow' }, route: { cluster: 'main', timeout: '0.3s' } },
    ],
  };
}

function cases(name: string, isEnded: boolean): DifferentialCase[] {
  const hello = isEnded ? [] : [agreed];
  const origin = hello;
  const through = isEnded ? inside : 'through';
  const arrives = isEnded ? { text: 'ok' } : { text: 'through' };
  return [
    {
      name: `${name}: bytes both ways, the client ends it`,
      listener: name,
      steps: [connect(), { text: '\r\n\r\n' }, through, arrives, 'end', 'closed'],
      origin,
      probes: false,
    },
    {
      name: `${name}: the client resets it`,
      listener: name,
      steps: [connect(), { text: '\r\n\r\n' }, through, arrives, 'reset'],
      origin,
      probes: false,
    },
    {
      name: `${name}: the upstream is not there`,
      listener: name,
      steps: [connect('x-refused: 1\r\n'), { responses: 1 }],
    },
    {
      name: `${name}: a request that is no CONNECT`,
      listener: name,
      steps: [get('/plain'), { responses: 1 }],
    },
  ];
}

/** CONNECT: forwarded, and ended here with a TCP connection behind it. */
export const connectFamily: FilterFamily = {
  listeners: {
    'connect-forwarded': listener(null),
    'connect-ended': listener({}),
    'connect-post': listener({ allow_post: true }),
    logged: listener(
      {},
      {
        access_log_options: {
          flush_access_log_on_new_request: true,
          flush_log_on_tunnel_successfully_established: true,
        },
      },
    ),
    'logged-old': listener(null, { flush_access_log_on_new_request: true }),
    'logged-often': listener(null, { access_log_options: { access_log_flush_interval: '0.2s' } }),
  },
  cases: [
    ...cases('connect-forwarded', false),
    ...cases('connect-ended', true),
    {
      name: 'connect-ended: bytes sent ahead',
      listener: 'connect-ended',
      steps: [`${connect()}${inside}`, { text: 'ok' }, 'end', 'closed'],
      probes: false,
    },
    {
      name: 'connect-ended: the upstream ends it',
      listener: 'connect-ended',
      steps: [connect(), { text: '\r\n\r\n' }, inside, 'closed'],
      origin: [['complete', { send: reply('200 OK', [], 'bye') }, 'close']],
      probes: false,
    },
    {
      name: 'connect-forwarded: the upstream refuses',
      listener: 'connect-forwarded',
      steps: [connect(), { responses: 1 }],
      origin: [[{ send: reply('403 Forbidden', [], 'no') }]],
      probes: false,
    },
    {
      name: 'connect-post: POST opens a tunnel',
      listener: 'connect-post',
      steps: [
        'POST /tunnel HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n',
        { text: '\r\n\r\n' },
        `${inside.length.toString(16)}\r\n${inside}\r\n`,
        { text: 'ok' },
        'end',
        'closed',
      ],
      probes: false,
    },
    {
      name: 'logged: a tunnel, from its start',
      listener: 'logged',
      steps: [connect(), { text: '\r\n\r\n' }, inside, { text: 'ok' }, 'end', 'closed'],
      probes: false,
    },
    { name: 'logged: a request', listener: 'logged', steps: [get('/'), { responses: 1 }] },
    {
      name: 'logged: an upgrade that is refused',
      listener: 'logged',
      steps: [
        get('/', [
          ['connection', 'upgrade'],
          ['upgrade', 'x'],
        ]),
        { responses: 1 },
      ],
    },
    { name: 'logged: no host', listener: 'logged', steps: ['GET / HTTP/1.1\r\n\r\n', { responses: 1 }] },
    {
      name: 'logged: bad bytes',
      listener: 'logged',
      steps: ['GET / HTTP/1.1\r\nHost: a\r\nX A: 1\r\n\r\n', { responses: 1 }],
    },
    { name: 'logged: the deprecated field', listener: 'logged-old', steps: [get('/'), { responses: 1 }] },
    {
      name: 'logged: again while it waits',
      listener: 'logged-often',
      steps: [get('/slow'), { responses: 1 }],
      origin: [['hang']],
    },
  ],
};
