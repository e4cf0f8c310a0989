import type { Plain } from '../../../../src/base/plain.js';
import type { ChainClient } from './chain-clients.js';
import { clientHello } from './client-hello.js';

const lines: readonly string[] = [
  ...['FOO / HTTP/1.1', 'PING', 'SSH-2.0-x', 'foo / HTTP/1.1', 'GET /', 'GET / HTTP/1.0', 'GET / HTTP/2.0'],
  ...[
    'GET / HTTP/3',
    'GET  / HTTP/1.1',
    'GET / HTTP/1.1 ',
    'GET /a b HTTP/1.1',
    ' GET / HTTP/1.1',
    '\r\nGET / HTTP/1.1',
  ],
  ...[
    'GET\t/\tHTTP/1.1',
    'GET http://a/ HTTP/1.1',
    'GET * HTTP/1.1',
    'GET ? HTTP/1.1',
    'CONNECT a:1 HTTP/1.1',
  ],
  ...[
    'CONNECT / HTTP/1.1',
    'GET /\x01 HTTP/1.1',
    'GET /\xff HTTP/1.1',
    'GET / http/1.1',
    'G@T / HTTP/1.1',
    'GET ',
  ],
  ...[
    'EHLO a b c',
    '{"a":1}',
    '*1\r\n$4',
    'PRI * HTTP/1.1',
    '\x01abc',
    'GET / HTTP/1.1\rX',
    'GET / HTTP/1.10',
  ],
  ...[
    'GET a HTTP/1.1',
    'GET  HTTP/1.1',
    '123 / HTTP/1.1',
    'GET http://a@@b HTTP/1.1',
    'GET //@b?c@@d HTTP/1.1',
  ],
];
const record = (type: number, body: readonly number[]): Buffer =>
  Buffer.from([type, 3, 1, body.length >> 8, body.length & 255, ...body]);
const binaries: { readonly [name: string]: Buffer } = {
  preface: Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  'no preface': Buffer.from('PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n'),
  hello: clientHello({ serverName: 'a.test' }),
  'hello of 300 bytes': clientHello({ extensions: [[0x1234, Buffer.alloc(200)]] }),
  'hello of 256 bytes': clientHello({ extensions: [[0x1234, Buffer.alloc(256 - 56)]] }),
  'other message': record(22, [2, 0, 0, 0]),
  'empty message': record(22, [1, 0, 0, 0]),
  'huge message': record(22, [1, 255, 255, 255]),
  'huge record': Buffer.concat([Buffer.from([22, 3, 1, 255, 255]), Buffer.alloc(300)]),
  'application data': record(23, [1, 2, 3]),
  'another version': Buffer.from([22, 4, 1, 0, 1, 1]),
  'empty records': Buffer.concat(Array.from({ length: 40 }, () => record(22, []))),
  // Version 3 of SSL 2.0, whose length is then not enough.
  'SSL 2.0': Buffer.from([0x80, 0x2e, 1, 3, 1, ...Array<number>(43).fill(0)]),
};

/** Clients that begin in every way that inspectors tell apart. */
export const firstClients: readonly ChainClient[] = [
  ...lines.map((line) => ({ name: JSON.stringify(line), head: Buffer.from(`${line}\r\n`, 'latin1') })),
  ...Object.entries(binaries).map(([name, head]) => ({ name, head })),
].map((it) => ({ ...it, from: '127.0.0.1' }));

const ofListener = (type: string, fields: { readonly [field: string]: Plain } = {}): Plain => ({
  name: type,
  typed_config: { '@type': `type.googleapis.com/envoy.extensions.filters.listener.${type}`, ...fields },
});
const tls = (fields = {}): Plain => ofListener('tls_inspector.v3.TlsInspector', fields);
const http = ofListener('http_inspector.v3.HttpInspector');

/** Listeners by the inspectors that they have. */
export const inspectorSets: { readonly [name: string]: readonly Plain[] } = {
  http: [http],
  tls: [tls()],
  both: [tls(), http],
  'tls-closing': [tls({ close_connection_on_client_hello_parsing_errors: true })],
  'tls-small': [tls({ max_client_hello_size: 256, initial_read_buffer_size: 256 })],
  'tls-small-closing': [
    tls({ max_client_hello_size: 256, close_connection_on_client_hello_parsing_errors: true }),
  ],
};
