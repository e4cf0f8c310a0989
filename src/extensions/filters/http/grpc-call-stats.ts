import type { StreamControl } from '../../../api/http-filter.js';
import type { Counter, Histogram } from '../../../api/stats.js';
import type { ThreadScope } from '../../../api/thread-scope.js';
import type { HeaderMap, RequestHeaders } from '../../../base/header-map.js';
import type { CallName } from '../../../codec/grpc/call-path.js';

/** Names come in with requests: beyond this many, new ones are not counted. */
const maxNames = 10_000;

/** Stats of gRPC calls below `cluster.<name>.grpc.` (or `grpc-web.`), made as they are needed. */
export class GrpcCallStats {
  private readonly scope: ThreadScope;
  private readonly protocol: string;
  private readonly counters: Map<string, Counter>;
  private readonly histograms: Map<string, Histogram>;

  constructor(scope: ThreadScope, protocol: 'grpc' | 'grpc-web') {
    this.scope = scope;
    this.protocol = protocol;
    this.counters = new Map();
    this.histograms = new Map();
  }

  /** Where the calls of that name to that cluster are counted; `name` is null for all together. */
  prefix(clusterStatName: string, name: CallName | null): string {
    const root = `cluster.${clusterStatName}.${this.protocol}`;
    return name === null ? root : `${root}.${name.service}.${name.method}`;
  }

  /** Charges the status that headers or trailers carry; nothing when they carry none. */
  chargeStatus(prefix: string, headers: HeaderMap): void {
    const status = headers.get('grpc-status');
    if (status === undefined) return;
    this.count(prefix, status, 1);
    this.chargeOutcome(prefix, status === '0');
  }

  chargeOutcome(prefix: string, isSuccess: boolean): void {
    this.count(prefix, isSuccess ? 'success' : 'failure', 1);
    this.count(prefix, 'total', 1);
  }

  count(prefix: string, name: string, n: number): void {
    const full = `${prefix}.${name}`;
    let counter = this.counters.get(full);
    if (counter === undefined) {
      if (this.counters.size >= maxNames) return;
      counter = this.scope.stats.counter(full);
      this.counters.set(full, counter);
    }
    counter.add(n);
  }

  recordUpstreamTime(prefix: string, ms: number): void {
    const full = `${prefix}.upstream_rq_time`;
    let histogram = this.histograms.get(full);
    if (histogram === undefined) {
      if (this.histograms.size >= maxNames) return;
      histogram = this.scope.stats.histogram(full);
      this.histograms.set(full, histogram);
    }
    histogram.record(ms);
  }
}

/** The stat name of the cluster that the request is routed to as it is now; null when there is none. */
export function routedClusterStatName(stream: StreamControl, headers: RequestHeaders): string | null {
  const action = stream.route()?.action;
  if (action?.kind !== 'route') return null;
  const { info } = stream;
  const { clusterName } = action.chooseCluster({ headers, info, random: info.randomValue });
  return clusterName === '' ? null : (stream.scope.clusters.get(clusterName)?.info.statName ?? null);
}
