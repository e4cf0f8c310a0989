import { ipAddress } from '../../network/address.js';
import { staticAddress } from '../endpoints-config.js';
import type { Discovery, DiscoveryOwner, FoundHost } from './discovery.js';
import { DnsRefresh, type DnsScope } from './dns-refresh.js';
import { M } from './membership-stats.js';

/**
 * One name, one host: the first address of an answer that can be reached is where new connections go. Connections to the address before
 * go on to be used, and an answer without addresses changes nothing.
 */
export class LogicalDnsDiscovery implements Discovery {
  readonly groups = 1;
  private readonly owner: DiscoveryOwner;
  private readonly refresh: DnsRefresh | null;
  /** The answer that is in force: all of it, since Envoy counts a change of any address. */
  private current: string;

  constructor(owner: DiscoveryOwner, scope: DnsScope) {
    this.owner = owner;
    this.current = '';
    const endpoint = owner.config.endpoints[0];
    this.refresh =
      endpoint === undefined || endpoint.isPipe
        ? null
        : new DnsRefresh(scope, endpoint.address, owner, {
            onAddresses: (addresses) => {
              const ips = addresses.map(({ ip }) => ip);
              const [first = '', ...alternatives] = ips;
              const address = ipAddress(first, endpoint.port);
              this.onAddresses({ endpoint, address, alternatives }, ips.join());
            },
            onSettled: () => owner.discovered(),
            failsWhenEmpty: true,
          });
  }

  fill(): void {
    const endpoint = this.owner.config.endpoints[0];
    this.owner.reserve(1);
    if (endpoint?.isPipe === true) this.owner.replace(0, [{ endpoint, address: staticAddress(endpoint) }]);
  }

  start(): boolean {
    this.refresh?.start();
    return this.refresh !== null && this.owner.config.waitForWarmOnInit;
  }

  close(): void {
    this.refresh?.close();
  }

  private onAddresses(host: FoundHost, answer: string): void {
    const { owner, current } = this;
    if (answer === current) {
      owner.stats.inc(M.update_no_rebuild);
      return;
    }
    this.current = answer;
    if (current === '') owner.replace(0, [host]);
    else owner.move(0, host);
    owner.stats.inc(M.membership_change);
    owner.publish();
  }
}
