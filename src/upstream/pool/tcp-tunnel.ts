import type { Chunk, RequestEncoder, ResponseDecoder } from '../../api/codec.js';
import type {
  Cancellable,
  Cluster,
  Host,
  HttpPool,
  HttpPoolCallbacks,
  PoolFailure,
  RoutingPriority,
  TcpConnectionCallbacks,
  UpstreamTcpConnection,
} from '../../api/upstream.js';
import { type HeaderMap, type RequestHeaders, ResponseHeaders } from '../../base/header-map.js';

/** A pool whose streams are TCP connections: the far end of a CONNECT that ends here (RFC 9110 section 9.3.6). */
export class TcpTunnelPool implements HttpPool {
  private readonly cluster: Cluster;
  private readonly host: Host;
  private readonly priority: RoutingPriority;

  constructor(cluster: Cluster, host: Host, priority: RoutingPriority) {
    this.cluster = cluster;
    this.host = host;
    this.priority = priority;
  }

  newStream(decoder: ResponseDecoder, callbacks: HttpPoolCallbacks): Cancellable | null {
    return this.cluster.connectTcp(this.host, this.priority, new TcpTunnel(decoder, callbacks));
  }
}

/**
 * One tunnel: the connection's bytes as a response body, the request's body as the connection's bytes.
 *
 *   connecting ──connected──► head awaited ──encodeHeaders──► 200, then bytes both ways ──► closed
 */
class TcpTunnel implements TcpConnectionCallbacks, RequestEncoder {
  private readonly callbacks: HttpPoolCallbacks;
  private decoder: ResponseDecoder | null;
  private connection: UpstreamTcpConnection | null;
  private hasEnded: boolean;

  constructor(decoder: ResponseDecoder, callbacks: HttpPoolCallbacks) {
    this.callbacks = callbacks;
    this.decoder = decoder;
    this.connection = null;
    this.hasEnded = false;
  }

  // TcpConnectionCallbacks

  onConnected(connection: UpstreamTcpConnection): void {
    this.connection = connection;
    const { id, host, localAddress, tls } = connection;
    const rest = { protocol: '', times: null, facts: () => null };
    this.callbacks.onPoolReady(this, { id, host, localAddress, tls, ...rest });
  }

  onConnectFailure(failure: PoolFailure): void {
    this.decoder = null;
    this.callbacks.onPoolFailure(failure);
  }

  onData(buffer: Buffer, start: number, end: number): void {
    this.decoder?.onData({ buffer, start, end }, false);
  }

  onEnd(): void {
    const { decoder } = this;
    this.decoder = null;
    decoder?.onData(emptyChunk, true);
    // Behind both FINs it closes by itself.
    if (!this.hasEnded) this.connection?.close('flush');
  }

  onClose(): void {
    const { decoder } = this;
    this.decoder = null;
    this.connection = null;
    decoder?.onReset('connection-termination', '');
  }

  onAboveWatermark(): void {
    this.decoder?.onAboveWatermark();
  }

  onBelowWatermark(): void {
    this.decoder?.onBelowWatermark();
  }

  // RequestEncoder

  countFrom(): null {
    return null;
  }

  encode1xx(): void {
    // Requests have no informational heads.
  }

  /** The head goes nowhere: the connection it asks for stands. */
  encodeHeaders(_headers: RequestHeaders, endStream: boolean): void {
    this.decoder?.onHeaders(new ResponseHeaders(200), false);
    if (endStream) this.endWriting();
  }

  encodeData(chunk: Chunk, endStream: boolean): void {
    this.connection?.writeBytes(chunk.buffer, chunk.start, chunk.end);
    if (endStream) this.endWriting();
  }

  encodeTrailers(_trailers: HeaderMap): void {
    this.endWriting();
  }

  private endWriting(): void {
    this.hasEnded = true;
    this.connection?.endWriting();
  }

  reset(): void {
    this.decoder = null;
    this.connection?.close('no-flush');
  }

  pauseReading(): void {
    this.connection?.pauseReading();
  }

  resumeReading(): void {
    this.connection?.resumeReading();
  }
}

const emptyChunk: Chunk = { buffer: Buffer.alloc(0), start: 0, end: 0 };
