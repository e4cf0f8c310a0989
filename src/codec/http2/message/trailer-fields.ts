import { HeaderMap } from '../../../base/header-map.js';
import type { FieldSink } from '../hpack/decoder.js';
import { FieldKind, type FieldName } from '../hpack/field-name.js';
import { type HeadLimits, type HeadVerdict, trimValue } from './head-limits.js';

/** Makes trailers of the fields of their block: no pseudo-headers (RFC 9113 section 8.1). One per connection. */
export class TrailerFields implements FieldSink {
  private readonly limits: HeadLimits;
  trailers: HeaderMap;
  /** Names and values of the block so far. */
  bytes: number;
  /** Fields dropped for their names since the connection was made. */
  droppedUnderscores: number;
  private problem: HeadVerdict;
  private count: number;

  constructor(limits: HeadLimits) {
    this.limits = limits;
    this.trailers = new HeaderMap();
    this.droppedUnderscores = 0;
    this.problem = 'ok';
    this.bytes = 0;
    this.count = 0;
  }

  begin(): void {
    this.trailers = new HeaderMap();
    this.problem = 'ok';
    this.bytes = 0;
    this.count = 0;
  }

  onField(name: FieldName, value: string): void {
    this.bytes += name.text.length + value.length;
    this.count++;
    if (this.bytes > this.limits.maxHeadBytes) this.fail('too-large');
    else if (this.count > this.limits.maxHeaders) this.fail('too-many');
    if (this.problem !== 'ok') return;
    const isForbidden = name.kind === FieldKind.connectionSpecific || name.kind === FieldKind.malformed;
    if (isForbidden || name.text.charCodeAt(0) === 58) this.fail('bad-field');
    else if (name.kind !== FieldKind.underscore || this.takesUnderscores())
      this.trailers.addKnown(name.text, trimValue(value), name.classes);
  }

  end(): HeadVerdict {
    return this.problem;
  }

  private takesUnderscores(): boolean {
    const action = this.limits.headersWithUnderscores;
    if (action === 'ALLOW') return true;
    if (action === 'REJECT_REQUEST') this.fail('underscores');
    else this.droppedUnderscores++;
    return false;
  }

  private fail(problem: HeadVerdict): void {
    if (this.problem === 'ok') this.problem = problem;
  }
}

/** For blocks of streams that nobody reads any more: decoded, so that the tables keep agreeing. */
export const discardedFields: FieldSink = {
  onField: () => {
    // Nobody reads it.
  },
};
