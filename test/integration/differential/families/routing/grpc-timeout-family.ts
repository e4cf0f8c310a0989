import { type DifferentialCase, post, simple } from '../../differential-case.js';
import type { Fields, FilterFamily } from '../filter-family.js';

const routes: readonly (readonly [prefix: string, action: Fields])[] = [
  ['/capped', { max_grpc_timeout: '20s' }],
  ['/unbounded', { max_grpc_timeout: '0s' }],
  ['/offset', { max_grpc_timeout: '20s', grpc_timeout_offset: '1s' }],
  ['/tries', { max_grpc_timeout: '20s', retry_policy: { retry_on: '5xx', per_try_timeout: '2s' } }],
];

const ask = (path: string, timeout: string, type = 'application/grpc'): DifferentialCase =>
  simple(
    `grpc timeout: ${path}, ${timeout === '' ? 'none' : timeout}, ${type}`,
    post(path, 'x', [
      ['content-type', type],
      ...(timeout === '' ? [] : ([['grpc-timeout', timeout]] as const)),
    ]),
    { listener: 'grpc-timeouts' },
  );

/** The deprecated fields that make `grpc-timeout` the timeout of the upstream. */
export const grpcTimeoutFamily: FilterFamily = {
  listeners: {
    'grpc-timeouts': {
      filters: [],
      routes: routes.map(([prefix, action]) => ({
        match: { prefix },
        route: { cluster: 'main', ...action },
      })),
    },
  },
  cases: [
    ...routes.flatMap(([path]) => ['', '5S', '1H', '500m', 'x'].map((timeout) => ask(path, timeout))),
    ask('/capped', '5S', 'text/plain'),
  ],
};
