import type { ConnectionInfo, StreamInfo } from '../api/stream-info.js';
import type { Manager } from './manager.js';
import type { RequestOrigin } from './request-rules.js';

/** What a connection needs to know of a stream that has ended. */
export interface FinishedStream {
  readonly info: StreamInfo;
  readonly isUpgrade: boolean;
  readonly isRequestComplete: boolean;
  readonly isResponseStarted: boolean;
  readonly isResponseComplete: boolean;
}

/** A connection as its streams see it. */
export interface StreamConnection {
  readonly manager: Manager;
  readonly control: { readonly info: ConnectionInfo };
  /** Scratch for the request rules; one request at a time. */
  readonly origin: RequestOrigin;
  readonly isClosingAfterResponse: boolean;
  readonly isClosed: boolean;
  /** Runs `body` as a turn of this connection; a throw costs the connection. */
  guard(body: () => void): void;
  /** The connection ends after the response that is being made. */
  closeAfterResponse(): void;
  closeNow(): void;
  /** Asked per response: drain, or the connection has served what it may. */
  shouldDrain(): boolean;
  /** The stream is over: the connection closes, or waits for the next request. */
  onStreamFinished(stream: FinishedStream): void;
}
