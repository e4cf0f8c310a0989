import type { Plain } from '../base/plain.js';
import type { Timer } from '../base/timer-wheel.js';
import type { Flushable } from '../base/turn.js';
import type { Chunk } from './codec.js';
import type { HttpExplanation, Probe, TcpExplanation } from './explain.js';
import type { Extension } from './extension.js';
import type { Address, ConnectionInfo, StreamInfo } from './stream-info.js';
import type { ThreadScope } from './thread-scope.js';

/** Answer of a network filter's hooks. */
export const NetworkStatus = {
  Continue: 0,
  /** Later filters do not see this; what was read stays in the connection's read buffer until `resumeReading`. */
  Stop: 1,
} as const;
export type NetworkStatus = (typeof NetworkStatus)[keyof typeof NetworkStatus];

/** How a connection ended. */
export type ConnectionCloseKind = 'local' | 'remote' | 'remote-reset' | 'error';

/** One filter on one connection; hooks are optional and synchronous. A throw costs the connection. */
export interface NetworkFilter {
  /** The connection exists; reading may begin. */
  onNewConnection?(): NetworkStatus;
  /** Bytes from the peer, once each; only a filter that stopped gets what it left again, with what followed. */
  onData?(chunk: Chunk, endStream: boolean): NetworkStatus;
  /** Bytes on their way to the peer, last filter first. */
  onWrite?(chunk: Chunk, endStream: boolean): NetworkStatus;
  /** The connection's write buffer rose over its limit, and fell to half of it. */
  onAboveWatermark?(): void;
  onBelowWatermark?(): void;
  /** The thread drains: close the connection if nothing is in progress on it. Terminal filters. */
  onDrain?(): void;
  /** Nothing follows. Called once, also when this side closed. */
  onClose?(kind: ConnectionCloseKind): void;
}

/** How `close` treats bytes that are not sent yet. */
export type CloseMode =
  /** Drop them. */
  | 'no-flush'
  /** Send them, then close. */
  | 'flush'
  /** Send them, shut the sending side, then wait for the peer's FIN up to the delayed-close timeout. */
  | 'flush-and-delay'
  /** Drop them and send RST. */
  | 'abort';

/** What network filters can do with their connection. */
export interface ConnectionControl {
  readonly info: ConnectionInfo;
  /** The connection as logs and rules see it; made when it is first asked for, shared by all filters. */
  readonly record: StreamInfo;
  readonly scope: ThreadScope;
  /** Text whose characters are all ≤ U+00FF, passed through the filters' writing side. */
  writeText(text: string): void;
  writeBytes(buffer: Buffer, start: number, end: number): void;
  writeTextAndBytes(text: string, buffer: Buffer, start: number, end: number): void;
  /** The first `length` bytes of a buffer of the thread's pool, which is given back once they are sent. */
  writePooled(buffer: Buffer, length: number): void;
  /** Calls `item.flush()` once, at the end of the turn, before what it writes is sent. */
  flushLater(item: Flushable): void;
  /** Sends FIN after what is buffered; the reading side stays open. */
  endWriting(): void;
  /** Stops reading from the socket; counted, as many resumes as pauses. */
  pauseReading(): void;
  resumeReading(): void;
  /** Goes on behind the filter that answered Stop. */
  continueReading(): void;
  close(mode: CloseMode, reason: string): void;
  /** Bytes accepted for writing and not yet taken by the kernel. */
  readonly bufferedBytes: number;
  /** Bytes that the kernel has taken so far: shows whether a slow peer still moves. */
  readonly flushedBytes: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  /** True when FIN of the peer is reported as end of stream instead of closing the connection. */
  setHalfClose(isEnabled: boolean): void;
  /** Soft limit of the write buffer, and of what is read ahead. */
  setBufferLimit(bytes: number): void;
  /**
   * How long a close waits for a peer that takes no bytes, or for its FIN; `onExpired` counts that it was in vain.
   * 0 waits without end: the filter keeps an idle timer of its own.
   */
  setDelayedCloseTimeout(ms: number, onExpired?: () => void): void;
  timer(fire: () => void): Timer;
  /** Runs `body` as a turn of this connection: writes are gathered, a throw costs the connection and no more. */
  guard(body: () => void): void;
}

/** Makes the filter of one connection. */
export interface NetworkFilterMaker {
  (connection: ConnectionControl): NetworkFilter;
  /** What it would do with a connection or request that nobody has made. Terminal filters. */
  readonly explain?: (probe: Probe, info: ConnectionInfo) => HttpExplanation | TcpExplanation;
}

/** What a network filter's `build` is told of the listener it hangs in. */
export interface NetworkFilterContext {
  readonly listenerName: string;
  /** `listener.<address or prefix>`. */
  readonly listenerStatPrefix: string;
  readonly bufferLimitBytes: number;
  readonly trafficDirection: 'UNSPECIFIED' | 'INBOUND' | 'OUTBOUND';
  /** What is done under pressure leaves this listener alone. */
  readonly bypassesOverload?: boolean;
}

export interface NetworkFilterFactory<C extends Plain = Plain> extends Extension<C> {
  readonly isTerminal: boolean;
  build(config: C, scope: ThreadScope, context: NetworkFilterContext): NetworkFilterMaker;
}

/** A listener filter looks at a connection before its filter chain is chosen. */
export interface ListenerFilter {
  /** Bytes so far, none at first. `wait` asks for more up to `maxReadBytes`; `close` refuses the connection. */
  inspect(peeked: Buffer, length: number): 'continue' | 'wait' | 'close';
  /** Bytes of the front that are consumed, valid after `continue`. */
  readonly consumedBytes: number;
  readonly maxReadBytes: number;
}

/** A socket before it is a connection, as far as listener filters may ask it. */
export interface InspectedSocket {
  /** Where the peer wanted to go before the kernel sent it here; null when it was not redirected. */
  originalDestination(): Address | null;
}

/** Makes the filter of one socket. */
export type ListenerFilterMaker = (info: ConnectionInfo, socket: InspectedSocket) => ListenerFilter;

export interface ListenerFilterFactory<C extends Plain = Plain> extends Extension<C> {
  build(config: C, scope: ThreadScope): ListenerFilterMaker;
}
