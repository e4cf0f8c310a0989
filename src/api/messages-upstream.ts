import type { Plain } from '../base/plain.js';
import type { HostHealthCheckConfig, LocalityConfig } from './upstream.js';

/** What main tells workers of a host; plain, crosses threads. */
export interface HostRecord {
  readonly slot: number;
  readonly ip: string;
  /** 0 for a Unix socket, whose path is `ip`. */
  readonly port: number;
  readonly hostname: string;
  readonly weight: number;
  readonly priority: number;
  readonly locality: LocalityConfig;
  readonly localityWeight: number;
  readonly metadata: Plain;
  readonly healthCheck: HostHealthCheckConfig | null;
  /** Other addresses of the same host and port, tried when the first does not answer soon; absent: none. */
  readonly alternatives?: readonly string[];
  /** What is said of all hosts of its locality; absent: nothing. */
  readonly localityMetadata?: Plain;
}

/** Words of a run of hosts: slot `s` is at index `s − firstSlot` of the table with `firstSlot ≤ s < firstSlot + capacity`. */
export interface HostTableRef {
  readonly buffer: SharedArrayBuffer;
  readonly capacity: number;
  readonly firstSlot: number;
}

/** What an assignment says of all of its hosts together. */
export interface HostPolicy {
  /** Percent. */
  readonly overprovisioningFactor: number;
  readonly weightedPriorityHealth: boolean;
  /** Millionths of the requests that are refused (`drop_overloads`); 0 = none. */
  readonly dropMillionths: number;
  /** What the operators call these. */
  readonly dropCategory: string;
}

/**
 * Main → worker: all hosts of a cluster. Sent when hosts come, go or change, not when only their health does (that is
 * the generation in `words`). A slot that stays keeps its host; a slot that comes back after an update without it is
 * another host, and never before the worker has acknowledged that update.
 */
export interface HostUpdate {
  readonly cluster: string;
  /** Rises by one with every update of the cluster. */
  readonly version: number;
  /** The cluster's own `ClusterWords`; the same in every update. */
  readonly words: SharedArrayBuffer;
  /** Tables are only ever added. */
  readonly tables: readonly HostTableRef[];
  readonly hosts: readonly HostRecord[];
  readonly policy: HostPolicy;
}

/** Worker → main: that update of the cluster is in force and no pick answers a host that it left out. */
export interface HostUpdateAck {
  readonly cluster: string;
  readonly version: number;
}

/** Worker → main: a request goes to that address, which is no host of the cluster so far. */
export interface HostWant {
  readonly cluster: string;
  readonly ip: string;
  readonly port: number;
}

/** Worker → main: errors in a row have reached the host's limit, or it has called itself degraded. */
export interface OutlierReport {
  readonly cluster: string;
  readonly slot: number;
  readonly kind: 'consecutive-5xx' | 'consecutive-gateway' | 'consecutive-local' | 'degraded';
}

/** Worker → main: a response of that host carried `x-envoy-immediate-health-check-fail`. */
export interface ImmediateHealthFailure {
  readonly cluster: string;
  readonly slot: number;
}
