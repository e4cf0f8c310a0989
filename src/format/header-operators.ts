import type { LogContext } from '../api/stream-info.js';
import type { HeaderMap } from '../base/header-map.js';
import {
  bareNumber,
  type Field,
  type FieldText,
  limited,
  type Operator,
  type OperatorTable,
  textField,
  withArgument,
} from './field.js';
import { requestPseudo, responsePseudo, sizeOf } from './header-size.js';
import { queryText, splitPath } from './path-parts.js';

type HeadersOf = (context: LogContext) => HeaderMap | null;

const request: HeadersOf = (context) => context.requestHeaders;
const response: HeadersOf = (context) => context.responseHeaders;
const trailers: HeadersOf = (context) => context.responseTrailers;

/** Names of `X?Y`, lower case; a string is the problem. */
function alternatives(argument: string): { main: string; other: string } | string {
  const [main = '', other = '', ...more] = argument.toLowerCase().split('?');
  if (more.length > 0) return `More than 1 alternative header specified in token: ${argument}`;
  if (main.lastIndexOf(':') > 0 || other.lastIndexOf(':') > 0) {
    return `Invalid header configuration. Format string contains an invalid header name: ${argument}`;
  }
  return { main, other };
}

/** The first value of the first of two headers that is there. */
function headerText(source: HeadersOf, main: string, other: string): FieldText {
  if (other === '') return (context) => source(context)?.get(main);
  return (context) => {
    const headers = source(context);
    return headers?.get(main) ?? headers?.get(other);
  };
}

function headerOperator(source: HeadersOf): Operator {
  return withArgument('required', (argument, limit) => {
    const names = alternatives(argument);
    if (typeof names === 'string') return names;
    return textField(limited(headerText(source, names.main, names.other), limit));
  });
}

/** Needs the formatter extension `req_without_query`. */
export const requestWithoutQuery: Operator = withArgument('required', (argument, limit) => {
  const names = alternatives(argument);
  if (typeof names === 'string') return names;
  const text = headerText(request, names.main, names.other);
  return textField(limited((context) => splitPath(text(context)), limit));
});

const originalPath = (context: LogContext): string | undefined =>
  request(context)?.get('x-envoy-original-path');
const currentPath = (context: LogContext): string | undefined => request(context)?.get(':path');
const pathSources: { readonly [option: string]: FieldText } = {
  ORIG: originalPath,
  PATH: currentPath,
  ORIG_OR_PATH: (context) => originalPath(context) ?? currentPath(context),
};

function pathField(argument: string, limit: number | undefined): Field | string {
  const [query = '', from = '', ...more] = argument.split(':');
  if (more.length > 0) return 'PATH formatter does not support more than 2 options';
  if (query !== '' && query !== 'WQ' && query !== 'NQ') {
    return `Invalid PATH option: '${query}', only 'WQ'/'NQ' are allowed`;
  }
  const source = pathSources[from === '' ? 'ORIG_OR_PATH' : from];
  if (source === undefined)
    return `Invalid PATH option: '${from}', only 'ORIG'/'PATH'/'ORIG_OR_PATH' are allowed`;
  return textField(limited(query === 'NQ' ? (context) => splitPath(source(context)) : source, limit));
}

function queryParameterField(name: string, limit: number | undefined): Field {
  return textField(
    limited((context) => {
      const query = queryText(currentPath(context));
      if (query === undefined) return undefined;
      for (const pair of query.split('&')) {
        const equals = pair.indexOf('=');
        const key = equals < 0 ? pair : pair.slice(0, equals);
        if (unescapeBytes(key) === name) return equals < 0 ? '' : unescapeBytes(pair.slice(equals + 1));
      }
      return undefined;
    }, limit),
  );
}

function queryParametersField(argument: string, limit: number | undefined): Field | string {
  if (argument !== '' && argument !== 'ORIG' && argument !== 'DECODED') {
    return `Invalid QUERY_PARAMS option: '${argument}', only 'ORIG'/'DECODED' are allowed`;
  }
  const decode = argument === 'DECODED';
  return textField(
    limited((context) => {
      const query = queryText(originalPath(context) ?? currentPath(context));
      return query === undefined || !decode ? query : unescapeVisible(query);
    }, limit),
  );
}

/** Undoes percent-encoding byte by byte (RFC 3986 section 2.1). */
function unescapeBytes(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** The same for visible characters alone, so that blanks, controls and `%` cannot be mistaken for something else. */
function unescapeVisible(text: string): string {
  return text.replace(/%([2-7][0-9A-Fa-f])/g, (whole, hex: string) => {
    const code = Number.parseInt(hex, 16);
    return code > 0x20 && code < 0x7f && code !== 0x25 ? String.fromCharCode(code) : whole;
  });
}

export const headerOperators: OperatorTable = {
  REQ: headerOperator(request),
  REQUEST_HEADER: headerOperator(request),
  RESP: headerOperator(response),
  RESPONSE_HEADER: headerOperator(response),
  TRAILER: headerOperator(trailers),
  RESPONSE_TRAILER: headerOperator(trailers),
  PATH: withArgument('optional', pathField),
  QUERY_PARAM: withArgument('required', queryParameterField),
  QUERY_PARAMS: withArgument('optional', queryParametersField),
  REQUEST_HEADERS_BYTES: bareNumber((context) => sizeOf(context.requestHeaders, requestPseudo)),
  RESPONSE_HEADERS_BYTES: bareNumber((context) => sizeOf(context.responseHeaders, responsePseudo)),
  RESPONSE_TRAILERS_BYTES: bareNumber((context) => sizeOf(context.responseTrailers, [])),
};
