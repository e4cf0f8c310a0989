import type { Chunk } from '../../api/codec.js';
import type { RuntimeView } from '../../api/runtime.js';
import type { BoundStats } from '../../api/stats.js';
import type { RequestHeaders, ResponseHeaders } from '../../base/header-map.js';
import type { Random } from '../../base/random.js';
import { buildStringMatcher, type StringPredicate } from '../../match/string-matcher.js';
import { H } from './health-stats.js';
import type { HttpCheckConfig, StatusRange } from './http-check-config.js';
import { containsInOrder } from './payload.js';
import { type OnProbeResult, type Probe, type ProbeResult, unreachable } from './probe.js';
import type { ProbeClient, ProbeClientOwner } from './probe-client.js';
import { type AnswerReader, ProbeExchange } from './probe-exchange.js';

export interface HttpJudgeScope {
  readonly stats: BoundStats;
  readonly runtime: RuntimeView;
  readonly random: Random;
}

/** What a whole response says of its host. */
export class HttpJudge {
  private readonly config: HttpCheckConfig;
  private readonly scope: HttpJudgeScope;
  private readonly receive: readonly Buffer[];
  private readonly matchesService: StringPredicate | null;

  constructor(config: HttpCheckConfig, scope: HttpJudgeScope) {
    this.config = config;
    this.scope = scope;
    this.receive = config.receive.map((pattern) => Buffer.from(pattern, 'hex'));
    this.matchesService = config.serviceName === null ? null : buildStringMatcher(config.serviceName);
  }

  /** How much of the body matters. */
  get bodyBytes(): number {
    if (this.receive.length === 0) return 0;
    return this.config.responseBufferBytes || Number.POSITIVE_INFINITY;
  }

  judge(response: ResponseHeaders, body: Buffer): ProbeResult {
    const { config } = this;
    const { status } = response;
    const excludes = response.has('x-envoy-immediate-health-check-fail');
    if (!containsInOrder(body, this.receive)) return { verdict: 'failed', status, excludes };
    if (!isIn(config.expected, status)) {
      return { verdict: isIn(config.retriable, status) ? 'retriable' : 'failed', status, excludes };
    }
    if (this.isOfOtherService(response)) return { verdict: 'failed', status, excludes: false };
    const isDegraded = response.has('x-envoy-degraded');
    return { verdict: isDegraded ? 'degraded' : 'passed', status, excludes: false };
  }

  /** The host answers, but for another cluster. */
  private isOfOtherService(response: ResponseHeaders): boolean {
    const { stats, runtime, random } = this.scope;
    if (this.matchesService === null) return false;
    if (random.below(100) >= runtime.number('health_check.verify_cluster', 100)) return false;
    stats.inc(H.verify_cluster);
    return !this.matchesService(response.get('x-envoy-upstream-healthchecked-cluster') ?? '');
  }
}

function isIn(ranges: readonly StatusRange[], status: number): boolean {
  return ranges.some(([start, end]) => status >= start && status < end);
}

/** Sends a request and has its complete response judged; the connection may be kept. */
export class HttpProbe implements Probe, AnswerReader {
  private readonly judge: HttpJudge;
  private readonly next: () => RequestHeaders;
  private readonly body: Buffer;
  private readonly exchange: ProbeExchange;
  private readonly onResult: OnProbeResult;
  private response: ResponseHeaders | null;
  private received: Buffer[];
  private receivedBytes: number;

  constructor(
    config: HttpCheckConfig,
    judge: HttpJudge,
    next: () => RequestHeaders,
    open: (owner: ProbeClientOwner) => ProbeClient,
    keepsConnection: boolean,
    onResult: OnProbeResult,
  ) {
    this.judge = judge;
    this.next = next;
    this.body = Buffer.from(config.send, 'hex');
    this.exchange = new ProbeExchange(open, keepsConnection, this);
    this.onResult = onResult;
    this.response = null;
    this.received = [];
    this.receivedBytes = 0;
  }

  begin(): void {
    this.response = null;
    this.received = [];
    this.receivedBytes = 0;
    const headers = this.next();
    if (this.body.length > 0) headers.set('content-length', String(this.body.length));
    this.exchange.begin(headers, this.body);
  }

  /** A host that does not answer in time loses its connection. */
  abandon(): void {
    this.exchange.close();
  }

  close(): void {
    this.exchange.close();
  }

  // AnswerReader

  onHeaders(headers: ResponseHeaders, endStream: boolean): void {
    this.response = headers;
    if (endStream) this.finish();
  }

  onData({ buffer, start, end }: Chunk, endStream: boolean): void {
    const wanted = Math.min(end - start, this.judge.bodyBytes - this.receivedBytes);
    if (wanted > 0) {
      this.received.push(Buffer.from(buffer.subarray(start, start + wanted)));
      this.receivedBytes += wanted;
    }
    if (endStream) this.finish();
  }

  onTrailers(): void {
    this.finish();
  }

  onLost(): void {
    this.onResult(unreachable);
  }

  private finish(): void {
    const { response } = this;
    if (response === null) return;
    const result = this.judge.judge(response, Buffer.concat(this.received));
    this.exchange.done(true);
    this.onResult(result);
  }
}
