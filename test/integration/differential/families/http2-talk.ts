import type { ClientStep, DifferentialCase, HeaderList, OriginScript } from '../differential-case.js';
import { data, frame, headers, preface } from '../http2-wire.js';

/** The first words of a client, settings and their acknowledgement among them. */
export const hello = preface + frame('settings', 0, 0, '') + frame('settings', 1, 0, '');

export function head(method: string, path: string, rest: HeaderList = []): HeaderList {
  return [[':method', method], [':scheme', 'http'], [':authority', 'test.local'], [':path', path], ...rest];
}

export type Rest = Partial<Omit<DifferentialCase, 'name' | 'steps'>>;

/** Frames behind the greeting, and then what is waited for. */
export function talk(
  name: string,
  frames: string,
  rest: Rest = {},
  wait: readonly ClientStep[] = [{ responses: 1 }],
): DifferentialCase {
  return { name: `HTTP/2: ${name}`, listener: 'h2', steps: [hello + frames, ...wait], ...rest };
}

export function ask(name: string, path: string, fields: HeaderList = [], rest: Rest = {}): DifferentialCase {
  return talk(name, headers(1, head('GET', path, fields)), rest);
}

/** Envoy counts no frame before its message is found sound, and of a faulty head the fields before the fault. */
export const uncounted: Rest = { ignores: [/ wire=/] };

/** A request that breaks a rule: its connection ends, or on the lenient listener its stream. */
export function broken(name: string, frames: string): DifferentialCase[] {
  return [
    talk(name, frames, { probes: false, ...uncounted }, ['closed']),
    talk(`${name}, stream error`, frames, { listener: 'h2-lenient', ...uncounted }),
  ];
}

export const answer = (fields: HeaderList, body?: string, stream = 1): OriginScript => [
  'complete',
  {
    send: body === undefined ? headers(stream, fields) : headers(stream, fields, false) + data(stream, body),
  },
];
export const grpc: HeaderList = [
  ['content-type', 'application/grpc'],
  ['te', 'trailers'],
];
export const message = '\0\0\0\0\x02hi';
export const grpcCall = (path: string, rest: HeaderList = []): string =>
  headers(1, head('POST', path, [...grpc, ...rest]), false) + data(1, message);
export const trailing = (fields: HeaderList): OriginScript => [
  'complete',
  {
    send:
      headers(
        1,
        [
          [':status', '200'],
          ['content-type', 'application/grpc'],
        ],
        false,
      ) +
      data(1, message, false) +
      headers(1, fields),
  },
];
export const connectHead = (protocol: string, path: string): HeaderList => [
  [':method', 'CONNECT'],
  [':protocol', protocol],
  [':scheme', 'http'],
  [':authority', 'test.local'],
  [':path', path],
];
