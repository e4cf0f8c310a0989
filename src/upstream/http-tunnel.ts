import type { Chunk, RequestEncoder, ResponseDecoder, StreamResetReason } from '../api/codec.js';
import type { Address, UpstreamConnectionTimes } from '../api/stream-info.js';
import type { TlsInfo } from '../api/tls-info.js';
import type {
  Cancellable,
  Host,
  HttpPool,
  HttpPoolCallbacks,
  PoolFailure,
  TcpConnectionCallbacks,
  UpstreamConnectionInfo,
  UpstreamTcpConnection,
} from '../api/upstream.js';
import type { HeaderMap, RequestHeaders, ResponseHeaders } from '../base/header-map.js';
import type { WireMeter } from '../base/wire-meter.js';
import { unknownAddress } from '../network/address.js';

/** What a tunnel is asked for with, and who wants to see the answer. */
export interface TunnelRequest {
  /** The head of the request; asked for once there is a connection. */
  head(isSecure: boolean): RequestHeaders;
  onAnswer(headers: ResponseHeaders): void;
  onTrailers(trailers: HeaderMap): void;
  /** What it carries is counted on top of this; null: by nobody. */
  readonly wire: WireMeter | null;
}

const noBytes = Buffer.alloc(0);
const emptyChunk: Chunk = { buffer: noBytes, start: 0, end: 0 };

/**
 * A connection of bytes inside a request of an HTTP pool: what is written is its body, what is read is that of the
 * answer (RFC 9110 section 9.3.6, RFC 9113 section 8.5).
 *
 *   waiting ──connection──► asked ──2xx──► open ──both ends──► over
 *      └─────────failed───────┴──refused or reset─────────────► over
 */
export class HttpTunnel implements UpstreamTcpConnection, HttpPoolCallbacks, ResponseDecoder, Cancellable {
  readonly host: Host;
  id: number;
  localAddress: Address;
  tls: TlsInfo | null;
  readonly times: UpstreamConnectionTimes | null;
  /** What waits in a pool's connection is not known stream by stream. */
  readonly bufferedBytes = 0;
  readonly flushedBytes = 0;
  readonly closesConnection = true;
  private readonly request: TunnelRequest;
  private readonly callbacks: TcpConnectionCallbacks;
  private waiting: Cancellable | null;
  private encoder: RequestEncoder | null;
  private meter: WireMeter | null;
  private isHttp1: boolean;
  private isOpen: boolean;
  private isOver: boolean;
  private hasEnded: boolean;
  private sawEnd: boolean;

  constructor(host: Host, request: TunnelRequest, callbacks: TcpConnectionCallbacks) {
    this.host = host;
    this.id = 0;
    this.localAddress = unknownAddress;
    this.tls = null;
    this.times = null;
    this.request = request;
    this.callbacks = callbacks;
    this.waiting = null;
    this.encoder = null;
    this.meter = null;
    this.isHttp1 = false;
    this.isOpen = false;
    this.isOver = false;
    this.hasEnded = false;
    this.sawEnd = false;
  }

  /** Answers null when the callbacks have been told already. */
  start(pool: HttpPool): Cancellable | null {
    const waiting = pool.newStream(this, this);
    if (this.isOver) return null;
    if (this.encoder === null) this.waiting = waiting;
    return this;
  }

  cancel(): void {
    this.waiting?.cancel();
    this.reset();
  }

  // HttpPoolCallbacks

  onPoolReady(encoder: RequestEncoder, connection: UpstreamConnectionInfo): void {
    this.waiting = null;
    this.encoder = encoder;
    this.id = connection.id;
    this.localAddress = connection.localAddress;
    this.tls = connection.tls;
    this.isHttp1 = connection.protocol === 'HTTP/1.1';
    this.count(encoder);
    this.host.reportConnected();
    encoder.encodeHeaders(this.request.head(connection.tls !== null), false);
  }

  onPoolFailure(failure: PoolFailure): void {
    this.waiting = null;
    if (this.isOver) return;
    this.isOver = true;
    this.callbacks.onConnectFailure(failure);
  }

  // ResponseDecoder

  on1xx(): void {
    // The answer is still to come.
  }

  onHeaders(headers: ResponseHeaders, endStream: boolean): void {
    if (this.isOver) return;
    this.request.onAnswer(headers);
    const { status } = headers;
    const isAgreed = this.isHttp1 ? status >= 200 && status < 300 : status === 200;
    if (!isAgreed || endStream) {
      this.reset();
      this.failConnect(`tunnel_response:${status}`);
      return;
    }
    this.isOpen = true;
    this.callbacks.onConnected(this);
  }

  onData({ buffer, start, end }: Chunk, endStream: boolean): void {
    if (this.isOver) return;
    this.meter?.onBytesReceived(end - start);
    if (end > start) this.callbacks.onData(buffer, start, end);
    if (endStream) this.onEndOfAnswer();
  }

  onTrailers(trailers: HeaderMap): void {
    if (this.isOver) return;
    this.request.onTrailers(trailers);
    this.onEndOfAnswer();
  }

  onReset(_reason: StreamResetReason): void {
    if (this.isOver) return;
    this.isOver = true;
    this.encoder = null;
    this.stopCounting();
    if (this.isOpen) this.callbacks.onClose(false);
    else this.failConnect('');
  }

  onAboveWatermark(): void {
    if (this.isOpen && !this.isOver) this.callbacks.onAboveWatermark();
  }

  onBelowWatermark(): void {
    if (this.isOpen && !this.isOver) this.callbacks.onBelowWatermark();
  }

  // UpstreamTcpConnection

  writeText(text: string): void {
    const bytes = Buffer.from(text, 'latin1');
    this.writeBytes(bytes, 0, bytes.length);
  }

  writeBytes(buffer: Buffer, start: number, end: number): void {
    if (this.hasEnded) return;
    // The codec has counted them as well: so does Envoy.
    this.meter?.onBytesSent(end - start);
    this.encoder?.encodeData({ buffer, start, end }, false);
  }

  writeTextAndBytes(text: string, buffer: Buffer, start: number, end: number): void {
    this.writeText(text);
    this.writeBytes(buffer, start, end);
  }

  endWriting(): void {
    if (this.hasEnded || this.encoder === null) return;
    this.hasEnded = true;
    if (this.encoder.endTunnel === undefined) this.encoder.encodeData(emptyChunk, true);
    else this.encoder.endTunnel();
    this.closeIfDone();
  }

  pauseReading(): void {
    this.encoder?.pauseReading();
  }

  resumeReading(): void {
    this.encoder?.resumeReading();
  }

  /** A stream has been given all its bytes already: however it is closed, it ends now. */
  close(): void {
    if (this.isOver) return;
    this.reset();
    this.callbacks.onClose(false);
  }

  private onEndOfAnswer(): void {
    this.sawEnd = true;
    this.callbacks.onEnd();
    this.closeIfDone();
  }

  /** Both directions have ended: there is nothing to reset. */
  private closeIfDone(): void {
    if (!this.hasEnded || !this.sawEnd || this.isOver) return;
    this.isOver = true;
    this.encoder = null;
    this.stopCounting();
    this.callbacks.onClose(false);
  }

  private reset(): void {
    const { encoder } = this;
    this.isOver = true;
    this.encoder = null;
    encoder?.reset('local-reset');
    this.stopCounting();
  }

  private count(encoder: RequestEncoder): void {
    const { wire } = this.request;
    if (wire === null) return;
    this.meter = encoder.countFrom(wire);
    wire.live = this.meter;
  }

  private stopCounting(): void {
    const { meter } = this;
    const { wire } = this.request;
    if (meter === null || wire === null) return;
    wire.copy(meter);
    if (wire.live === meter) wire.live = null;
    this.meter = null;
  }

  private failConnect(transportFailure: string): void {
    this.callbacks.onConnectFailure({ reason: 'remote-connection-failure', transportFailure });
  }
}
