import { type ConnectionControl, type NetworkFilter, NetworkStatus } from '../../../../api/network-filter.js';
import { ResponseFlag } from '../../../../api/response-flags.js';
import { type BoundStats, statBlock } from '../../../../api/stats.js';
import type { StreamInfo } from '../../../../api/stream-info.js';
import type { ThreadScope } from '../../../../api/thread-scope.js';
import type { Cancellable } from '../../../../api/upstream.js';
import { type CheckAnswer, decodeCheckAnswer } from '../../../../codec/authz/check-response.js';
import { buildMetadataMatcher, type NamespaceLookup } from '../../../../match/metadata-matcher.js';
import { addDynamicMetadata } from '../../../../stream/dynamic-metadata.js';
import { GrpcMethod } from '../../../../upstream/grpc-service.js';
import type { NetworkAuthzConfig } from './config.js';
import { ConnectionCheck } from './connection-check.js';

/** `ext_authz.<stat_prefix>.` */
export const A = statBlock({
  counters: ['cx_closed', 'denied', 'disabled', 'error', 'failure_mode_allowed', 'ok', 'total'],
  gauges: ['active'],
});

const checkPath = '/envoy.service.auth.v3.Authorization/Check';
const metadataNamespace = 'envoy.filters.network.ext_authz';
const failure: CheckAnswer = { kind: 'error', metadata: {}, request: null, response: null };

/** What the connections of one filter chain share. */
export class ConnectionAuthorizer {
  readonly config: NetworkAuthzConfig;
  readonly stats: BoundStats;
  private readonly scope: ThreadScope;
  private readonly check: ConnectionCheck;
  private readonly method: GrpcMethod | null;
  private readonly metadataEnables: ((lookup: NamespaceLookup) => boolean) | null;

  constructor(config: NetworkAuthzConfig, scope: ThreadScope) {
    const { service, enabledMetadata } = config;
    this.config = config;
    this.scope = scope;
    this.stats = scope.stats.bind(`ext_authz.${config.statPrefix}`, A);
    this.check = new ConnectionCheck(config, scope.node.metadata);
    this.method = service === null ? null : new GrpcMethod(service, checkPath, scope);
    this.metadataEnables = enabledMetadata === null ? null : buildMetadataMatcher(enabledMetadata);
  }

  isEnabled({ dynamicMetadata }: StreamInfo): boolean {
    return this.metadataEnables?.((namespace) => dynamicMetadata?.get(namespace) ?? null) ?? true;
  }

  /** Answers a handle to take the question back with, or null when the verdict has been given already. */
  ask(record: StreamInfo, give: (verdict: CheckAnswer) => void): Cancellable | null {
    if (this.method === null) {
      give(failure);
      return null;
    }
    const call = this.method.unary(this.check.of(record), record, {
      onReply: (reply) => give(decodeCheckAnswer(reply) ?? failure),
      onFailure: () => give(failure),
    });
    return call.isDone ? null : call;
  }

  nowMs(): number {
    return this.scope.clock.now();
  }
}

/**
 * Asks at the first bytes, when everything that can be told of the connection is known, and holds them until the answer.
 *
 *   idle ──bytes──► asking ──ok, or an allowed failure──► passing
 *                     └──────denied, failed─────────────► closed
 */
export class NetworkAuthzFilter implements NetworkFilter {
  private readonly authorizer: ConnectionAuthorizer;
  private readonly control: ConnectionControl;
  private state: 'idle' | 'asking' | 'passing' | 'closed';
  private call: Cancellable | null;
  private startedMs: number;
  /** The verdict came while the question was being put. */
  private isPutting: boolean;

  constructor(authorizer: ConnectionAuthorizer, control: ConnectionControl) {
    this.authorizer = authorizer;
    this.control = control;
    this.state = 'idle';
    this.call = null;
    this.startedMs = 0;
    this.isPutting = false;
  }

  onData(): NetworkStatus {
    const { authorizer, control } = this;
    if (!authorizer.isEnabled(control.record)) {
      authorizer.stats.inc(A.disabled);
      return NetworkStatus.Continue;
    }
    if (this.state === 'idle') this.ask();
    return this.state === 'passing' ? NetworkStatus.Continue : NetworkStatus.Stop;
  }

  onClose(): void {
    const wasAsking = this.state === 'asking';
    this.state = 'closed';
    if (!wasAsking) return;
    this.authorizer.stats.add(A.active, -1);
    this.call?.cancel();
    this.call = null;
  }

  private ask(): void {
    const { authorizer, control } = this;
    this.state = 'asking';
    this.startedMs = authorizer.nowMs();
    authorizer.stats.add(A.active, 1);
    authorizer.stats.inc(A.total);
    this.isPutting = true;
    this.call = authorizer.ask(control.record, (verdict) => control.guard(() => this.onVerdict(verdict)));
    this.isPutting = false;
  }

  private onVerdict({ kind, metadata }: CheckAnswer): void {
    if (this.state !== 'asking') return;
    const { authorizer, control } = this;
    const { stats, config } = authorizer;
    this.call = null;
    stats.add(A.active, -1);
    stats.inc(kind === 'ok' ? A.ok : kind === 'denied' ? A.denied : A.error);
    const told =
      kind === 'ok'
        ? { ...metadata, ext_authz_duration: Math.floor(authorizer.nowMs() - this.startedMs) }
        : metadata;
    if (Object.keys(told).length > 0) addDynamicMetadata(control.record, metadataNamespace, told);
    const isRefused = kind === 'denied' || (kind === 'error' && !config.allowsFailure);
    if (isRefused && !config.isShadow) {
      this.refuse(kind);
      return;
    }
    this.state = 'passing';
    if (kind === 'error' && config.allowsFailure) stats.inc(A.failure_mode_allowed);
    if (!this.isPutting) control.continueReading();
  }

  private refuse(kind: 'denied' | 'error'): void {
    const { authorizer, control } = this;
    this.state = 'closed';
    authorizer.stats.inc(A.cx_closed);
    control.record.responseFlags |= ResponseFlag.unauthorizedExternalService;
    control.record.responseCodeDetails = kind === 'denied' ? 'ext_authz_denied' : 'ext_authz_error';
    control.close('no-flush', 'ext_authz_close');
  }
}
