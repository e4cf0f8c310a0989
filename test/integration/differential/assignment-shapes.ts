import type { Plain } from '../../../src/base/plain.js';
import { assignmentType, discovered, type RestAnswer } from '../../support/discovery-server.js';
import type { Fields } from './families/filter-family.js';

export interface RestStep {
  readonly name: string;
  readonly answer: RestAnswer;
}

const at = (port: number, rest: Fields = {}, endpoint: Fields = {}, ip = '127.0.0.1'): Fields => ({
  endpoint: { address: { socket_address: { address: ip, port_value: port } }, ...endpoint },
  ...rest,
});

const locality = (zone: string, hosts: readonly Plain[], rest: Fields = {}): Fields => ({
  locality: { region: 'here', zone },
  lb_endpoints: hosts,
  ...rest,
});

const canary = { metadata: { filter_metadata: { 'envoy.lb': { canary: true } } } };
const a = at(1);
const b = at(2);
const two = (first: Fields = {}, second: Fields = {}): readonly Fields[] => [
  locality('a', [a], first),
  locality('b', [b], second),
];

const shapes: readonly (readonly [name: string, endpoints: readonly Fields[], rest?: Fields])[] = [
  ['two localities', two()],
  ['weights of localities', two({ load_balancing_weight: 3 }, { load_balancing_weight: 1 })],
  ['other weights of localities', two({ load_balancing_weight: 1 }, { load_balancing_weight: 2 })],
  ['a weight of a host', [locality('a', [at(1, { load_balancing_weight: 7 })]), locality('b', [b])]],
  ['a weight gone', two()],
  ['metadata', [locality('a', [at(1, canary)]), locality('b', [b])]],
  ['metadata gone', two()],
  ['an unhealthy host', [locality('a', [at(1, { health_status: 'UNHEALTHY' })]), locality('b', [b])]],
  ['a host for another reason', [locality('a', [at(1, { health_status: 'TIMEOUT' })]), locality('b', [b])]],
  ['healthy again', two()],
  ['a draining host', [locality('a', [at(1, { health_status: 'DRAINING' })]), locality('b', [b])]],
  ['a degraded host', [locality('a', [at(1, { health_status: 'DEGRADED' })]), locality('b', [b])]],
  ['a host that timed out', [locality('a', [at(1, { health_status: 'TIMEOUT' })]), locality('b', [b])]],
  ['a host called healthy', [locality('a', [at(1, { health_status: 'HEALTHY' })]), locality('b', [b])]],
  ['a host moves to another level', two({}, { priority: 1 })],
  ['and back', two()],
  ['levels trade places', two({ priority: 1 }, { priority: 0 })],
  ['a gap between levels', two({}, { priority: 3 })],
  ['a host moves to another zone', [locality('b', [a, b])]],
  ['a host named', [locality('b', [at(1, {}, { hostname: 'first.test' }), b])]],
  ['a host named otherwise', [locality('b', [at(1, {}, { hostname: 'second.test' }), b])]],
  ['the same address twice', [locality('a', [a, a]), locality('b', [at(1, canary)])]],
  ['settings of checks', [locality('a', [at(1, {}, { health_check_config: { port_value: 9 } })])]],
  ['more levels of failures tolerated', two(), { policy: { overprovisioning_factor: 200 } }],
  ['levels weighted', two(), { policy: { weighted_priority_health: true } }],
  ['drops', two(), { policy: { drop_overloads: [{ category: 'x', drop_percentage: { numerator: 5 } }] } }],
  [
    'IPv6 and a path',
    [locality('a', [at(1, {}, {}, '::1'), { endpoint: { address: { pipe: { path: '/nowhere' } } } }])],
  ],
  ['a name for an address', [locality('a', [at(1, {}, {}, 'some.test')])]],
  ['a locality without hosts', [locality('a', [], { load_balancing_weight: 2 }), locality('b', [b])]],
  [
    'heavy weights',
    [
      locality('a', [
        at(1, { load_balancing_weight: 2000000000 }),
        at(2, { load_balancing_weight: 2000000000 }),
      ]),
    ],
  ],
  ['a weight of zero', [locality('a', [at(1, { load_balancing_weight: 0 })])]],
  [
    'an address without a port',
    [locality('a', [{ endpoint: { address: { socket_address: { address: '127.0.0.1' } } } }])],
  ],
  ['no address', [locality('a', [{ endpoint: {} }])]],
  ['the end', two()],
];

/** Assignments of every shape, one after the other. */
export const assignmentShapes: readonly RestStep[] = shapes.map(([name, endpoints, rest = {}], i) => ({
  name,
  answer: discovered(String(i), { '@type': assignmentType, cluster_name: 'service', endpoints, ...rest }),
}));
