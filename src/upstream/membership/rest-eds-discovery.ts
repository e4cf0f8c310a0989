import type { Cancellable } from '../../api/upstream.js';
import { RequestHeaders } from '../../base/header-map.js';
import { Timer } from '../../base/timer-wheel.js';
import type { AsyncResponse } from '../async-client.js';
import type { AssignmentAnswer } from './assignments.js';
import type { Discovery, DiscoveryOwner } from './discovery.js';
import { discoveryRequest } from './discovery-request.js';
import type { RestSourceConfig } from './eds-config.js';
import type { EdsScope } from './eds-scope.js';
import { EdsSubscription } from './eds-subscription.js';
import { M } from './membership-stats.js';

const path = '/v3/discovery:endpoints';
const typeUrl = 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment';
/** An answer with more bytes is given up. */
const limitBytes = 64 * 1024 * 1024;

/**
 * Hosts that a server is asked for by REST, again and again:
 *
 *   asking ──200──▶ reading ──▶ waiting (refresh delay, and up to as much again) ──▶ asking
 *          └─304, failure, timeout──▶ waiting
 */
export class RestEdsDiscovery implements Discovery {
  readonly groups = 1;
  private readonly owner: DiscoveryOwner;
  private readonly scope: EdsScope;
  private readonly source: RestSourceConfig;
  private readonly subscription: EdsSubscription;
  private readonly nextTimer: Timer;
  private readonly initialTimer: Timer;
  private pending: Cancellable | null;
  private isClosed: boolean;

  constructor(owner: DiscoveryOwner, scope: EdsScope, source: RestSourceConfig) {
    this.owner = owner;
    this.scope = scope;
    this.source = source;
    this.subscription = new EdsSubscription(owner, scope);
    this.nextTimer = new Timer(() => this.ask());
    this.initialTimer = new Timer(() => this.onInitialTimeout());
    this.pending = null;
    this.isClosed = false;
  }

  fill(): void {}

  start(): boolean {
    const initialFetchMs = this.owner.config.eds?.initialFetchMs ?? 0;
    if (initialFetchMs > 0) this.scope.timers.schedule(this.initialTimer, initialFetchMs);
    this.ask();
    return this.owner.config.waitForWarmOnInit;
  }

  close(): void {
    this.isClosed = true;
    this.pending?.cancel();
    this.pending = null;
    this.scope.timers.cancel(this.nextTimer);
    this.scope.timers.cancel(this.initialTimer);
    this.subscription.close();
  }

  private ask(): void {
    const { owner, scope, source, subscription } = this;
    owner.stats.inc(M.update_attempt);
    const body = discoveryRequest(scope.node, typeUrl, [subscription.expected], subscription.version);
    const headers = new RequestHeaders();
    headers.method = 'POST';
    headers.path = path;
    headers.authority = source.cluster;
    headers.scheme = 'http';
    headers.set('content-type', 'application/json');
    headers.set('content-length', String(body.length));
    this.pending = scope.send(
      source.cluster,
      { headers, body, timeoutMs: source.timeoutMs, limitBytes },
      {
        onResponse: (response) => this.onResponse(response),
        onFailure: (reason) => this.onFailure(reason),
      },
    );
  }

  private onResponse({ headers, body }: AsyncResponse): void {
    this.pending = null;
    if (headers.status === 304) {
      this.wait();
      return;
    }
    if (headers.status !== 200) {
      this.onFailure(`status ${headers.status}`);
      return;
    }
    void this.scope.readAssignments({ text: body.toString() }).then((answer) => this.onAnswer(answer));
  }

  /** The cluster's start goes on waiting: who cannot be reached now may be in a moment. */
  private onFailure(reason: string): void {
    this.pending = null;
    this.subscription.fail(this.where, reason);
    this.wait();
  }

  private onAnswer(answer: AssignmentAnswer): void {
    if (this.isClosed) return;
    if (answer.kind === 'unreadable') this.subscription.reject(this.where, answer.error);
    else this.subscription.take(answer, this.where);
    this.scope.timers.cancel(this.initialTimer);
    this.owner.discovered();
    this.wait();
  }

  private wait(): void {
    const { refreshMs } = this.source;
    const jitterMs = this.scope.random.below(Math.max(1, Math.trunc(refreshMs)));
    this.scope.timers.schedule(this.nextTimer, refreshMs + jitterMs);
  }

  private onInitialTimeout(): void {
    this.subscription.countTimeout();
    this.owner.discovered();
  }

  private get where(): string {
    return `${path} of cluster ${this.source.cluster}`;
  }
}
