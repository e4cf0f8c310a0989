import { HpackDecoder } from '../../../src/codec/http2/hpack/decoder.js';
import type { HeaderList } from './differential-case.js';
import type { WireMessage } from './wire.js';

/** HTTP/2 as the tests write and read it: frames as text, a character a byte, headers neither indexed nor packed. */

export const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const frameHeadBytes = 9;

const types = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  push: 5,
  ping: 6,
  goaway: 7,
  window: 8,
  continuation: 9,
} as const;

export function frame(type: keyof typeof types, flags: number, stream: number, payload: string): string {
  const head = Buffer.alloc(frameHeadBytes);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = types[type];
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return head.toString('latin1') + payload;
}

export function uint32(value: number): string {
  return String.fromCharCode(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

/** A header block of literals (RFC 7541 section 6.2.2). */
export function block(fields: HeaderList): string {
  return fields.map(([name, value]) => `\0${literal(name)}${literal(value)}`).join('');
}

function literal(text: string): string {
  if (text.length < 127) return String.fromCharCode(text.length) + text;
  let rest = text.length - 127;
  let length = '\x7f';
  for (; rest >= 128; rest >>= 7) length += String.fromCharCode((rest & 127) | 128);
  return length + String.fromCharCode(rest) + text;
}

const endStream = 1;
const endHeaders = 4;

export function headers(stream: number, fields: HeaderList, ends = true): string {
  return frame('headers', endHeaders | (ends ? endStream : 0), stream, block(fields));
}

export function data(stream: number, body: string, ends = true): string {
  return frame('data', ends ? endStream : 0, stream, body);
}

export function resetFrame(stream: number, code: number): string {
  return frame('reset', 0, stream, uint32(code));
}

/** What a side has said so far, stream by stream; then what is about the connection, `GOAWAY` last. */
export function readHttp2(text: string): WireMessage[] {
  const reader = readFrames(text);
  return [...reader.streams.values()].flat().concat(reader.settings, reader.goaways);
}

/** What a side has said of its streams alone. */
export function readHttp2Streams(text: string): WireMessage[] {
  return [...readFrames(text).streams.values()].flat();
}

function readFrames(text: string): Http2Reader {
  const reader = new Http2Reader();
  reader.read(Buffer.from(text.startsWith(preface) ? text.slice(preface.length) : text, 'latin1'));
  return reader;
}

class Http2Reader {
  readonly streams: Map<number, ReadMessage[]>;
  readonly settings: ReadMessage[];
  readonly goaways: ReadMessage[];
  private readonly hpack: HpackDecoder;
  private pieces: Buffer[];
  private opening: { readonly stream: number; readonly ends: boolean };

  constructor() {
    this.streams = new Map();
    this.settings = [];
    this.goaways = [];
    this.hpack = new HpackDecoder();
    this.pieces = [];
    this.opening = { stream: 0, ends: false };
  }

  read(bytes: Buffer): void {
    let at = 0;
    while (at + frameHeadBytes <= bytes.length) {
      const end = at + frameHeadBytes + bytes.readUIntBE(at, 3);
      if (end > bytes.length) return;
      const flags = bytes[at + 4] ?? 0;
      const stream = bytes.readUInt32BE(at + 5);
      this.take(bytes[at + 3] ?? 0, flags, stream, bytes.subarray(at + frameHeadBytes, end));
      at = end;
    }
  }

  private take(type: number, flags: number, stream: number, payload: Buffer): void {
    const ends = (flags & endStream) !== 0;
    if (type === types.headers) this.opening = { stream, ends };
    if (type === types.headers || type === types.continuation) {
      this.pieces.push(payload);
      if ((flags & endHeaders) !== 0) this.onBlock();
    } else if (type === types.data) {
      const message = this.last(stream);
      message.body += payload.toString('latin1');
      message.isComplete ||= ends;
    } else if (type === types.reset) {
      const message = this.last(stream);
      message.trailers += `[reset ${payload.readUInt32BE(0)}]`;
      message.isComplete = true;
    } else if (type === types.goaway) {
      const goaway = new ReadMessage();
      goaway.startLine = `GOAWAY after stream ${payload.readUInt32BE(0)}, code ${payload.readUInt32BE(4)}`;
      this.goaways.push(goaway);
    } else if (type === types.settings && payload.length > 0) {
      const settings = new ReadMessage();
      settings.startLine = `SETTINGS ${settingsText(payload)}`;
      this.settings.push(settings);
    }
  }

  private onBlock(): void {
    const bytes = Buffer.concat(this.pieces);
    this.pieces = [];
    const fields: [string, string][] = [];
    const sink = {
      onField: (name: { readonly text: string }, value: string) => fields.push([name.text, value]),
    };
    if (!this.hpack.decode(bytes, 0, bytes.length, sink)) fields.push(['[broken block]', '']);
    const { stream, ends } = this.opening;
    if (!fields.some(([name]) => name.startsWith(':'))) {
      const message = this.last(stream);
      message.trailers += fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
      message.isComplete ||= ends;
      return;
    }
    const pseudo = new Map(fields.filter(([name]) => name.startsWith(':')));
    const status = pseudo.get(':status');
    const message = new ReadMessage();
    message.startLine =
      status === undefined
        ? `${pseudo.get(':method')} ${pseudo.get(':path')} HTTP/2.0`
        : `HTTP/2.0 ${status}`;
    // Pseudo headers have no order that would mean anything.
    message.fields = [...[...pseudo].sort(), ...fields.filter(([name]) => !pseudo.has(name))];
    message.isComplete = ends || (status ?? '').startsWith('1');
    this.messages(stream).push(message);
  }

  private messages(stream: number): ReadMessage[] {
    const found = this.streams.get(stream) ?? [];
    this.streams.set(stream, found);
    return found;
  }

  /** The message that goes on; an empty one when the stream has none yet. */
  private last(stream: number): ReadMessage {
    const messages = this.messages(stream);
    let last = messages.at(-1);
    if (last === undefined) messages.push((last = new ReadMessage()));
    return last;
  }
}

function settingsText(payload: Buffer): string {
  const entries: string[] = [];
  for (let at = 0; at + 6 <= payload.length; at += 6)
    entries.push(`${payload.readUInt16BE(at)}=${payload.readUInt32BE(at + 2)}`);
  return entries.join(' ');
}

class ReadMessage implements WireMessage {
  readonly head = '';
  readonly framing = 'none';
  startLine: string;
  fields: WireMessage['fields'];
  body: string;
  trailers: string;
  isComplete: boolean;

  constructor() {
    this.startLine = 'HTTP/2.0 ---';
    this.fields = [];
    this.body = '';
    this.trailers = '';
    this.isComplete = false;
  }
}
