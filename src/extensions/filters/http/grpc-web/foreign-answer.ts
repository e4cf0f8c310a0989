import type { Chunk } from '../../../../api/codec.js';
import type { ResponseHeaders } from '../../../../base/header-map.js';
import { encodeGrpcMessage } from '../../../../codec/grpc/grpc-message.js';
import { grpcStatusOfHttp } from '../../../../format/grpc-status.js';

/** Bytes of a body in several parts that become the message; one that comes in one part is taken whole. */
const limitBytes = 16_384;

/** An answer that is no gRPC: its body becomes the message, its status is mapped. */
export class ForeignAnswer {
  private readonly headers: ResponseHeaders;
  private readonly parts: Buffer[];
  private length: number;

  constructor(headers: ResponseHeaders) {
    this.headers = headers;
    this.parts = [];
    this.length = 0;
  }

  add({ buffer, start, end }: Chunk): void {
    if (this.length >= limitBytes) return;
    this.parts.push(Buffer.from(buffer.subarray(start, end)));
    this.length += end - start;
  }

  /** `last` is null when trailers end the answer. */
  finish(last: Chunk | null): void {
    const isWhole = this.parts.length === 0;
    if (last !== null) this.parts.push(last.buffer.subarray(last.start, last.end));
    const body = Buffer.concat(this.parts);
    const { headers } = this;
    headers.set('grpc-message', encodeGrpcMessage(isWhole ? body : body.subarray(0, limitBytes)));
    headers.set('grpc-status', String(grpcStatusOfHttp(headers.status)));
    headers.set('content-length', '0');
  }
}
