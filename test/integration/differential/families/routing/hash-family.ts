import type { Plain } from '../../../../../src/base/plain.js';
import { type DifferentialCase, get, type HeaderList, reply, simple } from '../../differential-case.js';
import { address, type Fields, type FilterFamily, typed } from '../filter-family.js';

function hashed(prefix: string, policies: readonly Plain[], action: Fields = {}): Plain {
  return {
    match: { prefix },
    name: prefix.slice(1),
    route: { cluster: 'ring', hash_policy: policies, ...action },
  };
}

const header = (name: string, rest: Fields = {}): Plain => ({ header: { header_name: name, ...rest } });
const query = (name: string): Plain => ({ query_parameter: { name } });
const cookie = (fields: Fields): Plain => ({ cookie: { name: 'made', ...fields } });
const sourceIp: Plain = { connection_properties: { source_ip: true } };
const terminal = (policy: Plain): Plain => ({ ...(policy as Fields), terminal: true });

const routes: readonly Plain[] = [
  hashed('/header', [header('x-key')]),
  hashed('/rewritten', [
    header('x-key', { regex_rewrite: { pattern: { regex: '^user-(\\d+).*$' }, substitution: '\\1' } }),
  ]),
  hashed('/authority', [header(':authority')]),
  hashed('/path', [header(':path')]),
  hashed('/cookie-given', [cookie({})]),
  hashed('/cookie-made', [cookie({ ttl: '60s', path: '/here' })]),
  hashed('/cookie-session', [cookie({ ttl: '0s' })]),
  hashed('/cookie-attributes', [
    cookie({ ttl: '1.5s', attributes: [{ name: 'Secure' }, { name: 'SameSite', value: 'Lax' }] }),
  ]),
  hashed('/cookie-retried', [cookie({ ttl: '0s' })], {
    retry_policy: { retry_on: '5xx', retry_back_off: { base_interval: '0.001s' } },
  }),
  hashed('/query', [query('key')]),
  hashed('/source', [sourceIp]),
  hashed('/state', [{ filter_state: { key: 'absent' } }, header('x-key')]),
  hashed('/mixed', [header('x-key'), query('key'), sourceIp]),
  hashed('/terminal', [terminal(header('x-key')), query('key')]),
  hashed('/maglev', [header('x-key')], { cluster: 'maglev' }),
  hashed('/own-ring', [header('x-key')], { cluster: 'ring-own' }),
  hashed('/own-maglev', [header('x-key')], { cluster: 'maglev-own' }),
  {
    match: { prefix: '/weighted' },
    route: {
      hash_policy: [header('x-key')],
      weighted_clusters: {
        use_hash_policy: true,
        clusters: [
          { name: 'ring', weight: 30 },
          { name: 'main', weight: 70 },
        ],
      },
    },
  },
];

function ask(name: string, target: string, headers: HeaderList = []): DifferentialCase {
  return simple(`hash: ${name}`, get(target, headers), {
    listener: 'hashes',
    // Tables are made when they are first asked.
    ignores: [/(?:ring_hash|maglev)_lb/],
  });
}

const keys = Array.from({ length: 10 }, (_, i) => `user-${i}`);

const cases: readonly DifferentialCase[] = [
  ...keys.map((key) => ask(`header ${key}`, '/header', [['x-key', key]])),
  ...keys.slice(0, 6).map((key) => ask(`rewritten ${key}`, '/rewritten', [['x-key', `${key}-x`]])),
  ...keys.slice(0, 6).map((key) => ask(`authority ${key}`, '/authority', [['host', `${key}.local`]])),
  ...keys.slice(0, 4).map((key) => ask(`path ${key}`, `/path/${key}`)),
  ...keys.slice(0, 6).map((key) => ask(`cookie ${key}`, '/cookie-given', [['cookie', `a=b; made=${key}`]])),
  ...keys.slice(0, 6).map((key) => ask(`query ${key}`, `/query?a=b&key=${key}&key=no`)),
  ...keys.slice(0, 6).map((key) => ask(`maglev ${key}`, '/maglev', [['x-key', key]])),
  ...keys.slice(0, 5).flatMap((key) =>
    ['/own-ring', '/own-maglev'].flatMap((target) => [
      ask(`of the balancer ${key} at ${target}`, target, [
        ['x-own', key],
        ['x-key', 'same'],
      ]),
    ]),
  ),
  ...keys.slice(0, 8).map((key) => ask(`weighted ${key}`, '/weighted', [['x-key', key]])),
  ...keys.slice(0, 4).map((key, i) => ask(`source ${key}`, '/source', [['x-forwarded-for', `10.0.0.${i}`]])),
  ...keys.slice(0, 4).map((key, i) =>
    ask(`mixed ${key}`, `/mixed?key=${key}`, [
      ['x-key', key],
      ['x-forwarded-for', `10.0.0.${i}`],
    ]),
  ),
  ...keys.slice(0, 3).map((key) => ask(`terminal ${key}`, `/terminal?key=${key}`, [['x-key', 'same']])),
  ...keys.slice(0, 3).map((key) => ask(`terminal without ${key}`, `/terminal?key=${key}`)),
  ask('repeated header', '/header', [
    ['x-key', 'b'],
    ['x-key', 'a'],
  ]),
  ask('repeated header, the other way', '/header', [
    ['x-key', 'a'],
    ['x-key', 'b'],
  ]),
  ask('empty header', '/header', [['x-key', '']]),
  ask('empty query', '/query?key='),
  ask('cookie in quotes', '/cookie-given', [['cookie', 'made="quoted"']]),
  ask('filter state that is not there', '/state', [['x-key', 'user-3']]),
  ask('a cookie that is there is not made', '/cookie-made', [['cookie', 'made=user-1']]),
  ...['/cookie-made', '/cookie-session', '/cookie-attributes'].map((target) => ({
    ...ask(`a cookie is made at ${target}`, target),
    // The value depends on the ports of the connection, and the host on the value.
    ignores: [/^. \[ring|origin ring|set-cookie: made="[0-9a-f]{16}"/],
  })),
  simple('hash: a cookie is made once for a retried request', get('/cookie-retried'), {
    listener: 'hashes',
    origin: [reply('503 No')],
    ignores: [/^. \[ring|origin ring|connection \d|set-cookie: made="[0-9a-f]{16}"|upstream_cx|pending/],
  }),
];

const ringOrigins = ['ring-a', 'ring-b', 'ring-c'];

export const hashFamily: FilterFamily = {
  listeners: { hashes: { filters: [], routes, manager: { xff_num_trusted_hops: 0 } } },
  origins: ringOrigins,
  shapedClusters: ({ origins }) => {
    const endpoints = ringOrigins.map((name) => ({
      endpoint: { address: address(origins[name] ?? 0) },
      metadata: { filter_metadata: { 'envoy.lb': { hash_key: name } } },
    }));
    const own = [
      ['ring-own', 'ring_hash', 'RingHash'],
      ['maglev-own', 'maglev', 'Maglev'],
    ].map(([name = '', policy, type]) => ({
      name,
      type: 'STATIC',
      connect_timeout: '1s',
      // Of the policies that are typed, fields of the cluster say nothing.
      ring_hash_lb_config: { minimum_ring_size: 8, maximum_ring_size: 8 },
      load_balancing_policy: {
        policies: [
          {
            typed_extension_config: {
              name: 'own',
              typed_config: typed(`envoy.extensions.load_balancing_policies.${policy}.v3.${type}`, {
                consistent_hashing_lb_config: { hash_policy: [header('x-own')] },
              }),
            },
          },
        ],
      },
      load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: endpoints }] },
    }));
    const old = [
      ['ring', 'RING_HASH'],
      ['maglev', 'MAGLEV'],
    ].map(([name = '', policy = '']) => ({
      name,
      type: 'STATIC',
      connect_timeout: '1s',
      lb_policy: policy,
      load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: endpoints }] },
    }));
    return [...old, ...own];
  },
  cases,
};
