import type { Socket } from 'node:net';
import type { PooledOutput } from '../api/codec.js';
import type { BufferPool } from '../base/buffer-pool.js';
import type { Flushable, Turn } from '../base/turn.js';
import { type DirectOwner, type DirectWriter, handleOf } from './direct-write.js';
import { HandleSocket, type SocketOwner } from './handle-socket.js';
import { InternalSocket } from './internal-socket.js';
import type { SharedBufferWriter } from './shared-buffer-writer.js';
import { descriptorOf } from './socket-calls.js';

/** Bytes up to this length travel as text behind what is already gathered: one write instead of two. */
const textLimitBytes = 2048;

/** What the owner of a connection is told. Nothing follows `onClose`. */
export interface ConnectionEvents {
  /** Bytes of the thread's shared read buffer, valid until the call returns. */
  onData(buffer: Buffer, start: number, end: number): void;
  /** FIN of the peer. */
  onEnd(): void;
  /** The socket is gone. `error` is the system's code (`ECONNRESET`), empty for an orderly end. */
  onClose(error: string): void;
  /** The write buffer rose over its limit, and fell to half of it. */
  onAboveWatermark(): void;
  onBelowWatermark(): void;
  /** The kernel has taken everything that had been waiting. */
  onDrained(): void;
}

/** What every connection of a thread shares. */
export interface ConnectionResources {
  readonly turn: Turn;
  readonly buffers: BufferPool;
  /** The one read buffer of the thread. */
  readonly readBuffer: Buffer;
  /** Writes past the stream machinery; null where this Node does not let us. */
  readonly direct: DirectWriter | null;
  /** The same for bytes that lie in the read buffer. */
  readonly bulk: SharedBufferWriter | null;
  /** A throw in a socket callback: counted, the connection is destroyed. */
  onCallbackError(error: unknown): void;
}

/**
 * One TCP or Unix socket: reading into the thread's shared buffer, gathered writing with watermarks, counted pauses.
 * It owns the socket and nothing above it; `api/network-filter.ts` is what filters see.
 */
export class Connection implements PooledOutput, Flushable, DirectOwner, SocketOwner {
  readonly socket: Socket | HandleSocket;
  private readonly shared: ConnectionResources;
  private events: ConnectionEvents;
  private pendingText: string;
  private isDirty: boolean;
  private pauses: number;
  private limitBytes: number;
  private isAbove: boolean;
  private isEnding: boolean;
  private closeAfterFlush: boolean;
  isClosed: boolean;
  bytesReceived: number;
  bytesSent: number;
  private error: string;
  /** Bytes of a direct write that the kernel has not taken yet. */
  private inFlight: number;
  /** Bytes that the kernel took past Node. */
  private bulkBytes: number;
  private handle: ReturnType<typeof handleOf>;
  /** Something went through the socket's own queue. */
  private hasStreamed: boolean;
  /** Whether a transport socket lies between: it has words of its own to say at the end, and takes no direct writes. */
  private readonly isWrapped: boolean;

  constructor(
    socket: Socket | HandleSocket,
    shared: ConnectionResources,
    events: ConnectionEvents,
    limitBytes: number,
  ) {
    this.socket = socket;
    this.shared = shared;
    this.events = events;
    this.pendingText = '';
    this.isDirty = false;
    this.pauses = 0;
    this.limitBytes = limitBytes;
    this.isAbove = false;
    this.isEnding = false;
    this.closeAfterFlush = false;
    this.isClosed = false;
    this.bytesReceived = 0;
    this.bytesSent = 0;
    this.error = '';
    this.inFlight = 0;
    this.bulkBytes = 0;
    this.handle = null;
    this.hasStreamed = false;
    this.isWrapped = 'encrypted' in socket;
    if (socket instanceof HandleSocket) {
      socket.setOwner(this);
      return;
    }
    socket.on('end', () => this.onSocketEnd());
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.error = error.code ?? error.message;
    });
    socket.on('close', () => this.onSocketClose(''));
    socket.on('drain', () => this.onSocketDrain());
  }

  /** Hands the connection to another owner. */
  setEvents(events: ConnectionEvents): void {
    this.events = events;
  }

  setBufferLimit(bytes: number): void {
    this.limitBytes = bytes;
  }

  // SocketOwner

  /** So many bytes are in the shared read buffer. */
  onRead(length: number): boolean {
    this.bytesReceived += length;
    const { turn } = this.shared;
    turn.enter();
    try {
      this.events.onData(this.shared.readBuffer, 0, length);
    } catch (error) {
      this.fail(error);
    } finally {
      turn.leave();
    }
    return this.pauses === 0;
  }

  /** libuv reports an end when a reset follows bytes closely; such a stream is cut short and must not look whole. */
  onSocketEnd(): void {
    if (!this.isEnding && isDisconnected(this.socket)) {
      this.error = 'ECONNRESET';
      this.socket.destroy();
    } else {
      this.guard(() => this.events.onEnd());
    }
  }

  onSocketDrain(): void {
    this.guard(() => {
      if (this.isAbove) {
        this.isAbove = false;
        this.events.onBelowWatermark();
      }
      this.events.onDrained();
    });
  }

  onSocketClose(error: string): void {
    if (this.isClosed) return;
    if (this.error === '') this.error = error;
    this.isClosed = true;
    this.handle = null;
    this.pendingText = '';
    const { turn } = this.shared;
    turn.enter();
    try {
      // Not guarded: what this gives back cannot be given back twice, so a throw here costs the worker, whose share
      // main gives back as a whole.
      this.events.onClose(this.error);
    } finally {
      turn.leave();
    }
  }

  get bufferedBytes(): number {
    return this.socket.writableLength + this.inFlight + this.pendingText.length;
  }

  /** Bytes that the kernel has taken so far: who waits for a slow peer sees here whether it still moves. */
  get flushedBytes(): number {
    return this.isClosed ? this.bytesSent : this.bulkBytes + takenByKernel(this.socket);
  }

  writeText(text: string): void {
    if (this.isEnding || this.isClosed) return;
    this.bytesSent += text.length;
    this.pendingText += text;
    this.markDirty();
  }

  writeBytes(buffer: Buffer, start: number, end: number): void {
    if (this.isEnding || this.isClosed || end === start) return;
    const length = end - start;
    this.bytesSent += length;
    if (length <= textLimitBytes && this.pendingText.length < 65_536) {
      this.pendingText += buffer.latin1Slice(start, end);
      this.markDirty();
      return;
    }
    const { bulk } = this.shared;
    const taken = buffer === bulk?.readBuffer ? this.writeBulk(bulk, start, end) : 0;
    if (start + taken < end) this.writeCopy(buffer, start + taken, end);
  }

  writeTextAndBytes(text: string, buffer: Buffer, start: number, end: number): void {
    this.writeText(text);
    this.writeBytes(buffer, start, end);
  }

  writePooled(buffer: Buffer, length: number): void {
    const { buffers } = this.shared;
    if (this.isEnding || this.isClosed) {
      buffers.giveBack(buffer);
      return;
    }
    this.sendText();
    this.bytesSent += length;
    this.sendPooled(buffer, length);
  }

  /** Calls `item.flush()` at the end of the turn, before this connection sends. */
  flushLater(item: Flushable): void {
    this.shared.turn.add(item);
  }

  /** Sends what the turn has gathered; a throw costs this connection. */
  flush(): void {
    this.isDirty = false;
    try {
      this.sendText();
    } catch (error) {
      this.fail(error);
    }
    if (this.closeAfterFlush) this.finishWriting();
  }

  /** Sends FIN after what is buffered. */
  endWriting(): void {
    if (this.isEnding || this.isClosed) return;
    this.isEnding = true;
    this.flush();
    this.socket.end();
  }

  /** Sends what is buffered, then closes the socket whatever the peer does. */
  closeAfterWriting(): void {
    if (this.isClosed) return;
    this.closeAfterFlush = true;
    this.markDirty();
  }

  /** Closes now; what was not sent is lost. */
  destroy(): void {
    if (this.isClosed) return;
    this.pendingText = '';
    this.socket.destroy();
  }

  /**
   * Closes now with RST; what was not sent is lost. A Unix socket and one that is not connected yet have no RST to
   * send, and libuv refuses it behind a FIN. `resetAndDestroy` would send everything first.
   */
  abort(): void {
    if (this.isClosed) return;
    this.pendingText = '';
    const { socket } = this;
    if (socket instanceof HandleSocket) {
      socket.reset();
      return;
    }
    if (!this.isEnding && !this.isWrapped && !socket.connecting && socket.remoteFamily !== undefined) {
      Reflect.set(socket, 'resetAndClosing', true);
    }
    socket.destroy();
  }

  /** Begins to read, unless the owner has paused meanwhile. */
  startReading(): void {
    if (this.pauses === 0 && !this.isClosed) this.socket.resume();
  }

  pauseReading(): void {
    if (this.pauses++ === 0) this.socket.pause();
  }

  resumeReading(): void {
    if (this.pauses > 0 && --this.pauses === 0 && !this.isClosed) this.socket.resume();
  }

  get isPaused(): boolean {
    return this.pauses > 0;
  }

  /** Runs `body` as one turn; a throw costs this connection. */
  guard(body: () => void): void {
    const { turn } = this.shared;
    turn.enter();
    try {
      body();
    } catch (error) {
      this.fail(error);
    } finally {
      turn.leave();
    }
  }

  private sendText(): void {
    const text = this.pendingText;
    if (text.length === 0 || this.isClosed) return;
    this.pendingText = '';
    if (this.socket.destroyed || this.writeDirect(text)) return;
    this.hasStreamed = true;
    if (this.isAbove) this.socket.write(text, 'latin1', () => this.checkLowWatermark());
    else this.socket.write(text, 'latin1');
    this.checkWatermark();
  }

  /** Hands what is pending and these bytes to the kernel; answers how many of the bytes it took. */
  private writeBulk(bulk: SharedBufferWriter, start: number, end: number): number {
    const { socket } = this;
    if (this.isWrapped || this.inFlight > 0 || socket.connecting) return 0;
    if (this.hasStreamed && socket.writableLength > 0) return 0;
    const fd = descriptorOf(socket);
    if (fd < 0) return 0;
    const text = this.pendingText;
    const taken = bulk.write(fd, text, start, end);
    this.bulkBytes += taken;
    if (taken < text.length) {
      this.pendingText = text.slice(taken);
      return 0;
    }
    this.pendingText = '';
    return taken - text.length;
  }

  private writeCopy(buffer: Buffer, start: number, end: number): void {
    const text = this.pendingText;
    this.pendingText = '';
    const length = text.length + end - start;
    const { buffers } = this.shared;
    const copy = buffers.borrow(length);
    if (text.length > 0) copy.latin1Write(text, 0);
    buffer.copy(copy, text.length, start, end);
    this.sendPooled(copy, length);
  }

  private sendPooled(buffer: Buffer, length: number): void {
    const { buffers } = this.shared;
    this.hasStreamed = true;
    const bytes = buffer.length === length ? buffer : buffer.subarray(0, length);
    this.socket.write(bytes, 'latin1', () => {
      buffers.giveBack(buffer);
      this.checkLowWatermark();
    });
    this.checkWatermark();
  }

  /** Hands text to the kernel at once; false when it has to queue behind what the socket holds. */
  private writeDirect(text: string): boolean {
    const { direct } = this.shared;
    if (direct === null || this.inFlight > 0) return false;
    if (this.hasStreamed && this.socket.writableLength > 0) return false;
    const handle = this.handle ?? this.takeHandle(direct);
    if (handle === null) return false;
    const result = direct.write(handle, text, this);
    if (result === 'done') return true;
    if (result !== 'pending') {
      this.error = result;
      this.socket.destroy();
      return true;
    }
    this.inFlight = text.length;
    if (!this.isAbove && this.limitBytes > 0 && this.inFlight > this.limitBytes) {
      this.isAbove = true;
      this.events.onAboveWatermark();
    }
    return true;
  }

  private takeHandle(direct: DirectWriter): ReturnType<typeof handleOf> {
    if (this.isWrapped || this.socket.connecting) return null;
    const handle = handleOf(this.socket);
    this.handle = handle;
    if (handle === null || this.socket instanceof HandleSocket) return handle;
    // Who listens to `data` passes on bytes that lie in buffers of their own.
    if (this.socket.listenerCount('data') === 0) direct.readTo(handle, this);
    return handle;
  }

  onDirectDone(error: string): void {
    this.inFlight = 0;
    if (this.isClosed || this.socket.destroyed) return;
    if (error !== '') {
      this.error = error;
      this.socket.destroy();
    } else if (this.socket.writableLength === 0) {
      this.onSocketDrain();
    } else {
      this.checkLowWatermark();
    }
  }

  private markDirty(): void {
    if (this.isDirty) return;
    this.isDirty = true;
    this.shared.turn.add(this);
  }

  /** A socket that does not ask for a drain would never tell that it has fallen: it is not above either. */
  private checkWatermark(): void {
    if (this.isAbove || this.limitBytes === 0) return;
    if (this.socket.writableLength <= this.limitBytes || !this.socket.writableNeedDrain) return;
    this.isAbove = true;
    this.events.onAboveWatermark();
  }

  private checkLowWatermark(): void {
    if (!this.isAbove || this.isClosed) return;
    if (this.socket.writableLength + this.inFlight > this.limitBytes / 2) return;
    this.isAbove = false;
    this.guard(() => this.events.onBelowWatermark());
  }

  private finishWriting(): void {
    if (this.isClosed) return;
    if (!this.isWrapped && this.socket.writableLength + this.inFlight === 0) this.socket.destroy();
    else this.socket.destroySoon();
  }

  private fail(error: unknown): void {
    this.shared.onCallbackError(error);
    this.destroy();
  }
}

/** What libuv has been given less what it still holds: private names of Node, kept to this place. */
function takenByKernel(socket: Socket | HandleSocket): number {
  if (socket instanceof InternalSocket || socket instanceof HandleSocket) return socket.takenBytes;
  const handle: unknown = Reflect.get(socket, '_handle');
  if (typeof handle !== 'object' || handle === null) return 0;
  const given: unknown = Reflect.get(handle, 'bytesWritten');
  const queued: unknown = Reflect.get(handle, 'writeQueueSize');
  return typeof given === 'number' && typeof queued === 'number' ? given - queued : 0;
}

/**
 * Whether a TCP socket has no peer any more (ENOTCONN). A FIN alone leaves it one as long as this side has sent none.
 */
function isDisconnected(socket: Socket | HandleSocket): boolean {
  if (socket instanceof HandleSocket) return socket.isDisconnected;
  const handle: unknown = Reflect.get(socket, '_handle');
  if (typeof handle !== 'object' || handle === null) return false;
  const look: unknown = Reflect.get(handle, 'getpeername');
  return typeof look === 'function' && Reflect.apply(look, handle, [{}]) !== 0;
}
