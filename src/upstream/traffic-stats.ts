import type { ConfigNode } from '../api/config-node.js';
import { type BoundStats, type StatScope, statBlock } from '../api/stats.js';
import type { LogContext } from '../api/stream-info.js';
import type { ClusterTraffic } from '../api/upstream.js';
import { requestPseudo, responsePseudo, sizeOf } from '../format/header-size.js';

/** `track_cluster_stats`: what a cluster measures besides. */
export type TrafficConfig = {
  readonly timeoutBudgets: boolean;
  readonly sizes: boolean;
  /** What each host counts is listed among the stats. */
  readonly perEndpoint: boolean;
};

export function parseTraffic(cluster: ConfigNode): TrafficConfig {
  const node = cluster.message('track_cluster_stats');
  const isOld = cluster.bool('track_timeout_budgets');
  return {
    timeoutBudgets: (node?.bool('timeout_budgets') ?? false) || isOld,
    sizes: node?.bool('request_response_sizes') ?? false,
    perEndpoint: node?.bool('per_endpoint_stats') ?? false,
  };
}

const Budgets = statBlock({
  histograms: ['upstream_rq_timeout_budget_per_try_percent_used', 'upstream_rq_timeout_budget_percent_used'],
  histogramUnits: {
    upstream_rq_timeout_budget_per_try_percent_used: 'percent',
    upstream_rq_timeout_budget_percent_used: 'percent',
  },
});

const Sizes = statBlock({
  histograms: [
    'upstream_rq_body_size',
    'upstream_rq_headers_count',
    'upstream_rq_headers_size',
    'upstream_rs_body_size',
    'upstream_rs_headers_count',
    'upstream_rs_headers_size',
  ],
  histogramUnits: {
    upstream_rq_body_size: 'bytes',
    upstream_rq_headers_count: 'count',
    upstream_rq_headers_size: 'bytes',
    upstream_rs_body_size: 'bytes',
    upstream_rs_headers_count: 'count',
    upstream_rs_headers_size: 'bytes',
  },
});

/** Of an endless timeout nothing is ever used up. */
function percentOf(elapsedMs: number, timeoutMs: number): number {
  return timeoutMs === 0 ? 0 : (Math.floor(elapsedMs) / timeoutMs) * 100;
}

/** Histograms of requests and responses, and of how much of their timeouts they need. */
export class TrafficStats implements ClusterTraffic {
  private readonly budgets: BoundStats | null;
  private readonly sizes: BoundStats | null;

  constructor(config: TrafficConfig, scope: StatScope, root: string) {
    this.budgets = config.timeoutBudgets ? scope.bind(root, Budgets) : null;
    this.sizes = config.sizes ? scope.bind(root, Sizes) : null;
  }

  onAttemptEnd({ info, requestHeaders, responseHeaders }: LogContext, perTryMs: number | null): void {
    const { budgets, sizes } = this;
    if (budgets !== null && perTryMs !== null) {
      const percent = percentOf(info.times.endMs - info.times.startMs, perTryMs);
      budgets.record(Budgets.upstream_rq_timeout_budget_per_try_percent_used, percent);
    }
    if (sizes === null || requestHeaders === null) return;
    sizes.record(Sizes.upstream_rq_headers_size, sizeOf(requestHeaders, requestPseudo));
    sizes.record(Sizes.upstream_rq_headers_count, requestHeaders.size + 4);
    sizes.record(Sizes.upstream_rq_body_size, info.bytesSent);
    if (responseHeaders === null) return;
    sizes.record(Sizes.upstream_rs_body_size, info.bytesReceived);
    sizes.record(Sizes.upstream_rs_headers_size, sizeOf(responseHeaders, responsePseudo));
    sizes.record(Sizes.upstream_rs_headers_count, responseHeaders.size + 1);
  }

  onRequestEnd(elapsedMs: number, timeoutMs: number): void {
    this.budgets?.record(Budgets.upstream_rq_timeout_budget_percent_used, percentOf(elapsedMs, timeoutMs));
  }
}

/** Null where nothing is to be measured. */
export function makeTrafficStats(config: TrafficConfig, scope: StatScope, root: string): TrafficStats | null {
  return config.sizes || config.timeoutBudgets ? new TrafficStats(config, scope, root) : null;
}
