import type { RequestEncoder, ResponseDecoder } from '../../api/codec.js';
import type { Connection } from '../../network/connection.js';
import type { PooledHost } from './pooled-host.js';

/** What HTTP/1 and HTTP/2 do differently on a pooled connection that stands. Called by the connection alone. */
export interface ClientSession {
  readonly protocol: string;
  readonly activeStreams: number;
  /** Streams that it takes besides those it has. */
  readonly room: number;
  /** Begins one request; there is room. */
  start(decoder: ResponseDecoder): RequestEncoder;
  onData(buffer: Buffer, start: number, end: number): void;
  /** FIN of the peer. */
  onEnd(): void;
  onAboveWatermark(): void;
  onBelowWatermark(): void;
  onDrained(): void;
  /** The socket is gone: streams are reset, clocks stop. */
  onClose(): void;
}

/** The connection as its session sees it. */
export interface SessionOwner {
  readonly pool: PooledHost;
  readonly connection: Connection;
  /** No new streams from now on; closes after the last. */
  isDraining: boolean;
  /** A stream is over; the connection may take another. */
  onStreamEnd(): void;
  /** The peer allows other numbers of streams. */
  onRoomChanged(): void;
  /** The peer says that it will close: an idle connection has been left then, whoever closes first. */
  onGoodbye(): void;
  /** Closes when the last stream has been told of its end, now if none is left. */
  closeSoonIfIdle(): void;
  /** Closes now; requests on it are reset. */
  close(): void;
  /** The stream is over, complete or not, and the connection with it; `isRemote`: the peer has closed it. */
  endWithLastStream(isComplete: boolean, isRemote: boolean): void;
  /** This side closes, once what was written is out. */
  closeAfterWriting(): void;
}
