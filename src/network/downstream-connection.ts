import type { Socket } from 'node:net';
import {
  type CloseMode,
  type ConnectionCloseKind,
  type ConnectionControl,
  type NetworkFilter,
  type NetworkFilterMaker,
  NetworkStatus,
} from '../api/network-filter.js';
import type { ConnectionInfo, StreamInfo } from '../api/stream-info.js';
import type { ThreadScope } from '../api/thread-scope.js';
import type { Member } from '../base/member-list.js';
import { Timer } from '../base/timer-wheel.js';
import type { Flushable } from '../base/turn.js';
import { Connection, type ConnectionEvents, type ConnectionResources } from './connection.js';
import { DelayedClose } from './delayed-close.js';
import type { HandleSocket } from './handle-socket.js';
import { ReadChain } from './read-chain.js';
import type { ReadTarget } from './read-link.js';

const noBytes = Buffer.alloc(0);

/** For filters that set none: a peer that takes nothing must not keep a connection that is closing. */
const defaultDelayedCloseMs = 1000;

const backedUpReason = 'buffer_high_watermark_timeout_reached';

interface BackedUpTimer {
  readonly timer: Timer;
  readonly ms: number;
}

/** Who is told when a downstream connection has ended. */
export interface DownstreamOwner {
  onClosed(connection: DownstreamConnection): void;
  /** Makes the record of a connection. */
  recordOf(info: ConnectionInfo): StreamInfo;
}

/**
 * A downstream connection with its network filters: reading runs through them first to last, writing last to first.
 * It ends in one of four ways (`CloseMode`), and whichever waits for the peer has a timer.
 */
export class DownstreamConnection implements ConnectionControl, ConnectionEvents, ReadTarget, Member {
  /** Kept by the list of those that are open. */
  place: number;
  readonly info: ConnectionInfo;
  readonly scope: ThreadScope;
  private readonly connection: Connection;
  private readonly owner: DownstreamOwner;
  private readonly filters: NetworkFilter[];
  private readonly writers: NetworkFilter[];
  private timers: Timer[] | null;
  private readonly reading: ReadChain;
  private sawEnd: boolean;
  private isHalfClose: boolean;
  private delayedCloseMs: number;
  private onDelayExpired: (() => void) | null;
  private delay: DelayedClose | null;
  private isClosing: boolean;
  private hasClosed: boolean;
  private limitBytes: number;
  private backedUp: BackedUpTimer | null;
  /** Null until somebody asks. */
  knownRecord: StreamInfo | null;

  constructor(
    socket: Socket | HandleSocket,
    info: ConnectionInfo,
    shared: ConnectionResources,
    scope: ThreadScope,
    owner: DownstreamOwner,
    limitBytes: number,
  ) {
    this.place = -1;
    this.info = info;
    this.scope = scope;
    this.connection = new Connection(socket, shared, this, limitBytes);
    this.owner = owner;
    this.filters = [];
    this.writers = [];
    this.timers = null;
    this.reading = new ReadChain(this.filters, this, () => this.limitBytes);
    this.sawEnd = false;
    this.isHalfClose = false;
    this.delayedCloseMs = defaultDelayedCloseMs;
    this.onDelayExpired = null;
    this.delay = null;
    this.isClosing = false;
    this.hasClosed = false;
    this.limitBytes = limitBytes;
    this.backedUp = null;
    this.knownRecord = null;
  }

  get isReading(): boolean {
    return !this.connection.isPaused;
  }

  /** Bytes have arrived in the thread's read buffer. */
  onRead(length: number): boolean {
    return this.connection.onRead(length);
  }

  /** Makes the filters of the chosen chain and lets them know of the connection. */
  start(makers: readonly NetworkFilterMaker[]): void {
    this.connection.guard(() => {
      for (const make of makers) this.filters.push(make(this));
      for (let i = this.filters.length - 1; i >= 0; i--) {
        const filter = this.filters[i] as NetworkFilter;
        if (filter.onWrite !== undefined) this.writers.push(filter);
      }
      this.reading.start();
    });
    this.connection.startReading();
  }

  /** A peer that leaves more than the limit waiting for so long loses the connection. */
  limitBackedUp(ms: number): void {
    this.backedUp = { ms, timer: this.timer(() => this.close('no-flush', backedUpReason)) };
  }

  /** The transport socket never came about: filters saw a connection that ends before its first byte, as by its peer. */
  failTransport(): void {
    this.sawEnd = true;
    this.connection.destroy();
  }

  /** The thread drains: filters that have nothing in progress close the connection. */
  closeIfIdle(): void {
    this.connection.guard(() => {
      for (const filter of this.filters) filter.onDrain?.();
    });
  }

  // ConnectionControl

  get record(): StreamInfo {
    this.knownRecord ??= this.owner.recordOf(this.info);
    return this.knownRecord;
  }

  get bufferedBytes(): number {
    return this.connection.bufferedBytes;
  }

  get flushedBytes(): number {
    return this.connection.flushedBytes;
  }

  get bytesReceived(): number {
    return this.connection.bytesReceived;
  }

  get bytesSent(): number {
    return this.connection.bytesSent;
  }

  writeText(text: string): void {
    if (this.writers.length === 0) this.connection.writeText(text);
    else this.writeFiltered(Buffer.from(text, 'latin1'), false);
  }

  writeBytes(buffer: Buffer, start: number, end: number): void {
    if (this.writers.length === 0) this.connection.writeBytes(buffer, start, end);
    else this.writeFiltered(buffer.subarray(start, end), false);
  }

  writeTextAndBytes(text: string, buffer: Buffer, start: number, end: number): void {
    this.writeText(text);
    this.writeBytes(buffer, start, end);
  }

  writePooled(buffer: Buffer, length: number): void {
    if (this.writers.length === 0) {
      this.connection.writePooled(buffer, length);
      return;
    }
    this.writeFiltered(buffer.subarray(0, length), false);
    this.scope.buffers.giveBack(buffer);
  }

  flushLater(item: Flushable): void {
    this.connection.flushLater(item);
  }

  endWriting(): void {
    if (this.writers.length > 0) this.writeFiltered(noBytes, true);
    this.connection.endWriting();
  }

  pauseReading(): void {
    this.connection.pauseReading();
  }

  resumeReading(): void {
    this.connection.resumeReading();
  }

  continueReading(): void {
    this.reading.continueReading();
  }

  close(mode: CloseMode, reason: string): void {
    if (this.hasClosed) return;
    this.isClosing = true;
    if (reason !== '' && this.info.localCloseReason === '') this.info.localCloseReason = reason;
    if (mode === 'no-flush') this.connection.destroy();
    else if (mode === 'abort') this.connection.abort();
    else if (mode === 'flush' || this.delayedCloseMs === 0 || this.sawEnd) this.closeFlushing();
    else this.closeLingering();
  }

  setHalfClose(isEnabled: boolean): void {
    this.isHalfClose = isEnabled;
  }

  setBufferLimit(bytes: number): void {
    this.limitBytes = bytes;
    this.connection.setBufferLimit(bytes);
  }

  setDelayedCloseTimeout(ms: number, onExpired?: () => void): void {
    this.delayedCloseMs = ms;
    this.onDelayExpired = onExpired ?? null;
  }

  timer(fire: () => void): Timer {
    const timer = new Timer(() => this.connection.guard(fire));
    this.timers ??= [];
    this.timers.push(timer);
    return timer;
  }

  guard(body: () => void): void {
    this.connection.guard(body);
  }

  // ConnectionEvents

  onData(buffer: Buffer, start: number, end: number): void {
    if (!this.isClosing) this.reading.onData({ buffer, start, end }, false);
  }

  onEnd(): void {
    this.sawEnd = true;
    if (this.isClosing || !this.isHalfClose) this.closeFlushing();
    else this.reading.onData({ buffer: noBytes, start: 0, end: 0 }, true);
  }

  onAboveWatermark(): void {
    if (this.backedUp !== null) this.scope.timers.schedule(this.backedUp.timer, this.backedUp.ms);
    for (const filter of this.filters) filter.onAboveWatermark?.();
  }

  onBelowWatermark(): void {
    if (this.backedUp !== null) this.scope.timers.cancel(this.backedUp.timer);
    for (const filter of this.filters) filter.onBelowWatermark?.();
  }

  onDrained(): void {
    this.delay?.rearm();
  }

  onClose(error: string): void {
    this.hasClosed = true;
    this.reading.end();
    this.delay?.cancel();
    if (this.timers !== null) for (const timer of this.timers) this.scope.timers.cancel(timer);
    const kind = this.closeKind(error);
    try {
      for (const filter of this.filters) filter.onClose?.(kind);
    } finally {
      this.owner.onClosed(this);
    }
  }

  private closeKind(error: string): ConnectionCloseKind {
    if (error === 'ECONNRESET') return 'remote-reset';
    if (error !== '') return 'error';
    if (this.info.localCloseReason === 'remote_close') return 'remote';
    return this.sawEnd && !this.isClosing ? 'remote' : 'local';
  }

  private writeFiltered(bytes: Buffer, endStream: boolean): void {
    const chunk = { buffer: bytes, start: 0, end: bytes.length };
    for (const filter of this.writers) {
      if (filter.onWrite?.(chunk, endStream) === NetworkStatus.Stop) return;
    }
    this.connection.writeBytes(bytes, 0, bytes.length);
  }

  /** Closes after the last byte, whatever the peer does then. */
  private closeFlushing(): void {
    this.connection.closeAfterWriting();
    if (this.connection.bufferedBytes > 0) this.startDelay();
  }

  /** FIN after the last byte, then a wait for the peer's: it may still be sending what nobody will read. */
  private closeLingering(): void {
    this.connection.endWriting();
    while (this.connection.isPaused) this.connection.resumeReading();
    this.startDelay();
  }

  private startDelay(): void {
    if (this.delay !== null || this.delayedCloseMs === 0) return;
    this.delay = new DelayedClose(this.connection, this.scope.timers, this.delayedCloseMs, () => {
      this.onDelayExpired?.();
      this.connection.destroy();
    });
  }
}
