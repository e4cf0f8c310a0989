import type { Plain } from '../../../../src/base/plain.js';
import { type DifferentialCase, get } from '../differential-case.js';
import type { Fields } from '../families/filter-family.js';
import { cluster } from '../network-bootstrap.js';
import type { NetworkListener } from '../network-listeners.js';
import type { NetworkFamily } from './network-family.js';

const option = (level: number, name: number, value: number, more: Fields = {}): Plain => ({
  level,
  name,
  int_value: value,
  state: 'STATE_PREBIND',
  ...more,
});
const linger = { level: 1, name: 13, buf_value: Buffer.alloc(8).toString('base64'), state: 'STATE_PREBIND' };
const keepAlive = { keepalive_probes: 3, keepalive_time: 30, keepalive_interval: 10 };
const none = 4096;

const ways: { readonly [name: string]: Fields } = {
  kept: { upstream_connection_options: { tcp_keepalive: keepAlive } },
  optioned: {
    upstream_bind_config: {
      source_address: { address: '127.0.0.2', port_value: 0 },
      socket_options: [option(6, 1, 1), option(1, 8, 65_536), linger],
    },
  },
  extra: {
    upstream_bind_config: {
      source_address: { address: '::1', port_value: 0 },
      extra_source_addresses: [{ address: { address: '127.0.0.3', port_value: 0 } }],
    },
  },
  broken: {
    upstream_bind_config: {
      source_address: { address: '127.0.0.1', port_value: 0 },
      socket_options: [option(6, none, 1)],
    },
  },
};

const listening = (fields: Fields): NetworkListener => ({ chains: () => fields });

function carried(listener: string): DifferentialCase {
  const steps = [get('/bytes'), { responses: 1 }, 'end', 'closed'] as const;
  return { name: `socket: ${listener}`, listener, steps, probes: false };
}

export const socketLog =
  ' from=%UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT% failure=%UPSTREAM_TRANSPORT_FAILURE_REASON%';

/** Options of sockets on both sides. */
export const socketFamily: NetworkFamily = {
  listeners: {
    ...Object.fromEntries(Object.keys(ways).map((name) => [`to-${name}`, { proxy: { cluster: name } }])),
    'listen-kept': listening({ tcp_keepalive: keepAlive }),
    'listen-off': listening({ tcp_keepalive: { keepalive_time: 0 } }),
    'listen-free': listening({ freebind: true, tcp_fast_open_queue_length: 5, tcp_backlog_size: 7 }),
    'listen-options': listening({
      socket_options: [
        option(6, 1, 1),
        option(6, 9, 1, { state: 'STATE_BOUND' }),
        option(6, 23, 5, { state: 'STATE_LISTENING' }),
      ],
      max_connections_to_accept_per_socket_event: 1,
    }),
    'listen-shared': listening({ socket_options: [option(1, 8, 65_536)], enable_reuse_port: true }),
  },
  clusters: ({ origins }) =>
    Object.entries(ways).map(([name, fields]) => cluster(name, [origins['main'] ?? 0], fields)),
  cases: [
    ...['to-kept', 'to-optioned', 'to-extra'].map(carried),
    {
      name: 'socket: to-broken',
      listener: 'to-broken',
      steps: ['closed'],
      probes: false,
    },
    ...['listen-kept', 'listen-off', 'listen-free', 'listen-options', 'listen-shared'].map(carried),
  ],
};
