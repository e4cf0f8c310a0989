import type { Socket } from 'node:net';
import type { PooledOutput, RequestEncoder, ResponseDecoder } from '../../api/codec.js';
import type { BoundStats } from '../../api/stats.js';
import type { BufferPool } from '../../base/buffer-pool.js';
import { Http1ClientCodec } from '../../codec/http1/client.js';
import { Http2Client, type Http2ClientCallbacks } from '../../codec/http2/client.js';
import { ErrorCode } from '../../codec/http2/frame/frame-codes.js';
import type { ClusterConfig } from '../config.js';
import { upstreamParserOptions } from '../http1-options.js';
import { openProbeConnection, type ProbeTarget } from './probe.js';

/** Whoever asks over a client. */
export interface ProbeClientOwner {
  /** `isGraceful`: what is under way will still be answered. */
  onGoaway(isGraceful: boolean): void;
  /** The connection is gone; whoever read an answer has been told. */
  onClosed(): void;
}

/** HTTP over the connection of a probe, one request at a time. */
export interface ProbeClient {
  start(decoder: ResponseDecoder): RequestEncoder;
  /** At once; nobody is told. */
  close(): void;
}

/** What the codecs of checks need besides a connection. */
export interface ProbeCodecScope {
  readonly config: ClusterConfig;
  readonly buffers: BufferPool;
}

export interface Http2ProbeScope extends ProbeCodecScope {
  readonly http2Stats: BoundStats;
}

/** A socket as codecs write to it; it queues until it is connected. */
class SocketOutput implements PooledOutput {
  private readonly socket: Socket;
  private readonly buffers: BufferPool;

  constructor(socket: Socket, buffers: BufferPool) {
    this.socket = socket;
    this.buffers = buffers;
  }

  writeText(text: string): void {
    this.socket.write(text, 'latin1');
  }

  writeBytes(buffer: Buffer, start: number, end: number): void {
    this.socket.write(Buffer.from(buffer.subarray(start, end)));
  }

  writeTextAndBytes(text: string, buffer: Buffer, start: number, end: number): void {
    this.writeText(text);
    this.writeBytes(buffer, start, end);
  }

  writePooled(buffer: Buffer, length: number): void {
    this.socket.write(buffer.subarray(0, length), () => this.buffers.giveBack(buffer));
  }
}

export class Http1ProbeClient implements ProbeClient {
  private readonly owner: ProbeClientOwner;
  private readonly socket: Socket;
  private readonly codec: Http1ClientCodec;
  private decoder: ResponseDecoder | null;
  private isClosed: boolean;

  constructor(target: ProbeTarget, scope: ProbeCodecScope, owner: ProbeClientOwner) {
    this.owner = owner;
    this.decoder = null;
    this.isClosed = false;
    this.socket = openProbeConnection(target, {
      onConnected: () => undefined,
      onData: (data) => this.onData(data),
      onEnd: () => this.onEnd(),
      onClosed: () => this.onClosed(),
    });
    this.codec = new Http1ClientCodec(
      new SocketOutput(this.socket, scope.buffers),
      upstreamParserOptions(scope.config),
      {
        onResponseComplete: (isRequestDone, keepsAlive) => {
          this.decoder = null;
          if (!isRequestDone || !keepsAlive) this.leave();
        },
        onEncoderReset: () => this.leave(),
        pauseReading: () => undefined,
        resumeReading: () => undefined,
      },
    );
  }

  start(decoder: ResponseDecoder): RequestEncoder {
    this.decoder = decoder;
    return this.codec.start(decoder);
  }

  close(): void {
    this.isClosed = true;
    this.decoder = null;
    this.codec.detach();
    this.socket.destroy();
  }

  /** Bytes without a request, or behind its answer, end the connection. */
  private onData(data: Buffer): void {
    if (this.codec.dispatch(data, 0, data.length) !== null) this.leave();
  }

  private onEnd(): void {
    this.codec.finish();
    this.leave();
  }

  /** The next request opens another connection, also before this one is closed. */
  private leave(): void {
    this.socket.destroy();
    this.onClosed();
  }

  private onClosed(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    const { decoder } = this;
    this.decoder = null;
    this.codec.detach();
    this.owner.onClosed();
    decoder?.onReset('connection-termination', '');
  }
}

export class Http2ProbeClient implements ProbeClient, Http2ClientCallbacks {
  private readonly owner: ProbeClientOwner;
  private readonly socket: Socket;
  private readonly codec: Http2Client;
  private isClosed: boolean;

  constructor(
    target: ProbeTarget,
    { config, buffers, http2Stats }: Http2ProbeScope,
    owner: ProbeClientOwner,
  ) {
    this.owner = owner;
    this.isClosed = false;
    this.socket = openProbeConnection(target, {
      onConnected: () => undefined,
      onData: (data) => this.codec.dispatch(data, 0, data.length),
      onEnd: () => {
        this.socket.destroy();
        this.onClosed();
      },
      onClosed: () => this.onClosed(),
    });
    this.codec = new Http2Client(
      {
        output: new SocketOutput(this.socket, buffers),
        buffers,
        options: config.http2,
        limits: {
          maxHeadBytes: config.maxResponseHeadersKb * 1024,
          maxHeaders: config.maxResponseHeaders,
          headersWithUnderscores: 'ALLOW',
        },
        stats: http2Stats,
        limitBytes: config.bufferLimitBytes,
      },
      this,
    );
  }

  start(decoder: ResponseDecoder): RequestEncoder {
    return this.codec.start(decoder);
  }

  close(): void {
    this.isClosed = true;
    this.codec.stop('connection-termination', '');
    this.socket.destroy();
  }

  // Http2ClientCallbacks

  onPending(): void {
    queueMicrotask(() => {
      if (!this.isClosed) this.codec.flush();
    });
  }

  get isDrained(): boolean {
    return this.socket.writableLength === 0;
  }

  onConnectionError(): void {
    this.codec.flush();
    this.socket.destroySoon();
    this.onClosed();
  }

  onGoaway(_lastStreamId: number, code: number): void {
    this.owner.onGoaway(code === ErrorCode.noError);
  }

  onPingAck(): void {
    // Checks send none.
  }

  onStreamClosed(): void {
    // The answer says so itself.
  }

  onPeerSettings(): void {
    // One stream at a time is within every limit.
  }

  onStreamReset(): void {
    // The answer's reader is told.
  }

  private onClosed(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.owner.onClosed();
    this.codec.stop('connection-termination', '');
  }
}
