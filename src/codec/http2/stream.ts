import type { Chunk, StreamDecoder, StreamResetReason } from '../../api/codec.js';
import { ChunkQueue } from '../../base/chunk-queue.js';
import type { HeaderMap } from '../../base/header-map.js';
import type { WireMeter } from '../../base/wire-meter.js';
import { ErrorCode } from './frame/frame-codes.js';
import type { SendingStream } from './send-queue.js';
import type { StreamHost } from './stream-host.js';
import { afterEndReceived, afterEndSent, canReceive, canSend, StreamState } from './stream-state.js';

const noBytes = Buffer.alloc(0);

/** One stream of a connection, server's or client's: its state, both its windows, and what waits to be sent. */
export abstract class Http2Stream<H extends HeaderMap> implements SendingStream {
  readonly id: number;
  readonly isHttp2 = true;
  protected readonly host: StreamHost;
  protected decoder: StreamDecoder<H> | null;
  state: StreamState;
  /** Null when nobody asks what the stream costs on the wire. */
  meter: WireMeter | null;
  sendWindow: number;
  isWaiting: boolean;
  /** What the peer may still send. */
  receiveWindow: number;
  /** Consumed and not yet granted again. */
  private consumed: number;
  /** Arrived while reading was paused: not granted again before it resumes. */
  private withheld: number;
  private pauses: number;
  private queue: ChunkQueue | null;
  protected isEndQueued: boolean;
  private queuedTrailers: HeaderMap | null;
  private isAbove: boolean;
  /** Body bytes that the head's content-length still promises; -1 when it promises nothing. */
  private promised: number;

  constructor(id: number, host: StreamHost, receiveWindow: number) {
    this.id = id;
    this.host = host;
    this.decoder = null;
    this.state = StreamState.open;
    this.meter = null;
    this.sendWindow = host.sending.initialStreamWindow;
    this.isWaiting = false;
    this.receiveWindow = receiveWindow;
    this.consumed = 0;
    this.withheld = 0;
    this.pauses = 0;
    this.queue = null;
    this.isEndQueued = false;
    this.queuedTrailers = null;
    this.isAbove = false;
    this.promised = -1;
  }

  /** Bytes that wait for a window. */
  get queuedBytes(): number {
    return this.queue?.byteLength ?? 0;
  }

  get isClosed(): boolean {
    return this.state === StreamState.closed;
  }

  /** Data may not come before the head. */
  get awaitsHead(): boolean {
    return false;
  }

  attach(decoder: StreamDecoder<H>): void {
    this.decoder = decoder;
  }

  isReadBy(decoder: object): boolean {
    return this.decoder === decoder;
  }

  /** Its reader is gone; what is queued still goes out. */
  detach(): void {
    this.decoder = null;
  }

  promise(contentLength: number): void {
    this.promised = contentLength;
  }

  // What the connection reads for it.

  /** Body bytes; false when they contradict the content-length. `frameBytes`: what they count in flow control. */
  receiveData(chunk: Chunk, endStream: boolean, frameBytes: number): boolean {
    const bytes = chunk.end - chunk.start;
    if (this.promised >= 0) {
      this.promised -= bytes;
      if (this.promised < 0 || (endStream && this.promised > 0)) return false;
    }
    if (endStream) this.endReceived();
    if (bytes > 0 || endStream) this.decoder?.onData(chunk, endStream);
    if (this.pauses > 0 && !endStream) this.withheld += frameBytes;
    else this.consume(frameBytes);
    if (endStream) this.afterEndReceived();
    return true;
  }

  /** False when the body is shorter than promised. */
  receiveTrailers(trailers: HeaderMap): boolean {
    if (this.promised > 0) return false;
    this.endReceived();
    this.decoder?.onTrailers(trailers);
    this.afterEndReceived();
    return true;
  }

  /** RST_STREAM of the peer, the end of the connection, or a fault in what the peer sent. */
  closeByPeer(reason: StreamResetReason, detail: string): void {
    if (this.state === StreamState.closed) return;
    const { decoder } = this;
    this.close();
    decoder?.onReset(reason, detail);
  }

  /** The reader has been told of the end. */
  protected afterEndReceived(): void {
    // A server's stream goes on until it has answered.
  }

  protected endReceived(): void {
    this.state = afterEndReceived(this.state);
    if (this.state === StreamState.closed) this.onClosed();
  }

  // The writing side: StreamEncoder.

  encodeData(chunk: Chunk, endStream: boolean): void {
    if (!canSend(this.state) || this.isEndQueued) return;
    const { sending } = this.host;
    let { start } = chunk;
    if (this.queue === null || this.queue.byteLength === 0) {
      const allowed = sending.allowance(this, chunk.end - start);
      const isAll = start + allowed === chunk.end;
      if (isAll && (allowed > 0 || endStream)) {
        sending.send(this, chunk.buffer, start, chunk.end, endStream);
        if (endStream) this.endSent();
        return;
      }
      if (allowed > 0) sending.send(this, chunk.buffer, start, start + allowed, false);
      start += allowed;
    }
    if (endStream) this.isEndQueued = true;
    if (start === chunk.end && !endStream) return;
    this.enqueue(chunk.buffer, start, chunk.end);
  }

  encodeTrailers(trailers: HeaderMap): void {
    if (!canSend(this.state) || this.isEndQueued) return;
    if (this.queuedBytes > 0) {
      this.queuedTrailers = trailers;
      this.isEndQueued = true;
      return;
    }
    this.host.writeTrailers(this, trailers);
    this.endSent();
  }

  /** Ends the stream at once and calls back nobody. */
  reset(reason: StreamResetReason): void {
    if (this.state === StreamState.closed) return;
    this.resetWith(errorCodeOf(reason));
  }

  resetWith(code: number): void {
    this.host.writeReset(this.id, code);
    this.decoder = null;
    this.close();
  }

  pauseReading(): void {
    this.pauses++;
  }

  resumeReading(): void {
    if (this.pauses === 0 || --this.pauses > 0) return;
    const { withheld } = this;
    this.withheld = 0;
    if (withheld > 0) this.consume(withheld);
  }

  // SendingStream

  sendQueued(): void {
    const { queue } = this;
    if (queue === null || !canSend(this.state)) return;
    const { sending } = this.host;
    while (queue.byteLength > 0) {
      const allowed = sending.allowance(this, queue.headLength);
      if (allowed === 0) break;
      const isEnd = this.isEndQueued && this.queuedTrailers === null && allowed === queue.byteLength;
      sending.send(this, queue.head, queue.headStart, queue.headStart + allowed, isEnd);
      queue.take(allowed);
      this.host.addPending(-allowed);
      if (isEnd) {
        this.endSent();
        return;
      }
    }
    this.afterSending(queue);
  }

  /** The connection's own buffer is clogged, or free again. */
  onConnectionAbove(): void {
    this.decoder?.onAboveWatermark();
  }

  onConnectionBelow(): void {
    this.decoder?.onBelowWatermark();
  }

  protected endSent(): void {
    this.state = afterEndSent(this.state);
    if (this.state === StreamState.closed) this.onClosed();
  }

  private enqueue(buffer: Buffer, start: number, end: number): void {
    if (end > start) {
      this.queue ??= new ChunkQueue(this.host.buffers);
      this.queue.push(buffer, start, end);
      this.host.addPending(end - start);
    }
    const { sending } = this.host;
    if (this.sendWindow > 0) sending.wait(this);
    if (!this.isAbove && this.host.limitBytes > 0 && this.queuedBytes > this.host.limitBytes) {
      this.isAbove = true;
      this.decoder?.onAboveWatermark();
    }
  }

  private afterSending(queue: ChunkQueue): void {
    if (queue.byteLength > 0) {
      if (this.sendWindow > 0) this.host.sending.wait(this);
    } else if (this.queuedTrailers !== null) {
      const trailers = this.queuedTrailers;
      this.queuedTrailers = null;
      this.host.writeTrailers(this, trailers);
      this.endSent();
      return;
    } else if (this.isEndQueued) {
      this.host.sending.send(this, noBytes, 0, 0, true);
      this.endSent();
      return;
    }
    if (this.isAbove && queue.byteLength <= this.host.limitBytes / 2) {
      this.isAbove = false;
      this.decoder?.onBelowWatermark();
    }
  }

  /** Grants bytes again, the stream's when half its window has been used (nothing after the peer's end). */
  private consume(bytes: number): void {
    this.host.consume(bytes);
    if (!canReceive(this.state)) return;
    this.consumed += bytes;
    if (this.consumed * 2 < this.host.streamWindowBytes) return;
    this.receiveWindow += this.consumed;
    this.host.writeWindowUpdate(this.id, this.consumed);
    this.consumed = 0;
  }

  private close(): void {
    this.state = StreamState.closed;
    this.decoder = null;
    if (this.queue !== null) {
      this.host.addPending(-this.queue.byteLength);
      this.queue.clear();
      this.queue = null;
    }
    this.queuedTrailers = null;
    this.onClosed();
  }

  /** Both sides are done with it: the connection gets back what was withheld. */
  private onClosed(): void {
    const { withheld } = this;
    this.withheld = 0;
    if (withheld > 0) this.host.consume(withheld);
    this.host.onStreamClosed(this);
  }
}

/** How RST_STREAM names a reason. */
function errorCodeOf(reason: StreamResetReason): number {
  switch (reason) {
    case 'local-refused-stream':
      return ErrorCode.refusedStream;
    case 'overload-manager':
      return ErrorCode.enhanceYourCalm;
    default:
      return ErrorCode.internalError;
  }
}
