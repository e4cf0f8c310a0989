import type { Address } from '../api/stream-info.js';
import type { Host, HostHealthCheckConfig, LocalityConfig } from '../api/upstream.js';
import type { Plain } from '../base/plain.js';

const nowhere: LocalityConfig = { region: '', zone: '', subZone: '' };

/** A host that some other host has named, and the cluster's discovery has not: always well, counted nowhere. */
export class StrayHost implements Host {
  readonly slot: number;
  readonly address: Address;
  readonly hostname: string;
  readonly weight: number;
  readonly priority: number;
  readonly locality: LocalityConfig;
  readonly localityWeight: number;
  readonly metadata: Plain;
  readonly isCanary: boolean;
  readonly healthCheck: HostHealthCheckConfig | null;
  readonly health: number;
  readonly servesSinceMs: number;
  readonly activeRequests: number;
  readonly activeConnections: number;

  constructor(address: Address) {
    this.slot = -1;
    this.address = address;
    this.hostname = '';
    this.weight = 1;
    this.priority = 0;
    this.locality = nowhere;
    this.localityWeight = 0;
    this.metadata = null;
    this.isCanary = false;
    this.healthCheck = null;
    this.health = 0;
    this.servesSinceMs = 0;
    this.activeRequests = 0;
    this.activeConnections = 0;
  }

  count(): void {
    // The tables of the cluster have no row for it.
  }

  reportStatus(): void {
    // Nobody ejects what nobody picks.
  }

  reportLocalFailure(): void {
    // As above.
  }

  reportHealthFailure(): void {
    // As above.
  }

  reportConnected(): void {
    // As above.
  }

  reportReached(): void {
    // As above.
  }

  reportJudged(): void {
    // As above.
  }

  reportDegraded(): void {
    // As above.
  }

  reportLoad(): void {
    // As above.
  }

  get loadWeight(): number {
    return this.weight;
  }
}
