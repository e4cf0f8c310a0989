/** One element of a DER encoding (X.690): its tag byte and its content, both within the buffer it was read from. */
export interface DerElement {
  readonly tag: number;
  readonly content: Buffer;
  /** Header included. */
  readonly whole: Buffer;
}

/** Reads the element at `at`; null when it is not whole or has a form that DER forbids. */
export function derAt(bytes: Buffer, at: number): DerElement | null {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return null;
  let start = at + 2;
  let length = first;
  if (first >= 0x80) {
    const size = first & 0x7f;
    if (size === 0 || size > 4 || start + size > bytes.length) return null;
    length = bytes.readUIntBE(start, size);
    start += size;
  }
  const end = start + length;
  if (end > bytes.length) return null;
  return { tag, content: bytes.subarray(start, end), whole: bytes.subarray(at, end) };
}

/** The elements of a constructed one, in order; what follows a malformed one is left out. */
export function derChildren(content: Buffer): readonly DerElement[] {
  const found: DerElement[] = [];
  for (let at = 0; at < content.length; ) {
    const element = derAt(content, at);
    if (element === null) break;
    found.push(element);
    at += element.whole.length;
  }
  return found;
}

/** An OBJECT IDENTIFIER as dotted numbers. */
export function derOid(content: Buffer): string {
  const numbers: number[] = [];
  let value = 0;
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    if (numbers.length === 0) {
      const root = Math.min(Math.trunc(value / 40), 2);
      numbers.push(root, value - root * 40);
    } else {
      numbers.push(value);
    }
    value = 0;
  }
  return numbers.join('.');
}

/** UTCTime or GeneralizedTime in milliseconds since the epoch; NaN when it is neither. */
export function derTime({ tag, content }: DerElement): number {
  const text = content.toString('latin1');
  const match =
    tag === 0x17
      ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text)
      : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) return Number.NaN;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  // RFC 5280, section 4.1.2.5.1: two digits mean 1950 to 2049.
  const fullYear = tag === 0x17 ? year + (year < 50 ? 2000 : 1900) : year;
  return Date.UTC(fullYear, month - 1, day, hour, minute, second);
}
