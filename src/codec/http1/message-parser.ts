import type { CodecError, Http1BodyKind, Http1Events, Http1ParserOptions } from '../../api/codec.js';
import type { HeaderMap } from '../../base/header-map.js';
import { WireMeter } from '../../base/wire-meter.js';
import { ChunkScanner } from './chunk-scanner.js';
import { Refusal, refuse } from './codec-errors.js';
import { fieldScan, incomplete, refused, Section, scanFields } from './field-scanner.js';
import { SectionBuffer } from './section-buffer.js';
import { buildTrailers, trailerError } from './trailers.js';

const CR = 13;
const LF = 10;

const between = 0;
const head = 1;
const sized = 2;
const untilClose = 3;
const chunkLine = 4;
const chunkData = 5;
const trailers = 6;
const over = 7;

/**
 * One direction of an HTTP/1 connection, message after message; RFC 9112. Subclasses read heads and decide framing;
 * the machine is theirs in common:
 *
 *   between ──first byte──▶ head ──no body────────────────────────────────────▶ between
 *                            │ ├──content-length──▶ sized ──last byte─────────▶ between
 *                            │ ├──no length known─▶ untilClose ──end of file──▶ between
 *                            │ └──chunked─────────▶ chunkLine ──size 0──▶ trailers ──▶ between
 *                            │                       ▲    └──size n──▶ chunkData
 *                            │                       └────last byte────┘
 *                            └──1xx──▶ between, within the same message
 *   any ──error──▶ over        head ──tunnel──▶ over
 *
 * A head, or a trailer section, is scanned as a whole. When it comes in pieces these are gathered, at most
 * `maxHeadBytes`, and scanned again; body bytes are never kept.
 */
export abstract class MessageParser<H extends HeaderMap> {
  /** Set once; after it nothing is consumed. */
  error: CodecError | null;
  /** 10 or 11. This and what follows down to `isTunnel` holds from `onHeaders` to the next message. */
  version: number;
  /** `none` also for `content-length: 0`. */
  bodyKind: Http1BodyKind;
  /** -1 when unknown. */
  contentLength: number;
  isChunked: boolean;
  /** The peer lets the connection live on after this message. */
  keepAlive: boolean;
  /** Lower-case value of Upgrade when Connection names it, else empty; the map keeps the text as it came. */
  upgrade: string;
  /** One `Expect: 100-continue` in an HTTP/1.1 request. */
  expectContinue: boolean;
  /** The head was a 1xx other than 101: the message goes on with another head. */
  isInformational: boolean;
  /** Everything behind the head belongs to the caller: `execute` consumes no more. */
  isTunnel: boolean;
  /** True from `onHeaders` to the end of the message; at end of file it tells a cut body from a cut head. */
  isHeadComplete: boolean;
  /** Bytes of a `length` body not yet reported: 0 during its last `onData`. */
  remaining: number;

  /** Counts what is read; the connection's writers count in it as well. */
  readonly meter: WireMeter;
  protected readonly options: Http1ParserOptions;
  private readonly events: Http1Events<H>;
  /** A server reads requests: it skips empty lines before them and answers errors. */
  private readonly isServer: boolean;
  private state: number;
  private isStopped: boolean;
  private headBytes: number;
  private chunkRemaining: number;
  private readonly section: SectionBuffer;
  private readonly chunk: ChunkScanner;

  constructor(options: Http1ParserOptions, events: Http1Events<H>, isServer: boolean) {
    this.error = null;
    this.version = 11;
    this.bodyKind = 'none';
    this.contentLength = -1;
    this.isChunked = false;
    this.keepAlive = true;
    this.upgrade = '';
    this.expectContinue = false;
    this.isInformational = false;
    this.isTunnel = false;
    this.isHeadComplete = false;
    this.remaining = 0;
    this.meter = new WireMeter();
    this.options = options;
    this.events = events;
    this.isServer = isServer;
    this.state = between;
    this.isStopped = false;
    this.headBytes = 0;
    this.chunkRemaining = 0;
    this.section = new SectionBuffer(options.maxHeadBytes);
    this.chunk = new ChunkScanner();
  }

  /** Scans start line and fields: position behind them, `incomplete`, or `refused` with `fieldScan.error`. */
  protected abstract scanHead(buffer: Buffer, start: number, end: number): number;

  /** Turns what was scanned into headers and sets the public fields; null after `fail` when it refuses. */
  protected abstract buildHead(buffer: Buffer, start: number, end: number): H | null;

  /** The message ended; forget what was expected of it. */
  protected abstract messageEnded(): void;

  /** True when no byte of a next head was seen, be it after a message or after a 1xx. */
  get isIdle(): boolean {
    return this.state === between;
  }

  /** Bytes of an unfinished head or trailer section kept here; never more than `maxHeadBytes`. */
  get heldBytes(): number {
    return this.section.length;
  }

  /**
   * Makes `execute` return soon after the running callback does. The end of a message that takes no further byte is
   * still reported first. The next `execute` goes on where it stopped.
   */
  pause(): void {
    this.isStopped = true;
  }

  /**
   * Parses [start, end) and returns how many bytes were used: all of them, or fewer right after `onMessageComplete`
   * or `pause`, when the message became a tunnel, or with `error` set.
   */
  execute(buffer: Buffer, start: number, end: number): number {
    if (this.state === over) return 0;
    this.isStopped = false;
    let at = start;
    while (at < end && !this.isStopped) at = this.step(buffer, at, end);
    return at - start;
  }

  /** End of file: completes a body that only it can end, sets `error` inside any other message. */
  finish(): void {
    if (this.state === over || this.isIdle) return;
    if (this.state === untilClose) {
      this.complete();
      return;
    }
    if (this.section.length > 0) this.scanSection();
    if (this.error === null)
      this.fail(refuse(Refusal.malformed, this.isHeadComplete ? 'body cut off' : 'head cut off'));
  }

  protected fail(error: CodecError): void {
    this.error = this.isServer ? error : { ...error, status: 0 };
    this.section.clear();
    this.stop(over);
  }

  /** Consumes at least one byte, or ends the machine. */
  private step(buffer: Buffer, at: number, end: number): number {
    switch (this.state) {
      case between:
        return this.begin(buffer, at, end);
      case head:
        return this.gather(buffer, at, end);
      case sized:
        return this.readSized(buffer, at, end);
      case untilClose:
        this.meter.onBytesReceived(end - at);
        this.events.onData(buffer, at, end);
        return end;
      case chunkLine:
        return this.readChunkLine(buffer, at, end);
      case chunkData:
        return this.readChunkData(buffer, at, end);
      default:
        return this.readTrailers(buffer, at, end);
    }
  }

  private begin(buffer: Buffer, from: number, end: number): number {
    let at = from;
    if (this.isServer) {
      while (at < end && (buffer[at] === CR || buffer[at] === LF)) at++;
      if (at >= end) return end;
    }
    if (!this.isInformational) this.events.onMessageBegin();
    this.state = head;
    this.isHeadComplete = false;
    this.isInformational = false;
    const limit = Math.min(end, at + this.options.maxHeadBytes);
    const behind = this.scanHead(buffer, at, limit);
    if (behind >= 0) return this.endHead(buffer, at, behind);
    if (behind === refused) this.failScan(limit - at);
    else if (limit - at >= this.options.maxHeadBytes) this.failSize();
    else {
      this.section.append(buffer, at, limit);
      this.section.scanned();
    }
    return limit;
  }

  /** A piece of a head or trailer section. */
  private gather(buffer: Buffer, at: number, end: number): number {
    const held = this.section.length;
    const room = this.sectionLimit() - held;
    const limit = Math.min(end, at + room);
    const isFull = limit - at >= room;
    this.section.append(buffer, at, limit);
    if (!isFull && !this.section.isWorthScanning()) return limit;
    const behind = this.scanSection();
    if (behind >= 0) return at + behind - held;
    if (behind === incomplete && isFull) this.failSize();
    return limit;
  }

  /** An empty trailer section always has room. */
  private sectionLimit(): number {
    const { maxHeadBytes } = this.options;
    return this.state === trailers ? Math.max(2, maxHeadBytes - this.headBytes) : maxHeadBytes;
  }

  /** Scans what was gathered; goes on behind it when it is whole, or fails. */
  private scanSection(): number {
    const { bytes, length } = this.section;
    this.section.scanned();
    const isHead = this.state === head;
    const behind = isHead
      ? this.scanHead(bytes, 0, length)
      : scanFields(bytes, 0, length, this.options.maxHeaders, Section.trailers);
    if (behind === refused) this.failScan(length);
    else if (behind >= 0) {
      if (isHead) this.endHead(bytes, 0, behind);
      else this.endTrailers(bytes, behind);
    }
    return behind;
  }

  private failScan(bytes: number): void {
    this.meter.onBytesReceived(bytes);
    this.fail(fieldScan.error ?? refuse(Refusal.malformed, 'head refused'));
  }

  private failSize(): void {
    const { maxHeadBytes } = this.options;
    this.fail(refuse(Refusal.headTooLarge, `more than ${maxHeadBytes} bytes of header fields`));
  }

  private endHead(buffer: Buffer, start: number, end: number): number {
    this.headBytes = end - start;
    const headers = this.buildHead(buffer, start, end);
    this.section.clear();
    if (this.meter.isOn) this.meter.onHeadReceived(end - start, headers === null ? 0 : fieldScan.byteLength);
    if (headers === null) return end;
    this.isHeadComplete = !this.isInformational;
    this.enterBody();
    this.events.onHeaders(headers);
    if (this.state === between && !this.isInformational) this.complete();
    return end;
  }

  private enterBody(): void {
    this.remaining = 0;
    if (this.isTunnel) this.stop(over);
    else if (this.bodyKind === 'none') this.state = between;
    else if (this.bodyKind === 'length') {
      this.remaining = this.contentLength;
      this.state = sized;
    } else if (this.bodyKind === 'chunked') {
      this.chunk.begin();
      this.state = chunkLine;
    } else this.state = untilClose;
  }

  private readSized(buffer: Buffer, at: number, end: number): number {
    const stop = Math.min(end, at + this.remaining);
    this.remaining -= stop - at;
    this.meter.onBytesReceived(stop - at);
    this.events.onData(buffer, at, stop);
    if (this.remaining === 0) this.complete();
    return stop;
  }

  private readChunkLine(buffer: Buffer, from: number, end: number): number {
    const chunk = this.chunk;
    const at = chunk.scan(buffer, from, end);
    this.meter.onBytesReceived(at - from);
    if (chunk.error !== null) this.fail(chunk.error);
    else if (chunk.isWhole) {
      this.chunkRemaining = chunk.size;
      this.state = chunk.size > 0 ? chunkData : trailers;
      if (chunk.size === 0) this.section.clear(true);
    }
    return at;
  }

  private readChunkData(buffer: Buffer, at: number, end: number): number {
    const stop = Math.min(end, at + this.chunkRemaining);
    this.chunkRemaining -= stop - at;
    this.meter.onBytesReceived(stop - at);
    if (this.chunkRemaining === 0) {
      this.chunk.afterData();
      this.state = chunkLine;
    }
    this.events.onData(buffer, at, stop);
    return stop;
  }

  private readTrailers(buffer: Buffer, at: number, end: number): number {
    if (this.section.length > 0 || at + 1 >= end || buffer[at] !== CR || buffer[at + 1] !== LF) {
      return this.gather(buffer, at, end);
    }
    this.meter.onBytesReceived(2);
    this.complete();
    return at + 2;
  }

  private endTrailers(buffer: Buffer, end: number): void {
    const error = trailerError(this.options);
    if (error !== null) {
      this.fail(error);
      return;
    }
    this.meter.onBytesReceived(end);
    const count = fieldScan.count;
    const fields = count > 0 && this.options.enableTrailers ? buildTrailers(buffer, end, this.options) : null;
    if (fields !== null && this.meter.isOn) this.meter.headersReceived += fieldScan.byteLength;
    this.section.clear();
    if (fields !== null) this.events.onTrailers(fields);
    this.complete();
  }

  private complete(): void {
    this.stop(between);
    this.isHeadComplete = false;
    this.messageEnded();
    this.events.onMessageComplete();
  }

  private stop(state: number): void {
    this.state = state;
    this.isStopped = true;
  }
}
