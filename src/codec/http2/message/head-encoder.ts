import {
  HeaderClass,
  type HeaderMap,
  type RequestHeaders,
  type ResponseHeaders,
} from '../../../base/header-map.js';
import { isToken, safeTarget, safeText } from '../../http1/field-safety.js';
import { FrameFlag, FrameType, frameHeadBytes } from '../frame/frame-codes.js';
import { type FrameWriter, writeFrameHead } from '../frame/frame-writer.js';
import { fieldOverhead, type HpackEncoder } from '../hpack/encoder.js';

/** Static-table entries of the statuses that have one. */
const statusIndex = new Map([
  [200, 8],
  [204, 9],
  [206, 10],
  [304, 11],
  [400, 12],
  [404, 13],
  [500, 14],
]);

/** The fields of one connection that may not be sent on another, whatever filters put there. */
const connectionFields = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'host',
]);

/** Writes heads and trailers as HEADERS and, where one frame does not hold them, CONTINUATION; answers their bytes. */
export class HeadEncoder {
  private readonly writer: FrameWriter;
  private readonly hpack: HpackEncoder;

  constructor(writer: FrameWriter, hpack: HpackEncoder) {
    this.writer = writer;
    this.hpack = hpack;
  }

  response(streamId: number, headers: ResponseHeaders, endStream: boolean, maxFrame: number): number {
    const slab = this.writer.reserve(roomFor(headers) + 64);
    const start = this.writer.position;
    const index = statusIndex.get(headers.status);
    let at = this.hpack.begin(slab, start + frameHeadBytes);
    if (index !== undefined) at = this.hpack.indexed(slab, at, index);
    else at = this.hpack.field(slab, at, ':status', String(headers.status));
    return this.finish(slab, start, this.fields(slab, at, headers), streamId, endStream, maxFrame);
  }

  request(streamId: number, headers: RequestHeaders, endStream: boolean, maxFrame: number): number {
    const { method, scheme, protocol } = headers;
    if (!isToken(method)) throw new TypeError(`not a method: ${JSON.stringify(method)}`);
    const authority = safeText(headers.authority) ?? '';
    const path = safeTarget(headers.path);
    const pseudoBytes = method.length + scheme.length + authority.length + path.length + protocol.length;
    const slab = this.writer.reserve(roomFor(headers) + pseudoBytes + 6 * (fieldOverhead + 10));
    const start = this.writer.position;
    const { hpack } = this;
    let at = hpack.begin(slab, start + frameHeadBytes);
    if (method === 'GET') at = hpack.indexed(slab, at, 2);
    else if (method === 'POST') at = hpack.indexed(slab, at, 3);
    else at = hpack.field(slab, at, ':method', method);
    if (authority !== '') at = hpack.field(slab, at, ':authority', authority);
    const isPlainConnect = method === 'CONNECT' && protocol === '';
    if (!isPlainConnect) {
      at = hpack.indexed(slab, at, scheme === 'https' ? 7 : 6);
      if (path === '/') at = hpack.indexed(slab, at, 4);
      else at = hpack.field(slab, at, ':path', path);
      if (protocol !== '') at = hpack.field(slab, at, ':protocol', protocol);
    }
    return this.finish(slab, start, this.fields(slab, at, headers), streamId, endStream, maxFrame);
  }

  trailers(streamId: number, trailers: HeaderMap, maxFrame: number): number {
    const slab = this.writer.reserve(roomFor(trailers));
    const start = this.writer.position;
    const at = this.hpack.begin(slab, start + frameHeadBytes);
    return this.finish(slab, start, this.fields(slab, at, trailers), streamId, true, maxFrame);
  }

  /** A field that filters filled with CR, LF or NUL is left out, as in HTTP/1. */
  private fields(slab: Buffer, from: number, headers: HeaderMap): number {
    const { names, values, hasSuspect } = headers;
    const mayHaveHop = (headers.classes & HeaderClass.hopByHop) !== 0;
    let at = from;
    for (let i = 0; i < names.length; i++) {
      const name = names[i] as string;
      if (mayHaveHop && connectionFields.has(name)) continue;
      const value = hasSuspect ? safeText(values[i] as string) : (values[i] as string);
      if (value !== null) at = this.hpack.field(slab, at, name, value);
    }
    return at;
  }

  private finish(
    slab: Buffer,
    start: number,
    end: number,
    streamId: number,
    endStream: boolean,
    maxFrame: number,
  ): number {
    const { writer } = this;
    const length = end - start - frameHeadBytes;
    const ends = endStream ? FrameFlag.endStream : 0;
    if (length <= maxFrame) {
      writeFrameHead(slab, start, length, FrameType.headers, ends | FrameFlag.endHeaders, streamId);
      writer.advance(end);
      writer.frames++;
      return end - start;
    }
    const block = Buffer.from(slab.subarray(start + frameHeadBytes, end));
    for (let at = 0; at < block.length; at += maxFrame) {
      const part = block.subarray(at, at + maxFrame);
      const flags = (at === 0 ? ends : 0) | (at + maxFrame >= block.length ? FrameFlag.endHeaders : 0);
      const target = writer.reserve(frameHeadBytes + part.length);
      const type = at === 0 ? FrameType.headers : FrameType.continuation;
      const to = writeFrameHead(target, writer.position, part.length, type, flags, streamId);
      writer.advance(to + part.copy(target, to));
      writer.frames++;
    }
    return block.length + Math.ceil(block.length / maxFrame) * frameHeadBytes;
  }
}

function roomFor(headers: HeaderMap): number {
  const { names, values } = headers;
  let bytes = 0;
  for (let i = 0; i < names.length; i++) {
    bytes += (names[i] as string).length + (values[i] as string).length + fieldOverhead;
  }
  // A suspect value may grow: one character becomes up to three bytes.
  return frameHeadBytes + 16 + (headers.hasSuspect ? bytes * 3 : bytes);
}
