import type { CodecError, Http1ParserOptions, RequestDecoder, StreamResetReason } from '../api/codec.js';
import type { ConnectionControl } from '../api/network-filter.js';
import type { ResponseHeaders } from '../base/header-map.js';
import { emptyMeter, WireMeter } from '../base/wire-meter.js';
import { Refusal } from '../codec/http1/codec-errors.js';
import { Http1 } from '../codec/http1/http1-stats.js';
import { type Http1ServerCallbacks, Http1ServerCodec } from '../codec/http1/server.js';
import { buildStringMatcher, type StringMatcherConfig } from '../match/string-matcher.js';
import type { Manager } from './manager.js';
import { H } from './manager-stats.js';
import type { RequestOrigin } from './request-rules.js';
import type { ServerSession, SessionOwner } from './server-session.js';
import { HttpStream } from './stream.js';
import type { FinishedStream, ServedStream, StreamConnection } from './stream-connection.js';

/** HTTP/1 on a downstream connection: one stream at a time, and a connection that may end with each response. */
export class Http1Session implements ServerSession, StreamConnection, Http1ServerCallbacks {
  readonly manager: Manager;
  readonly control: ConnectionControl;
  /** Scratch for the request rules; one request at a time. */
  readonly origin: RequestOrigin;
  private readonly connection: SessionOwner;
  private readonly codec: Http1ServerCodec;
  private stream: ServedStream | null;
  private droppedCounted: number;
  private isClosingAfterResponse: boolean;
  /** Responses ask for the connection to be closed. */
  private isTellingClose: boolean;

  constructor(connection: SessionOwner) {
    const { control, manager } = connection;
    this.manager = manager;
    this.control = control;
    this.origin = { remoteAddress: control.info.remoteAddress, isInternal: false, rejectStatus: 0 };
    this.connection = connection;
    this.codec = new Http1ServerCodec(control, parserOptionsOf(manager), this);
    this.stream = null;
    this.droppedCounted = 0;
    this.isClosingAfterResponse = false;
    this.isTellingClose = false;
    manager.stats.inc(H.downstream_cx_http1_total);
    manager.stats.add(H.downstream_cx_http1_active, 1);
  }

  // ServerSession

  get hasStreams(): boolean {
    return this.stream !== null;
  }

  dispatch(buffer: Buffer, start: number, end: number): void {
    this.codec.dispatch(buffer, start, end);
  }

  onAboveWatermark(): void {
    this.stream?.onAboveWatermark();
  }

  onBelowWatermark(): void {
    this.stream?.onBelowWatermark();
  }

  /** Safely, where it is old: the next response is the last. Else clients are told, and served until the drain timeout. */
  drain(isOld: boolean): boolean {
    this.isTellingClose = true;
    const { config, stats } = this.manager;
    if (!isOld || !config.closesSafelyAtMaxDuration) return true;
    this.isClosingAfterResponse = true;
    stats.add(H.downstream_cx_http1_soft_drain, 1);
    return false;
  }

  closeWhenIdle(): void {
    this.isClosingAfterResponse = true;
  }

  farewell(): void {
    // Nothing is said between messages.
  }

  flush(): void {
    // Every write goes to the connection at once.
  }

  onConnectionClosed(): void {
    this.countDropped();
    this.stream?.onConnectionClosed();
    const { config, stats } = this.manager;
    stats.add(H.downstream_cx_http1_active, -1);
    if (this.isTellingClose && config.closesSafelyAtMaxDuration)
      stats.add(H.downstream_cx_http1_soft_drain, -1);
  }

  // StreamConnection

  get isClosed(): boolean {
    return this.connection.isClosed;
  }

  get bufferLimitBytes(): number {
    return this.manager.bufferLimitBytes;
  }

  guard(body: () => void): void {
    this.control.guard(body);
  }

  closeAfterResponse(): void {
    this.isClosingAfterResponse = true;
  }

  onResponseHead(headers: ResponseHeaders, isRequestComplete: boolean): void {
    const { codec } = this;
    const isDraining = this.connection.isWornOut() || this.connection.isToDrain();
    if (!codec.keepAlive || isDraining || !isRequestComplete || this.isClosingAfterResponse) {
      this.isClosingAfterResponse = true;
      headers.set('connection', 'close');
    } else if (this.isTellingClose) {
      headers.set('connection', 'close');
    } else if (codec.isHttp10) {
      headers.set('connection', 'keep-alive');
    }
  }

  onStreamFinished(stream: FinishedStream): void {
    if (this.stream !== stream) return;
    const { connection, codec } = this;
    this.stream = null;
    if (connection.isClosed) return;
    connection.onIdleAt(stream.info.times.endMs);
    this.countDropped();
    if (connection.isClosing) return;
    const isTunnelEnd = stream.isUpgrade && stream.isResponseStarted;
    if (
      this.isClosingAfterResponse ||
      isTunnelEnd ||
      !stream.isRequestComplete ||
      !stream.isResponseComplete
    ) {
      codec.stop();
      connection.close('flush-and-delay', 'response_complete');
      return;
    }
    if (codec.hasLeftover) this.continueSoon();
    else codec.finishStream();
  }

  replaceStream(stream: FinishedStream, next: ServedStream): void {
    if (this.stream !== stream) return;
    this.stream = next;
    this.codec.replaceDecoder(next);
  }

  // Http1ServerCallbacks

  newStream(): RequestDecoder {
    this.connection.requests++;
    const stream = new HttpStream(this, this.codec);
    if (this.manager.logsWireBytes) {
      this.codec.meter.begin(emptyMeter);
      stream.info.downstreamWire = this.codec.meter;
      stream.info.upstreamWire = new WireMeter();
    }
    this.stream = stream;
    return stream;
  }

  onCodecError(error: CodecError): void {
    this.isClosingAfterResponse = true;
    if (error.details === Refusal.underscore.details) {
      this.manager.http1Stats.inc(Http1.requests_rejected_with_underscores_in_headers);
    }
    if (this.stream !== null) this.stream.onCodecError(error);
    else this.onStreamReset('protocol-error');
  }

  onStreamReset(_reason: StreamResetReason): void {
    this.codec.stop();
    this.connection.close('flush', 'stream_reset');
  }

  pauseReading(): void {
    this.control.pauseReading();
  }

  resumeReading(): void {
    this.control.resumeReading();
  }

  /**
   * A pipelined request is read in a turn of its own: the upstream connection that has just served the one before is
   * ready again by then, and no chain of answers grows the stack.
   */
  private continueSoon(): void {
    setImmediate(() => {
      const { connection } = this;
      if (!connection.isClosed && !connection.isClosing) this.guard(() => this.codec.finishStream());
    });
  }

  private countDropped(): void {
    const dropped = this.codec.droppedUnderscores - this.droppedCounted;
    if (dropped === 0) return;
    this.manager.http1Stats.add(Http1.dropped_headers_with_underscores, dropped);
    this.droppedCounted += dropped;
  }
}

const optionsByManager = new WeakMap<Manager, Http1ParserOptions>();

/** One options object per manager: it is read per connection, and there may be many. */
function parserOptionsOf(manager: Manager): Http1ParserOptions {
  let options = optionsByManager.get(manager);
  if (options === undefined) {
    const { config } = manager;
    options = {
      maxHeadBytes: config.maxHeadBytes,
      maxHeaders: config.maxHeaders,
      enableTrailers: config.enableTrailers,
      acceptHttp10: config.acceptHttp10,
      allowChunkedLength: config.allowChunkedLength,
      headersWithUnderscores: config.headersWithUnderscores,
      spelling: config.nameCase.spelling,
      writesProperCase: config.nameCase.isProper,
      ignoresUpgrade: upgradePredicate(config.ignoredUpgrades),
      sendsFullUrl: false,
      allowAbsoluteUrl: config.allowAbsoluteUrl,
    };
    optionsByManager.set(manager, options);
  }
  return options;
}

function upgradePredicate(matchers: readonly StringMatcherConfig[]): ((upgrade: string) => boolean) | null {
  if (matchers.length === 0) return null;
  const predicates = matchers.map(buildStringMatcher);
  return (upgrade) => predicates.some((matches) => matches(upgrade));
}
