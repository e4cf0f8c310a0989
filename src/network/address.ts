import { type Address, internalScheme } from '../api/stream-info.js';

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

/** An internal listener, and which of the endpoints behind it is meant. */
export function internalAddress(listener: string, endpointId: string): Address {
  return pipeAddress(`${internalScheme}${listener}/${endpointId}`);
}

/** Where connections to internal listeners come from. */
export const internalClient: Address = internalAddress('internal_client_address', '');

export function isInternalAddress({ isIp, text }: Address): boolean {
  return !isIp && text.startsWith(internalScheme);
}

/** The listener of an internal address; both parts may have slashes, so that it takes the known names to tell. */
export function listenerOfInternal({ text }: Address, isKnown: (name: string) => boolean): string | null {
  const path = text.slice(internalScheme.length);
  for (let end = path.lastIndexOf('/'); end >= 0; end = path.lastIndexOf('/', end - 1)) {
    const name = path.slice(0, end);
    if (isKnown(name)) return name;
    if (end === 0) return null;
  }
  return null;
}
