import type { Http1ParserOptions } from '../../../src/api/codec.js';

/** Bytes on a connection and what must come of them; see `transcript` for the lines. */
export interface WireCase {
  readonly name: string;
  /** One character a byte. */
  readonly wire: string;
  readonly lines: readonly string[];
  readonly options?: Partial<Http1ParserOptions>;
  /** Methods of the requests that the responses answer; requests have none. */
  readonly methods?: readonly string[];
  /** Why the verdict is not Envoy's. */
  readonly stricter?: string;
}

type Extra = Pick<WireCase, 'options' | 'stricter'>;

/** A request, or several, that must be understood as the lines say. */
export function accepted(name: string, wire: string, lines: readonly string[], extra: Extra = {}): WireCase {
  return { name, wire, lines, ...extra };
}

/** A request that must be refused before anything of it is reported. */
export function refused(name: string, wire: string, verdict: string, extra: Extra = {}): WireCase {
  return { name, wire, lines: [`! ${verdict}`], ...extra };
}

/** A response to GET. */
export function response(name: string, wire: string, lines: readonly string[], extra: Extra = {}): WireCase {
  return { name, wire, lines, methods: ['GET'], ...extra };
}

/** A response to another method, or several responses. */
export function responseTo(
  methods: readonly string[],
  name: string,
  wire: string,
  lines: readonly string[],
  extra: Extra = {},
): WireCase {
  return { name, wire, lines, methods, ...extra };
}

/** `GET /` with these header lines behind Host. */
export function get(...fields: readonly string[]): string {
  return `GET / HTTP/1.1\r\nHost: h\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`;
}

/** `POST /` with these header lines behind Host, and what follows the head. */
export function post(fields: readonly string[], body: string): string {
  return `POST / HTTP/1.1\r\nHost: h\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n${body}`;
}

/** `POST /` in chunks: the chunked body as it goes over the wire. */
export function chunks(body: string): string {
  return post(['Transfer-Encoding: chunked'], body);
}
