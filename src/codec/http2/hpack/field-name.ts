import { classifyHeader } from '../../../base/header-map.js';

/** What a name means to the codec itself. */
export const FieldKind = {
  regular: 0,
  method: 1,
  scheme: 2,
  authority: 3,
  path: 4,
  protocol: 5,
  status: 6,
  unknownPseudo: 7,
  /** Belongs to one connection of HTTP/1 and may not appear (RFC 9113 section 8.2.2). */
  connectionSpecific: 8,
  te: 9,
  cookie: 10,
  host: 11,
  contentLength: 12,
  expect: 13,
  underscore: 14,
  /** No lower-case token, or its value may not stand on the wire. */
  malformed: 15,
} as const;
export type FieldKind = (typeof FieldKind)[keyof typeof FieldKind];

const kinds = new Map<string, FieldKind>([
  [':method', FieldKind.method],
  [':scheme', FieldKind.scheme],
  [':authority', FieldKind.authority],
  [':path', FieldKind.path],
  [':protocol', FieldKind.protocol],
  [':status', FieldKind.status],
  ['connection', FieldKind.connectionSpecific],
  ['keep-alive', FieldKind.connectionSpecific],
  ['proxy-connection', FieldKind.connectionSpecific],
  ['transfer-encoding', FieldKind.connectionSpecific],
  ['upgrade', FieldKind.connectionSpecific],
  ['te', FieldKind.te],
  ['cookie', FieldKind.cookie],
  ['host', FieldKind.host],
  ['content-length', FieldKind.contentLength],
  ['expect', FieldKind.expect],
]);

const lowerToken = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;

/** A name as the decoder hands it on: one object per name and thread, its bits worked out once. */
export class FieldName {
  readonly text: string;
  readonly classes: number;
  readonly kind: FieldKind;
  /** The same name without regard to the value that made it malformed. */
  readonly plain: FieldName;
  private twin: FieldName | null;

  constructor(text: string, kind: FieldKind = kindOf(text), plain?: FieldName) {
    this.text = text;
    this.classes = classifyHeader(text);
    this.kind = kind;
    this.plain = plain ?? this;
    this.twin = null;
  }

  /** The name of a field whose value may not stand on the wire. Tables of HPACK keep such fields all the same. */
  get malformed(): FieldName {
    this.twin ??= new FieldName(this.text, FieldKind.malformed, this.plain);
    return this.twin;
  }
}

function kindOf(text: string): FieldKind {
  const known = kinds.get(text);
  if (known !== undefined) return known;
  if (text.charCodeAt(0) === 58) return FieldKind.unknownPseudo;
  if (!lowerToken.test(text)) return FieldKind.malformed;
  return text.includes('_') ? FieldKind.underscore : FieldKind.regular;
}

const names = new Map<string, FieldName>();
const knownLimit = 1024;
const lengthLimit = 64;

/** The one object of that name; names beyond the limits get one of their own each time. */
export function fieldName(text: string): FieldName {
  let name = names.get(text);
  if (name === undefined) {
    name = new FieldName(text);
    if (names.size < knownLimit && text.length <= lengthLimit) names.set(text, name);
  }
  return name;
}
