import { staticAddress } from '../endpoints-config.js';
import type { Discovery, DiscoveryOwner } from './discovery.js';

/** Hosts as the configuration lists them; each endpoint is a group, so that one address may stand there twice. */
export class StaticDiscovery implements Discovery {
  private readonly owner: DiscoveryOwner;

  constructor(owner: DiscoveryOwner) {
    this.owner = owner;
  }

  get groups(): number {
    return this.owner.config.endpoints.length;
  }

  fill(): void {
    this.owner.reserve(this.groups);
    for (const [group, endpoint] of this.owner.config.endpoints.entries()) {
      this.owner.replace(group, [{ endpoint, address: staticAddress(endpoint) }]);
    }
  }

  start(): boolean {
    return false;
  }

  close(): void {}
}
