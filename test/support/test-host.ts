import type { Address } from '../../src/api/stream-info.js';
import type { Host } from '../../src/api/upstream.js';

/** A host that counts nothing. */
export function testHost(address: Address, changes: Partial<Host> = {}): Host {
  return {
    slot: 0,
    address,
    hostname: '',
    weight: 1,
    priority: 0,
    locality: { region: '', zone: '', subZone: '' },
    localityWeight: 0,
    servesSinceMs: 0,
    metadata: null,
    isCanary: false,
    healthCheck: null,
    health: 0,
    activeRequests: 0,
    count: () => {},
    reportStatus: () => {},
    reportLocalFailure: () => {},
    reportHealthFailure: () => {},
    activeConnections: 0,
    reportConnected: () => {},
    reportReached: () => {},
    reportJudged: () => {},
    reportDegraded: () => {},
    reportLoad: () => {},
    loadWeight: 1,
    ...changes,
  };
}
