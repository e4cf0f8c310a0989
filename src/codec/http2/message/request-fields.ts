import { RequestHeaders } from '../../../base/header-map.js';
import type { FieldSink } from '../hpack/decoder.js';
import { FieldKind, type FieldName } from '../hpack/field-name.js';
import { type HeadLimits, type HeadVerdict, parseContentLength, trimValue } from './head-limits.js';
import { hasPathBytes, isAuthority, isMethod, isPath, isScheme } from './pseudo-values.js';

const pseudoBits = [0, 1, 2, 4, 8, 16];

/**
 * Makes a request's head of the fields of its block, by the rules of RFC 9113 section 8.3.1. One per connection,
 * used for one block after the other.
 */
export class RequestFields implements FieldSink {
  private readonly limits: HeadLimits;
  private readonly allowsExtendedConnect: boolean;
  headers: RequestHeaders;
  /** -1 when there is none. */
  contentLength: number;
  expectsContinue: boolean;
  hasHost: boolean;
  /** Fields dropped for their names since the connection was made. */
  droppedUnderscores: number;
  /** Names and values of the block so far. */
  bytes: number;
  private problem: HeadVerdict;
  private seen: number;
  private count: number;
  /** Crumbs so far; the field stands behind all others, as in Envoy. */
  private cookie: string;
  private cookieName: FieldName | null;
  private sawRegular: boolean;

  constructor(limits: HeadLimits, allowsExtendedConnect: boolean) {
    this.limits = limits;
    this.allowsExtendedConnect = allowsExtendedConnect;
    this.headers = new RequestHeaders();
    this.contentLength = -1;
    this.expectsContinue = false;
    this.hasHost = false;
    this.droppedUnderscores = 0;
    this.problem = 'ok';
    this.seen = 0;
    this.bytes = 0;
    this.count = 0;
    this.cookie = '';
    this.cookieName = null;
    this.sawRegular = false;
  }

  begin(): void {
    this.headers = new RequestHeaders();
    this.contentLength = -1;
    this.expectsContinue = false;
    this.hasHost = false;
    this.problem = 'ok';
    this.seen = 0;
    this.bytes = 0;
    this.count = 0;
    this.cookie = '';
    this.cookieName = null;
    this.sawRegular = false;
  }

  onField(name: FieldName, text: string): void {
    const value = trimValue(text);
    this.bytes += name.text.length + text.length;
    this.count++;
    if (this.bytes > this.limits.maxHeadBytes) this.fail('too-large');
    else if (this.count > this.limits.maxHeaders) this.fail('too-many');
    if (this.problem !== 'ok') return;
    const { kind } = name;
    if (kind === FieldKind.regular) {
      this.sawRegular = true;
      this.headers.addKnown(name.text, value, name.classes);
    } else if (kind <= FieldKind.protocol) this.pseudo(kind, value);
    else this.special(name, value);
  }

  /** The block has ended: what is missing, and what contradicts what. */
  end(endStream: boolean): HeadVerdict {
    const { cookieName } = this;
    if (cookieName !== null) this.headers.addKnown(cookieName.text, this.cookie, cookieName.classes);
    if (this.problem === 'ok' && !this.isComplete()) this.fail('malformed');
    if (this.problem === 'ok' && endStream && this.contentLength > 0) this.fail('malformed');
    return this.problem;
  }

  private isComplete(): boolean {
    const { headers, seen } = this;
    const hasAuthority = (seen & 4) !== 0;
    if (headers.method === 'CONNECT' && headers.protocol === '') {
      return hasAuthority && (seen & (2 | 8)) === 0;
    }
    if (headers.protocol !== '' && (!this.allowsExtendedConnect || headers.method !== 'CONNECT'))
      return false;
    return this.hasHost && (seen & (1 | 2 | 8)) === (1 | 2 | 8) && isPath(headers.path, headers.method);
  }

  private fail(problem: HeadVerdict): void {
    if (this.problem === 'ok') this.problem = problem;
  }

  private pseudo(kind: FieldKind, value: string): void {
    const bit = pseudoBits[kind] as number;
    if (this.sawRegular || (this.seen & bit) !== 0) {
      this.fail('bad-field');
      return;
    }
    this.seen |= bit;
    const { headers } = this;
    if (kind === FieldKind.method) {
      headers.method = value;
      if (!isMethod(value)) this.fail('bad-field');
    } else if (kind === FieldKind.path) {
      headers.path = value;
      if (!hasPathBytes(value)) this.fail('bad-field');
    } else if (kind === FieldKind.authority) {
      headers.authority = value;
      this.hasHost = true;
      if (!isAuthority(value)) this.fail('bad-field');
    } else if (kind === FieldKind.scheme) {
      headers.scheme = value.toLowerCase();
      if (!isScheme(value)) this.fail('bad-field');
    } else {
      headers.protocol = value;
      if (!this.allowsExtendedConnect) this.fail('bad-field');
    }
  }

  private special(name: FieldName, value: string): void {
    this.sawRegular = true;
    const { headers } = this;
    switch (name.kind) {
      case FieldKind.cookie:
        this.addCrumb(name, value);
        return;
      case FieldKind.host:
        this.host(value);
        return;
      case FieldKind.contentLength:
        if (this.contentLength >= 0 || (this.contentLength = parseContentLength(value)) < 0) {
          this.fail('bad-field');
          return;
        }
        break;
      case FieldKind.te:
        if (value.toLowerCase() !== 'trailers') {
          this.fail('bad-field');
          return;
        }
        break;
      case FieldKind.expect:
        this.expectsContinue = value.toLowerCase() === '100-continue';
        break;
      case FieldKind.underscore:
        if (!this.takesUnderscores()) return;
        break;
      default:
        this.fail('bad-field');
        return;
    }
    headers.addKnown(name.text, value, name.classes);
  }

  /** Crumbs become one field again (RFC 9113 section 8.2.3). */
  private addCrumb(name: FieldName, value: string): void {
    this.cookie = this.cookieName === null ? value : `${this.cookie}; ${value}`;
    this.cookieName = name;
  }

  /** Host stands in for a missing `:authority`, and gives way to one. */
  private host(value: string): void {
    if (this.hasHost) return;
    this.hasHost = true;
    this.headers.authority = value;
    if (!isAuthority(value)) this.fail('bad-field');
  }

  private takesUnderscores(): boolean {
    const action = this.limits.headersWithUnderscores;
    if (action === 'ALLOW') return true;
    if (action === 'REJECT_REQUEST') this.fail('underscores');
    else this.droppedUnderscores++;
    return false;
  }
}
