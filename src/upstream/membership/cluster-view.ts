import type { HostPolicy } from '../../api/messages-upstream.js';
import type { RuntimeView } from '../../api/runtime.js';
import {
  degradedMask,
  HostHealth,
  type HostHealthCheckConfig,
  HostWord,
  type LocalityConfig,
  unhealthyMask,
} from '../../api/upstream.js';
import type { Plain } from '../../base/plain.js';
import type { ClusterConfig } from '../config.js';
import { isCanary } from '../host.js';
import type { OutlierDetector } from '../outlier-detector.js';
import { noRate, type RateSummary } from '../success-rates.js';
import type { ClusterMembership } from './cluster-membership.js';
import type { Member } from './member.js';

/** One host as the admin page shows it. */
export interface HostView {
  /** `10.0.0.1:80` or the path of a Unix socket. */
  readonly address: string;
  readonly ip: string;
  readonly port: number;
  /** Sorted by name. */
  readonly stats: readonly (readonly [name: string, kind: 'counter' | 'gauge', value: number])[];
  readonly hostname: string;
  /** `HostHealth` bits. */
  readonly health: number;
  /** `/failed_active_hc/active_hc_timeout`, `healthy` when nothing is set. */
  readonly healthFlags: string;
  /** What the flags come to. */
  readonly status: 'healthy' | 'degraded' | 'unhealthy';
  readonly weight: number;
  readonly locality: LocalityConfig;
  /** 0 when its locality has none. */
  readonly localityWeight: number;
  /** A `core.v3.Metadata`, or null. */
  readonly metadata: Plain;
  readonly healthCheck: HostHealthCheckConfig | null;
  readonly isCanary: boolean;
  readonly priority: number;
  /** Percent of answers, and of attempts to reach it, in the last interval; -1 when nothing was measured. */
  readonly successRate: number;
  readonly localSuccessRate: number;
}

export interface LimitsView {
  readonly maxConnections: number;
  readonly maxPendingRequests: number;
  readonly maxRequests: number;
  readonly maxRetries: number;
}

/** One cluster as the admin page shows it. */
export interface ClusterView {
  readonly name: string;
  readonly observabilityName: string;
  readonly isAddedViaApi: boolean;
  readonly policy: HostPolicy;
  /** Its hosts have no localities, not even a nameless one. */
  readonly isFlat: boolean;
  /** What an assignment of its hosts is called, if not as the cluster. */
  readonly edsServiceName: string;
  /** Null without outlier detection. */
  readonly outlier: { readonly external: RateSummary; readonly local: RateSummary } | null;
  /** Of the default and of the high priority, runtime overrides applied. */
  readonly limits: readonly [LimitsView, LimitsView];
  /** Read as they are walked over, so that whoever prints ten thousand of them may pause in between. */
  readonly hosts: Iterable<HostView>;
}

const hostStats: readonly (readonly [string, 'counter' | 'gauge', number])[] = [
  ['cx_active', 'gauge', HostWord.cxActive],
  ['cx_connect_fail', 'counter', HostWord.cxConnectFail],
  ['cx_total', 'counter', HostWord.cxTotal],
  ['rq_active', 'gauge', HostWord.rqActive],
  ['rq_error', 'counter', HostWord.rqError],
  ['rq_pending_active', 'gauge', HostWord.rqPendingActive],
  ['rq_success', 'counter', HostWord.rqSuccess],
  ['rq_timeout', 'counter', HostWord.rqTimeout],
  ['rq_total', 'counter', HostWord.rqTotal],
];

/** In the order in which they are printed. */
const flagNames: readonly (readonly [bit: number, name: string])[] = [
  [HostHealth.failedActiveHc, '/failed_active_hc'],
  [HostHealth.failedOutlierCheck, '/failed_outlier_check'],
  [HostHealth.failedEdsHealth, '/failed_eds_health'],
  [HostHealth.degradedActiveHc, '/degraded_active_hc'],
  [HostHealth.degradedEdsHealth, '/degraded_eds_health'],
  [HostHealth.pendingDynamicRemoval, '/pending_dynamic_removal'],
  [HostHealth.pendingActiveHc, '/pending_active_hc'],
  [HostHealth.excludedViaImmediateHcFail, '/excluded_via_immediate_hc_fail'],
  [HostHealth.activeHcTimeout, '/active_hc_timeout'],
  [HostHealth.edsStatusDraining, '/eds_status_draining'],
  [HostHealth.degradedOutlierDetection, '/degraded_outlier_detection'],
];

export function healthFlagsText(health: number): string {
  let text = '';
  for (const [bit, name] of flagNames) if ((health & bit) !== 0) text += name;
  return text === '' ? 'healthy' : text;
}

export function clusterView(cluster: ClusterMembership, runtime: RuntimeView): ClusterView {
  const { config } = cluster;
  return {
    name: config.name,
    observabilityName: config.statName,
    isAddedViaApi: config.origin.startsWith('xds:'),
    policy: cluster.hostPolicy,
    isFlat: config.type === 'ORIGINAL_DST',
    edsServiceName: config.eds?.serviceName ?? '',
    outlier:
      cluster.outlier === null
        ? null
        : { external: cluster.outlier.summary('external'), local: cluster.outlier.summary('local') },
    limits: [limitsView(config, 0, runtime), limitsView(config, 1, runtime)],
    hosts: { [Symbol.iterator]: () => hostViews(cluster) },
  };
}

function* hostViews(cluster: ClusterMembership): Generator<HostView, void> {
  // As Envoy shows them.
  const noMetadata = cluster.config.type === 'STRICT_DNS' ? {} : null;
  for (const member of cluster.members()) yield hostView(member, cluster.outlier, noMetadata);
}

function limitsView(config: ClusterConfig, priority: 0 | 1, runtime: RuntimeView): LimitsView {
  const root = `circuit_breakers.${config.name}.${priority === 0 ? 'default' : 'high'}`;
  const limits = config.thresholds[priority];
  return {
    maxConnections: runtime.number(`${root}.max_connections`, limits.maxConnections),
    maxPendingRequests: runtime.number(`${root}.max_pending_requests`, limits.maxPendingRequests),
    maxRequests: runtime.number(`${root}.max_requests`, limits.maxRequests),
    maxRetries: runtime.number(`${root}.max_retries`, limits.maxRetries),
  };
}

function hostView(member: Member, outlier: OutlierDetector | null, emptyMetadata: Plain): HostView {
  const { record, address, health } = member;
  return {
    address: address.text,
    ip: record.ip,
    port: record.port,
    stats: hostStats.map(([name, kind, word]) => [name, kind, member.total(word)] as const),
    hostname: record.hostname,
    health,
    healthFlags: healthFlagsText(health),
    status: statusOf(health),
    weight: member.weight,
    locality: record.locality,
    localityWeight: record.localityWeight,
    metadata: record.metadata ?? emptyMetadata,
    healthCheck: record.healthCheck,
    isCanary: isCanary(record.metadata),
    priority: record.priority,
    successRate: outlier?.successRate(member, 'external') ?? noRate,
    localSuccessRate: outlier?.successRate(member, 'local') ?? noRate,
  };
}

function statusOf(health: number): HostView['status'] {
  if ((health & unhealthyMask) !== 0) return 'unhealthy';
  return (health & degradedMask) !== 0 ? 'degraded' : 'healthy';
}
