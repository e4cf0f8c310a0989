import type { FieldType } from '../descriptors/message-type.js';
import {
  DurationValue,
  type FieldValue,
  MessageValue,
  type SingleValue,
  StructValue,
  type Value,
} from './message-value.js';

/** Proto JSON with the names of the `.proto` files: what `/config_dump` prints. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const REDACTED = '[redacted]';
const REDACTED_BYTES = Buffer.from(REDACTED).toString('base64');

/** `0.250s`: no fraction, or three, six or nine digits of it. */
export function durationText(value: DurationValue): string {
  const sign = value.seconds < 0 || value.nanos < 0 ? '-' : '';
  const seconds = Math.abs(value.seconds);
  const nanos = Math.abs(value.nanos);
  if (nanos === 0) return `${sign}${seconds}s`;
  const digits = String(nanos).padStart(9, '0');
  const shown = digits.endsWith('000000') ? 3 : digits.endsWith('000') ? 6 : 9;
  return `${sign}${seconds}.${digits.slice(0, shown)}s`;
}

function isLong(field: FieldType): boolean {
  return field.scalar.endsWith('64') && (field.kind === 'scalar' || field.kind === 'wrapper');
}

function plainJson(value: unknown): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(plainJson);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainJson(inner)]));
}

function redacted(field: FieldType, value: SingleValue): Json {
  if (value instanceof MessageValue) return messageJson(value, true);
  if (typeof value === 'string') return REDACTED;
  if (value instanceof Uint8Array) return REDACTED_BYTES;
  return singleJson(field, value, false);
}

function singleJson(field: FieldType, value: SingleValue, isSensitive: boolean): Json {
  if (isSensitive) return redacted(field, value);
  if (value instanceof MessageValue) return messageJson(value, false);
  if (value instanceof DurationValue) return durationText(value);
  if (value instanceof StructValue) return plainJson(value.plain);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'number') return value;
  if (field.kind === 'enum') return field.enum.nameOf(value) ?? value;
  if (isLong(field) || !Number.isFinite(value)) return String(value);
  return value;
}

function valueJson(field: FieldType, value: Value, isSensitive: boolean): Json {
  if (Array.isArray(value)) return value.map((item) => singleJson(field, item, isSensitive));
  if (!(value instanceof Map)) return singleJson(field, value, isSensitive);
  return Object.fromEntries([...value].map(([key, item]) => [key, singleJson(field, item, isSensitive)]));
}

/** A field without presence that holds its zero value is not printed. */
function isPrinted(field: FieldValue): boolean {
  const { value, type } = field;
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Map) return value.size > 0;
  if (type.hasPresence) return true;
  return !(
    value === 0 ||
    value === '' ||
    value === false ||
    value === 0n ||
    (value instanceof Uint8Array && value.length === 0)
  );
}

export function messageJson(message: MessageValue, isSensitive: boolean): Json {
  const out: [string, Json][] = [];
  let body: MessageValue | undefined = message;
  if (message.typeUrl !== '') {
    body = message.typedStruct ?? message.inner;
    const url =
      message.typedStruct === undefined
        ? message.typeUrl
        : `type.googleapis.com/${message.typedStruct.type.name}`;
    out.push(['@type', url]);
  }
  const fields = [...(body?.fields.values() ?? [])].filter(isPrinted);
  fields.sort((a, b) => a.type.schema.number - b.type.schema.number);
  for (const field of fields) {
    out.push([field.type.name, valueJson(field.type, field.value, isSensitive || field.type.isSensitive)]);
  }
  return Object.fromEntries(out);
}
