import type { HostRecord, OutlierReport } from '../api/messages-upstream.js';
import type { Address } from '../api/stream-info.js';
import type { Host, HostHealthCheckConfig, LocalityConfig } from '../api/upstream.js';
import { ErrorRun, HostHealth, HostWord } from '../api/upstream.js';
import type { Plain } from '../base/plain.js';
import type { OutlierReporter } from './outlier-reporter.js';
import type { HostTable } from './shared-words.js';

const none: readonly string[] = [];

/** A host as one thread uses it, over the words that all threads share. */
export class LiveHost implements Host {
  slot: number;
  address: Address;
  hostname: string;
  weight: number;
  priority: number;
  locality: LocalityConfig;
  localityWeight: number;
  metadata: Plain;
  localityMetadata: Plain;
  alternatives: readonly string[];
  isCanary: boolean;
  healthCheck: HostHealthCheckConfig | null;
  private table: HostTable;
  private index: number;
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
    this.localityMetadata = record.localityMetadata ?? null;
    this.alternatives = record.alternatives ?? none;
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
    this.localityMetadata = record.localityMetadata ?? null;
    this.alternatives = record.alternatives ?? none;
    this.isCanary = isCanary(record.metadata);
    this.healthCheck = record.healthCheck;
  }

  /** Main knows it now: what it has counted on its own goes where everybody counts. */
  settle(record: HostRecord, table: HostTable, index: number): void {
    this.table.moveTo(this.index, table, index);
    this.table = table;
    this.index = index;
    this.slot = record.slot;
    this.describe(record, this.address);
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

  get activeConnections(): number {
    return this.table.total(this.index, HostWord.cxActive);
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
    this.step(outlier, ErrorRun.gateway, isGateway, 'consecutive-gateway');
    this.step(outlier, ErrorRun.server, isError, 'consecutive-5xx');
  }

  reportLocalFailure(kind: 'connect' | 'timeout' | 'reset'): void {
    const { outlier } = this;
    if (outlier === null) return;
    if (!outlier.splitsOrigins) {
      this.reportStatus(kind === 'timeout' ? 504 : 503);
      return;
    }
    this.table.count(this.index, HostWord.localTotal, 1);
    this.step(outlier, ErrorRun.local, true, 'consecutive-local');
  }

  reportHealthFailure(): void {
    this.onHealthFailure?.(this.slot);
  }

  reportConnected(): void {
    if (this.outlier?.splitsOrigins !== true) return;
    this.table.count(this.index, HostWord.localTotal, 1);
    this.table.count(this.index, HostWord.localPassed, 1);
    this.table.endRun(this.index, ErrorRun.local);
  }

  reportReached(): void {
    if (this.outlier?.splitsOrigins === false) this.reportStatus(200);
    else this.reportConnected();
  }

  reportJudged(isFailure: boolean): void {
    const { outlier } = this;
    if (outlier === null) return;
    if (isFailure) this.reportStatus(outlier.splitsOrigins ? 503 : 500);
    else {
      this.reportStatus(200);
      this.reportConnected();
    }
  }

  reportDegraded(): void {
    const { outlier } = this;
    if (outlier === null || !outlier.detectsDegraded) return;
    if ((this.health & HostHealth.degradedOutlierDetection) === 0) outlier.report(this.slot, 'degraded');
  }

  reportLoad(weight: number, nowMs: number, expirationMs: number): void {
    this.table.noteLoad(this.index, weight, nowMs, expirationMs);
  }

  get loadWeight(): number {
    return this.table.loadWeight(this.index) || this.weight;
  }

  private step(
    outlier: OutlierReporter,
    run: ErrorRun,
    isFailure: boolean,
    kind: OutlierReport['kind'],
  ): void {
    if (!isFailure) this.table.endRun(this.index, run);
    else if (this.table.extendRun(this.index, run, outlier.limitOf(run))) outlier.report(this.slot, kind);
  }
}

export function isCanary(metadata: Plain): boolean {
  if (typeof metadata !== 'object' || metadata === null || !('filter_metadata' in metadata)) return false;
  const filters = metadata['filter_metadata'];
  if (typeof filters !== 'object' || filters === null || !('envoy.lb' in filters)) return false;
  const lb = filters['envoy.lb'];
  return typeof lb === 'object' && lb !== null && 'canary' in lb && lb['canary'] === true;
}
