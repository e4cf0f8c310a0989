import { type DifferentialCase, get, reply, request, simple } from '../../differential-case.js';
import { type Fields, type FilterFamily, typed } from '../filter-family.js';

const optionsType = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

function options(fields: Fields): Fields {
  const all = typed(optionsType, { explicit_http_config: { http_protocol_options: {} }, ...fields });
  return { typed_extension_protocol_options: { [optionsType]: all } };
}

const brief = options({ common_http_protocol_options: { max_stream_duration: '0.1s' } });

const retries: Fields = { retry_on: '5xx', retry_back_off: { base_interval: '0.001s' } };

function to(prefix: string, cluster: string, action: Fields = {}): Fields {
  return { match: { prefix }, name: prefix.slice(1), route: { cluster, ...action } };
}

const rewritten = (prefix: string, redirect: Fields): Fields => ({ match: { prefix }, redirect });

function ask(name: string, text: string, rest: Omit<Partial<DifferentialCase>, 'name' | 'steps'> = {}) {
  return simple(`cluster policy: ${name}`, text, { listener: 'cluster-policies', ...rest });
}

const bad = reply('503 Service Unavailable', [], 'bad');

const cases: readonly DifferentialCase[] = [
  ask('an attempt lasts too long', get('/brief'), { origin: [['hang']] }),
  ask('attempts last too long', get('/retried-brief'), { origin: [['hang'], ['hang']] }),
  ask('a response lasts too long', get('/brief'), {
    origin: [[{ send: 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab' }, 'hang']],
  }),
  {
    name: 'cluster policy: a request lasts too long',
    listener: 'cluster-policies',
    steps: [request('POST', '/brief', [['content-length', '9']], 'ab'), { responses: 1 }],
    origin: [['hang']],
  },
  ask('the request says how long', get('/main', [['x-envoy-upstream-stream-duration-ms', '100']]), {
    origin: [['hang']],
  }),
  ask('the request says for ever', get('/brief', [['x-envoy-upstream-stream-duration-ms', '0']])),
  ask('retries of the cluster', get('/retrying'), { origin: [bad, bad, bad, bad] }),
  ask('retries of the cluster, not of the route', get('/retrying-more'), { origin: [bad, bad, bad, bad] }),
  ask('rewritten redirect', get('/to-path?x=y')),
  ask('rewritten redirect with a query', get('/to-query?x=y', [['x-q', 'q']])),
  ask('rewritten redirect without its query', get('/to-bare?x=y')),
  ask('rewritten redirect to nothing', get('/to-nothing?x=y')),
  ask('rewritten redirect that keeps its own query', get('/to-own?x=y')),
];

/** What clusters say in the place of routes, and redirects with a format. */
export const clusterPolicyFamily: FilterFamily = {
  listeners: {
    'cluster-policies': {
      filters: [],
      manager: {
        use_remote_address: true,
        internal_address_config: { cidr_ranges: [{ address_prefix: '127.0.0.0', prefix_len: 8 }] },
      },
      routes: [
        to('/brief', 'brief'),
        to('/retried-brief', 'brief', { retry_policy: { ...retries, retry_on: 'reset', num_retries: 1 } }),
        to('/main', 'main'),
        to('/retrying-more', 'retrying', { retry_policy: { ...retries, num_retries: 4 } }),
        to('/retrying', 'retrying'),
        rewritten('/to-path', { path_rewrite: '/new%PATH(NQ)%' }),
        rewritten('/to-query', { path_rewrite: '/new?a=%REQ(x-q)%' }),
        rewritten('/to-bare', { path_rewrite: 'new', strip_query: true }),
        rewritten('/to-nothing', { path_rewrite: '%REQ(x-none)%', host_redirect: 'other.local' }),
        rewritten('/to-own', { path_rewrite: '/n?own', strip_query: true }),
      ],
    },
  },
  clusters: { brief, retrying: options({ retry_policy: { ...retries, num_retries: 2 } }) },
  cases,
};
