import type { Plain } from '../../../../src/base/plain.js';
import { type DifferentialCase, get, type HeaderList, reply, simple } from '../differential-case.js';
import type { Places } from '../proxy-under-test.js';
import { address, type Fields, type FilterFamily, typed as longTyped } from './filter-family.js';
import { filter, routeTo, typed } from './shorthand.js';

const base64 = (text: string): string => Buffer.from(text, 'latin1').toString('base64');

/** Nobody listens there, and both proxies have it. */
const gone = '127.1.1.1:9';
const cookieBytes = `\x0a${String.fromCharCode(gone.length)}${gone}`;

const state = (kind: string, message: string, fields: Fields): Fields => ({
  session_state: {
    name: `envoy.http.stateful_session.${kind}`,
    typed_config: longTyped(`envoy.extensions.http.stateful_session.${kind}.v3.${message}`, fields),
  },
});
const cookie = (fields: Fields, rest: Fields = {}): Fields => ({
  ...state('cookie', 'CookieBasedSessionState', { cookie: fields }),
  ...rest,
});
const header = (rest: Fields = {}): Fields => ({
  ...state('header', 'HeaderBasedSessionState', { name: 'x-session' }),
  ...rest,
});
const onRoute = (session: Fields): { readonly [name: string]: Plain } => ({
  stateful_session: typed('stateful_session.v3.StatefulSessionPerRoute', session),
});
const routed = (prefix: string, session: Fields, cluster = 'sessions'): Plain =>
  routeTo(prefix, onRoute({ stateful_session: session }), { route: { cluster } });

const at = (
  name: string,
  path: string,
  headers: HeaderList = [],
  rest: Partial<DifferentialCase> = {},
): DifferentialCase => simple(`session: ${name}`, get(path, headers), { listener: 'session', ...rest });
const carrying = (value: string): HeaderList => [['cookie', `sid=${value}`]];
/** The address of the origin is another one in each proxy. */
const own = { ignores: [/set-cookie|x-session/] };
const envelope = state('envelope', 'EnvelopeSessionState', { header: { name: 'x-session' } });

/** Traffic goes to the first level; the second one holds the host that is gone. */
function cluster(name: string, { origins }: Places, common: Fields = {}, status = 'UNKNOWN'): Plain {
  const level = (priority: number, at: Plain, health: string): Plain => ({
    priority,
    lb_endpoints: [{ endpoint: { address: at }, health_status: health }],
  });
  const nowhere = { socket_address: { address: '127.1.1.1', port_value: 9 } };
  const levels =
    name === 'only-gone'
      ? [level(0, nowhere, status)]
      : [level(0, address(origins['sessions'] ?? 0), 'UNKNOWN'), level(1, nowhere, status)];
  return {
    name,
    type: 'STATIC',
    connect_timeout: '1s',
    load_assignment: { cluster_name: name, endpoints: levels },
    common_lb_config: common,
  };
}

const statuses = (...names: string[]): Fields => ({ override_host_status: { statuses: names } });

/** Sessions that stay with a host. */
export const sessionFamily: FilterFamily = {
  listeners: {
    session: {
      filters: [
        filter(
          'stateful_session',
          'stateful_session.v3.StatefulSession',
          cookie({ name: 'sid', path: '/', ttl: '0s' }, { stat_prefix: 'own' }),
        ),
      ],
      routes: [
        routeTo('/gone', {}, { route: { cluster: 'only-gone' } }),
        routeTo('/off', onRoute({ disabled: true }), { route: { cluster: 'sessions' } }),
        routed('/strict', cookie({ name: 'sid' }, { strict: true })),
        routed(
          '/status',
          cookie({ name: 'sid' }, { strict: true, status_on_strict_destination_not_found: 410 }),
        ),
        routed('/path', cookie({ name: 'sid', path: '/path' }), 'only-gone'),
        routed('/slash', cookie({ name: 'sid', path: '/slash/' }), 'only-gone'),
        routed(
          '/attributes',
          cookie({
            name: 'sid',
            path: '/',
            attributes: [{ name: 'SameSite', value: 'Strict' }, { name: 'Secure' }],
          }),
          'only-gone',
        ),
        routed('/header', header()),
        routed('/h-gone', header(), 'only-gone'),
        routed('/h-strict', header({ strict: true, stat_prefix: 'unused' })),
        routed('/envelope', envelope),
        routed('/e-gone', envelope, 'only-gone'),
        routed('/none', {}),
        routed('/healthy', header(), 'healthy'),
        routed('/well', header(), 'well'),
        routed('/timeout', header(), 'timeout'),
        routed('/unhealthy', header(), 'unhealthy'),
        routed('/no-unhealthy', header(), 'no-unhealthy'),
        routed('/draining', header(), 'draining'),
        routed('/no-status', header(), 'no-status'),
        routed('/degraded', header(), 'degraded'),
        routeTo(
          '/retry',
          {},
          {
            route: { cluster: 'sessions', retry_policy: { retry_on: 'connect-failure', num_retries: 1 } },
          },
        ),
        { match: { prefix: '/direct' }, direct_response: { status: 200 } },
        { match: { prefix: '/' }, route: { cluster: 'sessions' } },
      ],
    },
    'strict-session': {
      filters: [
        filter(
          'stateful_session',
          'stateful_session.v3.StatefulSession',
          header({ strict: true, stat_prefix: 'strict' }),
        ),
      ],
      routes: [{ match: { prefix: '/' }, route: { cluster: 'sessions' } }],
    },
  },
  origins: ['sessions'],
  shapedClusters: (places) => [
    cluster('sessions', places),
    cluster('only-gone', places),
    cluster('healthy', places, statuses('HEALTHY')),
    cluster('well', places, statuses('HEALTHY'), 'HEALTHY'),
    cluster('timeout', places, statuses('TIMEOUT'), 'TIMEOUT'),
    cluster('unhealthy', places, statuses('UNHEALTHY'), 'UNHEALTHY'),
    cluster('no-unhealthy', places, {}, 'UNHEALTHY'),
    cluster('draining', places, statuses('DRAINING'), 'DRAINING'),
    cluster('no-status', places, { override_host_status: {} }),
    cluster('degraded', places, statuses('DEGRADED'), 'DEGRADED'),
  ],
  cases: [
    at('none yet', '/first', [], own),
    at('none yet, and the host is gone', '/gone'),
    at('of a host that is gone', '/first', carrying(base64(cookieBytes))),
    at('in quotes', '/first', carrying(`"${base64(cookieBytes)}"`)),
    at('of a host that is gone, retried', '/retry', carrying(base64(cookieBytes)), own),
    at('the same host again', '/gone', carrying(base64(cookieBytes))),
    at('of a bare address', '/first', carrying(base64(gone)), own),
    at('of no base64', '/first', carrying('!!'), own),
    at('of unpadded base64', '/first', carrying(base64(cookieBytes).replace(/=+$/, '')), own),
    at('of another host', '/first', carrying(base64('\x0a\x0b127.1.1.2:9')), own),
    at('of an empty message', '/first', carrying(''), own),
    at('of an expired one', '/first', carrying(base64(`${cookieBytes}\x10\x01`)), own),
    at('of one that lasts', '/first', carrying(base64(`${cookieBytes}\x10\xff\xff\xff\xff\x7f`)), own),
    at('with a field of the future', '/first', carrying(base64(`${cookieBytes}\x1a\x01a`)), own),
    at('off on the route', '/off', carrying(base64(cookieBytes))),
    at('strict, none', '/strict', [], own),
    at('strict', '/strict', carrying(base64(cookieBytes))),
    at('strict, no such host', '/strict', carrying(base64('\x0a\x0b127.1.1.2:9'))),
    at('strict, no such host, status of its own', '/status', carrying(base64('\x0a\x0b127.1.1.2:9'))),
    at('for a path', '/path'),
    at('for a path below', '/path/x'),
    at('for a path with query', '/path?x'),
    at('for a path and more', '/pathx'),
    at('for a path with slash', '/slash/x'),
    at('for a path without its slash', '/slash'),
    at('with attributes', '/attributes'),
    at('header, none', '/header', [], own),
    at('header', '/header', [['x-session', base64(gone)]]),
    at('header of another host', '/header', [['x-session', base64('127.1.1.2:9')]], own),
    at('header twice', '/header', [
      ['x-session', base64(gone)],
      ['x-session', base64('127.1.1.2:9')],
    ]),
    at('header, told', '/h-gone'),
    at('header, the same', '/h-gone', [['x-session', base64(gone)]]),
    at('header, of the upstream too', '/header', [], {
      ...own,
      origin: [reply('200 OK', [['x-session', 'theirs']], 'x')],
    }),
    at('header, strict', '/h-strict', [['x-session', base64('127.1.1.2:9')]]),
    at('envelope, none', '/envelope'),
    at('envelope', '/envelope', [['x-session', `${base64(gone)};UV:${base64('theirs')}`]]),
    at('envelope without value', '/envelope', [['x-session', base64(gone)]]),
    at('envelope of another host', '/envelope', [
      ['x-session', `${base64('127.1.1.2:9')};UV:${base64('theirs')}`],
    ]),
    at('envelope with a bad value', '/envelope', [['x-session', `${base64(gone)};UV:!`]]),
    at('envelope, told', '/envelope', [], {
      ...own,
      origin: [reply('200 OK', [['x-session', 'theirs']], 'x')],
    }),
    at('envelope, told twice', '/envelope', [], {
      origin: [
        reply(
          '200 OK',
          [
            ['x-session', 'one'],
            ['x-session', 'two'],
          ],
          'x',
        ),
      ],
    }),
    at('envelope, no answer', '/e-gone'),
    at('without a state', '/none'),
    at('in another health than it must be', '/healthy', [['x-session', base64(gone)]], own),
    at('in the health that it must be', '/well', [['x-session', base64(gone)]], own),
    at('unhealthy, as wanted', '/unhealthy', [['x-session', base64(gone)]], own),
    at('unhealthy, unwanted', '/no-unhealthy', [['x-session', base64(gone)]], own),
    at('timed out, as wanted', '/timeout', [['x-session', base64(gone)]], own),
    at('draining, as wanted', '/draining', [['x-session', base64(gone)]], own),
    at('no health will do', '/no-status', [['x-session', base64(gone)]], own),
    at('degraded, as wanted', '/degraded', [['x-session', base64(gone)]], own),
    at('of a direct answer', '/direct', carrying(base64(cookieBytes))),
    ...['', base64(gone), base64('127.1.1.2:9')].map((value, i) =>
      at(`strict for all ${i}`, '/', value === '' ? [] : [['x-session', value]], {
        listener: 'strict-session',
        ...own,
      }),
    ),
  ],
};
