import { descriptorSet } from '../../../support/descriptor-set.js';
import {
  type DifferentialCase,
  get,
  type HeaderList,
  post,
  reply,
  request,
  simple,
} from '../differential-case.js';
import type { Fields, FilterFamily, FilterListener } from './filter-family.js';
import { filter, routeTo } from './shorthand.js';

const one = 'GET /v1/shelves/{shelf}/books';
const methods = {
  GetBook: { takes: '.lib.Get', gives: '.lib.Book', http: [one, 'GET /v1/alt/{book.author.first_name}'] },
  Named: {
    takes: '.lib.Get',
    gives: '.lib.Book',
    http: ['GET /v1/{name=things/*}', 'GET /v1/deep/{name=**}'],
  },
  Create: {
    takes: '.lib.Get',
    gives: '.lib.Book',
    http: ['POST /v1/shelves/{shelf}/books body=book', 'PUT /v1/all body=*'],
  },
  Tidy: { takes: '.lib.Get', gives: '.lib.Book', http: ['POST /v1/shelves/{shelf}:tidy body=*'] },
  List: { takes: '.lib.Get', gives: '.lib.Book', streamsOut: true, http: ['GET /v1/list'] },
  Upload: { takes: '.lib.Book', gives: '.lib.Book', streamsIn: true, http: ['POST /v1/upload body=*'] },
  Raw: { takes: '.lib.Get', gives: '.google.api.HttpBody', http: ['GET /v1/raw'] },
  Many: {
    takes: '.google.api.HttpBody',
    gives: '.lib.Book',
    streamsIn: true,
    http: ['POST /v1/many body=*'],
  },
  Put: { takes: '.google.api.HttpBody', gives: '.lib.Author', http: ['POST /v1/raw body=*'] },
  Custom: { takes: '.lib.Get', gives: '.lib.Book', http: ['REPORT /v1/custom'] },
  Plain: { takes: '.lib.Book', gives: '.lib.Book' },
} as const;

const descriptors = descriptorSet([
  {
    // Envoy brings its own for statuses, unless there is one of the name.
    name: 'google/protobuf/any.proto',
    package: 'google.protobuf',
    messages: { Any: { type_url: [1, 'string'], value: [2, 'bytes'] } },
  },
  {
    name: 'google/protobuf/some.proto',
    package: 'google.protobuf',
    messages: {
      Timestamp: { seconds: [1, 'int64'], nanos: [2, 'int32'] },
      Duration: { seconds: [1, 'int64'], nanos: [2, 'int32'] },
      StringValue: { value: [1, 'string'] },
    },
  },
  {
    name: 'google/api/httpbody.proto',
    package: 'google.api',
    messages: {
      HttpBody: {
        content_type: [1, 'string'],
        data: [2, 'bytes'],
        extensions: [3, 'repeated .google.protobuf.Any'],
      },
    },
  },
  {
    name: 'lib.proto',
    package: 'lib',
    messages: {
      Author: { first_name: [1, 'string'], age: [2, 'int32'] },
      Book: {
        id: [1, 'int64'],
        title: [2, 'string'],
        tags: [3, 'repeated string'],
        kind: [4, '.lib.Kind'],
        price: [5, 'double'],
        is_new: [6, 'bool'],
        raw: [7, 'bytes'],
        author: [8, '.lib.Author'],
        counts: [9, 'map<string, int32>'],
        pages: [10, 'repeated int32'],
        made: [11, '.google.protobuf.Timestamp'],
        took: [12, '.google.protobuf.Duration'],
        note: [13, '.google.protobuf.StringValue'],
        f: [14, 'float'],
        u: [15, 'uint32'],
      },
      Get: {
        shelf: [1, 'int64'],
        book: [2, '.lib.Book'],
        name: [3, 'string'],
        page_size: [4, 'int32'],
        kinds: [5, 'repeated .lib.Kind'],
      },
    },
    enums: { Kind: ['UNKNOWN', 'NOVEL', 'POEM'] },
    services: { Lib: methods },
  },
]);

/** A book with every field. */
const book = [
  '0801120268691a01611a0162200229000000000000f83f30013a02ff00',
  '42060a0141102a4a050a016110015202010',
  '25a0408011002620408011001',
  '6a030a0178750000c03f78ffffffff0f',
].join('');
const grpc: HeaderList = [['content-type', 'application/grpc']];
/** Ends the comparison before a race between an early answer and the rest of the exchange. */
const early = {
  ignores: [/downstream_rq_(?:response_before_rq_complete|rx_reset) 1$/, /connection: close|\[connection\]/],
};

function framed(hex: string): string {
  const bytes = Buffer.from(hex, 'hex');
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([prefix, bytes]).toString('latin1');
}

function answered(messages: readonly string[], trailers: HeaderList = [['grpc-status', '0']]): string {
  const body = messages.map(framed).join('');
  const chunk = body === '' ? '' : `${body.length.toString(16)}\r\n${body}\r\n`;
  const end = trailers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `${reply('200 OK', [...grpc, ['transfer-encoding', 'chunked']])}${chunk}0\r\n${end}\r\n`;
}

function only(status: string, rest: HeaderList = []): string {
  return reply('200 OK', [...grpc, ['grpc-status', status], ...rest]);
}

function listener(fields: Fields): FilterListener {
  const typed = {
    proto_descriptor_bin: descriptors.toString('base64'),
    services: ['lib.Lib'],
    ...fields,
  };
  return {
    filters: [filter('grpc_json_transcoder', 'grpc_json_transcoder.v3.GrpcJsonTranscoder', typed)],
    manager: { http_protocol_options: { enable_trailers: true } },
    routes: [
      routeTo(
        '/v1/things',
        {},
        { route: undefined, direct_response: { status: 200, body: { inline_string: 'route' } } },
      ),
      routeTo('/', {}, { route: { cluster: 'transcoded' } }),
    ],
  };
}

const listeners: { readonly [name: string]: FilterListener } = {
  'json-plain': listener({}),
  'json-print': listener({
    print_options: {
      add_whitespace: true,
      always_print_primitive_fields: true,
      always_print_enums_as_ints: true,
      preserve_proto_field_names: true,
    },
  }),
  'json-strict': listener({
    request_validation_options: {
      reject_unknown_method: true,
      reject_unknown_query_parameters: true,
      reject_binding_body_field_collisions: true,
    },
  }),
  'json-lax': listener({
    auto_mapping: true,
    ignore_unknown_query_parameters: true,
    convert_grpc_status: true,
    query_param_unescape_plus: true,
    case_insensitive_enum_parsing: true,
    match_incoming_request_route: true,
    url_unescape_spec: 'ALL_CHARACTERS',
    print_options: { stream_newline_delimited: true },
  }),
  'json-events': listener({
    ignored_query_parameters: ['key'],
    print_options: { stream_sse_style_delimited: true },
    max_request_body_size: 20,
    max_response_body_size: 40,
  }),
};

const paths = [
  '/v1/shelves/7/books/',
  '/v1/shelves/x/books',
  '/v1/nowhere',
  '/v1/shelves/7/books?page_size=3&kinds=POEM&kinds=1&name=a+b%20c',
  '/v1/shelves/7/books?pageSize=3&book.author.age=5',
  '/v1/shelves/7/books?nope=1',
  '/v1/shelves/7/books?key=1',
  '/v1/shelves/7/books?kinds=poem',
  '/v1/shelves/7/books?shelf=8',
  '/v1/alt/Jo%2Fhn',
  '/v1/things/a%2Fb',
  '/v1/deep/a/b%2Fc%20d',
];

const posts: readonly (readonly [method: string, path: string, body: string])[] = [
  ['POST', '/v1/shelves/7/books', '{"id":"5","title":"x"}'],
  [
    'POST',
    '/v1/shelves/7/books',
    '{"id":5,"tags":["a"],"kind":"POEM","price":1.5,"isNew":true,"raw":"/w==","author":{"first_name":"A"},"counts":{"a":1},"pages":[1,2],"made":"2020-01-01T00:00:00.5Z","took":"1.5s","note":"n"}',
  ],
  ['POST', '/v1/shelves/7/books', '{bad'],
  ['POST', '/v1/shelves/7/books', '{"nope":1}'],
  ['POST', '/v1/shelves/7/books', '{"id":"x"}'],
  ['POST', '/v1/shelves/7/books', '{"id":1} x'],
  ['POST', '/v1/shelves/7/books', '[]'],
  ['POST', '/v1/shelves/7/books', '{"id":null}'],
  ['PUT', '/v1/all?shelf=4', '{"shelf":"3"}'],
  ['POST', '/v1/shelves/7:tidy', '{}'],
  ['POST', '/v1/upload', '[{"id":1},{"id":2}]'],
  ['POST', '/v1/upload', '{"id":1}'],
  ['POST', '/v1/raw', 'hello'],
  ['POST', '/lib.Lib/Plain', '{"id":1}'],
  ['POST', '/lib.Lib/GetBook', '{"shelf":1}'],
];

/** Answers to a request for one book. */
const answers: readonly (readonly [name: string, path: string, answer: string])[] = [
  ['a book', '/v1/shelves/7/books', answered([book])],
  ['an empty message', '/v1/shelves/7/books', answered([''])],
  ['two messages for one', '/v1/shelves/7/books', answered(['0801', '0802'])],
  ['no message and a failure', '/v1/shelves/7/books', only('5', [['grpc-message', 'no%20book']])],
  ['a message and a failure', '/v1/shelves/7/books', answered(['0801'], [['grpc-status', '3']])],
  ['details of a failure', '/v1/shelves/7/books', only('13', [['grpc-status-details-bin', 'CA0SAXg=']])],
  ['no gRPC', '/v1/shelves/7/books', reply('404 Not Found', [['content-type', 'text/plain']], 'no')],
  ['a message that is none', '/v1/shelves/7/books', answered(['08'])],
  ['a large message', '/v1/shelves/7/books', answered([`1232${'61'.repeat(50)}`])],
  ['a stream', '/v1/list', answered(['0801', '0802'])],
  ['an empty stream', '/v1/list', answered([])],
  ['a stream that fails', '/v1/list', answered(['0801'], [['grpc-status', '5']])],
  ['bytes of a type', '/v1/raw', answered(['0a09746578742f68746d6c12023c61'])],
];

const cases: readonly DifferentialCase[] = Object.keys(listeners).flatMap((name) => {
  const on = { listener: name, probes: false };
  return [
    ...paths.map((path) => simple(`${name}: GET ${path}`, get(path), { ...on, origin: [answered([''])] })),
    ...posts.map(([method, path, body]) =>
      simple(
        `${name}: ${method} ${path} ${body.slice(0, 40)}`,
        request(
          method,
          path,
          [
            ['content-type', 'application/json'],
            ['content-length', String(body.length)],
          ],
          body,
        ),
        { ...on, ...early, origin: [answered([''])] },
      ),
    ),
    ...answers.map(([what, path, answer]) =>
      simple(`${name}: ${what}`, get(path), { ...on, origin: [answer] }),
    ),
    simple(`${name}: a custom method`, request('REPORT', '/v1/custom'), { ...on, origin: [answered([''])] }),
    simple(`${name}: gRPC passes`, get('/v1/shelves/7/books', grpc), { ...on, origin: [answered([book])] }),
  ];
});

const onCapture = { listener: 'json-capture', probes: false };
const captured: readonly string[] = [
  '/v1/shelves/7/books?nope=1&nope=2&shelf=8',
  '/v1/shelves/7/books?kinds=POEM&a.b=c%20d',
  '/v1/things/a:b',
  '/v1/things/a:tidy',
  '/v1/things/a:',
  '/v1/deep/a:b/c',
  '/v1/deep/a/b:c:d',
];
const capturedBodies: readonly string[] = [
  '/v1/raw',
  '/v1/raw?a=1',
  '/v1/raw?b=2&b=3&c',
  '/v1/raw?a=x%20y+z&data=eA%3D%3D',
  '/v1/raw?content_type=over&%61=1',
  '/v1/many?a=1',
];

const protocols = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

/** JSON in, gRPC out, over HTTP/1 on both sides, so that scripts can be read. */
export const transcoderFamily: FilterFamily = {
  listeners: {
    ...listeners,
    'json-capture': listener({
      capture_unknown_query_parameters: true,
      match_unregistered_custom_verb: true,
    }),
  },
  clusters: {
    transcoded: {
      typed_extension_protocol_options: {
        [protocols]: {
          '@type': `type.googleapis.com/${protocols}`,
          explicit_http_config: { http_protocol_options: { enable_trailers: true } },
        },
      },
    },
  },
  cases: [
    ...cases,
    ...captured.map((path) =>
      simple(`json-capture: GET ${path}`, get(path), { ...onCapture, origin: [answered([''])] }),
    ),
    ...capturedBodies.map((path) =>
      simple(`json-capture: POST ${path}`, post(path, 'hello', [['content-type', 'text/plain']]), {
        ...onCapture,
        ...early,
        origin: [answered([''])],
      }),
    ),
  ],
};
