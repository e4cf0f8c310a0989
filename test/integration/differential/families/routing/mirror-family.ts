import type { Plain } from '../../../../../src/base/plain.js';
import {
  type DifferentialCase,
  get,
  type HeaderList,
  post,
  reply,
  request,
} from '../../differential-case.js';
import type { Fields, FilterFamily } from '../filter-family.js';

const shadow = { cluster: 'shadow' };

function mirrored(
  prefix: string,
  policies: readonly Plain[],
  action: Fields = {},
  route: Fields = {},
): Plain {
  return {
    match: { prefix },
    name: prefix.slice(1),
    route: { cluster: 'main', request_mirror_policies: policies, ...action },
    ...route,
  };
}

function add(key: string, value: string): Plain {
  return { header: { key, value } };
}

const never = { default_value: { numerator: 0, denominator: 'HUNDRED' }, runtime_key: 'mirror.never' };
const switched = { default_value: { numerator: 100, denominator: 'HUNDRED' }, runtime_key: 'mirror.off' };

const routes: readonly Plain[] = [
  mirrored('/simple', [shadow]),
  mirrored('/two', [shadow, { cluster: 'second' }]),
  mirrored('/by-header', [{ cluster_header: 'x-mirror' }]),
  mirrored('/same-host', [{ ...shadow, disable_shadow_host_suffix_append: true }]),
  mirrored('/literal-host', [{ ...shadow, host_rewrite_literal: 'mirror.local' }]),
  mirrored('/never', [{ ...shadow, runtime_fraction: never }]),
  mirrored('/switched', [{ ...shadow, runtime_fraction: switched }]),
  mirrored('/untraced', [{ ...shadow, trace_sampled: false }]),
  mirrored('/mutated', [
    {
      ...shadow,
      request_headers_mutations: [
        { append: add('x-added', 'one') },
        { append: { ...(add('x-user', 'over') as Fields), append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' } },
        { remove: 'x-gone' },
      ],
    },
  ]),
  mirrored('/rewritten', [shadow], { prefix_rewrite: '/new', host_rewrite_literal: 'new.local' }),
  mirrored('/no-timeout', [shadow], { timeout: '0s' }),
  mirrored('/timeout', [shadow], { timeout: '0.15s' }),
  mirrored('/refused', [{ cluster: 'refused' }]),
  mirrored('/main-refused', [shadow], { cluster: 'refused' }),
  mirrored('/retried', [shadow], {
    retry_policy: { retry_on: '5xx', retry_back_off: { base_interval: '0.001s' }, per_try_timeout: '2s' },
  }),
  mirrored('/redirected', [shadow], { internal_redirect_policy: {} }),
  mirrored('/added', [shadow], {}, { request_headers_to_add: [add('x-route', 'yes')] }),
  mirrored('/upgrade', [shadow], { upgrade_configs: [{ upgrade_type: 'websocket' }] }),
  { match: { prefix: '/inherits' }, route: { cluster: 'main' } },
];

/** Which of the origins is asked first is a race; each has a connection of its own. */
function mirror(
  name: string,
  target: string,
  rest: Partial<DifferentialCase> & { readonly headers?: HeaderList; readonly requests?: number } = {},
): DifferentialCase {
  const { headers = [], requests = 2, ...more } = rest;
  return {
    name: `mirror: ${name}`,
    listener: 'mirrors',
    steps: [get(target, headers), { responses: 1 }, { atOrigin: requests }],
    ...more,
  };
}

const upload = request('POST', '/simple', [['content-length', '8']], 'half');

const cases: readonly DifferentialCase[] = [
  mirror('a request without body', '/simple?a=b'),
  mirror('two mirrors', '/two', { requests: 3 }),
  mirror('a host with a port', '/simple', { headers: [['host', 'test.local:8080']] }),
  mirror('an IPv6 host', '/simple', { headers: [['host', '[::1]:80']] }),
  mirror('a bare IPv6 host', '/simple', { headers: [['host', '[::1]']] }),
  mirror('the cluster named by a header', '/by-header', { headers: [['x-mirror', 'shadow']] }),
  mirror('an unknown cluster', '/by-header', { headers: [['x-mirror', 'nowhere']], requests: 1 }),
  mirror('no header to name the cluster', '/by-header', { requests: 1 }),
  mirror('the host as it is', '/same-host'),
  mirror('another host', '/literal-host'),
  mirror('a fraction of nothing', '/never', { requests: 1 }),
  mirror('switched off at runtime', '/switched', { requests: 1 }),
  mirror('not traced', '/untraced'),
  mirror('with headers of its own', '/mutated', {
    headers: [
      ['x-user', 'me'],
      ['x-gone', 'x'],
    ],
  }),
  mirror('a rewritten request', '/rewritten/x'),
  mirror('a request with route headers', '/added'),
  mirror('without timeout', '/no-timeout'),
  mirror('of a refused connection', '/refused', { requests: 1 }),
  mirror('while the main connection is refused', '/main-refused', { requests: 1 }),
  mirror('inherited from the virtual host', '/inherits'),
  mirror('forwarded for somebody', '/simple', { headers: [['x-forwarded-for', '10.0.0.1']] }),
  mirror('of gRPC', '/simple', { headers: [['content-type', 'application/grpc']] }),
  mirror('of HEAD', '/simple', { steps: [request('HEAD', '/simple'), { responses: 1 }, { atOrigin: 2 }] }),
  mirror('of a body', '/simple', { steps: [post('/simple', 'payload'), { responses: 1 }, { atOrigin: 2 }] }),
  mirror('of a chunked body', '/simple', {
    steps: [
      request('POST', '/simple', [['transfer-encoding', 'chunked']], '4\r\nabcd\r\n0\r\n\r\n'),
      { responses: 1 },
      { atOrigin: 2 },
    ],
  }),
  mirror('of a large body', '/simple', {
    steps: [post('/simple', 'x'.repeat(200_000)), { responses: 1 }, { atOrigin: 2 }],
    ignores: [/flow_control/],
  }),
  mirror('of a body that comes in two parts', '/simple', {
    steps: [upload, { atOrigin: 2 }, 'half', { responses: 1 }],
  }),
  mirror('of a request that is retried', '/retried', {
    requests: 3,
    origin: [reply('503 No'), reply('503 No')],
    ignores: [/connection \d/],
  }),
  mirror('of a request that is redirected', '/redirected', {
    requests: 4,
    origin: [
      reply('302 Found', [['location', 'http://other.local/redirected']]),
      reply('302 Found', [['location', 'http://other.local/redirected']]),
    ],
    ignores: [/connection \d/],
  }),
  mirror('of an upgrade', '/upgrade', {
    headers: [
      ['connection', 'upgrade'],
      ['upgrade', 'websocket'],
    ],
    origin: [reply('404 No'), reply('404 No')],
  }),
  mirror('that errs', '/simple', { origin: [reply('500 No'), reply('500 No')] }),
  mirror('that hangs up', '/simple', {
    origin: [
      ['complete', 'close'],
      ['complete', 'close'],
    ],
  }),
];

export const mirrorFamily: FilterFamily = {
  listeners: {
    mirrors: {
      filters: [],
      routes,
      virtualHost: { request_mirror_policies: [{ cluster: 'shadow' }], include_request_attempt_count: true },
    },
  },
  clusters: { shadow: {}, second: {} },
  runtime: { 'mirror.off': 0 },
  cases,
};
