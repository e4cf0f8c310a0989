import type { CloseMode, ConnectionControl } from '../api/network-filter.js';
import type { Manager } from './manager.js';

/**
 * What one protocol makes of a downstream connection: its codec and its streams. The connection around it
 * (`ManagerConnection`) owns the clocks and what is counted whatever the protocol.
 */
export interface ServerSession {
  readonly hasStreams: boolean;
  /** Bytes of the thread's read buffer, valid until the call returns. */
  dispatch(buffer: Buffer, start: number, end: number): void;
  onAboveWatermark(): void;
  onBelowWatermark(): void;
  /**
   * The connection is to end soon, because it is old or has been idle: HTTP/1 says so with its responses, HTTP/2 with
   * GOAWAY. Answers false when it ends by itself and needs no drain timeout.
   */
  drain(isOld: boolean): boolean;
  /** The drain timeout is over: the connection ends with what is in progress. */
  closeWhenIdle(): void;
  /** An idle connection is about to be closed from this side. */
  farewell(): void;
  /** Hands what was gathered to the connection, which is about to close. */
  flush(): void;
  /** The connection is gone: streams in progress have lost their client. */
  onConnectionClosed(): void;
}

/** The connection as its session sees it. */
export interface SessionOwner {
  readonly manager: Manager;
  readonly control: ConnectionControl;
  readonly isClosed: boolean;
  /** A close is under way: nothing more is read. */
  readonly isClosing: boolean;
  /** The connection was to drain before it had a session. */
  readonly isDraining: boolean;
  /** Streams begun so far; the session counts them. */
  requests: number;
  /** The connection has served what it may, which is counted. */
  isWornOut(): boolean;
  /** Asked per response: whether the listener drains, which is counted. */
  isToDrain(): boolean;
  /** The last stream in progress has ended: the idle clock counts from then. */
  onIdleAt(nowMs: number): void;
  /** Closes from this side. */
  close(mode: CloseMode, reason: string): void;
}
