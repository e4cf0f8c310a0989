import type { Socket } from 'node:net';
import type { InspectedSocket } from '../api/network-filter.js';
import type { Address } from '../api/stream-info.js';
import { descriptorOf, socketCalls } from './socket-calls.js';

/** What listener filters may ask the kernel of an accepted socket. */
export class KernelSocket implements InspectedSocket {
  private readonly socket: Socket;
  private readonly local: Address;

  /** `local` is the socket's own address. */
  constructor(socket: Socket, local: Address) {
    this.socket = socket;
    this.local = local;
  }

  originalDestination(): Address | null {
    const fd = descriptorOf(this.socket);
    if (fd < 0 || !this.local.isIp) return null;
    const calls = socketCalls();
    if (calls === null) return null;
    const isV6 = this.local.ip.includes(':');
    const found = calls.originalDestination(fd, isV6);
    // Through TPROXY a connection keeps its destination: the socket has it as its own address.
    return found ?? (calls.isTransparent(fd, isV6) ? this.local : null);
  }
}
