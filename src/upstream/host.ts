import type { HostRecord } from '../api/messages-upstream.js';
import type { Address } from '../api/stream-info.js';
import type { Host, HostHealthCheckConfig, LocalityConfig } from '../api/upstream.js';
import { HostHealth, HostWord } from '../api/upstream.js';
import type { Plain } from '../base/plain.js';
import type { HostTable } from './shared-words.js';

/** Told of consecutive errors that reached a host's limit; the worker posts it to main. */
export interface OutlierReporter {
  /** 0: no consecutive-5xx detection. */
  readonly consecutive5xx: number;
  readonly consecutiveGateway: number;
  report(slot: number, kind: 'consecutive-5xx' | 'consecutive-gateway'): void;
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
    const { outlier } = this;
    if (outlier === null) return;
    this.step(HostWord.consecutive5xx, status >= 500, outlier.consecutive5xx, 'consecutive-5xx');
    const isGateway = status === 502 || status === 503 || status === 504;
    this.step(HostWord.consecutiveGateway, isGateway, outlier.consecutiveGateway, 'consecutive-gateway');
  }

  reportLocalFailure(kind: 'connect' | 'timeout' | 'reset'): void {
    this.reportStatus(kind === 'timeout' ? 504 : 503);
  }

  reportHealthFailure(): void {
    if ((this.health & HostHealth.failedActiveHc) === 0) this.onHealthFailure?.(this.slot);
  }

  private step(
    word: number,
    isFailure: boolean,
    limit: number,
    kind: 'consecutive-5xx' | 'consecutive-gateway',
  ): void {
    if (!isFailure) {
      if (this.table.own(this.index, word) !== 0) this.table.setOwn(this.index, word, 0);
      return;
    }
    const count = this.table.own(this.index, word) + 1;
    if (limit > 0 && count >= limit) {
      this.table.setOwn(this.index, word, 0);
      this.outlier?.report(this.slot, kind);
    } else {
      this.table.setOwn(this.index, word, count);
    }
  }
}

export function isCanary(metadata: Plain): boolean {
  if (typeof metadata !== 'object' || metadata === null || !('filter_metadata' in metadata)) return false;
  const filters = metadata['filter_metadata'];
  if (typeof filters !== 'object' || filters === null || !('envoy.lb' in filters)) return false;
  const lb = filters['envoy.lb'];
  return typeof lb === 'object' && lb !== null && 'canary' in lb && lb['canary'] === true;
}
