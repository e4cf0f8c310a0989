import type { Chunk } from '../../../../api/codec.js';
import {
  DataStatus,
  type Flow,
  HeadersStatus,
  type StreamControl,
  TrailersStatus,
} from '../../../../api/http-filter.js';
import type { BoundStats } from '../../../../api/stats.js';
import type { HeaderMap } from '../../../../base/header-map.js';
import type { Plain } from '../../../../base/plain.js';
import type { JsonRules } from './rules.js';

/** The slots of one direction. */
export interface BodySlots {
  readonly success: number;
  readonly noBody: number;
  readonly invalid: number;
  readonly otherType: number;
}

/** Holds one direction of a stream back until its body is there and has been read. */
export class BodyReader<H extends HeaderMap> {
  private readonly stream: StreamControl;
  private readonly flow: Flow<H>;
  private readonly rules: JsonRules;
  private readonly stats: BoundStats;
  private readonly slots: BodySlots;
  private isDone: boolean;

  constructor(stream: StreamControl, flow: Flow<H>, rules: JsonRules, stats: BoundStats, slots: BodySlots) {
    this.stream = stream;
    this.flow = flow;
    this.rules = rules;
    this.stats = stats;
    this.slots = slots;
    this.isDone = false;
  }

  onHeaders(headers: H, endStream: boolean): HeadersStatus {
    if (!this.rules.accepts(headers)) {
      this.isDone = true;
      this.stats.inc(this.slots.otherType);
      this.rules.onInvalidBody(this.stream.info);
      return HeadersStatus.Continue;
    }
    if (!endStream) return HeadersStatus.Stop;
    this.read(null);
    return HeadersStatus.Continue;
  }

  onData(chunk: Chunk, endStream: boolean): DataStatus {
    if (this.isDone) return DataStatus.Continue;
    if (!endStream) return DataStatus.StopBuffer;
    const last = chunk.buffer.subarray(chunk.start, chunk.end);
    const before = this.flow.buffered();
    this.read(before === null ? last : Buffer.concat([before, last]));
    return DataStatus.Continue;
  }

  onTrailers(): TrailersStatus {
    if (!this.isDone) this.read(this.flow.buffered());
    return TrailersStatus.Continue;
  }

  private read(body: Uint8Array | null): void {
    this.isDone = true;
    const { info } = this.stream;
    if (body === null || body.length === 0) {
      this.stats.inc(this.slots.noBody);
      this.rules.onNoBody(info);
      return;
    }
    const parsed = parseJson(body);
    if (parsed === undefined) {
      this.stats.inc(this.slots.invalid);
      this.rules.onInvalidBody(info);
      return;
    }
    this.stats.inc(this.slots.success);
    this.rules.onBody(parsed, info);
  }
}

/** Undefined for what is no JSON, and for whole numbers that no 64 bits hold. */
function parseJson(body: Uint8Array): Plain {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
  try {
    const parsed: Plain = JSON.parse(text);
    return /\d{19}/.test(text) && hasHugeInteger(text) ? undefined : parsed;
  } catch {
    return undefined;
  }
}

const quoted = /"(?:[^"\\]|\\.)*"/gs;
const wholeNumber = /(?<![\d.eE+-])-?\d{19,}(?![\d.eE])/g;

function hasHugeInteger(text: string): boolean {
  for (const [digits] of text.replace(quoted, '""').matchAll(wholeNumber)) {
    const value = BigInt(digits);
    if (BigInt.asIntN(64, value) !== value) return true;
  }
  return false;
}
