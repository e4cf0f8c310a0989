import type { PooledOutput } from '../../api/codec.js';
import type { BoundStats } from '../../api/stats.js';
import type { BufferPool } from '../../base/buffer-pool.js';
import type { HeadLimits } from './message/head-limits.js';
import type { Http2Options } from './options.js';

/** Why a connection of HTTP/2 cannot go on. */
export interface Http2Error {
  readonly code: number;
  /** Envoy's response code details. */
  readonly details: string;
  /** Streams were in progress. */
  readonly hadStreams: boolean;
}

/** What the owner of a connection's codec is told, whichever side it is on. */
export interface Http2Callbacks {
  /** Frames were made: `flush` is due at the end of the turn. Once until then. */
  onPending(): void;
  /** Nothing of what was written waits for the kernel. */
  readonly isDrained: boolean;
  /** The peer broke the rules. Streams have been reset, GOAWAY has been written, nothing more is read. */
  onConnectionError(error: Http2Error): void;
  onGoaway(lastStreamId: number, code: number): void;
  onPingAck(): void;
  /** A stream is over on both sides, and nothing of it is left to send. */
  onStreamClosed(): void;
}

/** What a codec needs besides bytes. */
export interface Http2Parts {
  readonly output: PooledOutput;
  readonly buffers: BufferPool;
  readonly options: Http2Options;
  readonly limits: HeadLimits;
  /** `Http2` bound where this side counts. */
  readonly stats: BoundStats;
  /** Bytes that one stream keeps before its producer is asked to stop. */
  readonly limitBytes: number;
}
