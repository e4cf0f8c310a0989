import type { Plain } from '../../../../src/base/plain.js';
import type { NameRecords } from '../../../support/dns-server.js';
import { type DifferentialCase, get, type HeaderList, post, simple } from '../differential-case.js';
import { resolverOf } from '../dns-bootstrap.js';
import { type Fields, type FilterFamily, filter, typed } from './filter-family.js';

/** What the server of these names has to know. */
export const forwardProxyNames: { readonly [name: string]: NameRecords } = {
  'here.test': { ips: ['127.0.0.1', '127.0.0.9'] },
  'there.test': { ips: ['127.0.0.1'] },
  'six.test': { ips: ['::1'] },
  'early.test': { ips: ['127.0.0.1'] },
  'failing.test': { code: 'SERVFAIL' },
  'refused.test': { code: 'REFUSED' },
  'empty.test': {},
};

const filterName = 'envoy.filters.http.dynamic_forward_proxy';
const filterType = 'envoy.extensions.filters.http.dynamic_forward_proxy.v3';

const route = (prefix: string, cluster: string, perRoute?: Fields): Fields => ({
  match: { prefix },
  route: { cluster },
  ...(perRoute === undefined
    ? {}
    : { typed_per_filter_config: { [filterName]: typed(`${filterType}.PerRouteConfig`, perRoute) } }),
});

const state = filter(
  'envoy.filters.http.set_filter_state',
  'envoy.extensions.filters.http.set_filter_state.v3.Config',
  {
    on_request_headers: ['host', 'port'].map((what) => ({
      object_key: `envoy.upstream.dynamic_${what}`,
      format_string: { text_format_source: { inline_string: `%REQ(x-${what})%` }, omit_empty_values: true },
      skip_if_empty: true,
    })),
  },
);

const here = 'here.test:<port main>';

function to(name: string, host: string, path = '/named', more: HeaderList = [], listener = 'forward') {
  return simple(`forward proxy: ${name}`, get(path, [['host', host], ...more]), { listener });
}

/** Requests that name their own host; `dnsPort` knows the names. */
export function forwardProxyFamily(dnsPort: number): FilterFamily {
  const cache = (name: string, fields: Fields = {}): Fields => ({
    dns_cache_config: {
      name,
      dns_lookup_family: 'V4_PREFERRED',
      typed_dns_resolver_config: resolverOf(dnsPort, { query_tries: 1 }),
      ...fields,
    },
  });
  const many = cache('many', { preresolve_hostnames: [{ address: 'early.test', port_value: 1 }] });
  const few = cache('few', { max_hosts: 1 });
  const none = cache('none', { dns_cache_circuit_breaker: { max_pending_requests: 0 } });
  const cluster = (name: string, config: Fields, more: Fields = {}): Plain => ({
    name,
    lb_policy: 'CLUSTER_PROVIDED',
    connect_timeout: '1s',
    cluster_type: {
      name: 'envoy.clusters.dynamic_forward_proxy',
      typed_config: typed('envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig', config),
    },
    ...more,
  });
  const forward = (config: Fields): Plain => filter(filterName, `${filterType}.FilterConfig`, config);
  const routes = [
    route('/named', 'named'),
    route('/literal', 'named', { host_rewrite_literal: 'there.test' }),
    route('/header', 'named', { host_rewrite_header: 'X-To' }),
    route('/few', 'few'),
  ];
  return {
    listeners: {
      forward: { filters: [forward(many)], routes },
      stated: {
        virtualHost: { request_headers_to_remove: ['x-port'] },
        filters: [state, forward({ ...many, allow_dynamic_host_from_filter_state: true })],
        routes,
      },
      'stated-late': { filters: [state, forward(many)], routes },
      few: { filters: [forward(few)], routes },
      none: { filters: [forward(none)], routes },
      unresolved: { filters: [], routes },
    },
    shapedClusters: () => [cluster('named', many), cluster('few', few)],
    cases: cases(),
  };
}

function cases(): readonly DifferentialCase[] {
  return [
    to('a name', here),
    to('the same name again', here),
    to('the same name in capitals', 'HERE.test:<port main>'),
    to('another name at the same address', 'there.test:<port main>'),
    to('an address', '127.0.0.1:<port main>'),
    to('an address of the other family, where nobody listens', '[::1]:1'),
    to('a name of the other family', 'six.test:1'),
    to('a name that was resolved before', 'early.test:1'),
    to('a name that the server fails at', 'failing.test:1'),
    to('the same failure again', 'failing.test:1'),
    to('a name that the server refuses', 'refused.test:1'),
    to('a name without addresses', 'empty.test:1'),
    to('a name that does not exist', 'absent.test:1'),
    to('no host', ''),
    to('a port that is none', 'here.test:99999'),
    to('a name that a route has', 'other.test', '/literal'),
    to('a name that a header has', 'other.test', '/header', [['x-to', here]]),
    to('the first of two headers', 'other.test', '/header', [
      ['x-to', here],
      ['x-to', 'there.test'],
    ]),
    to('a route without its header', here, '/header'),
    to('a route without its header, and no such name', 'absent.test:1', '/header'),
    to('a cluster of another type', 'absent.test', '/'),
    to('a name in filter state', 'absent.test', '/named', [['x-host', here]], 'stated'),
    to(
      'a name and a port in filter state',
      'absent.test',
      '/named',
      [
        ['x-host', 'here.test'],
        ['x-port', '<port main>'],
      ],
      'stated',
    ),
    to('a port in filter state alone', 'here.test', '/named', [['x-port', '<port main>']], 'stated'),
    to('a port in filter state beside one of its own', here, '/named', [['x-port', '1']], 'stated'),
    to(
      'a name in filter state that nobody asks',
      here,
      '/named',
      [['x-host', 'there.test:1']],
      'stated-late',
    ),
    to('the only name of a small cache', here, '/few', [], 'few'),
    to('one name more', 'there.test:1', '/few', [], 'few'),
    to('a cache that is another than the cluster’s', here, '/named', [], 'few'),
    to('nobody may wait', here, '/named', [], 'none'),
    to('nobody resolves, but somebody did', here, '/named', [], 'unresolved'),
    simple(
      'forward proxy: a body waits for a new name',
      post('/named', 'x'.repeat(1000), [['host', 'late.test:1']]),
      { listener: 'forward' },
    ),
  ];
}
