import type { Http1Events, Http1ParserOptions } from '../../../src/api/codec.js';
import { type HeaderMap, type RequestHeaders, ResponseHeaders } from '../../../src/base/header-map.js';
import { Http1RequestParser, Http1ResponseParser } from '../../../src/codec/http1/parser.js';

/** Envoy's defaults. */
export const defaultOptions: Http1ParserOptions = {
  maxHeadBytes: 61_440,
  maxHeaders: 100,
  enableTrailers: false,
  acceptHttp10: false,
  allowChunkedLength: false,
  headersWithUnderscores: 'ALLOW',
  spelling: null,
  writesProperCase: false,
  ignoresUpgrade: null,
  sendsFullUrl: false,
  allowAbsoluteUrl: true,
};

/** What a parser is driven with, and what it reported. */
export interface Conversation {
  readonly wire: Buffer;
  /** Ends of the pieces in which the wire arrives; the end of the wire is added. */
  readonly cuts: readonly number[];
  readonly options: Http1ParserOptions;
  /** Responses are read when given: the methods that they answer, in order. */
  readonly methods?: readonly string[];
  /** Reads nothing behind a message that ends the connection, as a codec does. */
  readonly stopsAfterClose?: boolean;
}

type Parser = Http1RequestParser | Http1ResponseParser;

/**
 * Writes down a parser's events, a line each, in a form that does not depend on how the bytes were cut:
 *
 *   GET /path host=h [1.0] [close] [expect] [upgrade=x] [tunnel]      a request's head
 *   200 [1.0] [close] [upgrade=x] [tunnel] [informational]            a response's head
 *     name: value                                                     a field of it
 *   body=bytes        trailer name: value        end
 *   ! status details  ! cut head  ! cut body                          the error that ended it
 *   tunnel=bytes      rest=bytes                                      what was left to the caller
 */
class Scribe implements Http1Events<HeaderMap> {
  readonly lines: string[];
  parser: Parser | null;
  private body: string;

  constructor() {
    this.lines = [];
    this.parser = null;
    this.body = '';
  }

  onMessageBegin(): void {}

  onHeaders(headers: HeaderMap): void {
    const parser = this.parser;
    if (parser === null) return;
    const flags = [
      parser.version === 10 ? '1.0' : '',
      parser.keepAlive ? '' : 'close',
      parser.expectContinue ? 'expect' : '',
      parser.upgrade === '' ? '' : `upgrade=${parser.upgrade}`,
      parser.isTunnel ? 'tunnel' : '',
      parser.isInformational ? 'informational' : '',
    ];
    this.lines.push([startOf(headers), ...flags.filter((flag) => flag !== '')].join(' '));
    for (let i = 0; i < headers.size; i++) this.lines.push(`  ${headers.names[i]}: ${headers.values[i]}`);
  }

  onData(buffer: Buffer, start: number, end: number): void {
    this.body += buffer.latin1Slice(start, end);
  }

  onTrailers(trailers: HeaderMap): void {
    this.flush();
    for (let i = 0; i < trailers.size; i++)
      this.lines.push(`trailer ${trailers.names[i]}: ${trailers.values[i]}`);
  }

  onMessageComplete(): void {
    this.flush();
    this.lines.push('end');
  }

  flush(): void {
    if (this.body !== '') this.lines.push(`body=${this.body}`);
    this.body = '';
  }
}

function startOf(headers: HeaderMap): string {
  if (headers instanceof ResponseHeaders) return String(headers.status);
  const request = headers as RequestHeaders;
  const scheme = request.scheme === '' ? '' : ` scheme=${request.scheme}`;
  return `${request.method} ${request.path} host=${request.authority}${scheme}`;
}

/** Runs the conversation to its end of file and returns the lines. */
export function transcript(conversation: Conversation): string[] {
  const { wire, cuts, options, methods } = conversation;
  const scribe = new Scribe();
  const parser =
    methods === undefined
      ? new Http1RequestParser(options, scribe)
      : new Http1ResponseParser(options, scribe);
  scribe.parser = parser;
  const queue = methods === undefined ? [] : [...methods];
  expectNext(parser, queue);
  let rest = '';
  let from = 0;
  for (const cut of [...cuts, wire.length]) {
    if (!hasStopped(conversation, parser, scribe))
      rest += feed(conversation, parser, from, cut, queue, scribe);
    from = cut;
  }
  if (parser.error === null) parser.finish();
  scribe.flush();
  if (parser.error !== null) scribe.lines.push(errorLine(parser));
  else if (rest !== '') scribe.lines.push(`${parser.isTunnel ? 'tunnel' : 'rest'}=${rest}`);
  return scribe.lines;
}

function hasStopped(conversation: Conversation, parser: Parser, scribe: Scribe): boolean {
  return conversation.stopsAfterClose === true && !parser.keepAlive && scribe.lines.at(-1) === 'end';
}

/** Bytes that the parser left alone, because it ended. */
function feed(
  conversation: Conversation,
  parser: Parser,
  from: number,
  to: number,
  queue: string[],
  scribe: Scribe,
): string {
  const { wire } = conversation;
  let at = from;
  while (at < to && parser.error === null && !parser.isTunnel) {
    const ends = scribe.lines.length;
    const used = parser.execute(wire, at, to);
    if (used === 0 && parser.error === null && !parser.isTunnel)
      throw new Error('the parser does not advance');
    if (parser.heldBytes > conversation.options.maxHeadBytes) throw new Error('the parser holds too much');
    at += used;
    if (scribe.lines.length === ends || scribe.lines.at(-1) !== 'end') continue;
    if (hasStopped(conversation, parser, scribe)) return '';
    expectNext(parser, queue);
  }
  return wire.latin1Slice(at, to);
}

function expectNext(parser: Parser, queue: string[]): void {
  const method = queue.shift();
  if (method !== undefined && parser instanceof Http1ResponseParser) parser.expect(method);
}

function errorLine(parser: Parser): string {
  const { error } = parser;
  if (error === null) return '';
  if (error.message.endsWith('cut off')) return parser.isHeadComplete ? '! cut body' : '! cut head';
  return `! ${error.status} ${error.details}`;
}
