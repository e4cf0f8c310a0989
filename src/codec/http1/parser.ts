import type { CodecError, Http1Events, Http1ParserOptions } from '../../api/codec.js';
import { type HeaderMap, RequestHeaders, ResponseHeaders } from '../../base/header-map.js';
import { NameSpelling, type SpellingConfig } from '../../base/name-spelling.js';
import { Refusal, refuse } from './codec-errors.js';
import { removeNominated, removeUpgrade, upgradeOf, wantsKeepAlive } from './connection-header.js';
import { fieldScan, fieldSpelling, fieldValue, Section, scanFields } from './field-scanner.js';
import { HeaderRole } from './header-names.js';
import { bodyKindOf, framingFields, readFramingFields } from './message-framing.js';
import { MessageParser } from './message-parser.js';
import { isAuthority, readTarget } from './request-target.js';
import { scanRequestLine, scanStatusLine, startLine } from './start-line.js';

/** Roles that need a look of their own once the fields are in the map; Host is seen to while they are put there. */
const specialRoles =
  HeaderRole.contentLength |
  HeaderRole.transferEncoding |
  HeaderRole.connection |
  HeaderRole.proxyConnection |
  HeaderRole.upgrade |
  HeaderRole.expect;

/** Parses what a client sends. */
export class Http1RequestParser extends MessageParser<RequestHeaders> {
  /** The request had a Host field or an authority in its target, be it an empty one. */
  hasHost: boolean;
  /** Fields dropped for an underscore in their names, since the parser was made. */
  droppedUnderscores: number;

  constructor(options: Http1ParserOptions, events: Http1Events<RequestHeaders>) {
    super(options, events, true);
    this.hasHost = false;
    this.droppedUnderscores = 0;
  }

  protected override scanHead(buffer: Buffer, start: number, end: number): number {
    const at = scanRequestLine(buffer, start, end);
    return at < 0 ? at : scanFields(buffer, at, end, this.options.maxHeaders, Section.request);
  }

  protected override buildHead(buffer: Buffer, start: number, end: number): RequestHeaders | null {
    const text = buffer.latin1Slice(
      start,
      fieldScan.strangers > 0 || this.options.spelling !== null ? end : startLine.targetEnd,
    );
    const headers = new RequestHeaders();
    headers.method = startLine.method;
    this.addFields(headers, text, start);
    const target = text.substring(startLine.targetStart - start, startLine.targetEnd - start);
    const error = this.applyRules(headers, target);
    if (error === null) return headers;
    this.fail(error);
    return null;
  }

  protected override messageEnded(): void {
    this.isTunnel = false;
  }

  /** Moves the scanned fields into the map; Host becomes the authority, repeated ones joined as Envoy does. */
  private addFields(headers: RequestHeaders, text: string, base: number): void {
    const { names, count } = fieldScan;
    const dropsUnderscores = fieldScan.hasUnderscore && this.options.headersWithUnderscores === 'DROP_HEADER';
    const spelling = this.options.spelling === null ? null : new NameSpelling(this.options.spelling);
    this.hasHost = false;
    for (let i = 0; i < count; i++) {
      const name = names[i]!;
      if (name.role === HeaderRole.host) {
        const value = fieldValue(i, text, base);
        headers.authority =
          headers.authority === '' || value === ''
            ? headers.authority + value
            : `${headers.authority},${value}`;
        this.hasHost = true;
        spelling?.note('host', fieldSpelling(i, text, base));
        continue;
      }
      if (dropsUnderscores && name.hasUnderscore) {
        this.droppedUnderscores++;
        continue;
      }
      headers.names.push(name.text);
      headers.values.push(fieldValue(i, text, base));
      spelling?.note(name.text, fieldSpelling(i, text, base));
    }
    headers.classes = fieldScan.classes;
    headers.spelling = spelling;
  }

  /** Everything the codec decides about a request, in Envoy's order. */
  private applyRules(headers: RequestHeaders, target: string): CodecError | null {
    const { version } = startLine;
    if (version !== 11 && (version !== 10 || !this.options.acceptHttp10)) {
      return refuse(Refusal.lowVersion, `HTTP version ${version / 10}`);
    }
    this.version = version;
    if (fieldScan.hasUnderscore && this.options.headersWithUnderscores === 'REJECT_REQUEST') {
      return refuse(Refusal.underscore, 'underscore in a header name');
    }
    const error = this.readAuthority(headers, target);
    if (error !== null) return error;
    if ((fieldScan.roles & specialRoles) !== 0) return this.applySpecialFields(headers);
    this.keepAlive = version === 11;
    this.upgrade = '';
    this.expectContinue = false;
    this.contentLength = -1;
    this.isChunked = false;
    this.bodyKind = 'none';
    this.isTunnel = headers.method === 'CONNECT';
    return null;
  }

  private readAuthority(headers: RequestHeaders, target: string): CodecError | null {
    const fromField = headers.authority;
    const error = readTarget(headers, target, this.options.allowAbsoluteUrl);
    // Host counts for nothing where the target has an authority of its own (RFC 9112 section 3.2.2).
    if (this.hasHost && headers.authority === fromField && !isAuthority(fromField)) {
      return refuse(Refusal.invalidAuthority, 'invalid character in host');
    }
    if (headers.authority !== '') this.hasHost = true;
    return error;
  }

  private applySpecialFields(headers: RequestHeaders): CodecError | null {
    const error =
      readFramingFields(headers, this.options.allowChunkedLength) ?? this.framingConflict(headers);
    if (error !== null) return error;
    this.contentLength = framingFields.length;
    this.isChunked = framingFields.isChunked;
    this.bodyKind = bodyKindOf('none');
    this.keepAlive = wantsKeepAlive(headers, this.version);
    this.expectContinue = this.readExpect(headers);
    return this.applyConnection(headers);
  }

  private framingConflict(headers: RequestHeaders): CodecError | null {
    if (framingFields.hasCoding && this.version < 11) {
      return refuse(Refusal.codingNotAllowed, 'transfer-encoding in an HTTP/1.0 request');
    }
    if (headers.method !== 'CONNECT') return null;
    if (framingFields.hasCoding) return refuse(Refusal.unknownCoding, 'transfer-encoding in CONNECT');
    if (framingFields.length > 0) return refuse(Refusal.bodyDisallowed, 'content-length in CONNECT');
    if (framingFields.length === 0) headers.remove('content-length');
    return null;
  }

  private applyConnection(headers: RequestHeaders): CodecError | null {
    const upgrade = upgradeOf(headers);
    const hadHost = headers.authority !== '';
    this.upgrade = '';
    if (upgrade !== undefined) {
      const token = upgrade.toLowerCase();
      if (token === 'h2c' || this.options.ignoresUpgrade?.(upgrade) === true) removeUpgrade(headers);
      // An upgrade to nothing is one that no configuration can allow.
      else this.upgrade = token === '' ? ' ' : token;
    }
    this.isTunnel = headers.method === 'CONNECT' || this.upgrade !== '';
    if (this.isTunnel) {
      this.bodyKind = 'none';
      return null;
    }
    const error = removeNominated(headers);
    if (hadHost && headers.authority === '') this.hasHost = false;
    return error;
  }

  private readExpect(headers: RequestHeaders): boolean {
    if ((fieldScan.roles & HeaderRole.expect) === 0 || (fieldScan.repeated & HeaderRole.expect) !== 0)
      return false;
    return this.version === 11 && headers.get('expect')?.toLowerCase() === '100-continue';
  }
}

/** Parses what an origin sends. Each response needs an `expect` before its first byte. */
export class Http1ResponseParser extends MessageParser<ResponseHeaders> {
  private expected: string;

  constructor(options: Http1ParserOptions, events: Http1Events<ResponseHeaders>) {
    super(options, events, false);
    this.expected = '';
  }

  /** The next response answers a request with this method. */
  expect(method: string): void {
    this.expected = method;
  }

  protected override scanHead(buffer: Buffer, start: number, end: number): number {
    const at = scanStatusLine(buffer, start, end);
    return at < 0 ? at : scanFields(buffer, at, end, this.options.maxHeaders, Section.response);
  }

  protected override buildHead(buffer: Buffer, start: number, end: number): ResponseHeaders | null {
    const headers = new ResponseHeaders(startLine.status);
    const needsText = fieldScan.strangers > 0 || this.options.spelling !== null;
    const text = needsText ? buffer.latin1Slice(start, end) : '';
    addFields(headers, text, start, this.options.spelling);
    if (this.options.spelling?.forwardsReason === true) noteReason(headers, text);
    const error = this.applyRules(headers);
    if (error === null) return headers;
    this.fail(error);
    return null;
  }

  protected override messageEnded(): void {
    this.expected = '';
  }

  private applyRules(headers: ResponseHeaders): CodecError | null {
    const { status, version } = startLine;
    if (this.expected === '') return refuse(Refusal.malformed, 'a response that nothing asked for');
    if (version !== 11 && version !== 10) return refuse(Refusal.malformed, `HTTP version ${version / 10}`);
    this.version = version;
    const error =
      readFramingFields(headers, this.options.allowChunkedLength) ?? this.framingConflict(headers);
    if (error !== null) return error;
    this.isInformational = status < 200 && status !== 101;
    this.isTunnel = status === 101 || (this.expected === 'CONNECT' && status >= 200 && status < 300);
    this.contentLength = framingFields.length;
    this.isChunked = framingFields.isChunked;
    this.bodyKind = this.hasBody(status) ? bodyKindOf('until-close') : 'none';
    this.keepAlive = this.bodyKind !== 'until-close' && wantsKeepAlive(headers, version);
    this.upgrade = upgradeOf(headers)?.toLowerCase() ?? '';
    return null;
  }

  /** RFC 9112 section 6.3, rules 1 and 2. */
  private hasBody(status: number): boolean {
    if (this.expected === 'HEAD' || this.isTunnel) return false;
    return status >= 200 && status !== 204 && status !== 304;
  }

  /** 1xx and 204 never have a body: framing for one would let two readers disagree. */
  private framingConflict(headers: ResponseHeaders): CodecError | null {
    const { status } = headers;
    if (status >= 200 && status !== 204) return null;
    if (framingFields.hasCoding)
      return refuse(Refusal.codingNotAllowed, `transfer-encoding with status ${status}`);
    if (framingFields.length > 0)
      return refuse(Refusal.lengthNotAllowed, `content-length with status ${status}`);
    if (framingFields.length === 0) headers.remove('content-length');
    return null;
  }
}

function addFields(headers: HeaderMap, text: string, base: number, config: SpellingConfig | null): void {
  const spelling = config === null ? null : new NameSpelling(config);
  for (let i = 0; i < fieldScan.count; i++) {
    headers.names.push(fieldScan.names[i]!.text);
    headers.values.push(fieldValue(i, text, base));
    spelling?.note(fieldScan.names[i]!.text, fieldSpelling(i, text, base));
  }
  headers.classes = fieldScan.classes;
  headers.spelling = spelling;
}

/** The phrase behind the status: `HTTP/1.1 200 ` is thirteen characters. */
function noteReason(headers: HeaderMap, text: string): void {
  if (headers.spelling !== null) headers.spelling.reason = text.slice(13, text.indexOf('\r'));
}
