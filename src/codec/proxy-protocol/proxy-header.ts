import { formatIp, parseIp } from '../../base/cidr.js';

/** One end of the connection that a header speaks for. */
export interface ProxiedEnd {
  readonly ip: string;
  readonly port: number;
}

export interface ProxyTlv {
  readonly type: number;
  readonly value: Buffer;
}

/** A PROXY protocol header (versions 1 and 2 of the HAProxy specification). */
export interface ProxyHeader {
  readonly version: 1 | 2;
  /** Bytes that it takes. */
  readonly length: number;
  /** Null when the sender speaks for itself: `UNKNOWN` or `LOCAL`. */
  readonly source: ProxiedEnd | null;
  readonly destination: ProxiedEnd | null;
  readonly tlvs: readonly ProxyTlv[];
}

/** A header that breaks the rules of its version. */
export interface BrokenProxyHeader {
  readonly broken: 1 | 2;
}

/** A header of a version that is not taken; what it says is not looked at. */
export interface DisallowedProxyHeader {
  readonly disallowed: 1 | 2;
}

/** `absent`: these bytes are no header, and need not be; `missing`: they should be. */
export type ProxyHeaderReading =
  | ProxyHeader
  | BrokenProxyHeader
  | DisallowedProxyHeader
  | 'incomplete'
  | 'absent'
  | 'missing';

/** What a reader takes. */
export interface ProxyHeaderRules {
  /** Peers may come without a header; one of a disallowed version is none then. */
  readonly allowsAbsent: boolean;
  readonly disallowed: readonly (1 | 2)[];
}

const signature1 = Buffer.from('PROXY ', 'latin1');
const signature2 = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
/** With its end: one more than the specification has, as in Envoy. */
const longestLine = 108;
const fixedBytes = 16;
/** No header of version 2 is longer. */
export const longestHeader = fixedBytes + 0xffff;

/**
 * Reads the front of `bytes`, of which the first `length` count. That a header is missing is known from sixteen bytes on,
 * or from a line before; where it may be, the first byte that differs is enough.
 */
export function readProxyHeader(bytes: Buffer, length: number, rules: ProxyHeaderRules): ProxyHeaderReading {
  const { allowsAbsent, disallowed } = rules;
  const isLine = startsLike(bytes, length, signature1);
  const isBinary = startsLike(bytes, length, signature2);
  if (allowsAbsent) {
    const isTaken = (isLine && !disallowed.includes(1)) || (isBinary && !disallowed.includes(2));
    if (!isTaken) return 'absent';
  }
  if (length >= fixedBytes) {
    if (isBinary) return disallowed.includes(2) ? { disallowed: 2 } : readBinary(bytes, length);
    if (!isLine) return 'missing';
  }
  return readLine(bytes, length, disallowed.includes(1));
}

function startsLike(bytes: Buffer, length: number, signature: Buffer): boolean {
  const compared = Math.min(length, signature.length);
  return signature.compare(bytes, 0, compared, 0, compared) === 0;
}

const brokenLine: BrokenProxyHeader = { broken: 1 };
const brokenBinary: BrokenProxyHeader = { broken: 2 };

/** Section 2.1. An end of line in front of everything may begin the other version's signature. */
function readLine(bytes: Buffer, length: number, isDisallowed: boolean): ProxyHeaderReading {
  const end = bytes.subarray(0, length).indexOf('\r\n');
  if (end === 0) return 'incomplete';
  if (end < 0) return length > longestLine ? 'missing' : 'incomplete';
  if (end + 2 > longestLine) return brokenLine;
  if (isDisallowed) return { disallowed: 1 };
  const parts = bytes.latin1Slice(0, end).trimEnd().split(' ');
  if (parts[0] !== 'PROXY') return brokenLine;
  const head = { version: 1, length: end + 2, tlvs: [] } as const;
  if (parts[1] === 'UNKNOWN') return { ...head, source: null, destination: null };
  const [, family, sourceIp = '', destinationIp = '', sourcePort = '', destinationPort = ''] = parts;
  if (parts.length !== 6 || (family !== 'TCP4' && family !== 'TCP6')) return brokenLine;
  const isV6 = family === 'TCP6';
  const source = endOf(sourceIp, sourcePort, isV6);
  const destination = endOf(destinationIp, destinationPort, isV6);
  return source === null || destination === null ? brokenLine : { ...head, source, destination };
}

function endOf(ip: string, port: string, isV6: boolean): ProxiedEnd | null {
  const words = parseIp(ip);
  if (words === null || ip.includes(':') !== isV6 || !/^\+?\d{1,5}$/.test(port)) return null;
  return Number(port) > 0xffff ? null : { ip: formatIp(words), port: Number(port) };
}

/** Section 2.2. */
function readBinary(bytes: Buffer, length: number): ProxyHeaderReading {
  const [versionAndCommand = 0, familyAndTransport = 0] = bytes.subarray(12, 14);
  const command = versionAndCommand & 0x0f;
  if (versionAndCommand >> 4 !== 2 || command > 1) return brokenBinary;
  const family = familyAndTransport >> 4;
  const addressBytes = command === 0 ? 0 : addressBytesOf(family, familyAndTransport & 0x0f);
  const rest = bytes.readUInt16BE(14);
  if (addressBytes < 0 || rest < addressBytes) return brokenBinary;
  const end = fixedBytes + rest;
  if (length < end) return 'incomplete';
  const head = { version: 2, length: end } as const;
  if (command === 0) return { ...head, source: null, destination: null, tlvs: [] };
  const tlvs = readTlvs(bytes, fixedBytes + addressBytes, end);
  if (tlvs === null) return brokenBinary;
  const ipBytes = family === 1 ? 4 : 16;
  const ports = fixedBytes + 2 * ipBytes;
  return {
    ...head,
    source: { ip: ipAt(bytes, fixedBytes, ipBytes), port: bytes.readUInt16BE(ports) },
    destination: { ip: ipAt(bytes, fixedBytes + ipBytes, ipBytes), port: bytes.readUInt16BE(ports + 2) },
    tlvs,
  };
}

/** IPv4 and IPv6, whatever they carry; -1 for everything else. */
function addressBytesOf(family: number, transport: number): number {
  if (transport !== 1 && transport !== 2) return -1;
  return family === 1 ? 12 : family === 2 ? 36 : -1;
}

function ipAt(bytes: Buffer, start: number, length: number): string {
  if (length === 4) return bytes.subarray(start, start + 4).join('.');
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(start + 2 * i).toString(16));
  return formatIp(parseIp(groups.join(':')) ?? []);
}

function readTlvs(bytes: Buffer, start: number, end: number): readonly ProxyTlv[] | null {
  const tlvs: ProxyTlv[] = [];
  for (let at = start; at < end; ) {
    if (end - at < 3) return null;
    const length = bytes.readUInt16BE(at + 1);
    if (at + 3 + length > end) return null;
    tlvs.push({ type: bytes[at] as number, value: Buffer.from(bytes.subarray(at + 3, at + 3 + length)) });
    at += 3 + length;
  }
  return tlvs;
}
