import { type JsonMember, type JsonNode, jsonString } from '../../../../codec/protobuf/json-node.js';
import { JsonEncoder } from '../../../../codec/protobuf/json-to-message.js';
import { parseJson } from '../../../../codec/protobuf/parse-json.js';
import type { MessageSchema } from '../../../../codec/protobuf/schema.js';
import { WireWriter } from '../../../../codec/protobuf/wire-writer.js';
import { ArraySplitter } from './array-splitter.js';
import { type FoundMethod, fieldsOf } from './method-index.js';
import { collisionOf, requestOf } from './request-message.js';
import type { Transcoding } from './transcoding.js';

/** Why a request cannot go on. */
export interface RequestFault {
  readonly status: number;
  readonly text: string;
  readonly details: string;
}

/** A body of JSON, or of bytes for `google.api.HttpBody`, on its way to messages. */
export class RequestTranscoder {
  private readonly transcoding: Transcoding;
  private found: FoundMethod;
  private readonly contentType: string;
  private readonly limitBytes: number;
  private readonly splitter: ArraySplitter | null;
  private pieces: Buffer[];
  private bytes: number;
  fault: RequestFault | null;

  constructor(transcoding: Transcoding, found: FoundMethod, contentType: string, streamLimit: number) {
    const { maxRequestBytes } = transcoding.config;
    this.transcoding = transcoding;
    this.found = found;
    this.contentType = contentType;
    this.limitBytes = maxRequestBytes > 0 ? maxRequestBytes : streamLimit;
    this.splitter =
      found.method.streamsIn && found.rule.body !== '' && !isRawBody(found) ? new ArraySplitter() : null;
    this.pieces = [];
    this.bytes = 0;
    this.fault = null;
  }

  /** Messages that are complete. */
  push(piece: Buffer): Buffer[] {
    if (this.fault !== null) return [];
    if (this.splitter !== null) {
      this.bytes = this.splitter.pendingBytes + piece.length;
      this.checkSize();
      const texts = this.splitter.push(piece.toString('latin1'));
      if (this.splitter.isObject) this.fail('Expected an array instead of an object');
      return this.fault === null ? texts.map((text) => this.message(Buffer.from(text, 'latin1'))) : [];
    }
    this.bytes += piece.length;
    this.checkSize();
    if (this.fault === null) this.pieces.push(piece);
    return [];
  }

  finish(): Buffer[] {
    if (this.fault !== null) return [];
    if (this.splitter !== null) {
      if (!this.splitter.isComplete) this.fail('Unexpected end of string. Expected a value.');
      return [];
    }
    const body = Buffer.concat(this.pieces);
    this.pieces = [];
    return [this.message(body)];
  }

  private checkSize(): void {
    if (this.limitBytes === 0 || this.bytes <= this.limitBytes) return;
    this.pieces = [];
    this.fault = {
      status: 413,
      text: "Request rejected because the transcoder's internal buffer size exceeds the configured limit.",
      details: 'grpc_json_transcode_failure{request_buffer_size_limit_reached}',
    };
  }

  private message(body: Buffer): Buffer {
    const { found } = this;
    const { schema, config } = this.transcoding;
    const json = isRawBody(found) ? rawBody(this.contentType, body, found.unknown) : this.json(body);
    if (this.fault !== null) return body;
    const collision = config.refusesCollisions ? collisionOf(found, json) : '';
    if (collision !== '') this.fail(collision);
    const encoder = new JsonEncoder(schema, { ignoresEnumCase: config.ignoresEnumCase });
    const message = encoder.message(found.method.input, requestOf(found, json));
    // Later messages of a stream are what the body says.
    if (found.method.streamsIn) this.found = { ...found, values: [], unknown: [] };
    if (encoder.fault !== '') this.fail(encoder.fault);
    return message;
  }

  private json(body: Buffer): JsonNode | null {
    if (this.found.rule.body === '' || body.length === 0) return null;
    const parsed = parseJson(body.toString());
    if ('kind' in parsed) return parsed;
    this.fail(parsed.text);
    return null;
  }

  private fail(text: string): void {
    this.fault ??= { status: 400, text, details: 'grpc_json_transcode_failure{INVALID_ARGUMENT}' };
  }
}

function isRawBody({ method, rule }: FoundMethod): boolean {
  if (rule.body === '') return false;
  const fields = rule.body === '*' ? [] : fieldsOf(method.input, rule.body.split('.'));
  const type: MessageSchema | null | undefined =
    typeof fields === 'string' ? null : fields.length === 0 ? method.input : fields.at(-1)?.message;
  return type?.name === 'google.api.HttpBody';
}

function rawBody(contentType: string, body: Buffer, unknown: FoundMethod['unknown']): JsonNode {
  return {
    kind: 'object',
    members: [
      ['content_type', jsonString(contentType)],
      ...(unknown.length === 0 ? [] : [extensionOf(unknown)]),
      ['data', jsonString(body.toString('base64'))],
    ],
  };
}

const unknownType =
  'type.googleapis.com/envoy.extensions.filters.http.grpc_json_transcoder.v3.UnknownQueryParams';

/** The parameters as an `Any` of their own type, which the services' descriptors need not have. */
function extensionOf(unknown: FoundMethod['unknown']): JsonMember {
  const byName = new Map<string, WireWriter>();
  for (const [name, value] of unknown) {
    const values = byName.get(name) ?? new WireWriter();
    values.block(1, Buffer.from(value));
    byName.set(name, values);
  }
  const params = new WireWriter();
  for (const [name, values] of byName) {
    const entry = new WireWriter();
    entry.block(1, Buffer.from(name));
    entry.block(2, values.finish());
    params.block(1, entry.finish());
  }
  const any = new WireWriter();
  any.block(1, Buffer.from(unknownType));
  any.block(2, params.finish());
  return ['extensions', { kind: 'encoded', bytes: any.finish() }];
}
