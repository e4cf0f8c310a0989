import type {
  Chunk,
  CodecError,
  CodecOutput,
  Http1Events,
  Http1ParserOptions,
  RequestEncoder,
  ResponseDecoder,
} from '../../api/codec.js';
import {
  HeaderClass,
  type HeaderMap,
  type RequestHeaders,
  type ResponseHeaders,
} from '../../base/header-map.js';
import type { WireMeter } from '../../base/wire-meter.js';
import { BodyWriter } from './body-writer.js';
import { emptyChunk, SharedChunk } from './chunk.js';
import { encodeRequestHead, type NameCase } from './encoder.js';
import { requestFraming } from './framing.js';
import { Http1ResponseParser } from './parser.js';

/** What the owner of a client codec (a pooled connection) is told. */
export interface Http1ClientCallbacks {
  /** The response has ended as framed; whether the request has too, and whether the peer keeps the connection. */
  onResponseComplete(isRequestDone: boolean, keepsAlive: boolean): void;
  /** `reset` of the encoder was called: the connection can serve nobody any more. */
  onEncoderReset(): void;
  /** The request of a tunnel has ended: what is written goes out, then the connection closes. */
  onTunnelEnd?(): void;
  pauseReading(): void;
  resumeReading(): void;
}

/**
 * The client side of one HTTP/1.1 connection, one request at a time. It is its own request encoder: a connection
 * carries one stream, so a stream costs no object here.
 */
export class Http1ClientCodec implements Http1Events<ResponseHeaders>, RequestEncoder {
  private readonly output: CodecOutput;
  private readonly callbacks: Http1ClientCallbacks;
  private readonly parser: Http1ResponseParser;
  private readonly nameCase: NameCase;
  private readonly sendsFullUrl: boolean;
  private readonly body: BodyWriter;
  private readonly chunk: SharedChunk;
  private readonly sendsTrailers: boolean;
  private decoder: ResponseDecoder | null;
  private method: string;
  private isRequestDone: boolean;
  private isTunnel: boolean;
  private hasBegun: boolean;
  private hasEnded: boolean;

  constructor(output: CodecOutput, options: Http1ParserOptions, callbacks: Http1ClientCallbacks) {
    this.output = output;
    this.callbacks = callbacks;
    this.parser = new Http1ResponseParser(options, this);
    this.nameCase = options.writesProperCase ? 'proper' : 'lower';
    this.sendsFullUrl = options.sendsFullUrl;
    this.body = new BodyWriter(output, this.nameCase, this.parser.meter);
    this.chunk = new SharedChunk();
    this.sendsTrailers = options.enableTrailers;
    this.decoder = null;
    this.method = '';
    this.isRequestDone = false;
    this.isTunnel = false;
    this.hasBegun = false;
    this.hasEnded = false;
  }

  /** Attaches the reader of the next response; the codec itself is the encoder to use. */
  start(decoder: ResponseDecoder): RequestEncoder {
    this.meter.isOn = false;
    this.decoder = decoder;
    this.isRequestDone = false;
    this.hasBegun = false;
    this.hasEnded = false;
    return this;
  }

  /** Lets go of the reader without telling it anything. */
  detach(): void {
    this.decoder = null;
  }

  countFrom(before: WireMeter): WireMeter {
    this.meter.begin(before);
    return this.meter;
  }

  private get meter(): WireMeter {
    return this.parser.meter;
  }

  get isBusy(): boolean {
    return this.decoder !== null;
  }

  /** True once a byte of the current response has arrived. */
  get hasResponseBegun(): boolean {
    return this.hasBegun;
  }

  /** Bytes from the peer; answers why they were refused, or null. */
  dispatch(buffer: Buffer, start: number, end: number): CodecError | null {
    if (this.isTunnel) {
      this.meter.onBytesReceived(end - start);
      this.decoder?.onData(this.chunk.at(buffer, start, end), false);
      return null;
    }
    if (this.decoder === null)
      return { status: 0, details: 'http1.extraneous_bytes', message: 'bytes without a request' };
    let at = start;
    while (at < end) {
      at += this.parser.execute(buffer, at, end);
      if (this.parser.error !== null) return this.parser.error;
      if (this.isTunnel) {
        this.meter.onBytesReceived(end - at);
        if (at < end) this.decoder?.onData(this.chunk.at(buffer, at, end), false);
        return null;
      }
      if (this.decoder === null || this.hasEnded) break;
    }
    if (at < end && !this.isTunnel) {
      return {
        status: 0,
        details: 'http1.extraneous_bytes',
        message: 'bytes behind the end of the response',
      };
    }
    return null;
  }

  /** FIN of the peer: completes a body that ends with the connection, or says what is missing. A tunnel just ends. */
  finish(): CodecError | null {
    if (this.isTunnel || this.decoder === null) return null;
    this.parser.finish();
    return this.parser.error;
  }

  // Http1Events

  onMessageBegin(): void {
    this.hasBegun = true;
  }

  onHeaders(headers: ResponseHeaders): void {
    const decoder = this.decoder as ResponseDecoder;
    if (this.parser.isInformational) {
      decoder.on1xx(headers);
      return;
    }
    this.isTunnel = this.parser.isTunnel;
    const ends = !this.isTunnel && (this.parser.bodyKind === 'none' || this.parser.contentLength === 0);
    this.hasEnded = ends;
    decoder.onHeaders(headers, ends);
  }

  onData(buffer: Buffer, start: number, end: number): void {
    const isLast = this.parser.bodyKind === 'length' && this.parser.remaining === 0;
    if (isLast) this.hasEnded = true;
    this.decoder?.onData(this.chunk.at(buffer, start, end), isLast);
  }

  onTrailers(trailers: HeaderMap): void {
    this.hasEnded = true;
    this.decoder?.onTrailers(trailers);
  }

  onMessageComplete(): void {
    if (!this.hasEnded) {
      this.hasEnded = true;
      this.decoder?.onData(emptyChunk, true);
    }
    this.decoder = null;
    this.callbacks.onResponseComplete(this.isRequestDone, this.parser.keepAlive);
  }

  // RequestEncoder

  encode1xx(): void {
    // Requests have no informational heads.
  }

  encodeHeaders(headers: RequestHeaders, endStream: boolean): void {
    this.method = headers.method;
    this.parser.expect(this.method);
    const isUpgrade = (headers.classes & HeaderClass.hopByHop) !== 0 && headers.has('upgrade');
    const framing = requestFraming(headers, isUpgrade ? 'tunnel' : endStream ? 'ended' : 'open');
    this.body.begin(framing);
    const head = encodeRequestHead(headers, framing, this.nameCase, this.sendsFullUrl);
    if (this.meter.isOn) this.meter.onHeadSent(head);
    this.output.writeText(head);
    if (endStream) this.isRequestDone = true;
  }

  encodeData(chunk: Chunk, endStream: boolean): void {
    this.body.write(chunk, endStream, null);
    if (!endStream) return;
    this.isRequestDone = true;
    if (this.method === 'CONNECT') this.callbacks.onTunnelEnd?.();
  }

  endTunnel(): void {
    this.encodeData(emptyChunk, true);
    if (this.method !== 'CONNECT') this.callbacks.onTunnelEnd?.();
  }

  encodeTrailers(trailers: HeaderMap): void {
    this.body.write(emptyChunk, true, this.sendsTrailers ? trailers : null);
    this.isRequestDone = true;
  }

  reset(): void {
    this.decoder = null;
    this.callbacks.onEncoderReset();
  }

  pauseReading(): void {
    this.callbacks.pauseReading();
  }

  resumeReading(): void {
    this.callbacks.resumeReading();
  }
}
