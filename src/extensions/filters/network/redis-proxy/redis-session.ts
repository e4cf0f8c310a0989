import type { Chunk } from '../../../../api/codec.js';
import { type ConnectionControl, type NetworkFilter, NetworkStatus } from '../../../../api/network-filter.js';
import { RingQueue } from '../../../../base/ring-queue.js';
import { encodeResp } from '../../../../codec/redis/encode-resp.js';
import { RespDecoder } from '../../../../codec/redis/resp-decoder.js';
import { type RespValue, respError, respSimple } from '../../../../codec/redis/resp-value.js';
import { Authentication } from './authentication.js';
import { bareCommands, type CommandKind } from './commands.js';
import { answerClient, answerEcho, answerPing, answerTime, invalidRequest } from './local-commands.js';
import type { RedisProxy } from './redis-proxy.js';
import { R, S } from './redis-stats.js';
import type { ReplySlot } from './requests.js';
import { Splitter } from './splitter.js';
import { Transaction } from './transaction.js';

/** Commands of one client that wait for replies; more are not read before some are answered. */
const pipelineLimit = 4096;

/** The place of one reply in the order of commands. */
class Slot implements ReplySlot {
  readonly startedMs: number;
  reply: RespValue | null;
  private readonly session: RedisSession;

  constructor(session: RedisSession, startedMs: number) {
    this.startedMs = startedMs;
    this.reply = null;
    this.session = session;
  }

  get nowMs(): number {
    return this.session.nowMs;
  }

  answer(value: RespValue): void {
    if (this.reply !== null) return;
    this.reply = value;
    this.session.onAnswered();
  }
}

/** One client: its commands in, their replies out in the same order. */
export class RedisSession implements NetworkFilter {
  private readonly proxy: RedisProxy;
  private readonly control: ConnectionControl;
  private readonly decoder: RespDecoder;
  private readonly slots: RingQueue<Slot>;
  private readonly splitter: Splitter;
  private readonly transaction: Transaction;
  private readonly authentication: Authentication;
  private isPausedForReplies: boolean;
  private isQuitting: boolean;
  private isClosed: boolean;

  constructor(proxy: RedisProxy, control: ConnectionControl) {
    this.proxy = proxy;
    this.control = control;
    this.decoder = new RespDecoder((value) => this.onCommand(value), true);
    this.slots = new RingQueue();
    this.splitter = new Splitter(proxy);
    this.transaction = new Transaction(proxy);
    this.authentication = new Authentication(proxy.config, (command) => proxy.statsOf(command));
    this.isPausedForReplies = false;
    this.isQuitting = false;
    this.isClosed = false;
    proxy.stats.inc(R.downstream_cx_total);
    proxy.stats.add(R.downstream_cx_active, 1);
  }

  get nowMs(): number {
    return this.proxy.scope.clock.now();
  }

  // NetworkFilter

  onData(chunk: Chunk): NetworkStatus {
    if (this.isQuitting) return NetworkStatus.Stop;
    this.proxy.stats.add(R.downstream_cx_rx_bytes_total, chunk.end - chunk.start);
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
    if (this.slots.size > 0) return;
    this.proxy.stats.inc(R.downstream_cx_drain_close);
    this.control.close('flush', '');
  }

  onClose(): void {
    this.isClosed = true;
    this.decoder.stop();
    this.transaction.close();
    const { stats } = this.proxy;
    stats.add(R.downstream_cx_active, -1);
    stats.add(R.downstream_rq_active, -this.slots.size);
    while (this.slots.size > 0) this.slots.shift();
  }

  /** A reply is there; those that are first in order go out. */
  onAnswered(): void {
    if (this.isClosed) return;
    let text = '';
    for (let slot = this.slots.peek(); slot !== undefined; slot = this.slots.peek()) {
      if (slot.reply === null) break;
      text += encodeResp(slot.reply);
      this.slots.shift();
      this.proxy.stats.add(R.downstream_rq_active, -1);
    }
    if (text !== '') {
      this.proxy.stats.add(R.downstream_cx_tx_bytes_total, text.length);
      this.control.writeText(text);
    }
    this.afterReplies();
  }

  private afterReplies(): void {
    if (this.slots.size > 0) {
      if (this.isPausedForReplies && this.slots.size < pipelineLimit / 2) this.resume();
      return;
    }
    if (this.isQuitting) this.control.close('flush-and-delay', '');
    else if (this.isPausedForReplies) this.resume();
    else if (this.proxy.scope.drain.shouldClose(this.proxy.listenerName)) this.onDrain();
  }

  private resume(): void {
    this.isPausedForReplies = false;
    this.control.resumeReading();
  }

  private onProtocolError(): void {
    const { stats } = this.proxy;
    stats.inc(R.downstream_cx_protocol_error);
    this.isQuitting = true;
    this.newSlot().answer(respError('downstream protocol error'));
  }

  private newSlot(): Slot {
    const slot = new Slot(this, this.nowMs);
    this.slots.push(slot);
    this.proxy.stats.add(R.downstream_rq_active, 1);
    if (this.slots.size >= pipelineLimit && !this.isPausedForReplies) {
      this.isPausedForReplies = true;
      this.control.pauseReading();
    }
    return slot;
  }

  private onCommand(value: RespValue): void {
    this.proxy.stats.inc(R.downstream_rq_total);
    const slot = this.newSlot();
    const words = wordsOf(value);
    if (words === null || words.length === 0) {
      this.proxy.splitterStats.inc(S.invalid_request);
      slot.answer(invalidRequest);
      return;
    }
    const name = (words[0] ?? '').toLowerCase();
    const kind = this.proxy.kindOf(name);
    if (kind === undefined) {
      this.proxy.splitterStats.inc(S.unsupported_command);
      const text = `ERR unknown command '${words[0] ?? ''}', with args beginning with: ${words[1] ?? ''}`;
      slot.answer(respError(text));
    } else if (name === 'quit') this.quit(slot);
    else this.dispatch(words, name, kind, slot);
  }

  private quit(slot: Slot): void {
    this.isQuitting = true;
    this.decoder.stop();
    slot.answer(respSimple('OK'));
  }

  private dispatch(words: readonly string[], name: string, kind: CommandKind, slot: Slot): void {
    const isTooShort = words.length < 2 && !bareCommands.has(name);
    const { authentication } = this;
    if (name === 'auth' && !isTooShort) slot.answer(authentication.auth(words));
    else if (kind === 'hello' && !this.transaction.isOpen) slot.answer(authentication.hello(words));
    else if (!authentication.isPassed && name !== 'auth') slot.answer(authentication.required);
    else if (isTooShort) slot.answer(this.refuseBare(name));
    else if (kind === 'local') slot.answer(this.answerLocally(words, name));
    else {
      const command = { words, name, slot };
      if (kind === 'transaction' || this.transaction.isOpen) this.transaction.dispatch(command, kind);
      else this.splitter.dispatch(command, kind);
    }
  }

  /** Two commands have words of their own for a missing argument, and are not counted as invalid. */
  private refuseBare(name: string): RespValue {
    if (name === 'scan') return respError("ERR wrong number of arguments for 'SCAN' command");
    if (name === 'watch') return respError("wrong number of arguments for 'WATCH' command");
    this.proxy.splitterStats.inc(S.invalid_request);
    return invalidRequest;
  }

  private answerLocally(words: readonly string[], name: string): RespValue {
    if (name === 'ping') return answerPing();
    if (name === 'echo') return answerEcho(words);
    if (name === 'time') return answerTime(this.proxy.scope.clock.wallMs());
    return answerClient(words);
  }
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
