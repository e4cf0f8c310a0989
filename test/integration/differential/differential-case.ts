/** What the client does, in order. Text is sent as it is. */
export type ClientStep =
  | string
  /** Until that many final responses are complete. */
  | { readonly responses: number }
  /** Until that text has arrived from the proxy. */
  | { readonly text: string }
  /** Until that many requests have reached the origin. */
  | { readonly atOrigin: number }
  /** Until that text has reached the origin. */
  | { readonly textAtOrigin: string }
  /** Until the origin has lost all of its connections. */
  | 'origin-idle'
  /** Until the proxy has closed the connection. */
  | 'closed'
  /** FIN. */
  | 'end'
  /** RST. */
  | 'reset';

/** What the origin does with one request, in order. */
export type OriginStep =
  | { readonly send: string }
  /** The whole request has arrived; without it the origin acts on the head. */
  | 'complete'
  | { readonly text: string }
  /** Until that many requests have reached the origins. */
  | { readonly requests: number }
  | 'close'
  | 'reset'
  /** Sends back whatever arrives from now on. */
  | 'echo'
  /** Never answers. */
  | 'hang';

/** A text is an answer to the complete request. */
export type OriginScript = string | readonly OriginStep[];

/** One conversation that both proxies must carry in the same way. */
export interface DifferentialCase {
  readonly name: string;
  /** Listener of the bootstrap; `main` when omitted. */
  readonly listener?: string;
  readonly steps: readonly ClientStep[];
  /** What the origins do with the first, second … request; afterwards they answer 200 `ok`. */
  readonly origin?: readonly OriginScript[];
  /** Whether the connection is tried with one more request at the end; default true. */
  readonly probes?: boolean;
  /** Where the outcome depends on a race inside Envoy itself, what is left out of the comparison. */
  readonly ignores?: readonly RegExp[];
}

export type HeaderList = readonly (readonly [name: string, value: string])[];

/** A request's text. The host is `test.local` unless the headers have one. */
export function request(method: string, target: string, headers: HeaderList = [], body = ''): string {
  const hasHost = headers.some(([name]) => name.toLowerCase() === 'host');
  const fields = [...(hasHost ? [] : [['host', 'test.local'] as const]), ...headers];
  return `${method} ${target} HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
}

export function get(target: string, headers: HeaderList = []): string {
  return request('GET', target, headers);
}

/** A POST with its length. */
export function post(target: string, body: string, headers: HeaderList = []): string {
  return request('POST', target, [...headers, ['content-length', String(body.length)]], body);
}

/** A response's text; `content-length` is added unless framing is given. */
export function reply(status: string, headers: HeaderList = [], body = ''): string {
  const isFramed = headers.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name));
  const fields = isFramed ? headers : [...headers, ['content-length', String(body.length)] as const];
  return `HTTP/1.1 ${status}\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
}

/** One request, one response. */
export function simple(
  name: string,
  text: string,
  rest: Partial<Omit<DifferentialCase, 'name' | 'steps'>> = {},
): DifferentialCase {
  return { name, steps: [text, { responses: 1 }], ...rest };
}

/** The proxy must answer (or not) and close. */
export function closing(
  name: string,
  text: string,
  rest: Partial<Omit<DifferentialCase, 'name' | 'steps'>> = {},
): DifferentialCase {
  return { name, steps: [text, 'closed'], ...rest };
}
