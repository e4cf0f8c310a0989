import { type Host, HostHealth, type LoadBalancerContext } from '../../../src/api/upstream.js';

/** A host whose state a test sets directly. */
export class FakeHost implements Host {
  readonly slot: number;
  readonly address;
  readonly hostname = '';
  readonly weight: number;
  readonly priority: number;
  readonly locality = { region: '', zone: '', subZone: '' };
  readonly metadata = null;
  readonly isCanary = false;
  readonly healthCheck = null;
  health: number;
  activeRequests = 0;

  constructor(slot: number, { priority = 0, health = 0, weight = 1 } = {}) {
    this.slot = slot;
    this.address = { ip: `10.0.0.${slot}`, port: 80, text: `10.0.0.${slot}:80`, isIp: true };
    this.weight = weight;
    this.priority = priority;
    this.health = health;
  }

  count(): void {}
  reportStatus(): void {}
  reportLocalFailure(): void {}
}

export interface LevelCounts {
  readonly healthy?: number;
  readonly degraded?: number;
  readonly unhealthy?: number;
  readonly excluded?: number;
}

/** Hosts of several priorities, by how many there are of each health. */
export function hostsOf(...levels: readonly LevelCounts[]): FakeHost[] {
  const hosts: FakeHost[] = [];
  const add = (priority: number, health: number, count = 0): void => {
    for (let i = 0; i < count; i++) hosts.push(new FakeHost(hosts.length, { priority, health }));
  };
  for (const [priority, level] of levels.entries()) {
    add(priority, 0, level.healthy);
    add(priority, HostHealth.degradedActiveHc, level.degraded);
    add(priority, HostHealth.failedActiveHc, level.unhealthy);
    add(priority, HostHealth.failedActiveHc | HostHealth.excludedViaImmediateHcFail, level.excluded);
  }
  return hosts;
}

export const anyHost: LoadBalancerContext = {
  hash: undefined,
  headers: null,
  attempt: 0,
  accepts: () => true,
  hostSelectionMaxAttempts: 1,
};
