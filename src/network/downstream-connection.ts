import type { Socket } from 'node:net';
import type { Chunk } from '../api/codec.js';
import {
  type CloseMode,
  type ConnectionCloseKind,
  type ConnectionControl,
  type NetworkFilter,
  type NetworkFilterMaker,
  NetworkStatus,
} from '../api/network-filter.js';
import type { ConnectionInfo } from '../api/stream-info.js';
import type { ThreadScope } from '../api/thread-scope.js';
import { Timer } from '../base/timer-wheel.js';
import { Connection, type ConnectionEvents, type ConnectionResources } from './connection.js';

const noBytes = Buffer.alloc(0);

/** Who is told when a downstream connection has ended. */
export interface DownstreamOwner {
  onClosed(connection: DownstreamConnection): void;
}

/**
 * A downstream connection with its network filters: reading runs through them first to last, writing last to first.
 * A filter that stops keeps what was read until it says `continueReading`, and reading pauses at the buffer limit.
 */
export class DownstreamConnection implements ConnectionControl, ConnectionEvents {
  readonly info: ConnectionInfo;
  readonly scope: ThreadScope;
  private readonly connection: Connection;
  private readonly owner: DownstreamOwner;
  private readonly filters: NetworkFilter[];
  private readonly writers: NetworkFilter[];
  private timers: Timer[] | null;
  private held: Buffer | null;
  private stoppedAt: number;
  private sawEnd: boolean;
  private isHalfClose: boolean;
  private delayedCloseMs: number;
  private delayTimer: Timer | null;
  private isClosing: boolean;
  private hasClosed: boolean;
  private limitBytes: number;
  private isPausedForHeld: boolean;

  constructor(
    socket: Socket,
    info: ConnectionInfo,
    shared: ConnectionResources,
    scope: ThreadScope,
    owner: DownstreamOwner,
    limitBytes: number,
  ) {
    this.info = info;
    this.scope = scope;
    this.connection = new Connection(socket, shared, this, limitBytes);
    this.owner = owner;
    this.filters = [];
    this.writers = [];
    this.timers = null;
    this.held = null;
    this.stoppedAt = -1;
    this.sawEnd = false;
    this.isHalfClose = false;
    this.delayedCloseMs = 1000;
    this.delayTimer = null;
    this.isClosing = false;
    this.hasClosed = false;
    this.limitBytes = limitBytes;
    this.isPausedForHeld = false;
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
      for (let i = 0; i < this.filters.length && !this.hasClosed; i++) {
        const status = (this.filters[i] as NetworkFilter).onNewConnection?.();
        if (status !== NetworkStatus.Stop) continue;
        this.stoppedAt = i;
        return;
      }
    });
  }

  /** The thread drains: filters that have nothing in progress close the connection. */
  closeIfIdle(): void {
    this.connection.guard(() => {
      for (const filter of this.filters) filter.onDrain?.();
    });
  }

  // ConnectionControl

  get bufferedBytes(): number {
    return this.connection.bufferedBytes;
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
    if (this.stoppedAt < 0 || this.hasClosed) return;
    const from = this.stoppedAt + 1;
    const held = this.held ?? noBytes;
    this.stoppedAt = -1;
    this.held = null;
    if (this.isPausedForHeld) {
      this.isPausedForHeld = false;
      this.connection.resumeReading();
    }
    for (let i = from; i < this.filters.length && !this.hasClosed; i++) {
      if ((this.filters[i] as NetworkFilter).onNewConnection?.() !== NetworkStatus.Stop) continue;
      this.stoppedAt = i;
      break;
    }
    if (held.length > 0 || this.sawEnd) this.pass({ buffer: held, start: 0, end: held.length }, this.sawEnd, from);
  }

  close(mode: CloseMode, reason: string): void {
    if (this.hasClosed) return;
    this.isClosing = true;
    if (reason !== '' && this.info.localCloseReason === '') this.info.localCloseReason = reason;
    if (mode === 'no-flush') this.connection.destroy();
    else if (mode === 'abort') this.connection.abort();
    else if (mode === 'flush' || this.delayedCloseMs === 0 || this.sawEnd) this.connection.closeAfterWriting();
    else this.closeLingering();
  }

  setHalfClose(isEnabled: boolean): void {
    this.isHalfClose = isEnabled;
  }

  setBufferLimit(bytes: number): void {
    this.limitBytes = bytes;
    this.connection.setBufferLimit(bytes);
  }

  setDelayedCloseTimeout(ms: number): void {
    this.delayedCloseMs = ms;
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
    if (this.isClosing) {
      if (this.delayTimer !== null) this.armDelay();
      return;
    }
    this.pass({ buffer, start, end }, false, 0);
  }

  onEnd(): void {
    this.sawEnd = true;
    if (this.isClosing) {
      this.connection.closeAfterWriting();
      return;
    }
    if (!this.isHalfClose) {
      this.connection.closeAfterWriting();
      return;
    }
    this.pass({ buffer: noBytes, start: 0, end: 0 }, true, 0);
  }

  onAboveWatermark(): void {
    for (const filter of this.filters) filter.onAboveWatermark?.();
  }

  onBelowWatermark(): void {
    for (const filter of this.filters) filter.onBelowWatermark?.();
  }

  onDrained(): void {
    if (this.delayTimer !== null) this.armDelay();
  }

  onClose(error: string): void {
    this.hasClosed = true;
    this.held = null;
    if (this.delayTimer !== null) this.scope.timers.cancel(this.delayTimer);
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
    return this.sawEnd && this.info.localCloseReason === 'remote_close' ? 'remote' : this.sawEnd ? 'remote' : 'local';
  }

  private pass(chunk: Chunk, endStream: boolean, from: number): void {
    if (this.stoppedAt >= from && this.stoppedAt >= 0 && this.stoppedAt < this.filters.length - 1) {
      this.hold(chunk);
      return;
    }
    for (let i = from; i < this.filters.length; i++) {
      const filter = this.filters[i] as NetworkFilter;
      if (filter.onData === undefined) continue;
      const status = filter.onData(chunk, endStream);
      if (this.hasClosed) return;
      if (status === NetworkStatus.Continue) continue;
      if (i < this.filters.length - 1) {
        this.stoppedAt = i;
        this.hold(chunk);
      }
      return;
    }
  }

  private hold(chunk: Chunk): void {
    if (chunk.end > chunk.start) {
      const bytes = Buffer.from(chunk.buffer.subarray(chunk.start, chunk.end));
      this.held = this.held === null ? bytes : Buffer.concat([this.held, bytes]);
    }
    if (!this.isPausedForHeld && (this.held?.length ?? 0) > this.limitBytes) {
      this.isPausedForHeld = true;
      this.connection.pauseReading();
    }
  }

  private writeFiltered(bytes: Buffer, endStream: boolean): void {
    const chunk = { buffer: bytes, start: 0, end: bytes.length };
    for (const filter of this.writers) {
      if (filter.onWrite?.(chunk, endStream) === NetworkStatus.Stop) return;
    }
    this.connection.writeBytes(bytes, 0, bytes.length);
  }

  /** FIN after the last byte, then a wait for the peer's: it may still be sending what nobody will read. */
  private closeLingering(): void {
    this.connection.endWriting();
    while (this.connection.isPaused) this.connection.resumeReading();
    this.delayTimer = new Timer(() => {
      this.connection.destroy();
    });
    this.armDelay();
  }

  private armDelay(): void {
    if (this.delayTimer !== null) this.scope.timers.schedule(this.delayTimer, this.delayedCloseMs);
  }
}
