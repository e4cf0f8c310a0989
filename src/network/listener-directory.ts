import type { Address } from '../api/stream-info.js';
import { ipAddress } from './address.js';
import type { ListenerConfig } from './listener-config.js';

/** Finds the listener that a destination belongs to. */
export class ListenerDirectory {
  private readonly byAddress: Map<string, string>;

  private readonly internal: Set<string>;

  constructor(listeners: readonly ListenerConfig[]) {
    this.byAddress = new Map();
    this.internal = new Set(listeners.filter(({ isInternal }) => isInternal).map(({ name }) => name));
    for (const { name, bind } of listeners) {
      for (const { address, port, isPipe } of bind) {
        const text = isPipe ? address : ipAddress(address, port).text;
        if (!this.byAddress.has(text)) this.byAddress.set(text, name);
      }
    }
  }

  isInternal(name: string): boolean {
    return this.internal.has(name);
  }

  /** The name of the listener of exactly that address, or else of its port on the wildcard of its family. */
  find({ text, ip, port, isIp }: Address): string | null {
    const exact = this.byAddress.get(text);
    if (exact !== undefined || !isIp) return exact ?? null;
    return this.byAddress.get(ip.includes(':') ? `[::]:${port}` : `0.0.0.0:${port}`) ?? null;
  }
}
