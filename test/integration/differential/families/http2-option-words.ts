import type { DifferentialCase, HeaderList, OriginScript } from '../differential-case.js';
import { data, frame, headers, uint32 } from '../http2-wire.js';
import { ask, head, type Rest } from './http2-talk.js';

/** Words of the conversations about options and ends of streams. */

export const get = (stream: number, path: string, fields: HeaderList = []): string =>
  headers(stream, head('GET', path, fields));
export const post = (stream: number, path: string, fields: HeaderList = []): string =>
  headers(stream, head('POST', path, fields), false);
export const window = (stream: number, bytes: number): string => frame('window', 0, stream, uint32(bytes));
export const goaway = (last: number, code: number): string =>
  frame('goaway', 0, 0, uint32(last) + uint32(code));
export const okay = (stream: number, body = 'ok'): string =>
  headers(stream, [[':status', '200']], false) + data(stream, body);
/** The head of a PING with its eight bytes to come. */
export const ping = '\0\0\x08\x06\0\0\0\0\0';
export const frames = (bytes: number, stream: number): string =>
  Array.from({ length: bytes / 10_000 }, () => data(stream, 'x'.repeat(10_000), false)).join('');

export function on(name: string): Rest {
  return { listener: `o-${name}` };
}

export const hanging: OriginScript = ['complete', 'hang'];

export function to(
  name: string,
  what: string,
  origin: readonly OriginScript[],
  more: Rest = {},
): DifferentialCase {
  return ask(`options of a cluster: ${what}`, `/http2-${name}/`, [], { ...on('plain'), origin, ...more });
}

/** Conditions of retries, each with a route of its name. */
export const retryConditions = [
  'reset',
  'refused-stream',
  '5xx',
  'gateway-error',
  'connect-failure',
  'reset-before-request',
];
