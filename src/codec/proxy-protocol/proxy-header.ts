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

/** `absent`: these bytes are no header. */
export type ProxyHeaderReading = ProxyHeader | BrokenProxyHeader | 'incomplete' | 'absent';

const signature1 = Buffer.from('PROXY ', 'latin1');
const signature2 = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const longestLine = 107;
const fixedBytes = 16;
/** No header of version 2 is longer. */
export const longestHeader = fixedBytes + 0xffff;

/** Reads the front of `bytes`, of which the first `length` count. */
export function readProxyHeader(bytes: Buffer, length: number): ProxyHeaderReading {
  const isLine = startsLike(bytes, length, signature1);
  const isBinary = startsLike(bytes, length, signature2);
  if (!isLine && !isBinary) return 'absent';
  if (isLine) return length < signature1.length ? 'incomplete' : readLine(bytes, length);
  return length < fixedBytes ? 'incomplete' : readBinary(bytes, length);
}

function startsLike(bytes: Buffer, length: number, signature: Buffer): boolean {
  const compared = Math.min(length, signature.length);
  return signature.compare(bytes, 0, compared, 0, compared) === 0;
}

const brokenLine: BrokenProxyHeader = { broken: 1 };
const brokenBinary: BrokenProxyHeader = { broken: 2 };

/** Section 2.1. */
function readLine(bytes: Buffer, length: number): ProxyHeaderReading {
  const end = bytes.subarray(0, Math.min(length, longestLine)).indexOf('\r\n');
  if (end < 0) return length >= longestLine ? brokenLine : 'incomplete';
  const parts = bytes.latin1Slice(0, end).split(' ');
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
