import { type DerElement, derAt, derChildren, derOid, derTime } from './der.js';
import { commonNames, nameText } from './distinguished-name.js';

/** A subject alternative name: what it says, and of an OTHER_NAME its type. */
export interface SubjectAltName {
  readonly type: 'EMAIL' | 'DNS' | 'URI' | 'IP_ADDRESS' | 'OTHER_NAME';
  readonly value: string;
  /** Dotted numbers; empty for all but OTHER_NAME. */
  readonly oid: string;
}

/** The parts of an X.509 certificate (RFC 5280, section 4.1) that somebody here asks for. */
export interface Certificate {
  readonly der: Buffer;
  /** Hexadecimal digits. */
  readonly serialNumber: string;
  readonly subject: string;
  readonly issuer: string;
  readonly commonNames: readonly string[];
  readonly validFromMs: number;
  readonly validToMs: number;
  /** DER of the subject's key, of both names. */
  readonly spki: Buffer;
  readonly subjectDer: Buffer;
  readonly issuerDer: Buffer;
  readonly altNames: readonly SubjectAltName[];
  /** First byte of the key usage, -1 when it is not restricted. */
  readonly keyUsage: number;
  readonly hasMustStaple: boolean;
  /** Types of critical extensions. */
  readonly critical: readonly string[];
}

const noElement: DerElement = { tag: 0, content: Buffer.alloc(0), whole: Buffer.alloc(0) };
const versionTag = 0xa0;
const extensionsTag = 0xa3;
const booleanTag = 0x01;

const Oid = {
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  tlsFeature: '1.3.6.1.5.5.7.1.24',
} as const;

/** Reads a certificate; null when its outline is broken. */
export function readCertificate(der: Buffer): Certificate | null {
  const outer = derAt(der, 0);
  const body = outer === null ? undefined : derChildren(outer.content)[0];
  if (body === undefined) return null;
  const all = derChildren(body.content);
  const parts = all[0]?.tag === versionTag ? all.slice(1) : all;
  const [serial, , issuer, validity, subject, spki] = parts;
  if (serial === undefined || issuer === undefined || subject === undefined || spki === undefined)
    return null;
  const [from, to] = derChildren((validity ?? noElement).content);
  const extensions = readExtensions(parts.find((part) => part.tag === extensionsTag));
  return {
    der,
    serialNumber: serial.content.toString('hex').replace(/^(?:00)+(?=..)/, ''),
    subject: nameText(subject),
    issuer: nameText(issuer),
    commonNames: commonNames(subject),
    validFromMs: from === undefined ? Number.NaN : derTime(from),
    validToMs: to === undefined ? Number.NaN : derTime(to),
    spki: spki.whole,
    subjectDer: subject.whole,
    issuerDer: issuer.whole,
    altNames: altNamesOf(extensions.values.get(Oid.subjectAltName)),
    keyUsage: keyUsageOf(extensions.values.get(Oid.keyUsage)),
    hasMustStaple: extensions.values.has(Oid.tlsFeature),
    critical: extensions.critical,
  };
}

function readExtensions(part: DerElement | undefined): {
  readonly values: ReadonlyMap<string, Buffer>;
  readonly critical: readonly string[];
} {
  const values = new Map<string, Buffer>();
  const critical: string[] = [];
  const list = part === undefined ? null : derAt(part.content, 0);
  for (const extension of derChildren((list ?? noElement).content)) {
    const fields = derChildren(extension.content);
    const type = fields[0];
    const value = fields.at(-1);
    if (type === undefined || value === undefined) continue;
    const oid = derOid(type.content);
    values.set(oid, value.content);
    if (fields[1]?.tag === booleanTag && fields[1].content[0] !== 0) critical.push(oid);
  }
  return { values, critical };
}

function keyUsageOf(value: Buffer | undefined): number {
  const bits = value === undefined ? null : derAt(value, 0);
  return bits?.content[1] ?? -1;
}

const nameTypes: { readonly [tag: number]: SubjectAltName['type'] } = {
  160: 'OTHER_NAME',
  129: 'EMAIL',
  130: 'DNS',
  134: 'URI',
  135: 'IP_ADDRESS',
};

function altNamesOf(value: Buffer | undefined): readonly SubjectAltName[] {
  const list = value === undefined ? null : derAt(value, 0);
  return derChildren((list ?? noElement).content).flatMap((name): SubjectAltName[] => {
    const type = nameTypes[name.tag];
    if (type === undefined) return [];
    if (type === 'OTHER_NAME') return otherName(name);
    const text = type === 'IP_ADDRESS' ? ipText(name.content) : name.content.toString('latin1');
    return [{ type, value: text, oid: '' }];
  });
}

function otherName(name: DerElement): SubjectAltName[] {
  const [type, wrapped] = derChildren(name.content);
  const inner = wrapped === undefined ? null : derAt(wrapped.content, 0);
  if (type === undefined || inner === null) return [];
  return [{ type: 'OTHER_NAME', value: inner.content.toString('latin1'), oid: derOid(type.content) }];
}

function ipText(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) return '';
  const words = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2));
  return shortestIpv6(words);
}

/** RFC 5952: the longest run of zeros, the first of equals, is left out. */
function shortestIpv6(words: readonly number[]): string {
  let best = -1;
  let bestLength = 1;
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && words[start + length] === 0) length++;
    if (length > bestLength) {
      best = start;
      bestLength = length;
    }
  }
  const text = (part: readonly number[]): string => part.map((word) => word.toString(16)).join(':');
  if (best < 0) return text(words);
  return `${text(words.slice(0, best))}::${text(words.slice(best + bestLength))}`;
}
