import type { StreamResetReason } from '../../api/codec.js';
import type { BoundStats } from '../../api/stats.js';
import type { BufferPool } from '../../base/buffer-pool.js';
import type { HeaderMap } from '../../base/header-map.js';
import { IdTable } from '../../base/id-table.js';
import type { WireMeter } from '../../base/wire-meter.js';
import { SharedChunk } from '../http1/chunk.js';
import type { Http2Callbacks, Http2Parts } from './connection-parts.js';
import { defaultDetails, resetReason } from './fault-details.js';
import { ErrorCode, FrameFlag, FrameType, frameHeadBytes } from './frame/frame-codes.js';
import { type FrameHandler, FrameReader, streamIdAt, uint32At } from './frame/frame-reader.js';
import { FrameWriter } from './frame/frame-writer.js';
import { HeaderAssembly } from './header-assembly.js';
import { HpackDecoder } from './hpack/decoder.js';
import { HpackEncoder } from './hpack/encoder.js';
import { Http2 } from './http2-stats.js';
import { InboundLimits } from './inbound-limits.js';
import { HeadEncoder } from './message/head-encoder.js';
import { TrailerFields } from './message/trailer-fields.js';
import type { Http2Options } from './options.js';
import { OutboundLimits } from './outbound-limits.js';
import { ResetStreams } from './reset-streams.js';
import { SendQueue } from './send-queue.js';
import { type LocalSettings, localSettings, PeerSettings } from './settings.js';
import type { Http2Stream } from './stream.js';
import type { StreamHost } from './stream-host.js';
import { canReceive } from './stream-state.js';

/**
 * The machine behind both roles: frames in, events out (RFC 9113). A fault of the peer ends a stream or the whole
 * connection, as the section says that a check names; nothing here throws.
 */
export abstract class Http2Connection<H extends HeaderMap, S extends Http2Stream<H>>
  implements FrameHandler, StreamHost
{
  readonly sending: SendQueue;
  readonly buffers: BufferPool;
  readonly limitBytes: number;
  readonly streamWindowBytes: number;
  protected readonly options: Http2Options;
  protected readonly stats: BoundStats;
  protected readonly writer: FrameWriter;
  protected readonly heads: HeadEncoder;
  protected readonly hpack: HpackDecoder;
  protected readonly trailerFields: TrailerFields;
  protected readonly streams: IdTable<S>;
  protected readonly resets: ResetStreams;
  protected readonly inbound: InboundLimits;
  protected readonly peer: PeerSettings;
  private readonly isClient: boolean;
  private readonly local: LocalSettings;
  private readonly common: Http2Callbacks;
  private readonly reader: FrameReader;
  private readonly outbound: OutboundLimits;
  protected readonly assembly: HeaderAssembly;
  private readonly chunk: SharedChunk;
  /** Highest stream that the peer opened. */
  protected lastPeerStream: number;
  private receiveWindow: number;
  private consumed: number;
  private hasSettings: boolean;
  private dataStream: S | null;
  private dataEnds: boolean;
  private dataLeft: number;
  private isAbove: boolean;
  protected isDead: boolean;
  /** What ended the connection, set where the fault was found. */
  private fault: string;
  private isSilent: boolean;

  protected constructor(parts: Http2Parts, callbacks: Http2Callbacks, role: 'server' | 'client') {
    const { options, stats } = parts;
    const local = localSettings(options, role);
    this.buffers = parts.buffers;
    this.limitBytes = parts.limitBytes;
    this.streamWindowBytes = options.streamWindow;
    this.options = options;
    this.stats = stats;
    this.writer = new FrameWriter(parts.output, parts.buffers, () => callbacks.onPending());
    this.sending = new SendQueue(this.writer);
    const encoder = new HpackEncoder(options.usesHuffman);
    this.heads = new HeadEncoder(this.writer, encoder);
    this.hpack = new HpackDecoder();
    this.trailerFields = new TrailerFields(parts.limits);
    this.streams = new IdTable();
    this.resets = new ResetStreams();
    this.inbound = new InboundLimits(options, stats);
    this.peer = new PeerSettings(encoder, options.hpackTableSize, role === 'client');
    this.isClient = role === 'client';
    this.local = local;
    this.common = callbacks;
    this.reader = new FrameReader(this);
    this.outbound = new OutboundLimits(options, stats, this.writer);
    this.assembly = new HeaderAssembly(
      parts.limits.maxHeadBytes + 65_536,
      (streamId, endStream, buffer, start, end) => this.onBlock(streamId, endStream, buffer, start, end),
    );
    this.chunk = new SharedChunk();
    this.lastPeerStream = 0;
    this.receiveWindow = local.connectionWindow;
    this.consumed = 0;
    this.hasSettings = false;
    this.dataStream = null;
    this.dataEnds = false;
    this.dataLeft = 0;
    this.isAbove = false;
    this.isDead = false;
    this.fault = '';
    this.isSilent = false;
  }

  get activeStreams(): number {
    return this.streams.size;
  }

  /** Bytes from the peer. */
  dispatch(buffer: Buffer, start: number, end: number): void {
    if (this.isDead) return;
    if (this.common.isDrained) this.outbound.onDrained();
    const code = this.reader.execute(buffer, start, end);
    if (this.isDead) return;
    if (code !== 0) this.fail(code);
    else this.checkOutbound();
  }

  /** Hands over the frames of this turn. */
  flush(): void {
    if (this.common.isDrained) this.outbound.onDrained();
    this.checkOutbound();
    this.writer.flush();
    this.outbound.onHandedOver();
  }

  /** The kernel has taken everything. */
  onDrained(): void {
    this.outbound.onDrained();
  }

  /** Ends the connection for bytes that are no frames. */
  protected refuse(code: number, details: string): void {
    this.fault = details;
    this.fail(code);
  }

  /** Reads nothing more; every stream loses its peer. */
  stop(reason: 'connection-termination' | 'protocol-error', detail: string): void {
    if (!this.isDead) this.onBrokenOff();
    this.isDead = true;
    for (const stream of this.streams.inOrder()) stream.closeByPeer(reason, detail);
    this.writer.discard();
  }

  onAboveWatermark(): void {
    if (this.isAbove) return;
    this.isAbove = true;
    for (const stream of this.streams.inOrder()) stream.onConnectionAbove();
  }

  onBelowWatermark(): void {
    if (!this.isAbove) return;
    this.isAbove = false;
    for (const stream of this.streams.inOrder()) stream.onConnectionBelow();
  }

  ping(payload: Buffer): void {
    this.writer.ping(payload, 0, false);
  }

  // StreamHost

  writeTrailers(
    stream: { readonly id: number; readonly meter: WireMeter | null },
    trailers: HeaderMap,
  ): void {
    const bytes = this.heads.trailers(stream.id, trailers, this.sending.maxFrameSize);
    stream.meter?.onBlockSent(bytes, trailers);
  }

  writeReset(streamId: number, code: number): void {
    this.stats.inc(Http2.tx_reset);
    this.resets.add(streamId);
    this.writer.rstStream(streamId, code);
  }

  writeWindowUpdate(streamId: number, increment: number): void {
    this.writer.windowUpdate(streamId, increment);
  }

  consume(bytes: number): void {
    this.consumed += bytes;
    // Where streams hold much back, half of the window may never come together: what is left to the peer decides then.
    const isHalf = this.consumed * 2 >= this.local.connectionWindow || this.consumed >= this.receiveWindow;
    if (this.isDead || this.consumed === 0 || !isHalf) return;
    this.receiveWindow += this.consumed;
    this.writer.windowUpdate(0, this.consumed);
    this.consumed = 0;
  }

  addPending(bytes: number): void {
    this.stats.add(Http2.pending_send_bytes, bytes);
  }

  onStreamClosed(stream: { readonly id: number }): void {
    if (!this.streams.delete(stream.id)) return;
    this.stats.add(Http2.streams_active, -1);
    if (this.dataStream?.id === stream.id) this.dataStream = null;
    this.common.onStreamClosed();
  }

  // FrameHandler

  onFrameHead(type: number, flags: number, streamId: number, length: number): number {
    // What ended the connection within this read has been told.
    if (this.isDead) return ErrorCode.cancel;
    if (!this.hasSettings && (type !== FrameType.settings || (flags & FrameFlag.ack) !== 0)) {
      return this.error(ErrorCode.protocolError, 'http2.missing_settings');
    }
    // RFC 9113 section 6.10: nothing may come between the frames of a header block.
    if (this.assembly.isOpen && (type !== FrameType.continuation || streamId !== this.assembly.streamId)) {
      return this.error(ErrorCode.protocolError, 'http2.interrupted_headers');
    }
    const endStream = type <= FrameType.headers && (flags & FrameFlag.endStream) !== 0;
    const flood = this.inbound.flood(type, length === 0, endStream, this.sending.dataFrames);
    if (flood !== '') return this.silentError(ErrorCode.enhanceYourCalm, flood);
    return type === FrameType.data ? this.beginData(streamId, endStream, length) : 0;
  }

  onFrame(type: number, flags: number, streamId: number, buffer: Buffer, start: number, end: number): number {
    switch (type) {
      case FrameType.headers:
        return this.ofBlock(this.assembly.onHeaders(flags, streamId, buffer, start, end));
      case FrameType.continuation:
        return this.ofBlock(this.assembly.onContinuation(flags, buffer, start, end));
      case FrameType.windowUpdate:
        return this.onWindowUpdate(streamId, buffer, start, end);
      case FrameType.rstStream:
        return this.onRstStream(streamId, buffer, start, end);
      case FrameType.settings:
        return this.onSettings(flags, streamId, buffer, start, end);
      case FrameType.ping:
        return this.onPing(flags, streamId, buffer, start, end);
      case FrameType.goaway:
        return this.onGoawayFrame(streamId, buffer, start, end);
      case FrameType.priority:
        return this.onPriority(streamId, buffer, start, end);
      case FrameType.priorityUpdate:
        return streamId !== 0 || end - start < 4 ? ErrorCode.protocolError : 0;
      case FrameType.pushPromise:
        return this.error(ErrorCode.protocolError, 'http2.push_promise');
      case FrameType.metadata:
        if (end === start) this.stats.inc(Http2.metadata_empty_frames);
        return 0;
      default:
        return 0;
    }
  }

  onDataBytes(buffer: Buffer, start: number, end: number, isLast: boolean): number {
    const counted = isLast ? this.dataLeft : end - start;
    this.dataLeft -= counted;
    const stream = this.dataStream;
    if (stream === null) {
      this.consume(counted);
      return 0;
    }
    if (!stream.receiveData(this.chunk.at(buffer, start, end), isLast && this.dataEnds, counted)) {
      this.consume(counted);
      return this.lengthError(stream);
    }
    return 0;
  }

  // What the roles do differently.

  /** A complete header block. */
  protected abstract onBlock(
    streamId: number,
    endStream: boolean,
    buffer: Buffer,
    start: number,
    end: number,
  ): number;
  /** Whether that stream has never been opened. */
  protected abstract isIdle(streamId: number): boolean;

  /** The connection ends, perhaps within a header block. */
  protected onBrokenOff(): void {
    // A client's streams are there before their answers.
  }

  /** A message that breaks HTTP's rules costs its stream, or the connection. */
  protected messageError(stream: S | null, details = 'http2.violation.of.messaging.rule'): number {
    this.stats.inc(Http2.rx_messaging_error);
    if (!this.options.isInvalidMessageStreamError) {
      return this.silentError(ErrorCode.protocolError, details);
    }
    if (stream !== null) this.resetStream(stream, ErrorCode.protocolError, details);
    return 0;
  }

  /** Ends a stream for a fault of the peer. */
  protected resetStream(
    stream: S,
    code: number,
    details: string,
    reason: StreamResetReason = 'protocol-error',
  ): void {
    if (stream.isClosed) return;
    this.writeReset(stream.id, code);
    stream.closeByPeer(reason, details);
  }

  /** A body that is not as long as was promised; Envoy takes the reset for the peer's. */
  protected lengthError(stream: S): number {
    this.resetStream(stream, ErrorCode.protocolError, 'http2.remote_reset');
    return 0;
  }

  /** As in Envoy, neither GOAWAY nor what this turn would have sent comes before the end of the connection. */
  protected silentError(code: number, details: string): number {
    this.isSilent = true;
    return this.error(code, details);
  }

  protected error(code: number, details: string): number {
    if (this.fault === '') this.fault = details;
    return code;
  }

  protected admit(stream: S): void {
    this.streams.add(stream);
    this.stats.add(Http2.streams_active, 1);
    this.inbound.streams++;
  }

  /** The stream has its reader, who has to know when the connection is clogged. */
  protected tellWatermark(stream: S): void {
    if (this.isAbove) stream.onConnectionAbove();
  }

  /** Our settings and, where the window is to be larger than the default, its first update. */
  protected writeSettings(): void {
    this.writer.settings(this.local.entries);
    const { windowIncrement } = this.local;
    if (windowIncrement > 0) this.writer.windowUpdate(0, windowIncrement);
  }

  private fail(code: number): void {
    this.isDead = true;
    const details = this.fault === '' ? defaultDetails(code) : this.fault;
    this.onBrokenOff();
    const hadStreams = this.streams.size > 0;
    for (const stream of this.streams.inOrder()) stream.closeByPeer('protocol-error', details);
    if (this.isSilent) this.writer.discard();
    else if (code !== ErrorCode.enhanceYourCalm) this.writer.goaway(this.lastPeerStream, code);
    this.common.onConnectionError({ code, details, hadStreams });
  }

  private checkOutbound(): void {
    if (this.isDead) return;
    const flood = this.outbound.flood();
    if (flood === '') return;
    this.fault = flood;
    this.fail(ErrorCode.enhanceYourCalm);
  }

  // Frames, one by one.

  private beginData(streamId: number, endStream: boolean, length: number): number {
    this.dataLeft = length;
    this.dataEnds = endStream;
    this.dataStream = null;
    if (streamId === 0 || this.isIdle(streamId)) return ErrorCode.protocolError;
    this.receiveWindow -= length;
    if (this.receiveWindow < 0) return ErrorCode.flowControlError;
    const stream = this.streams.get(streamId);
    if (stream === undefined) {
      // Data that was on its way when this side reset the stream is dropped; section 5.1, "closed".
      if (!this.isClient && !this.resets.has(streamId)) this.writeReset(streamId, ErrorCode.streamClosed);
      return 0;
    }
    if (stream.awaitsHead) return ErrorCode.protocolError;
    if (!canReceive(stream.state)) {
      if (!this.isClient) return this.error(ErrorCode.streamClosed, 'http2.stream_closed');
      this.resetStream(stream, ErrorCode.streamClosed, 'http2.stream_closed');
      return 0;
    }
    stream.meter?.onBytesReceived(frameHeadBytes + length);
    stream.receiveWindow -= length;
    if (stream.receiveWindow < 0) this.resetStream(stream, ErrorCode.flowControlError, 'http2.flow_control');
    else this.dataStream = stream;
    return 0;
  }

  /** A block that is too large is named so. */
  private ofBlock(code: number): number {
    return code === ErrorCode.enhanceYourCalm ? this.error(code, 'http2.too_large_headers') : code;
  }

  private onWindowUpdate(streamId: number, buffer: Buffer, start: number, end: number): number {
    if (end - start !== 4) return ErrorCode.frameSizeError;
    const increment = streamIdAt(buffer, start);
    if (streamId === 0) {
      if (increment === 0) return ErrorCode.protocolError;
      return this.sending.widen(increment) ? 0 : ErrorCode.flowControlError;
    }
    const stream = this.streams.get(streamId);
    if (stream === undefined) return this.isIdle(streamId) ? ErrorCode.protocolError : 0;
    if (increment === 0 && this.isClient) return ErrorCode.protocolError;
    if (increment === 0) this.resetStream(stream, ErrorCode.protocolError, 'http2.zero_increment');
    else if (!this.sending.widenStream(stream, increment)) {
      this.resetStream(stream, ErrorCode.flowControlError, 'http2.flow_control');
    }
    return 0;
  }

  private onRstStream(streamId: number, buffer: Buffer, start: number, end: number): number {
    if (end - start !== 4) return ErrorCode.frameSizeError;
    if (streamId === 0 || this.isIdle(streamId)) return ErrorCode.protocolError;
    const stream = this.streams.get(streamId);
    if (stream === undefined) return 0;
    this.stats.inc(Http2.rx_reset);
    stream.meter?.onBytesReceived(frameHeadBytes + 4);
    const code = uint32At(buffer, start);
    stream.closeByPeer(resetReason(code), 'http2.remote_reset');
    return 0;
  }

  private onSettings(flags: number, streamId: number, buffer: Buffer, start: number, end: number): number {
    if (streamId !== 0) return ErrorCode.protocolError;
    if ((flags & FrameFlag.ack) !== 0) {
      if (end !== start) return ErrorCode.frameSizeError;
      this.hpack.setLimit(this.options.hpackTableSize);
      return 0;
    }
    if ((end - start) % 6 !== 0) return ErrorCode.frameSizeError;
    this.hasSettings = true;
    const before = this.sending.initialStreamWindow;
    for (let at = start; at < end; at += 6) {
      const id = ((buffer[at] as number) << 8) | (buffer[at + 1] as number);
      const error = this.peer.apply(id, uint32At(buffer, at + 2));
      if (error !== 0) return error;
    }
    this.sending.maxFrameSize = this.peer.maxFrameSize;
    this.writer.settingsAck();
    const error = this.shiftWindows(this.peer.initialWindow - before);
    this.onPeerSettings();
    return error;
  }

  /** The peer has said what it allows. */
  protected onPeerSettings(): void {
    // Only the client side asks how many streams it may open.
  }

  /** RFC 9113 section 6.9.2: a changed initial window moves those of all streams, below zero even. */
  private shiftWindows(delta: number): number {
    if (delta === 0) return 0;
    this.sending.initialStreamWindow += delta;
    for (const stream of this.streams.inOrder()) {
      if (!this.sending.widenStream(stream, delta)) return ErrorCode.flowControlError;
    }
    return 0;
  }

  private onPing(flags: number, streamId: number, buffer: Buffer, start: number, end: number): number {
    if (streamId !== 0) return ErrorCode.protocolError;
    if (end - start !== 8) return ErrorCode.frameSizeError;
    if ((flags & FrameFlag.ack) !== 0) {
      this.common.onPingAck();
      return 0;
    }
    this.writer.ping(buffer, start, true);
    return 0;
  }

  private onGoawayFrame(streamId: number, buffer: Buffer, start: number, end: number): number {
    if (streamId !== 0) return ErrorCode.protocolError;
    if (end - start < 8) return ErrorCode.frameSizeError;
    this.common.onGoaway(streamIdAt(buffer, start), uint32At(buffer, start + 4));
    return 0;
  }

  private onPriority(streamId: number, buffer: Buffer, start: number, end: number): number {
    if (streamId === 0) return ErrorCode.protocolError;
    const stream = this.streams.get(streamId);
    if (end - start !== 5) {
      if (stream === undefined) return ErrorCode.frameSizeError;
      this.resetStream(stream, ErrorCode.frameSizeError, 'http2.frame_size');
      return 0;
    }
    if (streamIdAt(buffer, start) !== streamId) return 0;
    if (stream === undefined) return ErrorCode.protocolError;
    this.resetStream(stream, ErrorCode.protocolError, 'http2.self_dependency');
    return 0;
  }
}
