import type { Plain } from '../../../../../src/base/plain.js';
import { type DifferentialCase, get, post, reply, request, simple } from '../../differential-case.js';
import { type Fields, type FilterFamily, typed } from '../filter-family.js';

function following(prefix: string, policy: Fields, action: Fields = {}): Plain {
  return {
    match: { prefix },
    name: prefix.slice(1),
    route: { cluster: 'main', internal_redirect_policy: policy, ...action },
  };
}

function predicate(name: string, type: string, fields: Fields = {}): Plain {
  const typeUrl = `envoy.extensions.internal_redirect.${name}.v3.${type}`;
  return { name: `envoy.internal_redirect_predicates.${name}`, typed_config: typed(typeUrl, fields) };
}

const listed = predicate('allow_listed_routes', 'AllowListedRoutesConfig', {
  allowed_route_names: ['target'],
});
const previous = predicate('previous_routes', 'PreviousRoutesConfig');
const safe = predicate('safe_cross_scheme', 'SafeCrossSchemeConfig');

const routes: readonly Plain[] = [
  following('/plain', {}),
  following('/codes', { redirect_response_codes: [301, 303, 307, 308] }),
  following('/odd-codes', { redirect_response_codes: [200, 304] }),
  following('/two', { max_internal_redirects: 2 }),
  following('/none', { max_internal_redirects: 0 }),
  following('/cross', { allow_cross_scheme_redirect: true }),
  following('/listed', { predicates: [listed] }),
  following('/previous', { predicates: [previous], max_internal_redirects: 5 }),
  following('/safe', { predicates: [safe], allow_cross_scheme_redirect: true }),
  following('/copy', { response_headers_to_copy: ['x-copied', 'x-gone'] }),
  following('/rewritten', {}, { prefix_rewrite: '/was', host_rewrite_literal: 'old.local' }),
  following(
    '/retried',
    {},
    { retry_policy: { retry_on: '5xx', retry_back_off: { base_interval: '0.001s' } } },
  ),
  following('/limited', {}, {}),
  {
    match: { prefix: '/deprecated' },
    route: {
      cluster: 'main',
      internal_redirect_action: 'HANDLE_INTERNAL_REDIRECT',
      max_internal_redirects: 2,
    },
  },
  { match: { prefix: '/target' }, name: 'target', route: { cluster: 'other' } },
  {
    match: { prefix: '/answer' },
    name: 'answer',
    direct_response: { status: 200, body: { inline_string: 'x' } },
  },
  {
    match: { prefix: '/mutated' },
    name: 'mutated',
    route: { cluster: 'main', internal_redirect_policy: {} },
    request_headers_to_add: [{ header: { key: 'x-pass', value: 'again' } }],
    response_headers_to_add: [{ header: { key: 'x-answer', value: 'again' } }],
  },
];

function moved(location: string, status = '302 Found', body = ''): string {
  return reply(status, [['location', location]], body);
}

/** The last answer of its connection. */
function movedFor(location: string): string {
  return reply('302 Found', [
    ['location', location],
    ['connection', 'close'],
  ]);
}

function follow(name: string, target: string, ...origin: string[]): DifferentialCase {
  return simple(`internal redirect: ${name}`, get(target), { listener: 'redirects', origin });
}

const there = moved('http://other.local/target/x?y=1');

const basic: readonly DifferentialCase[] = [
  follow('one hop', '/plain?a=b', there),
  follow('to the same route, once', '/plain', moved('http://a.local/plain'), moved('http://b.local/plain')),
  follow('two hops', '/two', moved('http://a.local/two'), there),
  // Each hop on a connection of its own: else the third takes whichever of two is ready first.
  follow('three hops where two are allowed', '/two', ...Array(3).fill(movedFor('http://a.local/two'))),
  follow('no hop allowed', '/none', there),
  follow('the deprecated action', '/deprecated', there),
  follow('to a direct response', '/plain', moved('http://other.local/answer')),
  follow('to the catch-all route', '/plain', moved('http://other.local/somewhere')),
  follow(
    'with a body behind the redirect',
    '/plain',
    moved('http://other.local/target', '302 Found', 'moved'),
  ),
  follow('without a location', '/plain', reply('302 Found')),
  follow('with an empty location', '/plain', moved('')),
  follow('to a relative place', '/plain', moved('/target')),
  follow('to a place without scheme', '/plain', moved('//other.local/target')),
  follow('to no place', '/plain', moved('http://')),
  follow('to a host alone', '/plain', moved('http://other.local')),
  follow('to a host with a port', '/plain', moved('http://other.local:8080/target')),
  follow('to a host with a query', '/plain', moved('http://other.local?x=1')),
  follow('with user information', '/plain', moved('http://user:pw@other.local/target')),
  follow('with a fragment', '/plain', moved('http://other.local/target?x#frag')),
  follow('in capitals', '/plain', moved('HTTP://OTHER.local/Target')),
  follow('to an IPv6 host', '/plain', moved('http://[::1]:80/target')),
  follow('to https', '/plain', moved('https://other.local/target')),
  follow('to https where that is allowed', '/cross', moved('https://other.local/target')),
  follow('to https where it is safe only', '/safe', moved('https://other.local/target')),
  follow('to http where it is safe only', '/safe', there),
  follow('to another scheme', '/plain', moved('ftp://other.local/target')),
  follow('to a listed route', '/listed', there),
  follow('to a route that is not listed', '/listed', moved('http://other.local/elsewhere')),
  follow('to a route again', '/previous', moved('http://a.local/previous'), moved('http://a.local/previous')),
  follow('to a route for the first time', '/previous', there),
  follow('a rewritten request', '/rewritten/x', moved('http://other.local/rewritten/y')),
  follow('a mutated request', '/mutated', moved('http://other.local/mutated')),
  follow('after a retry', '/retried', reply('503 No'), there),
  {
    ...follow('before a retry', '/retried', moved('http://other.local/retried'), reply('503 No')),
    // Which of two free connections the retry takes is each pool's own business.
    ignores: [/connection \d/],
  },
];

const codes: readonly DifferentialCase[] = [301, 302, 303, 304, 305, 307, 308].flatMap((code) => [
  follow(`status ${code} by default`, '/plain', moved('http://other.local/target', `${code} Moved`)),
  follow(`status ${code} where it is listed`, '/codes', moved('http://other.local/target', `${code} Moved`)),
]);

const bodies: readonly DifferentialCase[] = [
  simple('internal redirect: a body goes along', post('/plain', 'payload'), {
    listener: 'redirects',
    origin: [there],
  }),
  simple(
    'internal redirect: a chunked body goes along',
    {
      text: request('POST', '/plain', [['transfer-encoding', 'chunked']], '4\r\nabcd\r\n0\r\n\r\n'),
    }.text,
    { listener: 'redirects', origin: [there] },
  ),
  simple('internal redirect: 303 turns a POST into a GET', post('/codes', 'payload'), {
    listener: 'redirects',
    origin: [moved('http://other.local/target', '303 See Other')],
  }),
  simple('internal redirect: 303 leaves a HEAD alone', request('HEAD', '/codes'), {
    listener: 'redirects',
    origin: [moved('http://other.local/target', '303 See Other')],
  }),
  simple('internal redirect: 307 keeps a PUT', request('PUT', '/codes', [['content-length', '1']], 'x'), {
    listener: 'redirects',
    origin: [moved('http://other.local/target', '307 There')],
  }),
  {
    name: 'internal redirect: not while the body is on its way',
    listener: 'redirects',
    steps: [request('POST', '/plain', [['content-length', '8']], 'half'), { responses: 1 }, 'half', 'closed'],
    origin: [[{ send: there }]],
    probes: false,
    ignores: [/bytes_total|rx=|delayed|destroy/],
  },
  simple('internal redirect: a body beyond the limit', post('/plain', 'x'.repeat(3000)), {
    listener: 'redirect-limits',
    origin: [there],
  }),
];

const copying: readonly DifferentialCase[] = [
  simple(
    'internal redirect: response headers go along',
    get('/copy', [
      ['x-gone', 'a'],
      ['x-copied', 'old'],
    ]),
    {
      listener: 'redirects',
      origin: [
        reply('302 Found', [
          ['location', 'http://other.local/target'],
          ['x-copied', 'one'],
          ['x-copied', 'two'],
          ['x-left', '1'],
        ]),
      ],
    },
  ),
  simple(
    'internal redirect: what a client says of its origin stays out',
    get('/plain', [['x-envoy-original-url', 'http://evil/']]),
    {
      listener: 'redirects',
      origin: [there],
    },
  ),
  simple('internal redirect: from the edge', get('/plain'), { listener: 'redirect-edge', origin: [there] }),
  simple('internal redirect: to a host that nobody serves', get('/plain', [['host', 'known.local']]), {
    listener: 'redirect-hosts',
    origin: [moved('http://unknown.local/target')],
  }),
  simple('internal redirect: twice on one connection', `${get('/plain')}`, {
    listener: 'redirects',
    origin: [there],
  }),
];

export const redirectFamily: FilterFamily = {
  listeners: {
    redirects: { filters: [], routes },
    'redirect-edge': { filters: [], routes, manager: { use_remote_address: true } },
    'redirect-hosts': { filters: [], routes, virtualHost: { domains: ['known.local', '127.0.0.1:*'] } },
    'redirect-limits': {
      filters: [],
      routes: [following('/plain', {}, {})],
      virtualHost: { per_request_buffer_limit_bytes: 1000 },
    },
  },
  clusters: { other: {} },
  cases: [...basic, ...codes, ...bodies, ...copying],
};
