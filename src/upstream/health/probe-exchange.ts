import type { Chunk, RequestEncoder, ResponseDecoder } from '../../api/codec.js';
import type { HeaderMap, RequestHeaders, ResponseHeaders } from '../../base/header-map.js';
import type { ProbeClient, ProbeClientOwner } from './probe-client.js';

/** Who reads the answers; told nothing between `done` and the next `begin`. */
export interface AnswerReader {
  onHeaders(headers: ResponseHeaders, endStream: boolean): void;
  onData(chunk: Chunk, endStream: boolean): void;
  onTrailers(trailers: HeaderMap): void;
  /** No answer, or no whole one: the stream or its connection broke. */
  onLost(): void;
}

/**
 * Requests of one probe, one after the other, over a connection that is opened when there is none.
 *
 *   idle ──begin──► asking ──done, lost, abandon──► idle
 */
export class ProbeExchange implements ResponseDecoder, ProbeClientOwner {
  private readonly open: (owner: ProbeClientOwner) => ProbeClient;
  private readonly keepsConnection: boolean;
  private readonly reader: AnswerReader;
  private client: ProbeClient | null;
  private encoder: RequestEncoder | null;
  private isLeaving: boolean;

  constructor(
    open: (owner: ProbeClientOwner) => ProbeClient,
    keepsConnection: boolean,
    reader: AnswerReader,
  ) {
    this.open = open;
    this.keepsConnection = keepsConnection;
    this.reader = reader;
    this.client = null;
    this.encoder = null;
    this.isLeaving = false;
  }

  begin(headers: RequestHeaders, body: Buffer): void {
    if (this.client === null) {
      this.isLeaving = false;
      this.client = this.open(this);
    }
    const encoder = this.client.start(this);
    this.encoder = encoder;
    encoder.encodeHeaders(headers, body.length === 0);
    if (body.length > 0) encoder.encodeData({ buffer: body, start: 0, end: body.length }, true);
  }

  /** The answer has been judged; `isWhole`: nothing more of it comes. */
  done(isWhole: boolean): void {
    const { encoder } = this;
    this.encoder = null;
    if (!this.keepsConnection || this.isLeaving) this.close();
    else if (!isWhole) encoder?.reset('local-reset');
  }

  close(): void {
    const { client } = this;
    this.encoder = null;
    this.client = null;
    client?.close();
  }

  // ProbeClientOwner

  onGoaway(isGraceful: boolean): void {
    const isAsking = this.encoder !== null;
    if (isAsking && isGraceful) {
      this.isLeaving = true;
      return;
    }
    this.close();
    if (isAsking) this.reader.onLost();
  }

  onClosed(): void {
    this.client = null;
  }

  // ResponseDecoder

  onHeaders(headers: ResponseHeaders, endStream: boolean): void {
    if (this.encoder !== null) this.reader.onHeaders(headers, endStream);
  }

  on1xx(): void {
    // The final answer counts.
  }

  onData(chunk: Chunk, endStream: boolean): void {
    if (this.encoder !== null) this.reader.onData(chunk, endStream);
  }

  onTrailers(trailers: HeaderMap): void {
    if (this.encoder !== null) this.reader.onTrailers(trailers);
  }

  onReset(): void {
    if (this.encoder === null) return;
    this.done(true);
    this.reader.onLost();
  }

  onAboveWatermark(): void {
    // Requests of checks are small.
  }

  onBelowWatermark(): void {
    // As above.
  }
}
