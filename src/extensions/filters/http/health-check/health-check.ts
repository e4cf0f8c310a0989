import {
  DataStatus,
  HeadersStatus,
  type HttpFilter,
  type HttpFilterContext,
  type HttpFilterFactory,
  type StreamControl,
  TrailersStatus,
} from '../../../../api/http-filter.js';
import { ResponseFlag } from '../../../../api/response-flags.js';
import { type BoundStats, statBlock } from '../../../../api/stats.js';
import type { RequestHeaders, ResponseHeaders } from '../../../../base/header-map.js';
import { buildHeaderMatchers, type HeaderPredicate } from '../../../../match/header-matcher.js';
import { type HealthCheckConfig, parseHealthCheck } from './config.js';
import { type Answer, KeptAnswer } from './kept-answer.js';

/** `http.<stat_prefix>.health_check.` */
const S = statBlock({
  counters: [
    'cached_response',
    'degraded',
    'failed',
    'failed_cluster_empty',
    'failed_cluster_not_found',
    'failed_cluster_unhealthy',
    'ok',
    'request_total',
  ],
});

/** Answers the health checks of those in front of the proxy, for the proxy or for the service behind it. */
export const healthCheckFilter: HttpFilterFactory<HealthCheckConfig> = {
  name: 'envoy.filters.http.health_check',
  typeUrl: 'envoy.extensions.filters.http.health_check.v3.HealthCheck',
  parse: parseHealthCheck,
  build(config, scope) {
    const checks = new HealthChecks(config, scope);
    return (stream) => new HealthCheckFilter(stream, checks);
  },
};

/** What a health check is answered with. */
interface Verdict extends Answer {
  readonly details: string;
}

const fine: Verdict = { status: 200, isDegraded: false, details: 'health_check_ok' };
const failed: Verdict = { status: 503, isDegraded: false, details: 'health_check_failed' };
const clustersFine: Verdict = { ...fine, details: 'health_check_ok_cluster_healthy' };
const noCluster: Verdict = { ...failed, details: 'health_check_failed_no_cluster_found' };
const emptyCluster: Verdict = { ...failed, details: 'health_check_failed_cluster_empty' };
const sickCluster: Verdict = { ...failed, details: 'health_check_failed_cluster_unhealthy' };

/** One configuration of the filter at work in one thread. */
class HealthChecks {
  readonly config: HealthCheckConfig;
  readonly kept: KeptAnswer | null;
  readonly scope: HttpFilterContext;
  private readonly stats: BoundStats;
  private readonly matches: HeaderPredicate | null;

  constructor(config: HealthCheckConfig, scope: HttpFilterContext) {
    const { cacheMs, place } = config;
    this.config = config;
    this.scope = scope;
    this.stats = scope.stats.bind(`${scope.statPrefix}.health_check`, S);
    this.matches = buildHeaderMatchers(config.headers);
    this.kept = cacheMs === 0 ? null : new KeptAnswer(scope.shared.words(`${place} ${cacheMs}`), cacheMs);
  }

  isCheck(headers: RequestHeaders): boolean {
    return this.matches === null || this.matches(headers);
  }

  /** Whether the check is answered here: the service is not asked for what is known already. */
  answers(): boolean {
    if (!this.config.passesThrough || this.scope.drain.isHealthCheckFailed) return true;
    return this.keptAnswer() !== null;
  }

  verdict(): Verdict {
    const { stats } = this;
    stats.inc(S.request_total);
    const verdict = this.judge();
    stats.inc(verdict.status >= 200 && verdict.status < 300 ? S.ok : S.failed);
    if (verdict.isDegraded) stats.inc(S.degraded);
    return verdict;
  }

  private judge(): Verdict {
    if (this.scope.drain.isHealthCheckFailed) return failed;
    const kept = this.keptAnswer();
    if (kept !== null) {
      this.stats.inc(S.cached_response);
      return { ...kept, details: 'health_check_cached' };
    }
    return this.config.clusters.length === 0 ? fine : this.judgeClusters();
  }

  private judgeClusters(): Verdict {
    for (const { name, minHealthyPercent } of this.config.clusters) {
      const members = this.scope.clusters.get(name)?.membership();
      if (members === undefined) {
        this.stats.inc(S.failed_cluster_not_found);
        return noCluster;
      }
      if (members.total === 0) {
        if (minHealthyPercent === 0) continue;
        this.stats.inc(S.failed_cluster_empty);
        return emptyCluster;
      }
      if (100 * (members.healthy + members.degraded) < members.total * minHealthyPercent) {
        this.stats.inc(S.failed_cluster_unhealthy);
        return sickCluster;
      }
    }
    return clustersFine;
  }

  private keptAnswer(): Answer | null {
    return this.kept === null ? null : this.kept.get(this.scope.shared.nowMs());
  }
}

class HealthCheckFilter implements HttpFilter {
  private readonly stream: StreamControl;
  private readonly checks: HealthChecks;
  private isCheck: boolean;
  private isAnswering: boolean;

  constructor(stream: StreamControl, checks: HealthChecks) {
    this.stream = stream;
    this.checks = checks;
    this.isCheck = false;
    this.isAnswering = false;
  }

  onRequestHeaders(headers: RequestHeaders, endStream: boolean): HeadersStatus {
    const { checks } = this;
    if (!checks.isCheck(headers)) return HeadersStatus.Continue;
    this.isCheck = true;
    this.stream.info.isHealthCheck = true;
    if (!checks.answers()) return HeadersStatus.Continue;
    this.isAnswering = true;
    if (endStream) this.answer();
    return HeadersStatus.Stop;
  }

  onRequestData(_chunk: unknown, endStream: boolean): DataStatus {
    if (!this.isAnswering) return DataStatus.Continue;
    if (endStream) this.answer();
    return DataStatus.StopNoBuffer;
  }

  onRequestTrailers(): TrailersStatus {
    if (!this.isAnswering) return TrailersStatus.Continue;
    this.answer();
    return TrailersStatus.Stop;
  }

  onResponseHeaders(headers: ResponseHeaders): HeadersStatus {
    const { kept, scope } = this.checks;
    if (this.isCheck) {
      const isDegraded = headers.has('x-envoy-degraded');
      if (kept !== null && !this.isAnswering)
        kept.set({ status: headers.status, isDegraded }, scope.shared.nowMs());
      headers.set('x-envoy-upstream-healthchecked-cluster', scope.node.cluster);
    }
    if (scope.drain.isHealthCheckFailed) headers.set('x-envoy-immediate-health-check-fail', 'true');
    return HeadersStatus.Continue;
  }

  private answer(): void {
    const { status, details, isDegraded } = this.checks.verdict();
    const isFine = status >= 200 && status < 300;
    this.stream.localReply(status, '', {
      details,
      flags: isFine ? 0 : ResponseFlag.failedLocalHealthCheck,
      ...(isDegraded ? { headers: [['x-envoy-degraded', '']] } : {}),
    });
  }
}
