import type { ClusterView, HostView } from '../../../src/upstream/membership/cluster-view.js';
import { healthFlagsText } from '../../../src/upstream/membership/cluster-view.js';

const limits = { maxConnections: 1024, maxPendingRequests: 1024, maxRequests: 10, maxRetries: 3 };

export function clusterOf(name: string, hosts: readonly HostView[] = []): ClusterView {
  return {
    name,
    observabilityName: name,
    isAddedViaApi: false,
    policy: {
      overprovisioningFactor: 140,
      weightedPriorityHealth: false,
      dropMillionths: 0,
      dropCategory: '',
    },
    isFlat: false,
    edsServiceName: '',
    outlier: null,
    limits: [limits, { ...limits, maxRequests: 1024 }],
    hosts,
  };
}

export function hostOf(ip: string, port: number, health = 0): HostView {
  return {
    address: `${ip}:${port}`,
    ip,
    port,
    stats: [
      ['cx_active', 'gauge', 2],
      ['cx_total', 'counter', 5],
      ['rq_error', 'counter', 0],
    ],
    hostname: '',
    health,
    healthFlags: healthFlagsText(health),
    status: health === 0 ? 'healthy' : 'unhealthy',
    weight: 1,
    localityWeight: 0,
    metadata: null,
    healthCheck: null,
    locality: { region: '', zone: 'z1', subZone: '' },
    successRate: -1,
    localSuccessRate: -1,
    isCanary: false,
    priority: 0,
  };
}
