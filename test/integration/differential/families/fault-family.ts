import type { Plain } from '../../../../src/base/plain.js';
import { type DifferentialCase, get, type HeaderList, post, reply, simple } from '../differential-case.js';
import type { Fields, FilterFamily } from './filter-family.js';
import { filter, routeTo, typed } from './shorthand.js';

const always = { percentage: { numerator: 100 } };
const never = { percentage: { numerator: 0 } };

const fault = (fields: Fields): { readonly [name: string]: Plain } => ({
  fault: typed('fault.v3.HTTPFault', fields),
});
const abort = (fields: Fields): Fields => ({ abort: { http_status: 503, ...always, ...fields } });
const listener = 'fault';
const at = (name: string, path: string, headers: HeaderList = []): DifferentialCase =>
  simple(`fault: ${name}`, get(path, headers), { listener });
const byHeader = { abort: { header_abort: {}, ...always }, delay: { header_delay: {}, ...always } };

/** Requests that are delayed, aborted or slowed down. */
export const faultFamily: FilterFamily = {
  listeners: {
    fault: {
      filters: [filter('fault', 'fault.v3.HTTPFault', abort({ http_status: 418 }))],
      virtualHost: {
        response_headers_to_add: [{ header: { key: 'x-of-host', value: 'one' } }],
      },
      routes: [
        routeTo('/abort', fault(abort({})), {
          response_headers_to_add: [{ header: { key: 'x-of-route', value: 'two' } }],
        }),
        routeTo('/body', fault(abort({ response_body: 'own words' }))),
        routeTo('/never', fault({ abort: { http_status: 503, ...never } })),
        routeTo('/no-percentage', fault({ abort: { http_status: 503 } })),
        routeTo('/grpc', fault({ abort: { grpc_status: 9, ...always } })),
        routeTo('/by-header', fault(byHeader)),
        routeTo('/half-by-header', fault({ abort: { header_abort: {}, percentage: { numerator: 50 } } })),
        routeTo('/delay', fault({ delay: { fixed_delay: '0.03s', ...always } })),
        routeTo(
          '/both',
          fault({ delay: { fixed_delay: '0.03s', ...always }, ...abort({ http_status: 504 }) }),
        ),
        routeTo('/to-main', fault({ ...abort({}), upstream_cluster: 'main' })),
        routeTo('/to-other', fault({ ...abort({}), upstream_cluster: 'other' })),
        routeTo('/nodes', fault({ ...abort({}), downstream_nodes: ['one', 'two'] })),
        routeTo('/headers', fault({ ...abort({}), headers: [{ name: 'x-fault', present_match: true }] })),
        routeTo('/full', fault({ ...abort({}), max_active_faults: 0 })),
        routeTo('/rate', fault({ response_rate_limit: { fixed_limit: { limit_kbps: 1 }, ...always } })),
        routeTo('/own-rate', fault({ response_rate_limit: { header_limit: {}, ...always } })),
        routeTo('/silent', fault({ ...abort({}), disable_downstream_cluster_stats: true })),
        routeTo('/metadata', fault({ ...abort({}), filter_metadata: { kind: 'abort', list: [1, 2] } })),
        routeTo(
          '/meta-delay',
          fault({ delay: { fixed_delay: '0.01s', ...always }, filter_metadata: { a: 'b' } }),
        ),
        routeTo(
          '/meta-rate',
          fault({ response_rate_limit: { header_limit: {}, ...always }, filter_metadata: { c: 'd' } }),
        ),
        routeTo(
          '/runtime',
          fault({
            ...abort({}),
            abort_percent_runtime: 'mine.percent',
            abort_http_status_runtime: 'mine.status',
          }),
        ),
        routeTo(
          '/zero-runtime',
          fault({ delay: { fixed_delay: '5s', ...always }, delay_duration_runtime: 'mine.no_delay' }),
        ),
        routeTo('/max-runtime', fault({ ...abort({}), max_active_faults_runtime: 'mine.none' })),
        routeTo('/general', fault({ abort: { http_status: 503, ...never } })),
        {
          match: { prefix: '/direct' },
          direct_response: { status: 200, body: { inline_string: 'direct' } },
        },
        {
          match: { prefix: '/redirect' },
          redirect: { host_redirect: 'elsewhere.local' },
          typed_per_filter_config: {
            'envoy.filters.http.fault': typed('fault.v3.HTTPFault', {
              ...abort({}),
              upstream_cluster: 'main',
            }),
          },
        },
      ],
    },
  },
  runtime: {
    'mine.percent': 100,
    'mine.status': 429,
    'mine.no_delay': 0,
    'mine.none': 0,
    'fault.http.special.abort.abort_percent': 100,
    'fault.http.special.abort.http_status': 501,
  },
  cases: [
    at('of the filter', '/else'),
    at('of the route', '/abort'),
    simple('fault: an abort of a request with a body', post('/abort', 'body'), { listener }),
    at('words of its own', '/body'),
    at('never', '/never'),
    at('without a percentage', '/no-percentage'),
    at('a direct answer is aborted', '/direct'),
    at('a redirect has no cluster', '/redirect'),
    at('gRPC status for plain HTTP', '/grpc'),
    at('gRPC status for gRPC', '/grpc', [['content-type', 'application/grpc']]),
    at('HTTP status for gRPC', '/abort', [['content-type', 'application/grpc']]),
    at('headers, none there', '/by-header'),
    at('headers: abort', '/by-header', [['x-envoy-fault-abort-request', '429']]),
    at('headers: abort with a bad status', '/by-header', [['x-envoy-fault-abort-request', '199']]),
    at('headers: abort with 600', '/by-header', [['x-envoy-fault-abort-request', '600']]),
    at('headers: abort with words', '/by-header', [['x-envoy-fault-abort-request', 'often']]),
    at('headers: abort with gRPC', '/by-header', [['x-envoy-fault-abort-grpc-request', '5']]),
    at('headers: abort with gRPC for gRPC', '/by-header', [
      ['x-envoy-fault-abort-grpc-request', '5'],
      ['content-type', 'application/grpc'],
    ]),
    at('headers: both statuses', '/by-header', [
      ['x-envoy-fault-abort-grpc-request', '5'],
      ['x-envoy-fault-abort-request', '501'],
    ]),
    at('headers: delay', '/by-header', [['x-envoy-fault-delay-request', '20']]),
    at('headers: delay of nothing', '/by-header', [['x-envoy-fault-delay-request', '0']]),
    at('headers: delay and abort', '/by-header', [
      ['x-envoy-fault-delay-request', '20'],
      ['x-envoy-fault-abort-request', '501'],
    ]),
    at('headers: no percentage', '/by-header', [
      ['x-envoy-fault-abort-request', '501'],
      ['x-envoy-fault-abort-request-percentage', '0'],
    ]),
    at('headers: a percentage of more', '/by-header', [
      ['x-envoy-fault-abort-request', '501'],
      ['x-envoy-fault-abort-request-percentage', '200'],
    ]),
    at('headers: a percentage in words', '/by-header', [
      ['x-envoy-fault-abort-request', '501'],
      ['x-envoy-fault-abort-request-percentage', 'all'],
    ]),
    at('headers: no percentage of delays', '/by-header', [
      ['x-envoy-fault-delay-request', '5000'],
      ['x-envoy-fault-delay-request-percentage', '0'],
    ]),
    at('headers: not where the status is fixed', '/never', [
      ['x-envoy-fault-abort-request', '501'],
      ['x-envoy-fault-abort-request-percentage', '100'],
    ]),
    at('a delay', '/delay'),
    simple('fault: a delay of a request with a body', post('/delay', 'some body'), { listener }),
    at('a delay and then an abort', '/both'),
    at('for a cluster', '/to-main'),
    at('for another cluster', '/to-other'),
    at('for nodes, none said', '/nodes'),
    at('for nodes, the second', '/nodes', [['x-envoy-downstream-service-node', 'two']]),
    at('for nodes, another', '/nodes', [['x-envoy-downstream-service-node', 'three']]),
    at('for a header that is not there', '/headers'),
    at('for a header that is there', '/headers', [['x-fault', '']]),
    at('more than may be active', '/full'),
    at('a downstream cluster', '/abort', [['x-envoy-downstream-service-cluster', 'front']]),
    at('a downstream cluster, delayed', '/both', [['x-envoy-downstream-service-cluster', 'front.end']]),
    at('a downstream cluster that is not counted', '/silent', [
      ['x-envoy-downstream-service-cluster', 'front'],
    ]),
    at('a downstream cluster with runtime values', '/general', [
      ['x-envoy-downstream-service-cluster', 'special'],
    ]),
    at('another downstream cluster', '/general', [['x-envoy-downstream-service-cluster', 'usual']]),
    at('metadata of an abort', '/metadata'),
    at('metadata of a delay', '/meta-delay'),
    at('metadata of a rate limit', '/meta-rate', [['x-envoy-fault-throughput-response', '1000']]),
    at('runtime values', '/runtime'),
    at('a runtime delay of nothing', '/zero-runtime'),
    at('a runtime limit of active faults', '/max-runtime'),
    simple('fault: a slow answer', get('/rate'), {
      listener,
      origin: [reply('200 OK', [], 'r'.repeat(1200))],
    }),
    simple('fault: a slow answer without a body', get('/rate'), {
      listener,
      origin: [reply('204 No Content', [['content-length', '0']])],
    }),
    simple(
      'fault: a slow answer in chunks with trailers',
      get('/own-rate', [['x-envoy-fault-throughput-response', '1']]),
      {
        listener,
        origin: [`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx-t: 1\r\n\r\n`],
      },
    ),
    at('a rate of nothing', '/own-rate', [['x-envoy-fault-throughput-response', '0']]),
    at('no rate by percentage', '/own-rate', [
      ['x-envoy-fault-throughput-response', '1'],
      ['x-envoy-fault-throughput-response-percentage', '0'],
    ]),
  ],
};
