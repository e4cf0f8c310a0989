import type { Plain } from '../../base/plain.js';
import type { FieldType, MessageType } from '../descriptors/message-type.js';
import type { SourceText } from '../source/source-text.js';

/** A `google.protobuf.Duration`, exact. Both parts carry the sign. */
export class DurationValue {
  readonly seconds: number;
  readonly nanos: number;

  constructor(seconds: number, nanos: number) {
    this.seconds = seconds;
    this.nanos = nanos;
  }

  /** Milliseconds, fractional. */
  get ms(): number {
    return this.seconds * 1000 + this.nanos / 1e6;
  }
}

/** A `Struct`, `Value` or `ListValue`: JSON data kept as it is. */
export class StructValue {
  readonly plain: Plain;

  constructor(plain: Plain) {
    this.plain = plain;
  }
}

/** One value: enums are their numbers, 64-bit integers beyond 2^53 bigints. */
export type SingleValue =
  | string
  | number
  | bigint
  | boolean
  | Uint8Array
  | DurationValue
  | StructValue
  | MessageValue;
export type Value = SingleValue | SingleValue[] | Map<string, SingleValue>;

export type FieldVerdict = 'unread' | 'honoured' | 'no-effect' | 'unsupported';

/** A field that is present. Its verdict is what readers made of it. */
export class FieldValue {
  readonly type: FieldType;
  source: SourceText;
  /** Offset of the field's key. */
  at: number;
  value: Value;
  verdict: FieldVerdict = 'unread';
  reason = '';

  constructor(type: FieldType, source: SourceText, at: number, value: Value) {
    this.type = type;
    this.source = source;
    this.at = at;
    this.value = value;
  }
}

/** Where a message hangs: the field that holds it and its place in a list or map. */
export interface Place {
  readonly parent: MessageValue;
  readonly field: string;
  /** Index of a list, key of a map, or undefined. */
  readonly step: number | string | undefined;
}

/** A message that is present, with its fields in file order. */
export class MessageValue {
  readonly type: MessageType;
  readonly source: SourceText;
  readonly at: number;
  place: Place | undefined;
  readonly fields = new Map<string, FieldValue>();
  /** Of an Any: type URL as written, and the message inside when its type is known. */
  typeUrl = '';
  inner: MessageValue | undefined = undefined;
  /** Of an Any that held a TypedStruct: that message; `typeUrl` and `inner` are what it wraps. */
  typedStruct: MessageValue | undefined = undefined;
  /** Fields that were given and are not usable, as told; nobody need miss them. */
  broken: Set<string> | undefined = undefined;
  /** Something else than an object stood there. */
  isBroken = false;
  /** Set when everything below shares one verdict: a message kept as it is, or one of a type not done here. */
  whole: FieldVerdict | undefined = undefined;

  constructor(type: MessageType, source: SourceText, at: number, place: Place | undefined) {
    this.type = type;
    this.source = source;
    this.at = at;
    this.place = place;
  }

  markBroken(field: string): void {
    this.broken ??= new Set();
    this.broken.add(field);
  }

  /** Dotted path with indices; empty at the root. */
  path(): string {
    const parts: string[] = [];
    for (let place = this.place; place !== undefined; place = place.parent.place) {
      const { field, step } = place;
      if (field !== '') parts.push(step === undefined ? field : `${field}[${stepText(step)}]`);
    }
    return parts.reverse().join('.');
  }

  pathOf(field: string, step?: number | string): string {
    const own = this.path();
    const name = step === undefined ? field : `${field}[${stepText(step)}]`;
    return own === '' ? name : `${own}.${name}`;
  }
}

function stepText(step: number | string): string {
  return typeof step === 'number' ? String(step) : JSON.stringify(step);
}

/** Type named by a URL: what follows the last slash. */
export function typeNameOf(typeUrl: string): string {
  return typeUrl.slice(typeUrl.lastIndexOf('/') + 1);
}
