import { type ConnectionInfo, internalScheme } from '../api/stream-info.js';

/** Whether a peer is this machine, as chains ask it: by a Unix socket, by the loopback address, or by the one it came to. */
export function isLocalPeer({ remoteAddress, localAddress }: ConnectionInfo): boolean {
  const { ip, isIp, text } = remoteAddress;
  if (!isIp) return !text.startsWith(internalScheme);
  return ip === '127.0.0.1' || ip === '::1' || ip === localAddress.ip;
}
