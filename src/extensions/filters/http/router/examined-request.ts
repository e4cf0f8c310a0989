import type { AttemptAutopsy, ConnectionFacts, FailureCause } from '../../../../api/autopsy.js';
import type { StreamResetReason } from '../../../../api/codec.js';
import type { StreamControl } from '../../../../api/http-filter.js';
import type { Cluster } from '../../../../api/upstream.js';
import type { Attempt } from '../../../../upstream/attempt/attempt.js';
import {
  autopsyOf,
  type EndedAttempt,
  type Finding,
  findingOfReset,
} from '../../../../upstream/attempt/autopsy.js';
import { RoutedRequest } from './routed-request.js';
import type { RouterParts } from './router-parts.js';
import type { Timeouts } from './timeouts.js';

/** Autopsies of one request; more attempts than these are counted in the cluster's and not listed. */
const keptPerRequest = 16;

/** What of a request's failures is told afterwards. Nothing here runs while all goes well. */
export abstract class ExaminedRequest extends RoutedRequest {
  protected readonly timeouts: Timeouts;

  constructor(parts: RouterParts, stream: StreamControl) {
    super(parts, stream);
    this.timeouts = {
      globalMs: 0,
      perTryMs: 0,
      perTryIdleMs: 0,
      maxStreamMs: 0,
      hedges: false,
      answersEmpty: false,
      rewritesGrpc: false,
    };
  }

  protected noteReset(attempt: Attempt, reason: StreamResetReason, detail: string, isRetried: boolean): void {
    const ended = this.ended(attempt, attempt.facts(), isRetried);
    const { poolFailure, hasResponse } = attempt;
    this.keep(autopsyOf(ended, findingOfReset(ended, reason, detail, poolFailure, hasResponse)));
  }

  /** A response that another attempt replaces. */
  protected noteUnwelcome(attempt: Attempt, status: number): void {
    this.keep(autopsyOf(this.ended(attempt, attempt.facts(), true), { cause: 'unwelcome-response', status }));
  }

  /** `facts` are those of before the attempt was given up, which closes its connection. */
  protected noteTryTimeout(
    attempt: Attempt,
    details: string,
    facts: ConnectionFacts | null,
    isRetried: boolean,
  ): void {
    const isIdle = details === 'upstream_per_try_idle_timeout';
    const cause: FailureCause = isIdle ? 'per-try-idle-timeout' : 'per-try-timeout';
    const { perTryMs, perTryIdleMs } = this.timeouts;
    const ms = isIdle ? perTryIdleMs : perTryMs;
    const name = isIdle ? 'per_try_idle_timeout' : 'per_try_timeout';
    const ofPolicy = isIdle ? this.policy?.perTryIdleTimeoutMs : this.policy?.perTryTimeoutMs;
    const setting = ms === ofPolicy ? `retry_policy.${name} of ${this.routeText()}` : fromHeaders;
    this.examine(attempt, facts, isRetried, { cause, timer: { name, ms, setting } });
  }

  protected noteMaxDuration(attempt: Attempt, facts: ConnectionFacts | null, isRetried: boolean): void {
    const ms = this.timeouts.maxStreamMs;
    const isOwn = this.cluster?.info.maxStreamDurationMs === ms;
    const setting = isOwn ? 'common_http_protocol_options of the cluster' : fromHeaders;
    const timer = { name: 'max_stream_duration', ms, setting };
    this.examine(attempt, facts, isRetried, { cause: 'max-stream-duration', timer });
  }

  /** Null: it ran out between two attempts. */
  protected noteRouteTimeout(attempt: Attempt | null): void {
    const { globalMs } = this.timeouts;
    const isOwn = this.action?.timeoutMs === globalMs;
    const setting = isOwn ? `timeout of ${this.routeText()}` : fromHeaders;
    const detail = attempt === null ? 'while a retry waited for its back-off' : '';
    const timer = { name: 'timeout', ms: globalMs, setting };
    this.examine(attempt, attempt?.facts() ?? null, false, { cause: 'route-timeout', detail, timer });
  }

  protected noteNoHost(cluster: Cluster): void {
    const { total, healthy, degraded } = cluster.membership();
    const detail =
      total === 0
        ? `cluster ${cluster.info.name} has no hosts`
        : `of ${total} hosts of cluster ${cluster.info.name} ${healthy} are healthy and ${degraded} degraded`;
    this.examine(null, null, false, { cause: 'no-healthy-host', detail });
  }

  private examine(
    attempt: Attempt | null,
    facts: ConnectionFacts | null,
    isRetried: boolean,
    finding: Finding,
  ): void {
    this.keep(autopsyOf(this.ended(attempt, facts, isRetried), finding));
  }

  private ended(attempt: Attempt | null, facts: ConnectionFacts | null, isRetried: boolean): EndedAttempt {
    const { info, scope } = this;
    const nowMs = scope.clock.now();
    return {
      cluster: this.cluster as Cluster,
      host: attempt?.host.address.text ?? '',
      attempt: this.attempts,
      priority: this.priority(),
      startMs: attempt === null ? nowMs : info.times.upstreamStartMs,
      sentMs: info.times.upstreamFirstTxMs,
      nowMs,
      wallMs: scope.clock.wallMs(),
      facts,
      isRetried,
    };
  }

  private keep(autopsy: AttemptAutopsy): void {
    const { info } = this;
    const { autopsies } = info;
    if (autopsies === null) info.autopsies = [autopsy];
    else if (autopsies.length < keptPerRequest) info.autopsies = [...autopsies, autopsy];
    this.cluster?.noteFailure(autopsy);
  }

  private routeText(): string {
    const { route } = this;
    const name = route === null || route.name === '' ? 'the route' : `route '${route.name}'`;
    return `${name} at ${route?.origin ?? ''}`;
  }
}

const fromHeaders = 'a header of the request';
