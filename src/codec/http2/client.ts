import type { RequestEncoder, ResponseDecoder, StreamResetReason } from '../../api/codec.js';
import { HeaderClass, type RequestHeaders, type ResponseHeaders } from '../../base/header-map.js';
import { WireMeter } from '../../base/wire-meter.js';
import { Http2Connection } from './connection.js';
import type { Http2Callbacks, Http2Parts } from './connection-parts.js';
import { invalidField } from './fault-details.js';
import { clientPreface, ErrorCode, largestWindow } from './frame/frame-codes.js';
import { Http2 } from './http2-stats.js';
import type { HeadVerdict } from './message/head-limits.js';
import { ResponseFields } from './message/response-fields.js';
import { discardedFields } from './message/trailer-fields.js';
import { connectOfUpgrade, switchOfConnect } from './message/upgrades.js';
import { Http2Stream } from './stream.js';
import { canReceive, canSend, StreamState } from './stream-state.js';

/** What a pooled connection is told besides what every owner of a connection is. */
export interface Http2ClientCallbacks extends Http2Callbacks {
  /** The peer's limit on streams may have changed. */
  onPeerSettings(): void;
  /** A stream was reset, by this side or by the peer, before it was over. */
  onStreamReset(reason: StreamResetReason): void;
}

/** A request and its response. */
export class Http2ClientStream extends Http2Stream<ResponseHeaders> implements RequestEncoder {
  private readonly client: Http2Client;
  private method: string;
  /** Type of the upgrade that an extended CONNECT stands for. */
  private upgrade: string;
  hasResponse: boolean;

  constructor(id: number, client: Http2Client) {
    super(id, client, client.streamWindowBytes);
    this.client = client;
    this.method = '';
    this.upgrade = '';
    this.hasResponse = false;
  }

  override get awaitsHead(): boolean {
    return !this.hasResponse;
  }

  override closeByPeer(reason: StreamResetReason, detail: string): void {
    if (!this.isClosed) this.client.noteReset(reason);
    super.closeByPeer(reason, reason === 'protocol-error' ? detail : '');
  }

  override resetWith(code: number): void {
    this.client.noteReset('local-reset');
    super.resetWith(code);
  }

  countFrom(before: WireMeter): WireMeter {
    const meter = new WireMeter();
    meter.begin(before);
    this.meter = meter;
    return meter;
  }

  encode1xx(): void {
    // Requests have no informational heads.
  }

  encodeHeaders(headers: RequestHeaders, endStream: boolean): void {
    if (!canSend(this.state)) return;
    this.method = headers.method;
    const mayUpgrade = (headers.classes & HeaderClass.hopByHop) !== 0;
    const connect = mayUpgrade ? connectOfUpgrade(headers) : null;
    if (connect !== null) this.upgrade = connect.protocol;
    this.client.writeHead(this, connect ?? headers, endStream);
    if (endStream) this.endSent();
  }

  /** The response is complete: what is left of the request has no use (RFC 9113 section 8.1). */
  protected override afterEndReceived(): void {
    if (this.state === StreamState.halfClosedRemote) this.resetWith(ErrorCode.internalError);
  }

  receive1xx(headers: ResponseHeaders): void {
    this.decoder?.on1xx(headers);
  }

  /** A body is promised by its length, save where there is none (RFC 9110 section 8.6). */
  receiveHeaders(headers: ResponseHeaders, contentLength: number, endStream: boolean): boolean {
    this.hasResponse = true;
    const { status } = headers;
    const hasBody = this.method !== 'HEAD' && status !== 304 && status !== 204;
    if (hasBody && endStream && contentLength > 0) return false;
    this.promise(hasBody ? contentLength : 0);
    if (this.upgrade !== '') switchOfConnect(headers, this.upgrade);
    if (endStream) this.endReceived();
    this.decoder?.onHeaders(headers, endStream);
    if (endStream) this.afterEndReceived();
    return true;
  }
}

/** The client side of one HTTP/2 connection. */
export class Http2Client extends Http2Connection<ResponseHeaders, Http2ClientStream> {
  private readonly callbacks: Http2ClientCallbacks;
  private readonly fields: ResponseFields;
  private nextId: number;

  constructor(parts: Http2Parts, callbacks: Http2ClientCallbacks) {
    super(parts, callbacks, 'client');
    this.callbacks = callbacks;
    this.fields = new ResponseFields(parts.limits);
    this.nextId = 1;
    this.writer.text(clientPreface);
    this.writeSettings();
  }

  /** Streams that the peer allows at a time. */
  get peerStreamLimit(): number {
    return this.peer.maxConcurrentStreams;
  }

  /** Stream identifiers run out after a billion requests. */
  get isExhausted(): boolean {
    return this.nextId >= largestWindow;
  }

  /** Opens a stream; the caller has seen to the limits. */
  start(decoder: ResponseDecoder): Http2ClientStream {
    const stream = new Http2ClientStream(this.nextId, this);
    this.nextId += 2;
    this.admit(stream);
    stream.attach(decoder);
    this.tellWatermark(stream);
    return stream;
  }

  /** GOAWAY: streams behind `lastStreamId` were not looked at. */
  refuseAfter(lastStreamId: number): void {
    for (const stream of this.streams.inOrder()) {
      if (stream.id > lastStreamId) stream.closeByPeer('remote-refused-stream', '');
    }
  }

  noteReset(reason: StreamResetReason): void {
    this.callbacks.onStreamReset(reason);
  }

  writeHead(stream: Http2ClientStream, headers: RequestHeaders, endStream: boolean): void {
    const bytes = this.heads.request(stream.id, headers, endStream, this.sending.maxFrameSize);
    stream.meter?.onBlockSent(bytes, headers, pseudoBytes(headers));
  }

  protected override onPeerSettings(): void {
    this.callbacks.onPeerSettings();
  }

  protected override isIdle(streamId: number): boolean {
    return streamId >= this.nextId || (streamId & 1) === 0;
  }

  protected override onBlock(
    streamId: number,
    endStream: boolean,
    buffer: Buffer,
    start: number,
    end: number,
  ): number {
    if (this.isIdle(streamId)) return ErrorCode.protocolError;
    const stream = this.streams.get(streamId);
    if (stream === undefined || !canReceive(stream.state)) {
      if (!this.hpack.decode(buffer, start, end, discardedFields)) return ErrorCode.compressionError;
      if (stream !== undefined) this.resetStream(stream, ErrorCode.streamClosed, 'http2.stream_closed');
      return 0;
    }
    return stream.hasResponse
      ? this.onTrailers(stream, endStream, buffer, start, end)
      : this.onHead(stream, endStream, buffer, start, end);
  }

  private onHead(
    stream: Http2ClientStream,
    endStream: boolean,
    buffer: Buffer,
    start: number,
    end: number,
  ): number {
    const { fields } = this;
    fields.begin();
    if (!this.hpack.decode(buffer, start, end, fields)) return ErrorCode.compressionError;
    const verdict = fields.end();
    stream.meter?.onBlockReceived(verdict === 'ok' ? this.assembly.frameBytes : 0, fields.bytes);
    if (verdict !== 'ok') return this.refuseHead(stream, verdict);
    const { headers } = fields;
    if (headers.status < 200) {
      if (endStream) return this.messageError(stream);
      stream.receive1xx(headers);
      return 0;
    }
    return stream.receiveHeaders(headers, fields.contentLength, endStream) ? 0 : this.messageError(stream);
  }

  private onTrailers(
    stream: Http2ClientStream,
    endStream: boolean,
    buffer: Buffer,
    start: number,
    end: number,
  ): number {
    const { trailerFields } = this;
    trailerFields.begin();
    if (!this.hpack.decode(buffer, start, end, trailerFields)) return ErrorCode.compressionError;
    stream.meter?.onBlockReceived(this.assembly.frameBytes, trailerFields.bytes);
    const verdict = trailerFields.end();
    if (!endStream || verdict !== 'ok') return this.refuseHead(stream, verdict);
    return stream.receiveTrailers(trailerFields.trailers) ? 0 : this.messageError(stream);
  }

  private refuseHead(stream: Http2ClientStream, verdict: HeadVerdict): number {
    if (verdict === 'bad-field') return this.messageError(stream, invalidField);
    if (verdict !== 'too-large' && verdict !== 'too-many') return this.messageError(stream);
    this.stats.inc(verdict === 'too-large' ? Http2.header_list_size_too_large : Http2.header_overflow);
    this.resetStream(stream, ErrorCode.internalError, '', 'remote-reset');
    return 0;
  }
}

/** Names and values of the pseudo-header fields that stand for a request line. */
function pseudoBytes({ method, scheme, authority, path, protocol }: RequestHeaders): number {
  const named = (name: string, value: string): number => (value === '' ? 0 : name.length + value.length);
  const line = named(':method', method) + named(':authority', authority) + named(':protocol', protocol);
  if (method === 'CONNECT' && protocol === '') return line;
  return line + named(':scheme', scheme === 'https' ? scheme : 'http') + named(':path', path);
}
