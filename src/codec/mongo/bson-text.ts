import { type BsonDocument, type BsonField, textUpToNul } from './bson-document.js';
import { BsonType } from './bson-types.js';

const plain = /^[ !#-[\]-~]*$/;

/** Documents as one line of JSON, one character a byte. Envoy's form, except that it is always valid JSON. */
export function documentText(document: BsonDocument): string {
  let text = '{';
  for (const field of document.fields()) {
    if (text.length > 1) text += ', ';
    text += `${quoted(field.key)}: ${fieldText(field)}`;
  }
  return `${text}}`;
}

export function documentsText(documents: readonly BsonDocument[]): string {
  return `[${documents.map(documentText).join(', ')}]`;
}

/** Bytes of a text between quotes; those that are no UTF-8 become U+FFFD. */
export function quoted(text: string): string {
  if (plain.test(text)) return `"${text}"`;
  const decoded = Buffer.from(text, 'latin1').toString('utf8');
  return Buffer.from(JSON.stringify(decoded), 'utf8').latin1Slice();
}

function fieldText(field: BsonField): string {
  const { type, bytes, start, end, document, text } = field;
  if (document !== null) return documentText(document);
  if (text !== null) return quoted(text);
  switch (type) {
    case BsonType.double:
      return doubleText(bytes.readDoubleLE(start));
    case BsonType.binary:
      return binaryText(bytes, start + 5, end);
    case BsonType.objectId:
      return `"${bytes.toString('hex', start, end)}"`;
    case BsonType.boolean:
      return bytes[start] === 0 ? 'false' : 'true';
    case BsonType.null:
      return 'null';
    case BsonType.regex:
      return regexText(bytes, start, end);
    case BsonType.int32:
      return String(bytes.readInt32LE(start));
    case BsonType.datetime:
    case BsonType.timestamp:
    case BsonType.int64:
      return String(bytes.readBigInt64LE(start));
    default:
      return rareText(field);
  }
}

/** Values that Envoy does not know. */
function rareText({ type, bytes, start, end }: BsonField): string {
  switch (type) {
    case BsonType.code:
    case BsonType.dbPointer:
      return quoted(textUpToNul(bytes, start + 4, end));
    case BsonType.codeWithScope:
      return quoted(textUpToNul(bytes, start + 8, end));
    case BsonType.decimal128:
      return `"${bytes.toString('hex', start, end)}"`;
    case BsonType.minKey:
      return '"MinKey"';
    case BsonType.maxKey:
      return '"MaxKey"';
    default:
      return 'null';
  }
}

/** Six digits behind the point, as C++ prints it. */
function doubleText(value: number): string {
  if (!Number.isFinite(value)) return `"${String(value).toLowerCase()}"`;
  if (Object.is(value, -0)) return '-0.000000';
  return Math.abs(value) < 1e21 ? value.toFixed(6) : `${BigInt(value)}.000000`;
}

/** One character for each byte. */
function binaryText(bytes: Buffer, start: number, end: number): string {
  const text = bytes.latin1Slice(start, end);
  if (plain.test(text)) return `"${text}"`;
  let escaped = '"';
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const isPlain = code >= 32 && code < 127 && code !== 34 && code !== 92;
    escaped += isPlain ? text.charAt(i) : `\\u00${code.toString(16).padStart(2, '0')}`;
  }
  return `${escaped}"`;
}

function regexText(bytes: Buffer, start: number, end: number): string {
  const pattern = textUpToNul(bytes, start, end);
  const options = textUpToNul(bytes, start + pattern.length + 1, end);
  return `[${quoted(pattern)}, ${quoted(options)}]`;
}
