import type { Plain } from '../../../../src/base/plain.js';
import { type DifferentialCase, get, post, reply, simple } from '../differential-case.js';
import type { Fields, FilterFamily } from './filter-family.js';
import { filter, routeTo, typed } from './shorthand.js';

const limit = (fields: Fields): Fields => ({ stat_prefix: 'bw', limit_kbps: 1000, ...fields });
const onRoute = (fields: Fields): { readonly [name: string]: Plain } => ({
  bandwidth_limit: typed('bandwidth_limit.v3.BandwidthLimit', limit(fields)),
});
const listener = 'bandwidth';
const trailing = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx-t: 1\r\n\r\n';
/** How many slices there are depends on the machine. */
const slow = {
  listener,
  ignores: [/_enforced|_allowed_size|-delay-ms/],
};
const at = (name: string, text: string, rest: Partial<DifferentialCase> = {}): DifferentialCase =>
  simple(`bandwidth: ${name}`, text, { listener, ...rest });

/** Bodies at a rate. */
export const bandwidthFamily: FilterFamily = {
  listeners: {
    [listener]: {
      manager: { http_protocol_options: { enable_trailers: true } },
      filters: [
        filter(
          'bandwidth_limit',
          'bandwidth_limit.v3.BandwidthLimit',
          limit({ enable_mode: 'REQUEST_AND_RESPONSE' }),
        ),
      ],
      routes: [
        routeTo('/off', onRoute({ stat_prefix: 'off' })),
        routeTo('/request', onRoute({ stat_prefix: 'request', enable_mode: 'REQUEST' })),
        routeTo('/response', onRoute({ stat_prefix: 'response', enable_mode: 'RESPONSE' })),
        routeTo(
          '/disabled',
          onRoute({
            stat_prefix: 'disabled',
            enable_mode: 'REQUEST_AND_RESPONSE',
            runtime_enabled: { default_value: true, runtime_key: 'switched.off' },
          }),
        ),
        routeTo(
          '/trailers',
          onRoute({
            stat_prefix: 'trailers',
            enable_mode: 'REQUEST_AND_RESPONSE',
            enable_response_trailers: true,
            response_trailer_prefix: 'Own',
          }),
        ),
        routeTo(
          '/slow',
          onRoute({
            stat_prefix: 'slow',
            enable_mode: 'RESPONSE',
            limit_kbps: 1,
            fill_interval: '0.02s',
            enable_response_trailers: true,
          }),
        ),
      ],
    },
  },
  cases: [
    at('a request without a body', get('/')),
    at('a request with a body', post('/', 'twelve bytes')),
    at('off', post('/off', 'body')),
    at('of requests', post('/request', 'body')),
    at('of responses', post('/response', 'body')),
    at('switched off', post('/disabled', 'body')),
    at('an empty response', get('/'), { origin: [reply('204 No Content', [['content-length', '0']])] }),
    at('a response with trailers', get('/'), { origin: [trailing] }),
    at('trailers of its own without delay', get('/trailers')),
    at('trailers of both', get('/trailers'), { origin: [trailing], ignores: [/-delay-ms/] }),
    simple('bandwidth: a response that is slow', get('/slow'), {
      ...slow,
      origin: [reply('200 OK', [], 'r'.repeat(1500))],
    }),
  ],
};
