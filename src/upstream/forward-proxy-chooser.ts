import { type Host, type HostChooser, type LoadBalancerContext, unhealthyMask } from '../api/upstream.js';
import { chosenTarget, nameKey } from './dns-cache/name-key.js';

/** The host that the request or connection names, if its name was resolved. */
export class ForwardProxyChooser implements HostChooser {
  private readonly byName: ReadonlyMap<string, Host>;
  private readonly defaultPort: number;

  constructor(hosts: readonly Host[], defaultPort: number) {
    this.byName = new Map(hosts.map((host) => [host.hostname, host]));
    this.defaultPort = defaultPort;
  }

  choose({ headers, info }: LoadBalancerContext): Host | null {
    const asked = headers?.authority ?? info?.connection.requestedServerName ?? '';
    const host = this.byName.get(nameKey(chosenTarget(asked, info, this.defaultPort))) ?? null;
    return host === null || (host.health & unhealthyMask) !== 0 ? null : host;
  }
}
