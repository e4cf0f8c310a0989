import { formatIp, parseIp } from '../../base/cidr.js';
import type { ProxiedEnd, ProxyTlv } from './proxy-header.js';

const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const fixedBytes = 16;
const longestRest = 0xffff;

/** Version 1 of the header (section 2.1); `UNKNOWN` where the ends are no IP addresses of one family. */
export function writeProxyLine(source: ProxiedEnd, destination: ProxiedEnd): Buffer {
  const from = parseIp(source.ip);
  const to = parseIp(destination.ip);
  if (from === null || to === null || from.length !== to.length)
    return Buffer.from('PROXY UNKNOWN\r\n', 'latin1');
  const family = from.length === 1 ? 'TCP4' : 'TCP6';
  const ends = `${formatIp(from)} ${formatIp(to)} ${source.port} ${destination.port}`;
  return Buffer.from(`PROXY ${family} ${ends}\r\n`, 'latin1');
}

/** Version 2 for a connection of the sender's own (command `LOCAL`). */
export function writeLocalProxyHeader(): Buffer {
  return Buffer.concat([signature, Buffer.from([0x20, 0, 0, 0])]);
}

/** What of the TLVs did not fit is left out; `isCut` says so. */
export interface WrittenProxyHeader {
  readonly bytes: Buffer;
  readonly isCut: boolean;
}

/** Version 2 (section 2.2); null where the ends are no IP addresses of one family. */
export function writeProxyHeader(
  source: ProxiedEnd,
  destination: ProxiedEnd,
  tlvs: readonly ProxyTlv[],
): WrittenProxyHeader | null {
  const from = parseIp(source.ip);
  const to = parseIp(destination.ip);
  if (from === null || to === null || from.length !== to.length) return null;
  const addresses = Buffer.alloc(from.length * 8 + 4);
  for (const [i, word] of [...from, ...to].entries()) addresses.writeUInt32BE(word, i * 4);
  addresses.writeUInt16BE(source.port, from.length * 8);
  addresses.writeUInt16BE(destination.port, from.length * 8 + 2);
  const { parts, length, isCut } = writeTlvs(tlvs, longestRest - addresses.length);
  const head = Buffer.alloc(fixedBytes);
  signature.copy(head);
  head[12] = 0x21;
  head[13] = from.length === 1 ? 0x11 : 0x21;
  head.writeUInt16BE(addresses.length + length, 14);
  return { bytes: Buffer.concat([head, addresses, ...parts]), isCut };
}

function writeTlvs(
  tlvs: readonly ProxyTlv[],
  room: number,
): { readonly parts: readonly Buffer[]; readonly length: number; readonly isCut: boolean } {
  const parts: Buffer[] = [];
  let length = 0;
  for (const { type, value } of tlvs) {
    if (length + 3 + value.length > room) return { parts, length, isCut: true };
    const head = Buffer.alloc(3);
    head[0] = type;
    head.writeUInt16BE(value.length, 1);
    parts.push(head, value);
    length += 3 + value.length;
  }
  return { parts, length, isCut: false };
}
