import type { Plain } from '../../../../src/base/plain.js';
import { encodeStruct } from '../../../../src/codec/protobuf/struct.js';
import { WireWriter } from '../../../../src/codec/protobuf/wire-writer.js';
import {
  type DifferentialCase,
  get,
  type HeaderList,
  type OriginScript,
  post,
  simple,
} from '../differential-case.js';
import { answered, failed } from '../network/service-family.js';
import type { Fields, FilterFamily } from './filter-family.js';
import { filter, routeTo, typed } from './shorthand.js';

const authz = (fields: Fields = {}, cluster = 'http2-authz'): Plain =>
  filter('ext_authz', 'ext_authz.v3.ExtAuthz', {
    transport_api_version: 'V3',
    grpc_service: { envoy_grpc: { cluster_name: cluster }, timeout: '20s' },
    ...fields,
  });
const onRoute = (fields: Fields): { readonly [name: string]: Plain } => ({
  ext_authz: typed('ext_authz.v3.ExtAuthzPerRoute', fields),
});

type Value = number | string | Buffer;
type Entry = readonly [number: number, value: Value];

function message(...fields: readonly Entry[]): Buffer {
  const writer = new WireWriter();
  for (const [number, value] of fields) {
    if (typeof value === 'number') writer.number(number, value);
    else writer.block(number, Buffer.from(value));
  }
  return writer.finish();
}

const status = (code: number): Entry => [1, code === 0 ? message() : message([1, code])];
const header = (key: string, value: string, ...how: readonly Entry[]): Buffer =>
  message([1, message([1, key], [2, value])], ...how);
const appended: Entry = [2, message([1, 1])];
const overwritten: Entry = [2, message()];
const action = (number: number): Entry => [3, number];
const metadata = (field: number): Entry => [field, encodeStruct({ user: 'me', level: 3 })];

const ok = (...fields: readonly Entry[]): OriginScript =>
  answered(message(status(0), [3, message(...fields)]));
const denied = (...fields: readonly Entry[]): OriginScript =>
  answered(message(status(7), [2, message(...fields)]));

const changes = ok(
  [2, header('x-set', 'new')],
  [2, header('x-app', 'more', appended)],
  [2, header('x-absent', 'more', appended)],
  [2, header('x-one', 'over', action(1))],
  [2, header('x-plain', 'over', overwritten)],
  [2, header('x-user', 'me', action(3))],
  [5, 'x-gone'],
  [5, 'host'],
  [5, ':method'],
  [6, header('x-told', 'a')],
  [6, header('x-kept', 'b', action(1))],
  [6, header('content-type', 'text/own', action(2))],
  [6, header('x-none', 'd', action(3))],
  [6, header('x-told', 'e', appended)],
  [6, header('x-last', 'f', overwritten)],
);
const query = ok([7, message([1, 'q'], [2, '1'])], [7, message([1, 'new'], [2, 'x'])], [8, 'gone']);
const refusal = denied(
  [1, message([1, 401])],
  [2, header('x-why', 'because')],
  [2, header('x-app', 'more', appended)],
  [2, header('content-type', 'text/html')],
  [3, 'go away'],
);
const brokenBy = (name: string, value: string): OriginScript => ok([2, header(name, value)]);

const sent: HeaderList = [
  ['x-set', 'old'],
  ['x-app', 'some'],
  ['x-one', '1'],
  ['x-one', '2'],
  ['x-plain', 'p'],
  ['x-gone', 'g'],
];

/** Envoy's own clock, and the settings that each sends. */
const clocks = [/ext_authz_duration/, /upstream_cx_tx_bytes_total/];

/** Envoy finds out when it has a connection. */
const connects = [/cluster\.main\.|grpc-authz\.rq_total|\[time\]/];

const at = (
  name: string,
  listener: string,
  text: string,
  origin: DifferentialCase['origin'] = [],
  rest: Partial<DifferentialCase> = {},
): DifferentialCase =>
  simple(`grpc authz: ${name}`, text, { listener, origin, ignores: clocks, probes: false, ...rest });

const body = { with_request_body: { max_request_bytes: 8, allow_partial_message: true } };

/** Requests that a server judges over gRPC. */
export const grpcAuthzFamily: FilterFamily = {
  clusters: {
    'http2-authz': {
      typed_extension_protocol_options: {
        'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
          '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
          explicit_http_config: { http2_protocol_options: {} },
        },
      },
    },
  },
  listeners: {
    'grpc-authz': {
      filters: [authz()],
      routes: [
        routeTo('/off', onRoute({ disabled: true })),
        routeTo('/extended', onRoute({ check_settings: { context_extensions: { a: 'b' } } })),
      ],
    },
    'grpc-authz-body': { filters: [authz({ ...body, stat_prefix: 'own' })] },
    'grpc-authz-valid': {
      filters: [authz({ validate_mutations: true, status_on_error: { code: 'BadGateway' } })],
    },
    'grpc-authz-rules': {
      filters: [
        authz({
          decoder_header_mutation_rules: {
            disallow_expression: { google_re2: {}, regex: 'x-(set|gone)' },
            allow_envoy: false,
          },
        }),
      ],
    },
    'grpc-authz-strict': {
      filters: [authz({ decoder_header_mutation_rules: { disallow_all: true, disallow_is_error: true } })],
    },
    'grpc-authz-allowing': {
      filters: [authz({ failure_mode_allow: true, failure_mode_allow_header_add: true }, 'refused')],
    },
  },
  cases: [
    at('allowed', 'grpc-authz', get('/ok', sent), [answered(message(status(0)))]),
    at('allowed by an empty answer', 'grpc-authz', get('/ok'), [answered(message())]),
    at('changes', 'grpc-authz', get('/ok?q=0&gone=1', sent), [changes]),
    at('query', 'grpc-authz', get('/ok?z=1&q=0&gone=1&gone=2'), [query]),
    at('refused', 'grpc-authz', get('/ok'), [refusal]),
    at('refused barely', 'grpc-authz', get('/ok'), [answered(message(status(7)))]),
    at('refused with metadata', 'grpc-authz', get('/ok'), [answered(message(status(16), metadata(4)))]),
    at('metadata', 'grpc-authz', get('/ok'), [answered(message(status(0), metadata(4)))]),
    at('an error with an answer', 'grpc-authz', get('/ok'), [
      answered(
        message(status(13), [5, message([1, message([1, 503])], [2, header('x-e', '1')], [3, 'why'])]),
      ),
    ]),
    at('a failed call', 'grpc-authz', get('/ok'), [failed('14')]),
    at('no answer', 'grpc-authz', get('/ok'), [answered(Buffer.from('\xff\xff', 'latin1'))]),
    at('switched off', 'grpc-authz', get('/off')),
    at('extended', 'grpc-authz', get('/extended'), [answered(message(status(0)))]),
    at('a bad name', 'grpc-authz', get('/ok'), [brokenBy('x bad', 'v')], {
      ignores: [...clocks, ...connects],
    }),
    at('a body', 'grpc-authz-body', post('/ok', 'twelve bytes'), [changes]),
    at('a failed call with a status of its own', 'grpc-authz-valid', get('/ok'), [failed('14')]),
    at('a bad name where names are checked', 'grpc-authz-valid', get('/ok'), [brokenBy('x bad', 'v')]),
    at('changes where they are checked', 'grpc-authz-valid', get('/ok', sent), [changes]),
    at('changes within rules', 'grpc-authz-rules', get('/ok', sent), [changes]),
    at('changes against strict rules', 'grpc-authz-strict', get('/ok', sent), [changes]),
    at('nobody to ask', 'grpc-authz-allowing', get('/ok')),
  ],
};
