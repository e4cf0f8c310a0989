import type { Address } from '../api/stream-info.js';

/** An IP endpoint; `::ffff:` peers of dual-stack sockets become the IPv4 address that they are. */
export function ipAddress(ip: string, port: number): Address {
  const plain = ip.startsWith('::ffff:') && ip.includes('.') ? ip.slice(7) : ip;
  const text = plain.includes(':') ? `[${plain}]:${port}` : `${plain}:${port}`;
  return { ip: plain, port, text, isIp: true };
}

export function pipeAddress(path: string): Address {
  return { ip: path, port: 0, text: path, isIp: false };
}

export const unknownAddress: Address = { ip: '', port: 0, text: '', isIp: false };
