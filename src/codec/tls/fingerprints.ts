import { createHash } from 'node:crypto';
import { type ClientHello, isGrease } from './client-hello.js';

/** The text that JA3 takes the MD5 of: version, ciphers, extensions, groups and point formats, without GREASE. */
export function ja3Text(hello: ClientHello): string {
  const list = (values: readonly number[]): string => values.filter((value) => !isGrease(value)).join('-');
  return [
    hello.legacyVersion,
    list(hello.cipherSuites),
    list(hello.extensions),
    list(hello.supportedGroups),
    list(hello.pointFormats),
  ].join();
}

export function ja3(hello: ClientHello): string {
  return createHash('md5').update(ja3Text(hello)).digest('hex');
}

const versionNames: ReadonlyMap<number, string> = new Map([
  [0x0304, '13'],
  [0x0303, '12'],
  [0x0302, '11'],
  [0x0301, '10'],
  [0x0300, 's3'],
  [0x0002, 's2'],
]);

const serverNameType = 0;
const alpnType = 16;

/** JA4: a readable head, and two cut digests over sorted ciphers and over extensions with signature algorithms. */
export function ja4(hello: ClientHello): string {
  const ciphers = hello.cipherSuites.filter((value) => !isGrease(value));
  const extensions = hello.extensions.filter((value) => !isGrease(value));
  const head = [
    't',
    versionOf(hello),
    hello.serverName === '' ? 'i' : 'd',
    twoDigits(ciphers.length),
    twoDigits(extensions.length),
    alpnMark(hello.alpn[0] ?? ''),
  ].join('');
  const sorted = extensions.filter((type) => type !== serverNameType && type !== alpnType);
  const algorithms = hello.signatureAlgorithms.filter((value) => !isGrease(value));
  const extensionText = sortedHex(sorted);
  const tail = algorithms.length === 0 ? extensionText : `${extensionText}_${algorithms.map(hex).join()}`;
  return `${head}_${cutDigest(sortedHex(ciphers))}_${cutDigest(sorted.length === 0 ? '' : tail)}`;
}

function versionOf(hello: ClientHello): string {
  const offered = hello.supportedVersions.filter((value) => !isGrease(value));
  return versionNames.get(offered.length > 0 ? Math.max(...offered) : hello.legacyVersion) ?? '00';
}

function twoDigits(count: number): string {
  return String(Math.min(count, 99)).padStart(2, '0');
}

/** First and last character of the first protocol; of its hexadecimal form when one of them is no letter or digit. */
function alpnMark(protocol: string): string {
  if (protocol === '') return '00';
  const ends = protocol.charAt(0) + protocol.charAt(protocol.length - 1);
  if (/^[0-9A-Za-z]{2}$/.test(ends)) return ends;
  const digits = Buffer.from(protocol, 'latin1').toString('hex');
  return digits.charAt(0) + digits.charAt(digits.length - 1);
}

function hex(value: number): string {
  return value.toString(16).padStart(4, '0');
}

function sortedHex(values: readonly number[]): string {
  return values.map(hex).sort().join();
}

function cutDigest(text: string): string {
  if (text === '') return '000000000000';
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
