import { appendFileSync } from 'node:fs';
import type { TLSSocket } from 'node:tls';
import type { Address, ConnectionInfo } from '../../../api/stream-info.js';
import { CidrRange, parseIp, unmapIpv4 } from '../../../base/cidr.js';
import type { KeyLogConfig } from './context-config.js';

/** Writes the secrets of connections to a file, in the form that analysers read; for the addresses it is set up for. */
export class KeyLog {
  private readonly path: string;
  private readonly local: readonly CidrRange[];
  private readonly remote: readonly CidrRange[];

  constructor(config: KeyLogConfig) {
    this.path = config.path;
    this.local = config.local.flatMap(rangeOf);
    this.remote = config.remote.flatMap(rangeOf);
  }

  watch(
    socket: TLSSocket,
    { localAddress, remoteAddress }: Pick<ConnectionInfo, 'localAddress' | 'remoteAddress'>,
  ): void {
    if (!covers(this.local, localAddress) || !covers(this.remote, remoteAddress)) return;
    socket.on('keylog', (line: Buffer) => {
      try {
        appendFileSync(this.path, line, { mode: 0o600 });
      } catch {
        // A full disk must not end the connection that is being watched.
      }
    });
  }
}

function rangeOf(text: string): CidrRange[] {
  const slash = text.lastIndexOf('/');
  return [CidrRange.parse(text.slice(0, slash), Number(text.slice(slash + 1))) ?? []].flat();
}

function covers(ranges: readonly CidrRange[], address: Address): boolean {
  if (ranges.length === 0) return true;
  const ip = address.isIp ? parseIp(address.ip) : null;
  return ip !== null && ranges.some((range) => range.contains(unmapIpv4(ip)));
}
