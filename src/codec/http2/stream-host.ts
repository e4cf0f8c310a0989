import type { BufferPool } from '../../base/buffer-pool.js';
import type { HeaderMap } from '../../base/header-map.js';
import type { WireMeter } from '../../base/wire-meter.js';
import type { SendQueue } from './send-queue.js';
import type { StreamState } from './stream-state.js';

/** The connection as its streams see it. */
export interface StreamHost {
  readonly sending: SendQueue;
  readonly buffers: BufferPool;
  /** Bytes that a stream keeps before its producer is asked to stop; 0 = no limit. */
  readonly limitBytes: number;
  /** The window that this side gives each stream. */
  readonly streamWindowBytes: number;
  writeTrailers(stream: { readonly id: number; readonly meter: WireMeter | null }, trailers: HeaderMap): void;
  writeReset(streamId: number, code: number): void;
  writeWindowUpdate(streamId: number, increment: number): void;
  /** Bytes of the connection's window have been used up. */
  consume(bytes: number): void;
  addPending(bytes: number): void;
  onStreamClosed(stream: { readonly id: number; readonly state: StreamState }): void;
}
