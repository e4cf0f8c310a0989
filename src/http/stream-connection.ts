import type { CodecError, RequestDecoder, ServerStreamEncoder } from '../api/codec.js';
import type { ConnectionInfo, StreamInfo } from '../api/stream-info.js';
import type { ResponseHeaders } from '../base/header-map.js';
import type { Manager } from './manager.js';
import type { RequestOrigin } from './request-rules.js';

/** What a connection needs to know of a stream that has ended. */
export interface FinishedStream {
  readonly codec: ServerStreamEncoder;
  readonly info: StreamInfo;
  readonly isUpgrade: boolean;
  readonly isRequestComplete: boolean;
  readonly isResponseStarted: boolean;
  readonly isResponseComplete: boolean;
}

/** A stream as the session that reads its connection drives it. */
export interface ServedStream extends RequestDecoder, FinishedStream {
  onConnectionClosed(): void;
  onCodecError(error: CodecError): void;
}

/** A connection, in whatever protocol, as its streams see it. */
export interface StreamConnection {
  readonly manager: Manager;
  readonly control: { readonly info: ConnectionInfo };
  /** Scratch for the request rules; one head at a time. */
  readonly origin: RequestOrigin;
  readonly isClosed: boolean;
  /** Body bytes of a message that filters and retries may keep, unless the route says otherwise. */
  readonly bufferLimitBytes: number;
  /** Runs `body` as a turn of this connection; a throw costs the connection. */
  guard(body: () => void): void;
  /** HTTP/1: the connection ends after the response that is being made. HTTP/2 ends streams alone. */
  closeAfterResponse(): void;
  /** A response's head is about to go out: decides whether the connection ends with it, and lets the head say so. */
  onResponseHead(headers: ResponseHeaders, isRequestComplete: boolean): void;
  /** The stream is over: the connection closes, or goes on. */
  onStreamFinished(stream: FinishedStream): void;
  /** The stream is over without an answer: another one answers the same request. */
  replaceStream(stream: FinishedStream, next: ServedStream): void;
}
