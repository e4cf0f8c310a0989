import type { Host } from '../../../../api/upstream.js';
import { parseIp } from '../../../../base/cidr.js';
import { ipAddress } from '../../../../network/address.js';
import { StrayHost } from '../../../../upstream/stray-host.js';

/** Hosts that redirections have named and the cluster does not know, by address. */
export class StrayHosts {
  private readonly limit: number;
  private readonly byAddress: Map<string, Host>;

  constructor(limit: number) {
    this.limit = limit;
    this.byAddress = new Map();
  }

  /** Null: that is no address. */
  find(address: string): Host | 'too many' | null {
    const known = this.byAddress.get(address);
    if (known !== undefined) return known;
    if (this.byAddress.size >= this.limit) return 'too many';
    const colon = address.lastIndexOf(':');
    const port = address.slice(colon + 1);
    const ip = address.slice(0, Math.max(0, colon)).replace(/^\[(.*)\]$/, '$1');
    if (parseIp(ip) === null || !/^\d{1,5}$/.test(port) || Number(port) > 65_535) return null;
    const host = new StrayHost(ipAddress(ip, Number(port)));
    this.byAddress.set(address, host);
    return host;
  }
}
