import type { HeaderMap, RequestHeaders, ResponseHeaders } from '../base/header-map.js';
import type { SpellingConfig } from '../base/name-spelling.js';
import type { WireMeter } from '../base/wire-meter.js';

/**
 * Codecs are pure: bytes in, events out. Time, sockets, logs and stats belong to the caller, who drives them from
 * one read buffer that is overwritten when the callback returns.
 */

/** A run of body bytes inside a buffer that belongs to somebody else. Valid until the callback that got it returns. */
export interface Chunk {
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
}

/** Why a peer's bytes were refused. */
export interface CodecError {
  /** Response code of the answer that an HTTP/1 server gives: 400, 426, 431, 501, 403; 0 for a client codec. */
  readonly status: number;
  /** Envoy's response code details, `http1.codec_error`. */
  readonly details: string;
  /** For people, with the offset or the name at fault. */
  readonly message: string;
}

export type StreamResetReason =
  | 'local-reset'
  | 'local-refused-stream'
  | 'remote-reset'
  | 'remote-refused-stream'
  | 'local-connection-failure'
  | 'remote-connection-failure'
  | 'connection-timeout'
  | 'connection-termination'
  | 'overflow'
  | 'protocol-error'
  | 'connect-error'
  | 'premature-upstream-close'
  | 'overload-manager';

/** What a parser of HTTP/1 messages reports; `H` is the kind of head it reads. */
export interface Http1Events<H extends HeaderMap> {
  /** The first byte of a message (leading CRLFs of RFC 9112 section 2.2 are skipped without it). */
  onMessageBegin(): void;
  /** The head is complete and its framing decided; the parser's public fields say how. */
  onHeaders(headers: H): void;
  /** Body bytes with transfer coding removed, at [start, end) of the buffer that `execute` was given. */
  onData(buffer: Buffer, start: number, end: number): void;
  /** Trailer fields of a chunked body; only when there are any and trailers are enabled. */
  onTrailers(trailers: HeaderMap): void;
  /** The message ended as framed. `execute` returns right after it. */
  onMessageComplete(): void;
}

export type Http1BodyKind = 'none' | 'length' | 'chunked' | 'until-close';

/** Options of both parser roles. */
export interface Http1ParserOptions {
  /** Request line or status line, header lines and trailers together; excess → 431 (requests) or an error. */
  readonly maxHeadBytes: number;
  /** Header lines; excess → 431 (requests) or an error. */
  readonly maxHeaders: number;
  /** Report trailers; otherwise they are read, held to the limits and dropped. */
  readonly enableTrailers: boolean;
  /** Accept HTTP/1.0 requests; otherwise 426 `low_version`. */
  readonly acceptHttp10: boolean;
  /** Both Content-Length and `Transfer-Encoding: chunked`: true drops the length, false refuses. */
  readonly allowChunkedLength: boolean;
  readonly headersWithUnderscores: 'ALLOW' | 'REJECT_REQUEST' | 'DROP_HEADER';
  /** Keep the spelling of names in `HeaderMap.spelling`; null forgets it. */
  readonly spelling: SpellingConfig | null;
  /** Names whose spelling is not known are written `Proper-Case`. */
  readonly writesProperCase: boolean;
  /** Upgrades that are taken out of a request, by the value as it came; null for none but h2c. */
  readonly ignoresUpgrade: ((upgrade: string) => boolean) | null;
  /** Request targets are sent as absolute URLs. */
  readonly sendsFullUrl: boolean;
  readonly allowAbsoluteUrl: boolean;
}

/** Bytes on their way to a socket. The codec hands them over complete; nothing is kept by reference after the call. */
export interface CodecOutput {
  /** Text whose characters are all ≤ U+00FF, one byte each. */
  writeText(text: string): void;
  /** Bytes of somebody else's buffer; copied when they cannot be sent at once. */
  writeBytes(buffer: Buffer, start: number, end: number): void;
  /** Text followed by bytes in one write. */
  writeTextAndBytes(text: string, buffer: Buffer, start: number, end: number): void;
}

/** An output that can also take over a buffer. */
export interface PooledOutput extends CodecOutput {
  /** The first `length` bytes of a buffer of the thread's pool, which is given back once they are sent. */
  writePooled(buffer: Buffer, length: number): void;
}

/** Events of one stream as its reader gets them; requests downstream, responses upstream. */
export interface StreamDecoder<H extends HeaderMap> {
  /** A FIN of the peer that ends this stream's HTTP/1 connection counts as a close by this side: as in Envoy. */
  readonly closesConnection?: boolean;
  onHeaders(headers: H, endStream: boolean): void;
  /** An informational response (100, 102–199 without 101); upstream only. */
  on1xx(headers: H): void;
  onData(chunk: Chunk, endStream: boolean): void;
  onTrailers(trailers: HeaderMap): void;
  /** The peer, the connection or the codec ended the stream before its end. Nothing follows. */
  onReset(reason: StreamResetReason, detail: string): void;
  /** More was written than the connection's limit; stop producing until `onBelowWatermark`. */
  onAboveWatermark(): void;
  onBelowWatermark(): void;
}

/** The writing side of one stream; responses downstream, requests upstream. */
export interface StreamEncoder<H extends HeaderMap> {
  encode1xx(headers: H): void;
  encodeHeaders(headers: H, endStream: boolean): void;
  encodeData(chunk: Chunk, endStream: boolean): void;
  encodeTrailers(trailers: HeaderMap): void;
  /** Ends a request that carries a tunnel, where the protocol has no other sign of that than the connection's end. */
  endTunnel?(): void;
  /** Ends the stream at once; HTTP/1 closes its connection. Calls back nobody. */
  reset(reason: StreamResetReason): void;
  /** Stops and resumes the bytes of this stream's other direction. Counted: as many resumes as pauses. */
  pauseReading(): void;
  resumeReading(): void;
}

export interface RequestEncoder extends StreamEncoder<RequestHeaders> {
  /** Counts what it carries from now on, on top of `before`; null when it cannot. */
  countFrom(before: WireMeter): WireMeter | null;
}

/**
 * One request downstream as its codec holds it: the answer's way out, and what the head said that is in no header map.
 * Valid from the decoder's `onHeaders` on; `isHttp2` at once.
 */
export interface ServerStreamEncoder extends StreamEncoder<ResponseHeaders> {
  readonly isHttp2: boolean;
  readonly isHttp10: boolean;
  /** The request had a Host field or an authority in its target, be it an empty one. */
  readonly hasHost: boolean;
  /** The `Upgrade` token of the request, empty when it asks for none. */
  readonly upgrade: string;
  readonly expectsContinue: boolean;
}

export type RequestDecoder = StreamDecoder<RequestHeaders>;
export type ResponseDecoder = StreamDecoder<ResponseHeaders>;
export type ResponseEncoder = StreamEncoder<ResponseHeaders>;
