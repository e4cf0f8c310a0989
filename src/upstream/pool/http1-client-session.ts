import type { CodecError, RequestEncoder, ResponseDecoder } from '../../api/codec.js';
import { type Http1ClientCallbacks, Http1ClientCodec } from '../../codec/http1/client.js';
import { C } from '../cluster-stats.js';
import { upstreamParserOptions } from '../http1-options.js';
import type { ClientSession, SessionOwner } from './client-session.js';

/** HTTP/1.1 on a pooled connection: one request at a time. */
export class Http1ClientSession implements ClientSession, Http1ClientCallbacks {
  readonly protocol = 'HTTP/1.1';
  private readonly owner: SessionOwner;
  private readonly codec: Http1ClientCodec;
  private decoder: ResponseDecoder | null;
  private hasRemoteEnded: boolean;
  private receivedAtStart: number;

  constructor(owner: SessionOwner) {
    const options = upstreamParserOptions(owner.pool.cluster.config);
    this.owner = owner;
    this.codec = new Http1ClientCodec(owner.connection, options, this);
    this.decoder = null;
    this.hasRemoteEnded = false;
    this.receivedAtStart = 0;
  }

  get activeStreams(): number {
    return this.decoder === null ? 0 : 1;
  }

  get room(): number {
    return this.decoder === null ? 1 : 0;
  }

  start(decoder: ResponseDecoder): RequestEncoder {
    this.decoder = decoder;
    this.receivedAtStart = this.owner.connection.bytesReceived;
    return this.codec.start(decoder);
  }

  // Http1ClientCallbacks

  onResponseComplete(isRequestDone: boolean, keepsAlive: boolean): void {
    const { owner } = this;
    // Given up while its head was being told, when the rest of the answer lay in the same read.
    if (this.decoder === null) return;
    if (!keepsAlive && !this.hasRemoteEnded) owner.pool.cluster.stats.inc(C.upstream_cx_close_notify);
    if (!isRequestDone || !keepsAlive || this.hasRemoteEnded) {
      this.endLast(isRequestDone);
      return;
    }
    this.decoder = null;
    owner.onStreamEnd();
  }

  onEncoderReset(): void {
    if (this.decoder !== null) this.endLast(false);
  }

  onTunnelEnd(): void {
    this.owner.closeAfterWriting();
  }

  pauseReading(): void {
    const { connection, pool } = this.owner;
    pool.cluster.stats.inc(C.upstream_flow_control_paused_reading_total);
    connection.pauseReading();
  }

  resumeReading(): void {
    const { connection, pool } = this.owner;
    pool.cluster.stats.inc(C.upstream_flow_control_resumed_reading_total);
    connection.resumeReading();
  }

  // ClientSession

  onData(buffer: Buffer, start: number, end: number): void {
    const error = this.codec.dispatch(buffer, start, end);
    if (error !== null) this.onProtocolError(error);
  }

  onEnd(): void {
    const { connection } = this.owner;
    this.hasRemoteEnded = true;
    const hadBegun = connection.bytesReceived > this.receivedAtStart;
    const error = this.decoder === null ? null : this.codec.finish();
    if (this.decoder !== null && error !== null && hadBegun) this.onProtocolError(error);
    else if (this.decoder?.closesConnection === true && !connection.isClosed) this.owner.close();
    else connection.destroy();
  }

  onAboveWatermark(): void {
    this.decoder?.onAboveWatermark();
  }

  onBelowWatermark(): void {
    this.decoder?.onBelowWatermark();
  }

  onDrained(): void {
    // The pool does not wait for bytes to leave.
  }

  onClose(): void {
    const { decoder } = this;
    if (decoder === null) return;
    this.codec.detach();
    this.decoder = null;
    this.owner.onStreamEnd();
    decoder.onReset('connection-termination', '');
  }

  /** The connection ends with this stream, whose reader is not told. */
  private endLast(isComplete: boolean): void {
    this.codec.detach();
    this.decoder = null;
    this.owner.endWithLastStream(isComplete, this.hasRemoteEnded);
  }

  private onProtocolError(error: CodecError): void {
    const { decoder } = this;
    this.owner.pool.cluster.stats.inc(C.upstream_cx_protocol_error);
    if (decoder === null) {
      this.owner.close();
      return;
    }
    this.endLast(false);
    decoder.onReset('protocol-error', error.details);
  }
}
