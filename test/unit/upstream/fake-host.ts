import {
  type Host,
  HostHealth,
  type LoadBalancerContext,
  type LocalityConfig,
} from '../../../src/api/upstream.js';
import type { Plain } from '../../../src/base/plain.js';

/** A host whose state a test sets directly. */
export class FakeHost implements Host {
  readonly slot: number;
  readonly address;
  readonly hostname: string;
  readonly weight: number;
  readonly priority: number;
  readonly locality: LocalityConfig;
  readonly localityWeight: number;
  readonly servesSinceMs: number;
  readonly metadata: Plain;
  readonly isCanary = false;
  readonly healthCheck = null;
  health: number;
  activeRequests = 0;

  constructor(slot: number, parts: Partial<Host> = {}) {
    const { priority = 0, health = 0, weight = 1 } = parts;
    this.slot = slot;
    this.address = { ip: `10.0.0.${slot}`, port: 80, text: `10.0.0.${slot}:80`, isIp: true };
    this.weight = weight;
    this.priority = priority;
    this.health = health;
    this.hostname = parts.hostname ?? '';
    this.locality = parts.locality ?? { region: '', zone: '', subZone: '' };
    this.localityWeight = parts.localityWeight ?? 0;
    this.servesSinceMs = parts.servesSinceMs ?? Number.NEGATIVE_INFINITY;
    this.metadata = parts.metadata ?? null;
  }

  count(): void {}
  reportStatus(): void {}
  reportLocalFailure(): void {}
  reportHealthFailure(): void {}
  readonly activeConnections = 0;
  reportConnected(): void {}
  reportReached(): void {}
  reportJudged(): void {}
  reportDegraded(): void {}
  reportLoad(): void {}
  get loadWeight(): number {
    return this.weight;
  }
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
  metadataMatch: null,
  headers: null,
  attempt: 0,
  accepts: () => true,
  hostSelectionMaxAttempts: 1,
};
