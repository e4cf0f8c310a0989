import { type DifferentialCase, get, reply, simple } from '../differential-case.js';
import type { Fields, FilterFamily } from './filter-family.js';
import { filter } from './shorthand.js';

const admission = (fields: Fields): Fields =>
  filter('admission_control', 'admission_control.v3.AdmissionControl', fields);
const concurrency = (minRtt: Fields, rest: Fields = {}): Fields =>
  filter('adaptive_concurrency', 'adaptive_concurrency.v3.AdaptiveConcurrency', {
    gradient_controller_config: {
      concurrency_limit_params: { concurrency_update_interval: '60s' },
      min_rtt_calc_params: minRtt,
    },
    ...rest,
  });
const at = (name: string, listener: string, origin: string, path = '/'): DifferentialCase =>
  simple(`overload: ${name}`, get(path), { listener, origin: [origin] });

const ok = reply('200 OK', [], 'ok');
const grpc = (status: string): string =>
  reply('200 OK', [
    ['content-type', 'application/grpc'],
    ['grpc-status', status],
  ]);
const trailing = (status: string): string =>
  `HTTP/1.1 200 OK\r\ncontent-type: application/grpc\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\ngrpc-status: ${status}\r\n\r\n`;

/** Filters that refuse requests when there are too many, or too many bad answers. */
export const overloadFamily: FilterFamily = {
  listeners: {
    admission: {
      manager: { http_protocol_options: { enable_trailers: true } },
      filters: [
        admission({ success_criteria: {}, rps_threshold: { default_value: 1000, runtime_key: 'no.rps' } }),
      ],
    },
    'admission-criteria': {
      filters: [
        admission({
          success_criteria: {
            http_criteria: { http_success_status: [{ start: 200, end: 201 }] },
            grpc_criteria: { grpc_success_status: [5] },
          },
          rps_threshold: { default_value: 1000, runtime_key: 'no.rps' },
        }),
      ],
    },
    'admission-off': {
      filters: [
        admission({ success_criteria: {}, enabled: { default_value: true, runtime_key: 'switched.off' } }),
      ],
    },
    concurrency: { filters: [concurrency({ interval: '60s' })] },
    'concurrency-measured': { filters: [concurrency({ interval: '60s', request_count: 1 })] },
    'concurrency-fixed': { filters: [concurrency({ fixed_value: '0.02s' })] },
    'concurrency-none': {
      filters: [
        concurrency({ interval: '60s' }, { enabled: { default_value: true, runtime_key: 'switched.off' } }),
      ],
    },
  },
  cases: [
    // Gauges are there from the first connection on, which is what has a worker build its listeners.
    simple('overload: listeners are built', get('/'), {
      listener: 'admission',
      ignores: [/gradient_controller/],
    }),
    ...['admission', 'admission-criteria', 'admission-off'].flatMap((listener) => [
      at(`${listener}, a good answer`, listener, ok),
      at(`${listener}, a missing page`, listener, reply('404 Not Found')),
      at(`${listener}, a bad answer`, listener, reply('500 Internal Server Error')),
      ...['0', '5', '8', '14', '99'].map((status) =>
        at(`${listener}, gRPC ${status}`, listener, grpc(status)),
      ),
      ...['0', '13'].map((status) => at(`${listener}, gRPC ${status} behind`, listener, trailing(status))),
    ]),
    ...['concurrency', 'concurrency-fixed', 'concurrency-none'].map((listener) =>
      at(`${listener}, a request`, listener, ok),
    ),
    simple('overload: concurrency, a time is measured', get('/'), {
      listener: 'concurrency-measured',
      ignores: [/min_rtt_msecs/],
    }),
    simple('overload: concurrency, after the measurement', get('/'), { listener: 'concurrency-measured' }),
  ],
};
