import { parseIp } from '../../../../base/cidr.js';

/** An error that names the host that would have answered. */
export interface Redirection {
  /** `host:port`, as it stands there. */
  readonly address: string;
  readonly host: string;
  readonly port: string;
  /** The host is an address, and no name. */
  readonly isAddress: boolean;
  /** That host has to be told that it is asked on purpose. */
  readonly isAsk: boolean;
}

/** `MOVED 3999 10.0.0.1:6381`, `ASK …`; `down` for a cluster that serves nobody, null for any other error. */
export function parseRedirection(error: string): Redirection | 'down' | null {
  const words = error.split(' ').filter((word) => word !== '');
  const [verb, , address] = words;
  if (words.length === 3 && address !== undefined && (verb === 'MOVED' || verb === 'ASK')) {
    const colon = address.lastIndexOf(':');
    const host = address.slice(0, Math.max(0, colon));
    const port = address.slice(colon + 1);
    const isPort = colon >= 0 && /^\d{1,5}$/.test(port) && Number(port) <= 65_535;
    // What is no port is nothing that a name would help.
    return { address, host, port, isAddress: !isPort || parseIp(host) !== null, isAsk: verb === 'ASK' };
  }
  return verb === 'CLUSTERDOWN' ? 'down' : null;
}
