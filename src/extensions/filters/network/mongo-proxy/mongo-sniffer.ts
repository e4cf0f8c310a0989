import type { Chunk } from '../../../../api/codec.js';
import {
  type ConnectionCloseKind,
  type ConnectionControl,
  type NetworkFilter,
  NetworkStatus,
} from '../../../../api/network-filter.js';
import type { Timer } from '../../../../base/timer-wheel.js';
import { MongoDecoder, type MongoEvents } from '../../../../codec/mongo/mongo-decoder.js';
import type { MongoMessage } from '../../../../codec/mongo/wire-message.js';
import { Conversation, type ConversationOwner } from './conversation.js';
import { EndOrder } from './end-order.js';
import { MessageMetadata } from './message-metadata.js';
import { type MongoProxy, Switch } from './mongo-proxy.js';
import { M, X } from './mongo-stats.js';

/**
 * Listens to one connection. Every byte passes as it came, when it came, unless a delay is configured:
 *
 *   sniffing ──bytes that are no MongoDB──► passing on
 *      │ ▲
 *      └─┘ a delay: what the client sends waits for its end
 */
export class MongoSniffer implements NetworkFilter, MongoEvents, ConversationOwner {
  private readonly proxy: MongoProxy;
  private readonly control: ConnectionControl;
  private readonly conversation: Conversation;
  private readonly metadata: MessageMetadata | null;
  private readonly requests: MongoDecoder;
  private readonly replies: MongoDecoder;
  private isSniffing: boolean;
  private readonly delay: Timer | null;
  private readonly drain: Timer;
  /** Of the bytes that the delay holds back: they are shown again with those that follow. */
  private heldBytes: number;
  private readonly ends: EndOrder;

  constructor(proxy: MongoProxy, control: ConnectionControl) {
    this.proxy = proxy;
    this.control = control;
    this.metadata = proxy.config.emitsMetadata ? new MessageMetadata(control.record) : null;
    this.conversation = new Conversation(proxy, control, this, this.metadata);
    this.requests = new MongoDecoder(this, false, proxy.limits);
    this.replies = new MongoDecoder(this, true, proxy.limits);
    this.isSniffing = true;
    this.delay = proxy.config.delay === null ? null : control.timer(() => this.onDelayOver());
    this.drain = control.timer(() => control.close('flush', ''));
    this.heldBytes = 0;
    this.ends = new EndOrder();
  }

  onData(chunk: Chunk, endStream: boolean): NetworkStatus {
    if (endStream) this.ends.onClientEnd();
    this.sniff(this.requests, chunk, this.heldBytes);
    if (this.delay?.isArmed !== true) return NetworkStatus.Continue;
    this.heldBytes = chunk.end - chunk.start;
    return NetworkStatus.Stop;
  }

  onWrite(chunk: Chunk, endStream: boolean): NetworkStatus {
    if (endStream) this.ends.onServerEnd();
    this.sniff(this.replies, chunk, 0);
    return NetworkStatus.Continue;
  }

  onClose(kind: ConnectionCloseKind): void {
    const { active } = this.conversation;
    if (!active.isEmpty) {
      const isLocal = this.ends.isLocal ?? kind === 'local';
      this.proxy.stats.inc(isLocal ? M.cx_destroy_local_with_active_rq : M.cx_destroy_remote_with_active_rq);
    }
    active.clear();
    this.stopSniffing();
  }

  // MongoEvents

  onMessage(message: MongoMessage): boolean {
    return this.conversation.onMessage(message);
  }

  onCompressed(): void {
    this.proxy.ownStats.inc(X.op_compressed);
  }

  // ConversationOwner

  onRequest(): void {
    const { delay, proxy } = this;
    if (delay === null || delay.isArmed) return;
    const ms = proxy.drawDelayMs();
    if (ms <= 0) return;
    proxy.scope.timers.schedule(delay, ms);
    proxy.stats.inc(M.delays_injected);
  }

  /** The reply is on its way through this very filter: the connection is closed behind it. */
  onAllAnswered(): void {
    const { proxy, drain } = this;
    if (!proxy.isDraining) return;
    proxy.stats.inc(M.cx_drain_close);
    if (!drain.isArmed) proxy.scope.timers.schedule(drain, 0);
  }

  private sniff(decoder: MongoDecoder, chunk: Chunk, skippedBytes: number): void {
    const { proxy } = this;
    if (!this.isSniffing) return;
    if (!proxy.isOn(Switch.proxy)) {
      this.forget(decoder);
      return;
    }
    this.metadata?.clear();
    const start = chunk.start + skippedBytes;
    const before = decoder.keptBytes;
    const isSound = decoder.decode(chunk.buffer, start, chunk.end, proxy.isOn(Switch.opMsg));
    const change = decoder.keptBytes - before;
    const isKept = change === 0 || proxy.keep(change);
    if (isSound && isKept) return;
    proxy.stats.inc(M.decoding_error);
    this.stopSniffing();
  }

  private stopSniffing(): void {
    this.isSniffing = false;
    for (const decoder of [this.requests, this.replies]) this.forget(decoder);
  }

  private forget(decoder: MongoDecoder): void {
    this.proxy.keep(-decoder.keptBytes);
    decoder.forget();
  }

  private onDelayOver(): void {
    this.heldBytes = 0;
    this.control.continueReading();
  }
}
