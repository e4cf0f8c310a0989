import type { RequestDecoder, ServerStreamEncoder } from '../../api/codec.js';
import { type RequestHeaders, ResponseHeaders } from '../../base/header-map.js';
import { Http2Connection } from './connection.js';
import type { Http2Callbacks, Http2Parts } from './connection-parts.js';
import { invalidField } from './fault-details.js';
import { clientPreface, ErrorCode } from './frame/frame-codes.js';
import { Http2 } from './http2-stats.js';
import type { HeadVerdict } from './message/head-limits.js';
import { RequestFields } from './message/request-fields.js';
import { discardedFields } from './message/trailer-fields.js';
import { upgradeOfConnect } from './message/upgrades.js';
import { Http2Stream } from './stream.js';
import { canReceive, canSend, StreamState } from './stream-state.js';

/** What a connection manager is told besides what every owner of a connection is. */
export interface Http2ServerCallbacks extends Http2Callbacks {
  /** A request begins. */
  newStream(stream: Http2ServerStream): RequestDecoder;
}

/** `:status` and its three digits. */
const statusBytes = 10;

/** A request and its answer. */
export class Http2ServerStream extends Http2Stream<RequestHeaders> implements ServerStreamEncoder {
  readonly isHttp10 = false;
  private readonly server: Http2Server;
  hasHost: boolean;
  expectsContinue: boolean;
  /** `:protocol` of an extended CONNECT, which goes through the proxy as an upgrade of HTTP/1. */
  upgrade: string;

  constructor(id: number, server: Http2Server) {
    super(id, server, server.streamWindowBytes);
    this.server = server;
    this.hasHost = false;
    this.expectsContinue = false;
    this.upgrade = '';
  }

  receiveHeaders(headers: RequestHeaders, endStream: boolean): void {
    if (endStream) this.endReceived();
    this.decoder?.onHeaders(headers, endStream);
  }

  /** The proxy is done with the request; its client may not be. */
  override detach(): void {
    super.detach();
    if (canSend(this.state) && !this.isEndQueued) this.resetWith(ErrorCode.internalError);
    else this.stopUnreadRequest();
  }

  protected override endSent(): void {
    super.endSent();
    if (this.decoder === null) this.stopUnreadRequest();
  }

  /** The answer is complete and nobody reads the rest of the request (RFC 9113 section 8.1). */
  private stopUnreadRequest(): void {
    if (this.state === StreamState.halfClosedLocal) this.resetWith(ErrorCode.noError);
  }

  encode1xx(headers: ResponseHeaders): void {
    if (canSend(this.state)) this.server.writeHead(this, headers, false);
  }

  encodeHeaders(headers: ResponseHeaders, endStream: boolean): void {
    if (!canSend(this.state)) return;
    this.server.writeHead(this, headers, endStream);
    if (endStream) this.endSent();
  }
}

/** The server side of one HTTP/2 connection. */
export class Http2Server extends Http2Connection<RequestHeaders, Http2ServerStream> {
  private readonly callbacks: Http2ServerCallbacks;
  private readonly fields: RequestFields;
  private prefaceLeft: number;
  /** Streams above this one are not served any more; GOAWAY has said so. */
  private lastServed: number;
  private droppedCounted: number;

  constructor(parts: Http2Parts, callbacks: Http2ServerCallbacks) {
    super(parts, callbacks, 'server');
    this.callbacks = callbacks;
    this.fields = new RequestFields(parts.limits, parts.options.allowConnect);
    this.prefaceLeft = clientPreface.length;
    this.lastServed = Number.MAX_SAFE_INTEGER;
    this.droppedCounted = 0;
    this.writeSettings();
  }

  override dispatch(buffer: Buffer, start: number, end: number): void {
    if (this.prefaceLeft === 0) {
      super.dispatch(buffer, start, end);
      return;
    }
    const take = Math.min(this.prefaceLeft, end - start);
    const from = clientPreface.length - this.prefaceLeft;
    if (buffer.latin1Slice(start, start + take) !== clientPreface.slice(from, from + take)) {
      this.refuse(ErrorCode.protocolError, 'http2.bad_preface');
      return;
    }
    this.prefaceLeft -= take;
    if (start + take < end) super.dispatch(buffer, start + take, end);
  }

  /** The client may finish what it has begun or is just sending. */
  announceShutdown(): void {
    this.writer.goaway(0x7fff_ffff, ErrorCode.noError);
  }

  /** What arrives from now on is not served. */
  finishShutdown(): void {
    this.lastServed = this.lastPeerStream;
    this.stats.inc(Http2.goaway_sent);
    this.writer.goaway(this.lastPeerStream, ErrorCode.noError);
  }

  writeHead(stream: Http2ServerStream, headers: ResponseHeaders, endStream: boolean): void {
    if (headers.status === 101 && stream.upgrade !== '') {
      const accepted = new ResponseHeaders(200);
      headers.copyTo(accepted);
      this.writeFields(stream, accepted, endStream);
    } else this.writeFields(stream, headers, endStream);
  }

  private writeFields(stream: Http2ServerStream, headers: ResponseHeaders, endStream: boolean): void {
    const bytes = this.heads.response(stream.id, headers, endStream, this.sending.maxFrameSize);
    stream.meter?.onBlockSent(bytes, headers, statusBytes);
  }

  protected override isIdle(streamId: number): boolean {
    return streamId > this.lastPeerStream || (streamId & 1) === 0;
  }

  protected override onBlock(
    streamId: number,
    endStream: boolean,
    buffer: Buffer,
    start: number,
    end: number,
  ): number {
    const open = this.streams.get(streamId);
    if (open !== undefined) return this.onTrailers(open, endStream, buffer, start, end);
    if ((streamId & 1) === 0) return ErrorCode.protocolError;
    if (streamId <= this.lastPeerStream) return this.onLateBlock(streamId, buffer, start, end);
    this.lastPeerStream = streamId;
    const isRefused = this.streams.size >= this.options.maxConcurrentStreams;
    if (isRefused || streamId > this.lastServed) {
      if (!this.hpack.decode(buffer, start, end, discardedFields)) return ErrorCode.compressionError;
      if (!isRefused) return 0;
      this.stats.inc(Http2.stream_refused_errors);
      this.writeReset(streamId, ErrorCode.refusedStream);
      return 0;
    }
    const { fields } = this;
    fields.begin();
    if (!this.hpack.decode(buffer, start, end, fields)) return this.refuseBlock(streamId);
    return this.begin(streamId, endStream, fields.end(endStream));
  }

  /** The request counts, though nobody can read it. */
  private refuseBlock(streamId: number): number {
    this.admitUnread(streamId);
    return this.error(ErrorCode.compressionError, 'codec_error:The_user_callback_function_failed');
  }

  private admitUnread(streamId: number): void {
    const stream = new Http2ServerStream(streamId, this);
    this.admit(stream);
    stream.attach(this.callbacks.newStream(stream));
  }

  /** A request has begun whose head is not over. */
  get isWithinHead(): boolean {
    const { streamId } = this.assembly;
    return (streamId & 1) === 1 && streamId > this.lastPeerStream;
  }

  protected override onBrokenOff(): void {
    if (!this.isWithinHead) return;
    this.lastPeerStream = this.assembly.streamId;
    this.admitUnread(this.lastPeerStream);
  }

  private begin(streamId: number, endStream: boolean, verdict: HeadVerdict): number {
    const { fields } = this;
    const stream = new Http2ServerStream(streamId, this);
    this.admit(stream);
    stream.attach(this.callbacks.newStream(stream));
    stream.meter?.onBlockReceived(verdict === 'ok' ? this.assembly.frameBytes : 0, fields.bytes);
    this.tellWatermark(stream);
    this.countDropped();
    if (verdict !== 'ok') return this.refuseHead(stream, verdict);
    const { headers } = fields;
    stream.hasHost = fields.hasHost;
    stream.expectsContinue = fields.expectsContinue;
    stream.promise(fields.contentLength);
    if (headers.protocol !== '') stream.upgrade = upgradeOfConnect(headers);
    stream.receiveHeaders(headers, endStream);
    return 0;
  }

  private countDropped(): void {
    const dropped = this.fields.droppedUnderscores + this.trailerFields.droppedUnderscores;
    if (dropped === this.droppedCounted) return;
    this.stats.add(Http2.dropped_headers_with_underscores, dropped - this.droppedCounted);
    this.droppedCounted = dropped;
  }

  private refuseHead(stream: Http2ServerStream, verdict: HeadVerdict): number {
    const { stats } = this;
    switch (verdict) {
      case 'too-large':
        stats.inc(Http2.header_list_size_too_large);
        this.resetStream(stream, ErrorCode.internalError, 'http2.header_list_size_too_large', 'remote-reset');
        return 0;
      case 'too-many':
        stats.inc(Http2.header_overflow);
        this.resetStream(stream, ErrorCode.internalError, 'http2.too_many_headers', 'remote-reset');
        return 0;
      case 'underscores':
        stats.inc(Http2.requests_rejected_with_underscores_in_headers);
        this.resetStream(stream, ErrorCode.internalError, 'http2.unexpected_underscore', 'remote-reset');
        return 0;
      case 'bad-field':
        return this.messageError(stream, invalidField);
      default:
        return this.messageError(stream);
    }
  }

  private onTrailers(
    stream: Http2ServerStream,
    endStream: boolean,
    buffer: Buffer,
    start: number,
    end: number,
  ): number {
    const { trailerFields } = this;
    trailerFields.begin();
    if (!this.hpack.decode(buffer, start, end, trailerFields)) return ErrorCode.compressionError;
    if (!canReceive(stream.state)) return this.silentError(ErrorCode.streamClosed, 'http2.stream_closed');
    this.stats.inc(Http2.trailers);
    stream.meter?.onBlockReceived(this.assembly.frameBytes, trailerFields.bytes);
    const verdict = trailerFields.end();
    this.countDropped();
    if (verdict !== 'ok') return this.refuseHead(stream, verdict);
    if (!endStream) return this.messageError(stream);
    return stream.receiveTrailers(trailerFields.trailers) ? 0 : this.messageError(stream);
  }

  /** HEADERS on a stream that is closed (RFC 9113 section 5.1), or was never opened and is passed by (5.1.1). */
  private onLateBlock(streamId: number, buffer: Buffer, start: number, end: number): number {
    if (!this.hpack.decode(buffer, start, end, discardedFields)) return ErrorCode.compressionError;
    return this.resets.has(streamId) ? 0 : this.error(ErrorCode.streamClosed, 'http2.stream_closed');
  }
}
