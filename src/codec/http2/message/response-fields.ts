import { ResponseHeaders } from '../../../base/header-map.js';
import type { FieldSink } from '../hpack/decoder.js';
import { FieldKind, type FieldName } from '../hpack/field-name.js';
import { type HeadLimits, type HeadVerdict, parseContentLength, trimValue } from './head-limits.js';

/** Makes a response's head of the fields of its block (RFC 9113 section 8.3.2). One per connection. */
export class ResponseFields implements FieldSink {
  private readonly limits: HeadLimits;
  headers: ResponseHeaders;
  /** -1 when there is none. */
  contentLength: number;
  /** Names and values of the block so far. */
  bytes: number;
  private problem: HeadVerdict;
  private count: number;
  private sawRegular: boolean;

  constructor(limits: HeadLimits) {
    this.limits = limits;
    this.headers = new ResponseHeaders();
    this.contentLength = -1;
    this.problem = 'ok';
    this.bytes = 0;
    this.count = 0;
    this.sawRegular = false;
  }

  begin(): void {
    this.headers = new ResponseHeaders();
    this.contentLength = -1;
    this.problem = 'ok';
    this.bytes = 0;
    this.count = 0;
    this.sawRegular = false;
  }

  onField(name: FieldName, text: string): void {
    const value = trimValue(text);
    this.bytes += name.text.length + text.length;
    this.count++;
    if (this.bytes > this.limits.maxHeadBytes) this.fail('too-large');
    else if (this.count > this.limits.maxHeaders) this.fail('too-many');
    if (this.problem !== 'ok') return;
    const { headers } = this;
    switch (name.kind) {
      case FieldKind.status:
        this.status(value);
        return;
      case FieldKind.contentLength:
        if (this.contentLength >= 0 || (this.contentLength = parseContentLength(value)) < 0) {
          this.fail('bad-field');
          return;
        }
        break;
      case FieldKind.connectionSpecific:
      case FieldKind.malformed:
        this.fail('bad-field');
        return;
      default:
        if (name.text.charCodeAt(0) === 58) {
          this.fail('bad-field');
          return;
        }
    }
    this.sawRegular = true;
    headers.addKnown(name.text, value, name.classes);
  }

  end(): HeadVerdict {
    if (this.problem === 'ok' && this.headers.status === 0) this.fail('malformed');
    return this.problem;
  }

  /** 101 has no meaning here (RFC 9113 section 8.6). */
  private status(value: string): void {
    if (this.sawRegular || this.headers.status !== 0 || !/^[1-9]\d\d$/.test(value) || value === '101') {
      this.fail('malformed');
      return;
    }
    this.headers.status = Number(value);
  }

  private fail(problem: HeadVerdict): void {
    if (this.problem === 'ok') this.problem = problem;
  }
}
