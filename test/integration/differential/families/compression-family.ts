import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Plain } from '../../../../src/base/plain.js';
import {
  type DifferentialCase,
  get,
  type HeaderList,
  post,
  reply,
  request,
  simple,
} from '../differential-case.js';
import { type Fields, type FilterFamily, filter, routeWith, typed } from './filter-family.js';

const compressor = 'envoy.filters.http.compressor';
const compressorType = 'envoy.extensions.filters.http.compressor.v3';
const decompressor = 'envoy.filters.http.decompressor';

function library(kind: 'compressor' | 'decompressor', name: 'gzip' | 'brotli', fields: Fields = {}): Plain {
  const message = name === 'gzip' ? 'Gzip' : 'Brotli';
  return {
    name: `own_${name}`,
    typed_config: typed(`envoy.extensions.compression.${name}.${kind}.v3.${message}`, fields),
  };
}

function compress(fields: Fields = {}, lib: 'gzip' | 'brotli' = 'gzip', name = compressor): Fields {
  return filter(name, `${compressorType}.Compressor`, {
    compressor_library: library('compressor', lib),
    ...fields,
  });
}

function decompress(fields: Fields = {}, lib: 'gzip' | 'brotli' = 'gzip', libFields: Fields = {}): Fields {
  return filter(`${decompressor}.${lib}`, 'envoy.extensions.filters.http.decompressor.v3.Decompressor', {
    decompressor_library: library('decompressor', lib, libFields),
    ...fields,
  });
}

const silent = { request_direction_config: { advertise_accept_encoding: false } };
const common = (fields: Fields): Plain => ({ common_config: fields });
const text = 'All work and no play makes Jack a dull boy. '.repeat(40);

function perRoute(prefix: string, fields: Fields): Plain {
  return routeWith(prefix, { [compressor]: typed(`${compressorType}.CompressorPerRoute`, fields) });
}

const compressors: { readonly [listener: string]: readonly Fields[] } = {
  'gzip-plain': [compress()],
  'gzip-response': [compress({ response_direction_config: {} })],
  'gzip-strict': [
    compress({
      response_direction_config: {
        common_config: { min_content_length: 100, content_type: ['text/html', 'Application/JSON'] },
        disable_on_etag_header: true,
        remove_accept_encoding_header: true,
        uncompressible_response_codes: [206, 404],
        status_header_enabled: true,
      },
    }),
  ],
  'gzip-status': [compress({ response_direction_config: { status_header_enabled: true } })],
  'gzip-weaken': [compress({ response_direction_config: { weaken_etag_on_compress: true } })],
  'gzip-matcher': [
    compress({
      response_direction_config: common({ content_type_matcher: [{ prefix: 'application/x-' }] }),
    }),
  ],
  'gzip-off': [
    compress({
      response_direction_config: common({ enabled: { default_value: true, runtime_key: 'switched.off' } }),
      request_direction_config: common({ enabled: { default_value: false, runtime_key: 'no.such' } }),
    }),
  ],
  'gzip-old': [compress({ content_length: 100, content_type: ['text/html'], disable_on_etag_header: true })],
  both: [compress({}, 'gzip', 'gzip'), compress({}, 'brotli', 'brotli')],
  'both-first': [
    compress({ choose_first: true }, 'brotli', 'brotli'),
    compress({ choose_first: true }, 'gzip', 'gzip'),
  ],
};

const answers: readonly (readonly [string, HeaderList, string])[] = [
  ['text', [['content-type', 'text/html']], text],
  ['text with a charset', [['content-type', 'Text/HTML; charset=utf-8']], text],
  ['no type', [], text],
  ['another type', [['content-type', 'image/png']], text],
  ['x type', [['content-type', 'application/x-foo']], text],
  ['a short text', [['content-type', 'text/html']], 'short'],
  ['a text of 99', [['content-type', 'text/html']], 'x'.repeat(99)],
  [
    'a chunked text',
    [
      ['content-type', 'text/html'],
      ['transfer-encoding', 'chunked'],
    ],
    '5\r\nhello\r\n0\r\n\r\n',
  ],
  [
    'a strong etag',
    [
      ['content-type', 'text/html'],
      ['etag', '"abc"'],
    ],
    text,
  ],
  [
    'a weak etag',
    [
      ['content-type', 'text/html'],
      ['etag', 'W/"abc"'],
    ],
    text,
  ],
  [
    'an encoded text',
    [
      ['content-type', 'text/html'],
      ['content-encoding', 'br'],
    ],
    text,
  ],
  [
    'no-transform',
    [
      ['content-type', 'text/html'],
      ['cache-control', 'max-age=1, No-Transform'],
    ],
    text,
  ],
  [
    'vary',
    [
      ['content-type', 'text/html'],
      ['vary', 'cookie'],
    ],
    text,
  ],
  [
    'vary already',
    [
      ['content-type', 'text/html'],
      ['vary', 'cookie, accept-encoding'],
    ],
    text,
  ],
  [
    'vary of everything',
    [
      ['content-type', 'text/html'],
      ['vary', '*'],
    ],
    text,
  ],
];

const accepts: readonly (readonly [string, string | undefined])[] = [
  ['gzip', 'gzip'],
  ['nothing', undefined],
];

const choices: readonly string[] = [
  'gzip',
  'br',
  'gzip, br',
  'br, gzip',
  'gzip;q=0.5, br;q=0.8',
  'gzip;q=0.8,br;q=0.5',
  'gzip;q=0',
  'gzip;q=0, *',
  '*',
  '*;q=0',
  'identity',
  'identity, gzip',
  'identity;q=0.5, gzip;q=0.5',
  'gzip;q=0.5, identity',
  'deflate',
  'deflate, br;q=0.1',
  'gzip;q=x',
  'gzip;q=x, br',
  'gzip;q=2, br',
  'GZIP',
  'gzip ; q = 0.5 , br ; q=0.6',
  'gzip;level=1',
  '',
  ',,',
  'br;q=0.5, *;q=0.8',
];

/** Compressed bytes depend on the library; what they mean is compared where they are undone. */
const compressedBytes = [
  /\[(?:chunked|length) body/,
  / tx=\d+/,
  /" \d{3} \S+ \d+ \d+ ms/,
  /total_compressed_bytes/,
];

function answered(
  listener: string,
  what: string,
  encoding: string | undefined,
  [kind, headers, body]: (typeof answers)[number],
  status = '200 OK',
): DifferentialCase {
  return simple(
    `compressor ${listener}: ${kind} for ${what}${status === '200 OK' ? '' : ` as ${status}`}`,
    get(`/${kind.replaceAll(' ', '-')}`, encoding === undefined ? [] : [['accept-encoding', encoding]]),
    {
      listener,
      origin: [reply(status, headers, body)],
      ignores: compressedBytes,
    },
  );
}

const htmlAnswer = answers[0] as (typeof answers)[number];
const gzipped = gzipSync(text).toString('latin1');
const brotlied = brotliCompressSync(text).toString('latin1');

const encoded: readonly (readonly [string, HeaderList, string])[] = [
  ['gzip', [['content-encoding', 'gzip']], gzipped],
  ['GZIP', [['content-encoding', 'GZIP']], gzipped],
  ['br', [['content-encoding', 'br']], brotlied],
  ['gzip, br', [['content-encoding', 'gzip, br']], gzipped],
  ['br, gzip', [['content-encoding', 'br, gzip']], gzipped],
  ['identity', [['content-encoding', 'identity']], text],
  ['no encoding', [], text],
  [
    'no-transform',
    [
      ['content-encoding', 'gzip'],
      ['cache-control', 'no-transform'],
    ],
    gzipped,
  ],
  ['garbage', [['content-encoding', 'gzip']], 'this is not gzip at all'],
  ['a cut body', [['content-encoding', 'gzip']], gzipped.slice(0, 60)],
  ['a bomb', [['content-encoding', 'gzip']], gzipSync(Buffer.alloc(300_000)).toString('latin1')],
];

const decompressors: { readonly [listener: string]: readonly Fields[] } = {
  gunzip: [decompress()],
  'gunzip-silent': [decompress(silent)],
  'gunzip-anyway': [
    decompress({
      request_direction_config: common({ ignore_no_transform_header: true }),
      response_direction_config: common({ ignore_no_transform_header: true }),
    }),
  ],
  'gunzip-off': [
    decompress({
      request_direction_config: common({ enabled: { default_value: false, runtime_key: 'no.such' } }),
      response_direction_config: common({ enabled: { default_value: true, runtime_key: 'switched.off' } }),
    }),
  ],
  'gunzip-wide': [decompress({}, 'gzip', { window_bits: 15, max_inflate_ratio: 1000 })],
  unbrotli: [decompress({}, 'brotli')],
};

const countedBytes = [/total_compressed_bytes/, /upstream_cx_tx_bytes_total/, /brotli_error/];

export const compressionFamily: FilterFamily = {
  listeners: {
    ...Object.fromEntries(
      Object.entries(compressors).map(([listener, filters]) => [
        listener,
        {
          filters,
          routes: [
            { match: { prefix: '/direct' }, direct_response: { status: 200, body: { inline_string: text } } },
            perRoute('/disabled', { disabled: true }),
            perRoute('/removing', {
              overrides: { response_direction_config: { remove_accept_encoding_header: true } },
            }),
            perRoute('/brotli', { overrides: { compressor_library: library('compressor', 'brotli') } }),
          ],
          manager: { upgrade_configs: [{ upgrade_type: 'websocket' }] },
        },
      ]),
    ),
    'there-and-back': { filters: [decompress(silent), compress({ response_direction_config: {} })] },
    'there-and-back-brotli': {
      filters: [decompress(silent, 'brotli'), compress({ response_direction_config: {} }, 'brotli')],
    },
    'request-there-and-back': {
      filters: [
        compress({ request_direction_config: { common_config: { min_content_length: 100 } } }),
        decompress(silent),
      ],
    },
    'request-compressed': {
      filters: [compress({ request_direction_config: { common_config: { min_content_length: 100 } } })],
    },
    ...Object.fromEntries(
      Object.entries(decompressors).map(([listener, filters]) => [
        listener,
        { filters, manager: { http_protocol_options: { enable_trailers: true } } },
      ]),
    ),
  },
  cases: [
    ...[
      'gzip-plain',
      'gzip-response',
      'gzip-strict',
      'gzip-old',
      'gzip-status',
      'gzip-weaken',
      'gzip-matcher',
      'gzip-off',
    ].flatMap((listener) =>
      accepts.flatMap(([what, encoding]) =>
        answers.map((answer) => answered(listener, what, encoding, answer)),
      ),
    ),
    ...['206 Partial', '404 No', '204 None', '304 Not Modified'].map((status) =>
      answered('gzip-strict', 'gzip', 'gzip', htmlAnswer, status),
    ),
    ...['gzip-plain', 'both', 'both-first'].flatMap((listener) =>
      choices.map((encoding) => answered(listener, `"${encoding}"`, encoding, htmlAnswer)),
    ),
    ...['gzip-plain', 'gzip-strict'].flatMap((listener) => [
      simple(`compressor ${listener}: a direct response`, get('/direct', [['accept-encoding', 'gzip']]), {
        listener,
        ignores: compressedBytes,
      }),
      simple(`compressor ${listener}: HEAD`, request('HEAD', '/x', [['accept-encoding', 'gzip']]), {
        listener,
        origin: [
          reply('200 OK', [
            ['content-length', '500'],
            ['content-type', 'text/html'],
          ]),
        ],
      }),
      ...['/disabled', '/removing', '/brotli'].flatMap((path) =>
        ['gzip', 'br'].map((encoding) =>
          simple(
            `compressor ${listener} at ${path}: ${encoding}`,
            get(path, [['accept-encoding', encoding]]),
            {
              listener,
              origin: [reply('200 OK', [['content-type', 'text/html']], text)],
              ignores: compressedBytes,
            },
          ),
        ),
      ),
    ]),
    ...['there-and-back', 'there-and-back-brotli'].flatMap((listener) => [
      simple(`compressed and undone ${listener}`, get('/x', [['accept-encoding', 'gzip, br']]), {
        listener,
        origin: [reply('200 OK', [['content-type', 'text/html']], text)],
        ignores: countedBytes,
      }),
      simple(`compressed and undone ${listener}, chunked`, get('/x', [['accept-encoding', 'gzip, br']]), {
        listener,
        origin: [
          reply(
            '200 OK',
            [
              ['content-type', 'text/html'],
              ['transfer-encoding', 'chunked'],
            ],
            '5\r\nhello\r\n0\r\n\r\n',
          ),
        ],
        ignores: countedBytes,
      }),
    ]),
    ...['request-compressed', 'request-there-and-back'].flatMap((listener) =>
      [
        ['long', text, 'text/html'],
        ['short', 'short', 'text/html'],
        ['image', text, 'image/png'],
      ].map(([kind = '', body = '', type = '']) =>
        simple(`request compression ${listener}: ${kind}`, post('/x', body, [['content-type', type]]), {
          listener,
          ignores: [...(listener === 'request-compressed' ? compressedBytes : []), ...countedBytes],
        }),
      ),
    ),
    ...Object.keys(decompressors).flatMap((listener) =>
      encoded.flatMap(([kind, headers, body]) => [
        simple(`decompressor ${listener}: answer of ${kind}`, get('/x', [['te', 'trailers']]), {
          listener,
          origin: [reply('200 OK', headers, body)],
          ignores: countedBytes,
        }),
        simple(
          `decompressor ${listener}: request of ${kind}`,
          post('/x', body, [...headers, ['accept-encoding', 'x']]),
          {
            listener,
            ignores: countedBytes,
          },
        ),
      ]),
    ),
    simple('decompressor: a request without a body', get('/x', [['content-encoding', 'gzip']]), {
      listener: 'gunzip',
    }),
  ],
};
