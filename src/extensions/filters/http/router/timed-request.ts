import { ResponseFlag } from '../../../../api/response-flags.js';
import { type Cluster, HostWord } from '../../../../api/upstream.js';
import { V } from '../../../../http/manager-stats.js';
import type { Attempt } from '../../../../upstream/attempt/attempt.js';
import { C } from '../../../../upstream/cluster-stats.js';
import { outlasted, timedOut } from './local-answers.js';
import { TriedRequest } from './tried-request.js';

/** What ends attempts, or the request, because they take too long. */
export abstract class TimedRequest extends TriedRequest {
  fire(): void {
    this.stream.guard(() => this.onGlobalTimeout());
  }

  onPerTryTimeout(attempt: Attempt): void {
    if (!attempt.hasResponse && !this.hasInformed)
      this.onTryTimeout(attempt, C.upstream_rq_per_try_timeout, 'upstream_per_try_timeout');
  }

  onPerTryIdleTimeout(attempt: Attempt): void {
    this.onTryTimeout(attempt, C.upstream_rq_per_try_idle_timeout, 'upstream_per_try_idle_timeout');
  }

  private onTryTimeout(attempt: Attempt, counter: number, details: string): void {
    if (this.isDone || attempt.isDone) return;
    if (this.timeouts.hedges && !this.isResponseStarted) {
      this.hedge(attempt);
      return;
    }
    (this.cluster as Cluster).info.stats.inc(counter);
    attempt.host.reportLocalFailure('timeout');
    attempt.host.count(HostWord.rqTimeout, 1);
    attempt.log?.onTryTimeout();
    const facts = attempt.facts();
    this.giveUp(attempt);
    if (this.isResponseStarted) {
      this.noteTryTimeout(attempt, details, facts, false);
      this.resetAfterTimeout(details);
      return;
    }
    attempt.host.count(HostWord.rqError, 1);
    const isRetried = this.retry !== null && this.noteVerdict(this.retry.onPerTryTimeout()) === 'yes';
    this.noteTryTimeout(attempt, details, facts, isRetried);
    if (isRetried) {
      this.scheduleRetry();
      return;
    }
    const reply = timedOut(details, this.timeouts.answersEmpty);
    this.chargeFailure(reply.status);
    this.noteBudget(this.scope.clock.now());
    this.answer(reply);
  }

  /** The attempt may still win, but another one starts beside it. */
  private hedge(attempt: Attempt): void {
    attempt.host.reportLocalFailure('timeout');
    attempt.hasTimedOut = true;
    if (this.retry === null || this.noteVerdict(this.retry.onHedge()) !== 'yes') return;
    this.noteTryTimeout(attempt, 'upstream_per_try_timeout', attempt.facts(), true);
    attempt.isHedged = true;
    this.current = null;
    this.hedged = this.hedged === null ? [attempt] : [...this.hedged, attempt];
    this.scheduleRetry();
  }

  private onGlobalTimeout(): void {
    if (this.isDone) return;
    const { current, hedged, timeouts } = this;
    const reply = timedOut('response_timeout', timeouts.answersEmpty);
    if (current !== null) this.timeOutAttempt(current, reply.status);
    if (hedged !== null) for (const attempt of hedged) this.timeOutAttempt(attempt, reply.status);
    this.noteRouteTimeout(current ?? hedged?.[0] ?? null);
    this.dropAttempts();
    this.noteBudget(this.scope.clock.now());
    if (this.isResponseStarted) this.resetAfterTimeout('response_timeout');
    else this.answer(reply);
  }

  private timeOutAttempt(attempt: Attempt, status: number): void {
    (this.cluster as Cluster).info.stats.inc(C.upstream_rq_timeout);
    for (const stats of this.routeStats) stats.counts.inc(V.upstream_rq_timeout);
    attempt.host.count(HostWord.rqTimeout, 1);
    attempt.log?.onRequestTimeout();
    if (!attempt.hasResponse) {
      if (!attempt.hasTimedOut) attempt.host.reportLocalFailure('timeout');
      attempt.host.count(HostWord.rqError, 1);
      this.chargeFailure(status);
    }
  }

  private resetAfterTimeout(details: string, flag: number = ResponseFlag.upstreamRequestTimeout): void {
    this.info.responseFlags |= flag;
    this.info.responseCodeDetails = details;
    this.isDone = true;
    this.scope.timers.cancel(this);
    this.stream.reset('local-reset');
  }

  /** An attempt has lasted for as long as its cluster or the request allows, whatever came of it so far. */
  onMaxDuration(attempt: Attempt): void {
    if (this.isDone || attempt.isDone) return;
    (this.cluster as Cluster).info.stats.inc(C.upstream_rq_max_duration_reached);
    const facts = attempt.facts();
    this.giveUp(attempt);
    if (this.isResponseStarted) {
      this.noteMaxDuration(attempt, facts, false);
      this.resetAfterTimeout(
        'upstream_max_stream_duration_reached',
        ResponseFlag.upstreamMaxStreamDurationReached,
      );
      return;
    }
    const isRetried =
      this.retry !== null &&
      this.noteVerdict(this.retry.onReset('local-reset', attempt.hasSentBytes)) === 'yes';
    this.noteMaxDuration(attempt, facts, isRetried);
    if (isRetried) this.scheduleRetry();
    else this.answer(outlasted(this.isRequestComplete));
  }
}
