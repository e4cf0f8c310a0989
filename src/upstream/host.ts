import type { HostRecord, OutlierReport } from '../api/messages-upstream.js';
import type { Address } from '../api/stream-info.js';
import type { Host, HostHealthCheckConfig, LocalityConfig } from '../api/upstream.js';
import { ErrorRun, HostHealth, HostWord } from '../api/upstream.js';
import type { Plain } from '../base/plain.js';
import type { HostTable } from './shared-words.js';

/** Told of errors in a row that reached the host's limit; the worker posts it to main. */
export interface OutlierReporter {
  readonly consecutive5xx: number;
  readonly consecutiveGateway: number;
  readonly consecutiveLocal: number;
  /** Failures to reach the host count apart from its answers. */
  readonly splitsOrigins: boolean;
  report(slot: number, kind: OutlierReport['kind']): void;
}

/** A host as one thread uses it, over the words that all threads share. */
export class LiveHost implements Host {
  readonly slot: number;
  address: Address;
  hostname: string;
  weight: number;
  priority: number;
  locality: LocalityConfig;
  localityWeight: number;
  metadata: Plain;
  isCanary: boolean;
  healthCheck: HostHealthCheckConfig | null;
  private readonly table: HostTable;
  private readonly index: number;
  private readonly outlier: OutlierReporter | null;
  private readonly onHealthFailure: ((slot: number) => void) | null;

  constructor(
    record: HostRecord,
    address: Address,
    table: HostTable,
    index: number,
    outlier: OutlierReporter | null,
    onHealthFailure: ((slot: number) => void) | null = null,
  ) {
    this.slot = record.slot;
    this.address = address;
    this.hostname = record.hostname;
    this.weight = record.weight;
    this.priority = record.priority;
    this.locality = record.locality;
    this.localityWeight = record.localityWeight;
    this.metadata = record.metadata;
    this.isCanary = isCanary(record.metadata);
    this.healthCheck = record.healthCheck;
    this.table = table;
    this.index = index;
    this.outlier = outlier;
    this.onHealthFailure = onHealthFailure;
  }

  /** Discovery says other things of the same host, its address among them: pools keep what they have open. */
  describe(record: HostRecord, address: Address): void {
    if (this.address.text !== address.text) this.address = address;
    this.hostname = record.hostname;
    this.weight = record.weight;
    this.priority = record.priority;
    this.locality = record.locality;
    this.localityWeight = record.localityWeight;
    this.metadata = record.metadata;
    this.isCanary = isCanary(record.metadata);
    this.healthCheck = record.healthCheck;
  }

  get health(): number {
    return this.table.health(this.index);
  }

  get servesSinceMs(): number {
    return this.table.servesSinceMs(this.index);
  }

  get activeRequests(): number {
    return this.table.activeRequests(this.index);
  }

  count(word: number, n: number): void {
    if (word === HostWord.rqActive) this.table.addActiveRequests(this.index, n);
    this.table.count(this.index, word, n);
  }

  reportStatus(status: number): void {
    const { outlier, table, index } = this;
    if (outlier === null) return;
    const isError = status >= 500;
    table.count(index, HostWord.resultsTotal, 1);
    if (!isError) table.count(index, HostWord.resultsPassed, 1);
    const isGateway = status === 502 || status === 503 || status === 504;
    this.step(ErrorRun.gateway, isGateway, outlier.consecutiveGateway, 'consecutive-gateway');
    this.step(ErrorRun.server, isError, outlier.consecutive5xx, 'consecutive-5xx');
  }

  reportLocalFailure(kind: 'connect' | 'timeout' | 'reset'): void {
    const { outlier } = this;
    if (outlier === null) return;
    if (!outlier.splitsOrigins) {
      this.reportStatus(kind === 'timeout' ? 504 : 503);
      return;
    }
    this.table.count(this.index, HostWord.localTotal, 1);
    this.step(ErrorRun.local, true, outlier.consecutiveLocal, 'consecutive-local');
  }

  reportHealthFailure(): void {
    if ((this.health & HostHealth.failedActiveHc) === 0) this.onHealthFailure?.(this.slot);
  }

  reportConnected(): void {
    if (this.outlier?.splitsOrigins !== true) return;
    this.table.count(this.index, HostWord.localTotal, 1);
    this.table.count(this.index, HostWord.localPassed, 1);
    this.table.endRun(this.index, ErrorRun.local);
  }

  private step(run: ErrorRun, isFailure: boolean, limit: number, kind: OutlierReport['kind']): void {
    if (!isFailure) this.table.endRun(this.index, run);
    else if (this.table.extendRun(this.index, run, limit)) this.outlier?.report(this.slot, kind);
  }
}

export function isCanary(metadata: Plain): boolean {
  if (typeof metadata !== 'object' || metadata === null || !('filter_metadata' in metadata)) return false;
  const filters = metadata['filter_metadata'];
  if (typeof filters !== 'object' || filters === null || !('envoy.lb' in filters)) return false;
  const lb = filters['envoy.lb'];
  return typeof lb === 'object' && lb !== null && 'canary' in lb && lb['canary'] === true;
}
