import type { ConnectionControl } from '../../../../api/network-filter.js';
import type { ThreadScope } from '../../../../api/thread-scope.js';
import type { Cancellable } from '../../../../api/upstream.js';
import { RingQueue } from '../../../../base/ring-queue.js';
import {
  decodeRedisAuthResponse,
  encodeRedisAuthRequest,
  type RedisAuthVerdict,
} from '../../../../codec/authz/redis-auth.js';
import { type RespValue, respError, respSimple } from '../../../../codec/redis/resp-value.js';
import { GrpcMethod } from '../../../../upstream/grpc-service.js';
import type { Authentication } from './authentication.js';
import type { ExternalAuthConfig } from './config.js';
import { type Credentials, helloReply } from './local-commands.js';
import type { ReplySlot } from './reply-slot.js';

const authenticatePath = '/envoy.service.redis_auth.v3.RedisProxyExternalAuth/Authenticate';

/** What a client sends while it is asked about; more is not read before the answer. */
const heldBytesLimit = 65_536;
const noAnswer: RedisAuthVerdict = { kind: 'error', message: '', expiresAtSeconds: 0 };
const failed = respError('ERR external authentication failed');

/** Somebody who knows who may come in. */
export interface AuthSource {
  readonly hasExpiration: boolean;
  /** Null: the verdict has been given already. */
  ask(
    credentials: Credentials,
    control: Pick<ConnectionControl, 'record'>,
    give: (verdict: RedisAuthVerdict) => void,
  ): Cancellable | null;
}

/** What the gate does to its client's connection. */
type GatedConnection = Pick<ConnectionControl, 'guard' | 'pauseReading' | 'record' | 'resumeReading'>;

/** The service that is asked; all connections of one filter chain share it. */
export class AuthProvider implements AuthSource {
  readonly hasExpiration: boolean;
  private readonly method: GrpcMethod;

  constructor({ service, hasExpiration }: ExternalAuthConfig, scope: ThreadScope) {
    this.hasExpiration = hasExpiration;
    this.method = new GrpcMethod(service, authenticatePath, scope);
  }

  ask(
    { username, password }: Credentials,
    { record }: Pick<ConnectionControl, 'record'>,
    give: (verdict: RedisAuthVerdict) => void,
  ): Cancellable | null {
    const call = this.method.unary(encodeRedisAuthRequest(username, password), record, {
      onReply: (reply) => give(decodeRedisAuthResponse(reply) ?? noAnswer),
      onFailure: () => give(noAnswer),
    });
    return call.isDone ? null : call;
  }
}

/** A command that came while its client was asked about; `words` is null for a value of another shape. */
export interface HeldCommand {
  readonly words: readonly string[] | null;
  readonly bytes: string | null;
  readonly slot: ReplySlot;
}

/**
 * Asks the provider about one client, and holds what it sends meanwhile.
 *
 *   open ──AUTH, HELLO with AUTH──► asking ──verdict, held commands go on──► open        any ──client gone──► closed
 */
export class ExternalGate {
  private readonly provider: AuthSource;
  private readonly authentication: Authentication;
  private readonly control: GatedConnection;
  private readonly take: (command: HeldCommand) => void;
  private readonly held: RingQueue<HeldCommand>;
  private state: 'open' | 'asking' | 'closed';
  private call: Cancellable | null;
  private heldBytes: number;
  private isResuming: boolean;

  constructor(
    provider: AuthSource,
    authentication: Authentication,
    control: GatedConnection,
    take: (command: HeldCommand) => void,
  ) {
    this.provider = provider;
    this.authentication = authentication;
    this.control = control;
    this.take = take;
    this.held = new RingQueue();
    this.state = 'open';
    this.call = null;
    this.heldBytes = 0;
    this.isResuming = false;
  }

  get isAsking(): boolean {
    return this.state === 'asking';
  }

  /** Bytes that came while it asks. */
  noteBytes(length: number): void {
    const before = this.heldBytes;
    this.heldBytes += length;
    if (before < heldBytesLimit && this.heldBytes >= heldBytesLimit) this.control.pauseReading();
  }

  hold(command: HeldCommand): void {
    this.held.push(command);
  }

  ask(credentials: Credentials, isHello: boolean, slot: ReplySlot): void {
    const { provider, control } = this;
    this.state = 'asking';
    const call = provider.ask(credentials, control, (verdict) =>
      control.guard(() => this.onVerdict(verdict, isHello, slot)),
    );
    // The verdict may have come, and led to the next question.
    if (call !== null) this.call = call;
  }

  close(): void {
    this.state = 'closed';
    this.call?.cancel();
    this.call = null;
    while (this.held.size > 0) this.held.shift();
  }

  private onVerdict(verdict: RedisAuthVerdict, isHello: boolean, slot: ReplySlot): void {
    if (this.state !== 'asking') return;
    this.state = 'open';
    this.call = null;
    slot.answer(this.answerTo(verdict, isHello));
    if (!this.isResuming) this.resume();
  }

  private answerTo({ kind, message, expiresAtSeconds }: RedisAuthVerdict, isHello: boolean): RespValue {
    const { authentication, provider } = this;
    if (kind === 'error') return failed;
    if (kind === 'denied') {
      authentication.revoke();
      if (isHello) return respError(`WRONGPASS ${message || 'invalid username-password pair'}`);
      return respError(`ERR ${message || 'unauthorized'}`);
    }
    authentication.grant(provider.hasExpiration ? expiresAtSeconds * 1000 : Number.POSITIVE_INFINITY);
    return isHello ? helloReply(authentication.agree()) : respSimple('OK');
  }

  /** One of them may ask again: the rest waits for that. */
  private resume(): void {
    this.isResuming = true;
    while (!this.isAsking) {
      const command = this.held.shift();
      if (command === undefined) break;
      this.take(command);
    }
    this.isResuming = false;
    if (this.isAsking || this.heldBytes === 0) return;
    if (this.heldBytes >= heldBytesLimit) this.control.resumeReading();
    this.heldBytes = 0;
  }
}
