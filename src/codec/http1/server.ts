import type {
  Chunk,
  CodecError,
  CodecOutput,
  Http1Events,
  Http1ParserOptions,
  RequestDecoder,
  ServerStreamEncoder,
  StreamResetReason,
} from '../../api/codec.js';
import type { HeaderMap, RequestHeaders, ResponseHeaders } from '../../base/header-map.js';
import type { WireMeter } from '../../base/wire-meter.js';
import { BodyWriter } from './body-writer.js';
import { emptyChunk, SharedChunk } from './chunk.js';
import { encodeResponseHead, type NameCase } from './encoder.js';
import { responseFraming } from './framing.js';
import { Http1RequestParser } from './parser.js';

/** What the owner of a server codec (a connection manager) is told. */
export interface Http1ServerCallbacks {
  /** The first byte of a request. */
  newStream(): RequestDecoder;
  /** The request's bytes were refused; the stream it belongs to is there. The codec reads nothing more. */
  onCodecError(error: CodecError): void;
  /** The request was ended by the proxy before its end, or both directions are done and the connection must close. */
  onStreamReset(reason: StreamResetReason): void;
  /** Bytes of a later request have arrived: stop reading until they have been taken. Counted. */
  pauseReading(): void;
  resumeReading(): void;
}

/**
 * The server side of one HTTP/1 connection. One stream at a time: pipelined requests wait, as bytes, until the
 * response before them is complete. It is its own response encoder, so that a request costs no object here.
 */
export class Http1ServerCodec implements Http1Events<RequestHeaders>, ServerStreamEncoder {
  readonly isHttp2 = false;
  private readonly output: CodecOutput;
  private readonly callbacks: Http1ServerCallbacks;
  private readonly parser: Http1RequestParser;
  private readonly nameCase: NameCase;
  private readonly body: BodyWriter;
  private readonly chunk: SharedChunk;
  private readonly sendsTrailers: boolean;
  private decoder: RequestDecoder | null;
  private method: string;
  private leftover: Buffer | null;
  private isDispatching: boolean;
  private isRequestDone: boolean;
  private isResponseDone: boolean;
  private isTunnel: boolean;
  private isDead: boolean;

  constructor(output: CodecOutput, options: Http1ParserOptions, callbacks: Http1ServerCallbacks) {
    this.output = output;
    this.callbacks = callbacks;
    this.parser = new Http1RequestParser(options, this);
    this.nameCase = options.writesProperCase ? 'proper' : 'lower';
    this.body = new BodyWriter(output, this.nameCase, this.parser.meter);
    this.chunk = new SharedChunk();
    this.sendsTrailers = options.enableTrailers;
    this.decoder = null;
    this.method = '';
    this.leftover = null;
    this.isDispatching = false;
    this.isRequestDone = false;
    this.isResponseDone = false;
    this.isTunnel = false;
    this.isDead = false;
  }

  /** True while a request is being read or answered. */
  get hasStream(): boolean {
    return this.decoder !== null;
  }

  /** The request has arrived completely. */
  get isRequestComplete(): boolean {
    return this.isRequestDone;
  }

  get meter(): WireMeter {
    return this.parser.meter;
  }

  /** What the client asked for the connection: version and Connection tokens. Valid from `onHeaders` on. */
  get keepAlive(): boolean {
    return this.parser.keepAlive;
  }

  /** The request had a Host field or an authority in its target, be it an empty one. */
  get hasHost(): boolean {
    return this.parser.hasHost;
  }

  /** Fields dropped for their names since the connection was made. */
  get droppedUnderscores(): number {
    return this.parser.droppedUnderscores;
  }

  /** Bytes of later requests wait for the current one's end. */
  get hasLeftover(): boolean {
    return this.leftover !== null && !this.isDispatching;
  }

  get isHttp10(): boolean {
    return this.parser.version === 10;
  }

  /** The `Upgrade` token of the request, empty when it asks for none. */
  get upgrade(): string {
    return this.parser.upgrade;
  }

  get expectsContinue(): boolean {
    return this.parser.expectContinue;
  }

  /** Bytes from the client. Those of a later request are kept until the stream before it is done. */
  dispatch(buffer: Buffer, start: number, end: number): void {
    if (this.isDead) return;
    if (this.leftover !== null) {
      this.keep(buffer, start, end);
      return;
    }
    const used = this.parse(buffer, start, end);
    if (used < end && !this.isDead) {
      this.keep(buffer, used, end);
      this.callbacks.pauseReading();
    }
  }

  /** Another stream answers the request, which has arrived completely. */
  replaceDecoder(decoder: RequestDecoder): void {
    this.decoder = decoder;
  }

  /** The stream's owner has finished with it: on to the next request. */
  finishStream(): void {
    this.decoder = null;
    this.isRequestDone = false;
    this.isResponseDone = false;
    if (this.isDispatching) return;
    const { leftover } = this;
    if (leftover === null) return;
    const used = this.parse(leftover, 0, leftover.length);
    if (this.isDead) return;
    if (used >= leftover.length) {
      this.leftover = null;
      this.callbacks.resumeReading();
    } else if (used > 0) {
      this.leftover = leftover.subarray(used);
    }
  }

  /** Reads nothing more; what the client still sends is dropped. */
  stop(): void {
    this.isDead = true;
    this.leftover = null;
  }

  /** Parses requests until one waits for its answer; answers the offset behind what was used. */
  private parse(buffer: Buffer, start: number, end: number): number {
    let at = start;
    this.isDispatching = true;
    try {
      while (at < end && !this.isDead) {
        if (this.isTunnel) {
          this.meter.onBytesReceived(end - at);
          this.decoder?.onData(this.chunk.at(buffer, at, end), false);
          return end;
        }
        if (this.isRequestDone) return at;
        at += this.parser.execute(buffer, at, end);
        if (this.parser.error !== null) {
          this.isDead = true;
          this.callbacks.onCodecError(this.parser.error);
          return end;
        }
      }
      return at;
    } finally {
      this.isDispatching = false;
    }
  }

  private keep(buffer: Buffer, start: number, end: number): void {
    const rest = Buffer.from(buffer.subarray(start, end));
    this.leftover = this.leftover === null ? rest : Buffer.concat([this.leftover, rest]);
  }

  // Http1Events

  onMessageBegin(): void {
    this.isRequestDone = false;
    this.isResponseDone = false;
    this.decoder = this.callbacks.newStream();
  }

  onHeaders(headers: RequestHeaders): void {
    this.method = headers.method;
    this.isTunnel = this.parser.isTunnel || this.parser.upgrade !== '';
    const ends = !this.isTunnel && (this.parser.bodyKind === 'none' || this.parser.contentLength === 0);
    if (ends) this.isRequestDone = true;
    this.decoder?.onHeaders(headers, ends);
  }

  onData(buffer: Buffer, start: number, end: number): void {
    const isLast = this.parser.bodyKind === 'length' && this.parser.remaining === 0;
    if (isLast) this.isRequestDone = true;
    this.decoder?.onData(this.chunk.at(buffer, start, end), isLast);
  }

  onTrailers(trailers: HeaderMap): void {
    this.isRequestDone = true;
    this.decoder?.onTrailers(trailers);
  }

  onMessageComplete(): void {
    // Without a decoder the stream was answered, and finished, inside one of the events before.
    if (this.decoder === null || this.isRequestDone || this.isTunnel) return;
    this.isRequestDone = true;
    this.decoder.onData(emptyChunk, true);
  }

  // ResponseEncoder

  encode1xx(headers: ResponseHeaders): void {
    this.writeHead(encodeResponseHead(headers, 'none', 11, this.nameCase));
  }

  encodeHeaders(headers: ResponseHeaders, endStream: boolean): void {
    if (this.isTunnel && headers.status !== 101 && !(this.method === 'CONNECT' && headers.status < 300)) {
      this.isTunnel = false;
    }
    const framing =
      this.isTunnel && headers.status === 101
        ? 'none'
        : responseFraming(headers, endStream, this.method, this.isHttp10);
    this.body.begin(framing);
    this.writeHead(encodeResponseHead(headers, framing, this.isHttp10 ? 10 : 11, this.nameCase));
    if (endStream) this.isResponseDone = true;
  }

  private writeHead(head: string): void {
    if (this.meter.isOn) this.meter.onHeadSent(head);
    this.output.writeText(head);
  }

  encodeData(chunk: Chunk, endStream: boolean): void {
    if (this.method !== 'HEAD') this.body.write(chunk, endStream, null);
    if (endStream) this.isResponseDone = true;
  }

  encodeTrailers(trailers: HeaderMap): void {
    this.body.write(emptyChunk, true, this.sendsTrailers ? trailers : null);
    this.isResponseDone = true;
  }

  get isResponseComplete(): boolean {
    return this.isResponseDone;
  }

  reset(reason: StreamResetReason): void {
    this.isDead = true;
    this.callbacks.onStreamReset(reason);
  }

  pauseReading(): void {
    this.callbacks.pauseReading();
  }

  resumeReading(): void {
    this.callbacks.resumeReading();
  }
}
