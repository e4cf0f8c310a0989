import type { Chunk } from '../../../../api/codec.js';
import {
  DataStatus,
  HeadersStatus,
  type StreamControl,
  TrailersStatus,
} from '../../../../api/http-filter.js';
import type { HeaderMap, ResponseHeaders } from '../../../../base/header-map.js';
import { decodeGrpcMessage } from '../../../../codec/grpc/grpc-message.js';
import { MessageReader } from '../../../../codec/grpc/message-reader.js';
import { type JsonNode, jsonNumber, jsonString, printJson } from '../../../../codec/protobuf/json-node.js';
import { messageToJson } from '../../../../codec/protobuf/message-to-json.js';
import { WireReader, WireType } from '../../../../codec/protobuf/wire-reader.js';
import { httpStatusOfGrpc } from '../../../../format/grpc-status.js';
import type { FoundMethod } from './method-index.js';
import { rpcStatus } from './rpc-status.js';
import type { Transcoding } from './transcoding.js';

const httpBody = 'google.api.HttpBody';

/** The answer of a service on its way to JSON: whole for one message, piece by piece for a stream of them. */
export class ResponseTranscoder {
  private readonly stream: StreamControl;
  private readonly transcoding: Transcoding;
  private readonly found: FoundMethod;
  private readonly reader: MessageReader;
  private readonly isRaw: boolean;
  /** Number of the field that holds the `HttpBody`; 0: the message is one. */
  private readonly bodyField: number;
  private headers: ResponseHeaders | null;
  private out: Buffer[];
  private messages: number;
  private isBroken: boolean;

  constructor(stream: StreamControl, transcoding: Transcoding, found: FoundMethod) {
    const { maxResponseBytes } = transcoding.config;
    const limit = maxResponseBytes > 0 ? maxResponseBytes : stream.response.limitBytes || 0x7fff_ffff;
    this.stream = stream;
    this.transcoding = transcoding;
    this.found = found;
    this.reader = new MessageReader(limit, (message, flags) => this.onMessage(message, flags));
    this.bodyField = found.method.output.byName.get(found.rule.responseBody)?.number ?? 0;
    this.isRaw = found.method.output.name === httpBody || this.bodyField > 0;
    this.headers = null;
    this.out = [];
    this.messages = 0;
    this.isBroken = false;
  }

  private get isStreamed(): boolean {
    return this.found.method.streamsOut;
  }

  onHeaders(headers: ResponseHeaders, endStream: boolean): HeadersStatus {
    this.headers = headers;
    const { stream } = this.transcoding.config;
    const isEvents = this.isStreamed && stream === 'events';
    if (!endStream || this.isStreamed)
      headers.set('content-type', isEvents ? 'text/event-stream' : 'application/json');
    if (endStream) {
      this.tellStatus(headers, headers);
      const status = this.statusBody(headers);
      // A length that the service gave holds.
      const tail = this.isStreamed && !headers.has('content-length') ? this.tail() : '';
      if (status === null && tail === '') return HeadersStatus.Continue;
      const body = status ?? Buffer.from(tail);
      if (status !== null) headers.set('content-length', String(body.length));
      this.stream.post(() => this.stream.response.inject(body, true));
      return HeadersStatus.ContinueOpen;
    }
    headers.remove('content-length');
    return this.isStreamed && !this.isRaw ? HeadersStatus.Continue : HeadersStatus.Stop;
  }

  onData(chunk: Chunk, endStream: boolean): DataStatus {
    if (this.isBroken) return DataStatus.StopNoBuffer;
    const isShort = this.reader.push(chunk);
    if (!isShort) {
      this.refuse(
        500,
        "Response not transcoded because the transcoder's internal buffer size exceeds the configured limit.",
        'grpc_json_transcode_failure{response_buffer_size_limit_reached}',
      );
      return DataStatus.StopNoBuffer;
    }
    if (this.isBroken) {
      this.refuse(502, 'unexpected EOF', 'grpc_json_transcode_failure{INVALID_ARGUMENT}');
      return DataStatus.StopNoBuffer;
    }
    if (endStream) {
      const bytes = Buffer.concat([this.take(), Buffer.from(this.isStreamed ? this.tail() : '')]);
      this.stream.response.inject(bytes, true);
      return DataStatus.StopNoBuffer;
    }
    if (this.isStreamed && this.out.length > 0) {
      const bytes = this.take();
      if (this.isRaw && this.messages > 0) this.stream.response.resume();
      this.stream.response.inject(bytes, false);
    }
    return DataStatus.StopNoBuffer;
  }

  onTrailers(trailers: HeaderMap): TrailersStatus {
    const { headers, stream } = this;
    if (this.isBroken || headers === null) return TrailersStatus.Continue;
    if (this.isStreamed) {
      const tail = this.tail();
      if (tail !== '') stream.response.inject(Buffer.from(tail), false);
      return TrailersStatus.Continue;
    }
    this.tellStatus(headers, trailers);
    const body = (this.messages === 0 ? this.statusBody(headers) : null) ?? this.take();
    headers.set('content-length', String(body.length));
    stream.response.replaceBuffered(body);
    return TrailersStatus.Continue;
  }

  private take(): Buffer {
    const bytes = Buffer.concat(this.out);
    this.out = [];
    return bytes;
  }

  private tail(): string {
    if (this.isRaw || this.transcoding.config.stream !== 'array') return '';
    return this.messages === 0 ? '[]' : ']';
  }

  private onMessage(message: Buffer, flags: number): void {
    if (this.isBroken || (!this.isStreamed && this.messages > 0)) return;
    if (flags !== 0) {
      this.isBroken = true;
      return;
    }
    if (this.isRaw) this.onRaw(message);
    else this.onJson(message);
    this.messages++;
  }

  private onRaw(message: Buffer): void {
    const { contentType, data } = readHttpBody(
      this.bodyField === 0 ? message : lastBlock(message, this.bodyField),
    );
    if (this.messages === 0) this.headers?.set('content-type', contentType);
    if (!this.isStreamed) this.headers?.set('content-length', String(data.length));
    this.out.push(data);
  }

  private onJson(message: Buffer): void {
    const { schema, config } = this.transcoding;
    const whole = messageToJson(this.found.method.output, message, config.print, schema);
    if (whole === null) {
      this.isBroken = true;
      return;
    }
    const text = printJson(whole, config.print.isIndented);
    this.out.push(Buffer.from(this.isStreamed ? this.element(text) : text));
  }

  private element(text: string): string {
    const { stream } = this.transcoding.config;
    if (stream === 'newlines') return `${text}\n`;
    if (stream === 'events') return `data: ${text}\n\n`;
    return `${this.messages === 0 ? '[' : ','}${text}`;
  }

  /** `source` has the status: the headers themselves, or the trailers. */
  private tellStatus(headers: ResponseHeaders, source: HeaderMap): void {
    const text = source.get('grpc-status');
    const status = text !== undefined && /^\d{1,2}$/.test(text) ? Number(text) : -1;
    if (!this.isStreamed || source === headers)
      headers.status = status < 0 ? 503 : httpStatusOfGrpc(String(status));
    if (source === headers) return;
    if (status >= 0) headers.set('grpc-status', String(status));
    const message = source.get('grpc-message');
    if (message !== undefined) headers.set('grpc-message', message);
    const details = source.get('grpc-status-details-bin');
    if (details !== undefined && this.transcoding.config.convertsStatus)
      headers.set('grpc-status-details-bin', details);
  }

  /** The status as a `google.rpc.Status`, where that is wanted and it is none that is well. */
  private statusBody(headers: ResponseHeaders): Buffer | null {
    const { config } = this.transcoding;
    const status = headers.get('grpc-status');
    if (!config.convertsStatus || status === undefined || status === '0') return null;
    const node = this.statusNode(headers, status);
    headers.set('content-type', 'application/json');
    headers.remove('grpc-status');
    headers.remove('grpc-message');
    headers.remove('grpc-status-details-bin');
    return Buffer.from(printJson(node, config.print.isIndented));
  }

  private statusNode(headers: ResponseHeaders, status: string): JsonNode {
    const { schema, config } = this.transcoding;
    const details = headers.get('grpc-status-details-bin');
    if (details !== undefined) {
      const whole = messageToJson(rpcStatus, Buffer.from(details, 'base64'), config.print, schema);
      if (whole !== null) return whole;
    }
    const message = headers.get('grpc-message');
    const text: readonly (readonly [string, JsonNode])[] =
      message === undefined ? [] : [['message', jsonString(decodeGrpcMessage(message))]];
    return { kind: 'object', members: [['code', jsonNumber(status)], ...text] };
  }

  private refuse(status: number, text: string, details: string): void {
    this.isBroken = true;
    this.stream.localReply(status, text, { details });
  }
}

function readHttpBody(bytes: Buffer): { readonly contentType: string; readonly data: Buffer } {
  const reader = new WireReader(bytes);
  let contentType = '';
  let data: Buffer = Buffer.alloc(0);
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if ((tag & 7) !== WireType.bytes) reader.skip(tag & 7);
    else if (tag >>> 3 === 1) contentType = reader.block().toString();
    else if (tag >>> 3 === 2) data = reader.block();
    else reader.block();
  }
  return { contentType, data };
}

/** The last value of a field that holds bytes. */
function lastBlock(bytes: Buffer, number: number): Buffer {
  const reader = new WireReader(bytes);
  let found: Buffer = Buffer.alloc(0);
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === number * 8 + WireType.bytes) found = reader.block();
    else reader.skip(tag & 7);
  }
  return found;
}
