import { type DerElement, derChildren, derOid } from './der.js';

/** Short names of attribute types, as OpenSSL prints them. */
const attributeNames: { readonly [oid: string]: string } = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'street',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.13': 'description',
  '2.5.4.17': 'postalCode',
  '2.5.4.42': 'GN',
  '2.5.4.43': 'initials',
  '2.5.4.46': 'dnQualifier',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'emailAddress',
};

const bmpString = 0x1e;
const universalString = 0x1c;
const utf8String = 0x0c;
const textTags = new Set([utf8String, 0x12, 0x13, 0x14, 0x16, 0x1a, bmpString, universalString]);

/** A name as RFC 2253 text, the last part first. */
export function nameText(name: DerElement): string {
  return derChildren(name.content)
    .map((set) => derChildren(set.content).map(attributeText).join('+'))
    .reverse()
    .join();
}

/** The common names of a name, in order. */
export function commonNames(name: DerElement): readonly string[] {
  return derChildren(name.content)
    .flatMap((set) => derChildren(set.content))
    .flatMap((attribute) => {
      const [type, value] = derChildren(attribute.content);
      const isCn = type !== undefined && value !== undefined && derOid(type.content) === '2.5.4.3';
      return isCn ? [utf8Of(value).toString()] : [];
    });
}

function attributeText(attribute: DerElement): string {
  const [type, value] = derChildren(attribute.content);
  if (type === undefined || value === undefined) return '';
  const oid = derOid(type.content);
  const name = attributeNames[oid];
  if (name === undefined || !textTags.has(value.tag))
    return `${name ?? oid}=#${value.whole.toString('hex').toUpperCase()}`;
  return `${name}=${escaped(utf8Of(value))}`;
}

/** The characters of a string type as UTF-8. */
function utf8Of({ tag, content }: DerElement): Buffer {
  if (tag === bmpString || tag === universalString) {
    const size = tag === bmpString ? 2 : 4;
    let text = '';
    for (let at = 0; at + size <= content.length; at += size) {
      const point = content.readUIntBE(at, size);
      text += point <= 0x10ffff ? String.fromCodePoint(point) : '?';
    }
    return Buffer.from(text);
  }
  return tag === utf8String ? content : Buffer.from(content.toString('latin1'));
}

/** RFC 2253, section 2.4, with every byte beyond ASCII as digits. */
function escaped(bytes: Buffer): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    const char = String.fromCharCode(byte);
    const isEdge = (i === 0 && (char === ' ' || char === '#')) || (i === bytes.length - 1 && char === ' ');
    if (byte < 0x20 || byte >= 0x7f) text += `\\${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    else if (isEdge || ',+"\\<>;'.includes(char)) text += `\\${char}`;
    else text += char;
  }
  return text;
}
