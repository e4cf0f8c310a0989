import type { Chunk } from '../../../../api/codec.js';
import { type ConnectionControl, type NetworkFilter, NetworkStatus } from '../../../../api/network-filter.js';
import type { ThreadScope } from '../../../../api/thread-scope.js';
import { RingQueue } from '../../../../base/ring-queue.js';
import { encodeResp } from '../../../../codec/redis/encode-resp.js';
import { RespDecoder, type RespSink } from '../../../../codec/redis/resp-decoder.js';
import { type RespValue, respBulk, respError, respSimple } from '../../../../codec/redis/resp-value.js';
import { Authentication, authenticationRequired } from './authentication.js';
import { ExternalGate } from './external-gate.js';
import { answerClient, answerTime, type Credentials, invalidRequest, noProtocol } from './local-commands.js';
import type { KnownCommand, RedisProxy } from './redis-proxy.js';
import { D, R, S } from './redis-stats.js';
import { ReplySlot, type SlotOwner } from './reply-slot.js';
import { type Command, Splitter } from './splitter.js';
import { Transaction } from './transaction.js';

/** Commands of one client that wait for replies; more are not read before some are answered. */
const pipelineLimit = 4096;

const pong = respSimple('PONG');

/** One client: its commands in, their replies out in the same order. */
export class RedisSession implements NetworkFilter, RespSink, SlotOwner {
  readonly scope: ThreadScope;
  private readonly proxy: RedisProxy;
  private readonly control: ConnectionControl;
  private readonly decoder: RespDecoder;
  private readonly slots: RingQueue<ReplySlot>;
  private readonly splitter: Splitter;
  private readonly transaction: Transaction;
  private readonly authentication: Authentication;
  /** Null: nobody else is asked about clients. */
  private readonly gate: ExternalGate | null;
  private isPausedForReplies: boolean;
  private isQuitting: boolean;
  private isClosed: boolean;

  constructor(proxy: RedisProxy, control: ConnectionControl) {
    this.scope = proxy.scope;
    this.proxy = proxy;
    this.control = control;
    this.decoder = new RespDecoder(this);
    this.slots = new RingQueue();
    this.splitter = new Splitter(proxy, control);
    this.transaction = new Transaction(proxy, control);
    this.authentication = new Authentication(proxy.config, proxy.helloStats, proxy.scope.clock);
    this.gate =
      proxy.provider === null
        ? null
        : new ExternalGate(proxy.provider, this.authentication, control, ({ words, bytes, slot }) =>
            this.take(words, bytes, slot),
          );
    this.isPausedForReplies = false;
    this.isQuitting = false;
    this.isClosed = false;
    proxy.stats.inc(R.downstream_cx_total);
    proxy.stats.add(R.downstream_cx_active, 1);
  }

  // NetworkFilter

  onData(chunk: Chunk): NetworkStatus {
    this.proxy.stats.add(R.downstream_cx_rx_bytes_total, chunk.end - chunk.start);
    if (this.gate?.isAsking === true) this.gate.noteBytes(chunk.end - chunk.start);
    if (!this.decoder.decode(chunk.buffer.latin1Slice(chunk.start, chunk.end))) this.onProtocolError();
    return NetworkStatus.Stop;
  }

  onAboveWatermark(): void {
    this.control.pauseReading();
  }

  onBelowWatermark(): void {
    this.control.resumeReading();
  }

  onDrain(): void {
    if (this.slots.size > 0 || !this.proxy.closesDraining) return;
    this.proxy.stats.inc(R.downstream_cx_drain_close);
    this.control.close('flush', '');
  }

  onClose(): void {
    this.isClosed = true;
    this.decoder.stop();
    this.gate?.close();
    const { stats } = this.proxy;
    stats.add(R.downstream_cx_active, -1);
    stats.add(R.downstream_rq_active, -this.slots.size);
    for (let slot = this.slots.shift(); slot !== undefined; slot = this.slots.shift()) slot.cancel();
    this.transaction.close();
  }

  // SlotOwner

  /** Those that are first in order go out. */
  onAnswered(): void {
    if (this.isClosed) return;
    const { version } = this.authentication;
    let text = '';
    let answered = 0;
    for (let slot = this.slots.peek(); slot?.reply != null; slot = this.slots.peek()) {
      text += encodeResp(slot.reply, version);
      this.slots.shift();
      answered++;
    }
    if (answered === 0) return;
    this.proxy.stats.add(R.downstream_rq_active, -answered);
    this.proxy.stats.add(R.downstream_cx_tx_bytes_total, text.length);
    this.control.writeText(text);
    this.afterReplies();
  }

  private afterReplies(): void {
    if (this.slots.size > 0) {
      if (this.isPausedForReplies && this.slots.size < pipelineLimit / 2) this.resume();
      return;
    }
    if (this.isQuitting) this.control.close('flush-and-delay', '');
    else if (this.isPausedForReplies) this.resume();
    else if (this.scope.drain.shouldClose(this.proxy.listenerName)) this.onDrain();
  }

  private resume(): void {
    this.isPausedForReplies = false;
    this.control.resumeReading();
  }

  private onProtocolError(): void {
    this.proxy.stats.inc(R.downstream_cx_protocol_error);
    this.isQuitting = true;
    // No request of the client: it is not counted as one.
    this.newSlot().answer(respError('downstream protocol error'));
  }

  private newSlot(): ReplySlot {
    const slot = new ReplySlot(this);
    this.slots.push(slot);
    this.proxy.stats.add(R.downstream_rq_active, 1);
    if (this.slots.size >= pipelineLimit && !this.isPausedForReplies) {
      this.isPausedForReplies = true;
      this.control.pauseReading();
    }
    return slot;
  }

  // RespSink

  onValue(value: RespValue): void {
    const words = wordsOf(value);
    this.onCommand(words !== null && words.length > 0 ? words : null, null);
  }

  onCommand(words: readonly string[] | null, bytes: string | null): void {
    this.proxy.stats.inc(R.downstream_rq_total);
    const slot = this.newSlot();
    if (this.gate?.isAsking === true) this.gate.hold({ words, bytes, slot });
    else this.take(words, bytes, slot);
  }

  /** `words` is null for a value that is no command. */
  private take(words: readonly string[] | null, bytes: string | null, slot: ReplySlot): void {
    if (words === null) {
      this.refuse(slot);
      return;
    }
    const facts = this.proxy.find(words[0] ?? '');
    const { authentication } = this;
    const isGreeting = facts !== undefined && (facts.kind === 'hello' || facts.kind === 'local');
    if (authentication.awaitsHello && !(isGreeting && isHeardFirst(facts))) {
      this.proxy.stats.inc(R.downstream_rq_noproto);
      slot.answer(noProtocol);
    } else if (facts === undefined) {
      this.proxy.splitterStats.inc(S.unsupported_command);
      const text = `ERR unknown command '${words[0] ?? ''}', with args beginning with: ${words[1] ?? ''}`;
      slot.answer(respError(text));
    } else if (words.length < 2 && !facts.isBare) this.refuseBare(facts, words, slot);
    else if (isGreeting) this.greet(words, facts, slot);
    else if (!authentication.isPassed) slot.answer(authenticationRequired);
    else this.dispatch({ words, bytes, facts, slot });
  }

  private dispatch(command: Command): void {
    const { facts, slot } = command;
    const isOpen = this.transaction.isOpen;
    const fault = this.proxy.faults?.draw(facts) ?? null;
    slot.begin(isOpen ? this.proxy.multiStats : facts.stats, fault?.delayMs ?? 0);
    if (fault?.isError === true) {
      slot.failByFault();
    } else if (facts.kind === 'transaction' || isOpen) this.transaction.dispatch(command);
    else this.splitter.dispatch(command);
  }

  private refuse(slot: ReplySlot): void {
    this.proxy.splitterStats.inc(S.invalid_request);
    slot.answer(invalidRequest);
  }

  /** SCAN has words of its own for a missing argument, and is not counted as invalid. */
  private refuseBare(facts: KnownCommand, words: readonly string[], slot: ReplySlot): void {
    const text = `wrong number of arguments for '${words[0] ?? ''}' command`;
    if (!this.authentication.isPassed && facts.name !== 'auth') slot.answer(authenticationRequired);
    else if (facts.name === 'scan') slot.answer(respError(`ERR ${text}`));
    else this.refuse(slot);
  }

  /** What is answered here. */
  private greet(words: readonly string[], facts: KnownCommand, slot: ReplySlot): void {
    const { authentication, transaction } = this;
    const { name } = facts;
    if (name === 'quit') {
      this.isQuitting = true;
      slot.answer(respSimple('OK'));
    } else if (name === 'auth') this.judge(authentication.auth(words), false, slot);
    else if (transaction.isOpen && (name === 'hello' || name === 'client')) this.refuseWithin(facts, slot);
    else if (name === 'hello') this.judge(authentication.hello(words), true, slot);
    else if (!authentication.isPassed) slot.answer(authenticationRequired);
    else if (name === 'ping') slot.answer(pong);
    else if (name === 'time') slot.answer(answerTime(this.scope.clock.wallMs()));
    else if (name === 'client') slot.answer(answerClient(words));
    else if (words.length === 2) slot.answer(respBulk(words[1] ?? ''));
    else this.refuse(slot);
  }

  /** The answer, or what somebody else is to be asked about. */
  private judge(verdict: RespValue | Credentials, isHello: boolean, slot: ReplySlot): void {
    if ('type' in verdict) slot.answer(verdict);
    else this.gate?.ask(verdict, isHello, slot);
  }

  private refuseWithin({ name }: KnownCommand, slot: ReplySlot): void {
    if (name === 'hello') {
      this.proxy.helloStats.counters.inc(D.total);
      this.proxy.helloStats.counters.inc(D.error);
    }
    slot.answer(respError(`'${name}' command is not supported within transaction`));
  }
}

/** Before the protocol is agreed on. */
function isHeardFirst({ name }: KnownCommand): boolean {
  return name === 'hello' || name === 'auth' || name === 'quit';
}

/** The words of a command; null for a value of another shape. */
function wordsOf(value: RespValue): readonly string[] | null {
  if (value.type !== '*') return null;
  const words: string[] = [];
  for (const item of value.items) {
    if (item.type !== '$') return null;
    words.push(item.text);
  }
  return words;
}
