import type { Chunk } from '../../api/codec.js';
import type { HeaderMap, RequestHeaders, ResponseHeaders } from '../../base/header-map.js';
import { framedMessage } from '../../codec/grpc/message-prefix.js';
import { MessageReader } from '../../codec/grpc/message-reader.js';
import { isGrpcContentType } from '../../format/grpc-status.js';
import { failed, type OnProbeResult, type Probe, passed, unreachable } from './probe.js';
import type { ProbeClient, ProbeClientOwner } from './probe-client.js';
import { type AnswerReader, ProbeExchange } from './probe-exchange.js';

/** A `HealthCheckResponse` has one enum; what is longer is none. */
const longestAnswerBytes = 4096;
const serving = 1;

/** `grpc.health.v1.HealthCheckRequest` for that service, behind its gRPC prefix. */
export function healthQuestion(service: string): Buffer {
  const name = Buffer.from(service);
  if (name.length === 0) return framedMessage(name);
  return framedMessage(Buffer.concat([Buffer.from([0x0a]), varint(name.length), name]));
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}

/** `status` of a `grpc.health.v1.HealthCheckResponse`; null when the bytes are no such message. */
export function servingStatus(message: Buffer): number | null {
  let at = 0;
  let status = 0;
  const next = (): number => {
    let value = 0;
    for (let shift = 0; shift < 64 && at < message.length; shift += 7) {
      const byte = message[at++] as number;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return Number.NaN;
  };
  while (at < message.length) {
    const tag = next();
    const type = tag % 8;
    if (tag === 8) status = next();
    else if (type === 0) next();
    else if (type === 1) at += 8;
    else if (type === 2) {
      const length = next();
      at += length;
    } else if (type === 5) at += 4;
    else return null;
    if (Number.isNaN(status) || !(at <= message.length)) return null;
  }
  return status;
}

/** Asks `grpc.health.v1.Health/Check` how a service does. */
export class GrpcProbe implements Probe, AnswerReader {
  private readonly next: () => RequestHeaders;
  private readonly question: Buffer;
  private readonly keepsConnection: boolean;
  private readonly exchange: ProbeExchange;
  private readonly onResult: OnProbeResult;
  private reader: MessageReader;
  /** Null until a message came. */
  private status: number | null;
  private isBroken: boolean;

  constructor(
    service: string,
    next: () => RequestHeaders,
    open: (owner: ProbeClientOwner) => ProbeClient,
    keepsConnection: boolean,
    onResult: OnProbeResult,
  ) {
    this.next = next;
    this.question = healthQuestion(service);
    this.keepsConnection = keepsConnection;
    this.exchange = new ProbeExchange(open, keepsConnection, this);
    this.onResult = onResult;
    this.reader = this.newReader();
    this.status = null;
    this.isBroken = false;
  }

  begin(): void {
    this.reader = this.newReader();
    this.status = null;
    this.isBroken = false;
    this.exchange.begin(this.next(), this.question);
  }

  /** The stream goes, the connection stays. */
  abandon(): void {
    if (this.keepsConnection) this.exchange.done(false);
    else this.exchange.close();
  }

  close(): void {
    this.exchange.close();
  }

  // AnswerReader

  onHeaders(headers: ResponseHeaders, endStream: boolean): void {
    if (endStream) this.finish(headers.get('grpc-status') === '0', true);
    else if (headers.status !== 200 || !isGrpcContentType(headers.get('content-type')))
      this.finish(false, false);
  }

  onData(chunk: Chunk, endStream: boolean): void {
    const isRead = this.reader.push(chunk) && !this.isBroken;
    if (endStream || !isRead) this.finish(false, endStream);
  }

  onTrailers(trailers: HeaderMap): void {
    this.finish(trailers.get('grpc-status') === '0', true);
  }

  onLost(): void {
    this.onResult(unreachable);
  }

  private newReader(): MessageReader {
    return new MessageReader(longestAnswerBytes, (message, flags) => this.onMessage(message, flags));
  }

  /** An empty message says nothing, a second one is one too many. */
  private onMessage(message: Buffer, flags: number): void {
    if (message.length === 0) return;
    const status = flags === 0 && this.status === null ? servingStatus(message) : null;
    if (status === null) this.isBroken = true;
    else this.status = status;
  }

  private finish(isOk: boolean, isWhole: boolean): void {
    this.exchange.done(isWhole);
    this.onResult(isOk && this.status === serving ? passed : failed);
  }
}
