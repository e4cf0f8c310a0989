import { closing, get, post, reply, request, simple } from '../differential-case.js';
import type { FilterFamily } from './filter-family.js';
import { filter, routeTo, typed } from './shorthand.js';

const chunked = (path: string, ...chunks: string[]): string =>
  request('POST', path, [['transfer-encoding', 'chunked']]) +
  chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('') +
  '0\r\n\r\n';

const to = (name: string) => ({ listener: 'buffer', origin: [reply('200 OK', [], name)] });

/** Requests held back until they are complete. */
export const bufferFamily: FilterFamily = {
  listeners: {
    buffer: {
      filters: [filter('buffer', 'buffer.v3.Buffer', { max_request_bytes: 20 })],
      routes: [
        routeTo('/off', { buffer: typed('buffer.v3.BufferPerRoute', { disabled: true }) }),
        routeTo('/more', {
          buffer: typed('buffer.v3.BufferPerRoute', { buffer: { max_request_bytes: 40 } }),
        }),
        routeTo('/less', { buffer: typed('buffer.v3.BufferPerRoute', { buffer: { max_request_bytes: 4 } }) }),
        routeTo('/flagged', {
          buffer: { '@type': 'type.googleapis.com/envoy.config.route.v3.FilterConfig', disabled: true },
        }),
      ],
    },
    'buffer-trailers': {
      filters: [filter('buffer', 'buffer.v3.Buffer', { max_request_bytes: 20 })],
      routes: [],
      manager: { http_protocol_options: { enable_trailers: true } },
    },
  },
  cases: [
    simple('buffer: no body', get('/x'), to('a')),
    simple('buffer: a body with its length', post('/x', 'twelve bytes'), to('a')),
    simple('buffer: a chunked body gets a length', chunked('/x', 'one', 'two', 'three'), to('a')),
    simple('buffer: a chunked body that is empty', chunked('/x'), to('a')),
    simple('buffer: just at the limit', post('/x', '12345678901234567890'), to('a')),
    closing('buffer: over the limit by length', post('/x', '123456789012345678901'), { listener: 'buffer' }),
    closing('buffer: over the limit in chunks', chunked('/x', '1234567890', '12345678901'), {
      listener: 'buffer',
    }),
    closing(
      'buffer: over the limit in two writes',
      `${request('POST', '/x', [['content-length', '30']])}123456789012345678901234`,
      { listener: 'buffer' },
    ),
    {
      name: 'buffer: a body in parts arrives whole',
      listener: 'buffer',
      steps: [
        `${request('POST', '/x', [['content-length', '8']])}1234`,
        { text: '' },
        '5678',
        { responses: 1 },
      ],
    },
    simple('buffer: switched off on a route', chunked('/off', '12345678901234567890123'), to('a')),
    simple('buffer: switched off by a flag', chunked('/flagged', '12345678901234567890123'), to('a')),
    simple('buffer: more on a route', chunked('/more', '1234567890', '1234567890123'), to('a')),
    closing('buffer: less on a route', post('/less', '12345'), { listener: 'buffer' }),
    simple(
      'buffer: trailers',
      `${request('POST', '/x', [
        ['transfer-encoding', 'chunked'],
        ['trailer', 'x-t'],
      ])}3\r\nabc\r\n0\r\nx-t: 1\r\n\r\n`,
      { listener: 'buffer-trailers' },
    ),
  ],
};
