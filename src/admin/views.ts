import type { ClusterFailures } from '../api/autopsy.js';
import type { ConfigDump } from '../api/config-dump.js';
import type { Explanation, Probe } from '../api/explain.js';
import type { MemoryUsage } from '../api/messages.js';
import type { RuntimeSnapshot } from '../runtime/snapshot.js';
import type { BoundsOf } from '../stats/render/text.js';
import type { StatStore } from '../stats/store.js';
import type { ClusterView } from '../upstream/membership/cluster-view.js';

/** What the admin pages see of the process. Implemented over the server; tests hand in plain objects. */
export interface AdminViews {
  readonly process: ProcessView;
  readonly stats: StatsView;
  readonly config: ConfigView;
  readonly runtime: RuntimeAdmin;
  readonly logging: LoggingAdmin;
  readonly operations: Operations;
  readonly profilers: Profilers;
  /** Read as they are walked over, so that a long page may pause in between. */
  clusters(): Iterable<ClusterView>;
  listeners(): readonly ListenerStatus[];
  memory(): Promise<MemoryView>;
  /** One entry for each TLS context. */
  certificates(): readonly ContextCertificatesView[];
  /** What a worker would do with a request; null when none answers. */
  explain(probe: Probe): Promise<Explanation | null>;
  /** What workers remember of failed attempts, of one cluster or, for an empty name, of all. */
  failures(cluster: string): Promise<readonly WorkerFailures[]>;
}

/** One worker's part. */
export interface WorkerFailures {
  readonly worker: number;
  readonly clusters: readonly ClusterFailures[];
}

/** What a TLS context trusts and shows. */
export interface ContextCertificatesView {
  readonly caCerts: readonly CertificateView[];
  readonly chain: readonly CertificateView[];
}

export interface CertificateView {
  readonly path: string;
  readonly serialNumber: string;
  readonly subjectAltNames: readonly { readonly [type: string]: string }[];
  readonly validFromMs: number;
  readonly validToMs: number;
}

export type ProcessState = 'LIVE' | 'DRAINING' | 'PRE_INITIALIZING' | 'INITIALIZING';

export interface ProcessView {
  /** DRAINING also while the operator has failed health checks. */
  readonly state: ProcessState;
  readonly uptimeMs: number;
  readonly version: string;
  readonly options: CommandLine;
  readonly node: { readonly id: string; readonly cluster: string; readonly zone: string };
  /** Names and types of what the program can be configured with. */
  readonly extensions: readonly ExtensionView[];
  /** What start-up still waits for, by name of the waiting part: `clusters` → names. */
  pending(): readonly PendingView[];
}

export interface PendingView {
  readonly manager: string;
  readonly targets: readonly string[];
}

export interface ExtensionView {
  readonly name: string;
  readonly category: string;
  readonly typeUrl: string;
}

/** Options in Envoy's order, values as `/server_info` prints them. */
export type CommandLine = { readonly [option: string]: string | number | boolean | readonly string[] };

export interface StatsView {
  readonly store: StatStore;
  readonly boundsOf: BoundsOf;
  /** What `/stats/recentlookups` was told; names are looked up when a thread builds, so there is nothing to list. */
  areLookupsTracked: boolean;
  /** With `stats_flush_on_admin` asking for stats flushes them to the sinks first. */
  beforePage(): void;
}

export interface ConfigView {
  readonly dump: ConfigDump;
  readonly loadedMs: number;
}

/** One listener that is bound, with its addresses, port 0 resolved. */
export interface ListenerStatus {
  readonly name: string;
  readonly addresses: readonly ListenerAddress[];
}

export interface ListenerAddress {
  /** IP, or the path of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly isPipe: boolean;
}

export interface RuntimeAdmin {
  current(): RuntimeSnapshot;
  /** Puts values over the admin layer on every thread; an empty one is taken out. False when there is no such layer. */
  modify(changes: ReadonlyMap<string, string>): boolean;
}

export interface LoggingAdmin {
  /** Names of loggers, with their levels. */
  levels(): readonly (readonly [logger: string, level: string])[];
  set(logger: string, level: string): void;
  setAll(level: string): void;
}

export interface DrainRequest {
  readonly isInboundOnly: boolean;
  /** Connections are discouraged for the drain time before the listeners stop. */
  readonly isGraceful: boolean;
  /** Connections are discouraged, listeners go on accepting. */
  readonly keepsListening: boolean;
}

/** What operators do to the process. */
export interface Operations {
  failHealthCheck(isFailed: boolean): void;
  drainListeners(request: DrainRequest): void;
  resetCounters(): void;
  reopenLogs(): void;
  /** The process ends as it does on SIGTERM, after the answer was given. */
  quit(): void;
}

/** What runs on main and in every worker until it is stopped. */
export interface Profilers {
  /** False when the files of `profile_path` cannot be written, or a profile is being made already. */
  startCpu(): Promise<boolean>;
  stopCpu(): Promise<void>;
  /** Sampled allocations of the main thread; false when they are sampled already. */
  startAllocations(): Promise<boolean>;
  /** The profile, null when none was being made. */
  stopAllocations(): Promise<string | null>;
}

export interface MemoryView {
  readonly process: {
    readonly heapUsed: number;
    readonly heapTotal: number;
    readonly external: number;
    readonly residentBytes: number;
  };
  /** Workers that answered in time. */
  readonly workers: readonly { readonly worker: number; readonly usage: MemoryUsage }[];
}
