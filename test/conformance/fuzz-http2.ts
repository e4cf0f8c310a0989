import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { RequestDecoder } from '../../src/api/codec.js';
import { BufferPool } from '../../src/base/buffer-pool.js';
import { ResponseHeaders } from '../../src/base/header-map.js';
import { clientPreface, FrameType } from '../../src/codec/http2/frame/frame-codes.js';
import { writeFrameHead } from '../../src/codec/http2/frame/frame-writer.js';
import { HpackEncoder } from '../../src/codec/http2/hpack/encoder.js';
import { defaultHttp2Options } from '../../src/codec/http2/options.js';
import { Http2Server, type Http2ServerStream } from '../../src/codec/http2/server.js';
import { seededRandom } from './http1/random-cuts.js';

/**
 * Fuzzing of the HTTP/2 server: frames that make sense, mutated, and cut anywhere. It never throws; its account of
 * pending bytes and active streams is zero when the connection has ended; and what was cut in pieces is read as whole.
 */

const preface = Buffer.concat([Buffer.from(clientPreface), frame(FrameType.settings, 0, 0, Buffer.alloc(0))]);

function frame(type: number, flags: number, streamId: number, payload: Buffer): Buffer {
  const bytes = Buffer.alloc(9 + payload.length);
  writeFrameHead(bytes, 0, payload.length, type, flags, streamId);
  payload.copy(bytes, 9);
  return bytes;
}

const names = [
  ':method',
  ':path',
  ':scheme',
  ':authority',
  'cookie',
  'te',
  'content-length',
  'x-a',
  'host',
  'X',
];
const values = ['GET', '/', 'http', 'a', 'trailers', '3', '', 'POST', '/x y', '\0', 'x'.repeat(300)];

/** Gauges by slot: the account that must come out even. */
class Account {
  readonly prefix = '';
  readonly values = new Map<number, number>();
  inc(): void {
    // Counters only grow.
  }
  add(slot: number, n: number): void {
    this.values.set(slot, (this.values.get(slot) ?? 0) + n);
  }
  set(): void {
    // The codec sets no gauge.
  }
  record(): void {
    // Nor has it histograms.
  }
  value(slot: number): number {
    return this.values.get(slot) ?? 0;
  }
}

type Dice = (bound: number) => number;

function requestHead(dice: Dice): Buffer {
  const encoder = new HpackEncoder(dice(2) === 0);
  const target = Buffer.alloc(8192);
  let at = 0;
  if (dice(4) > 0) {
    for (const [name, value] of [
      [':method', dice(2) === 0 ? 'GET' : 'POST'],
      [':scheme', 'http'],
      [':path', '/'],
      [':authority', 'a'],
    ] as const)
      at = encoder.field(target, at, name, value);
  }
  for (let i = dice(3) === 0 ? dice(5) : 0; i > 0; i--) {
    at = encoder.field(target, at, names[dice(names.length)] ?? '', values[dice(values.length)] ?? '');
  }
  return Buffer.from(target.subarray(0, at));
}

function randomFrame(dice: Dice, nextId: number): Buffer {
  const id = dice(3) === 0 ? dice(12) : nextId;
  const roll = dice(12);
  if (roll < 5)
    return frame(FrameType.headers, dice(4) === 0 ? dice(256) : 4 | dice(2), id, requestHead(dice));
  if (roll < 8)
    return frame(FrameType.data, dice(3) === 0 ? 8 : dice(2), id, Buffer.alloc(dice(40), dice(256)));
  const size = [4, 6, 8, 5, dice(20)][dice(5)] ?? 4;
  const payload = Buffer.alloc(size);
  for (let i = 0; i < size; i++) payload[i] = dice(3) === 0 ? dice(256) : 0;
  return frame(dice(11), dice(6) === 0 ? dice(256) : 0, dice(2) === 0 ? 0 : id, payload);
}

function compose(dice: Dice): Buffer {
  const frames: Buffer[] = [preface];
  let id = 1;
  for (let i = 1 + dice(8); i > 0; i--) {
    frames.push(randomFrame(dice, id));
    if (dice(2) === 0) id += 2;
  }
  const wire = Buffer.concat(frames);
  for (let i = dice(4) === 0 ? 1 + dice(3) : 0; i > 0; i--) {
    wire[preface.length + dice(wire.length - preface.length)] = dice(256);
  }
  return wire;
}

/** What a server makes of a wire that comes in pieces of at most `piece` bytes. */
function read(wire: Buffer, piece: number): string {
  const events: string[] = [];
  const stats = new Account();
  const pool = new BufferPool();
  const streams: Http2ServerStream[] = [];
  const output = {
    writeText: () => undefined,
    writeBytes: () => undefined,
    writeTextAndBytes: () => undefined,
    writePooled: (buffer: Buffer) => pool.giveBack(buffer),
  };
  const body = Buffer.alloc(100_000, 'b');
  const server = new Http2Server(
    {
      output,
      buffers: pool,
      options: { ...defaultHttp2Options, isInvalidMessageStreamError: wire.length % 2 === 0 },
      limits: { maxHeadBytes: 2000, maxHeaders: 20, headersWithUnderscores: 'ALLOW' },
      stats,
      limitBytes: 65_536,
    },
    {
      isDrained: true,
      onPending: () => undefined,
      onConnectionError: ({ code }) => events.push(`error ${code}`),
      onGoaway: () => events.push('goaway'),
      onPingAck: () => undefined,
      onStreamClosed: () => undefined,
      newStream: (stream) => {
        streams.push(stream);
        return answering(stream, body, events);
      },
    },
  );
  for (let at = 0; at < wire.length; at += piece)
    server.dispatch(wire, at, Math.min(at + piece, wire.length));
  server.flush();
  server.stop('connection-termination', '');
  for (const [slot, value] of stats.values)
    if (value !== 0) throw new Error(`gauge ${slot} is left at ${value}`);
  if (pool.lentBytes !== 0) throw new Error(`${pool.lentBytes} pooled bytes were not given back`);
  return events.join('|');
}

/** Answers as soon as the request is complete. */
function answering(stream: Http2ServerStream, body: Buffer, events: string[]): RequestDecoder {
  let bytes = 0;
  const answer = (): void => {
    events.push(`${stream.id} complete ${bytes}`);
    stream.encodeHeaders(new ResponseHeaders(200), false);
    stream.encodeData({ buffer: body, start: 0, end: body.length }, true);
    stream.detach();
  };
  return {
    onHeaders: (headers, endStream) => {
      events.push(`${stream.id} ${headers.method} ${headers.path} ${headers.names.join(',')}`);
      if (endStream) answer();
    },
    on1xx: () => undefined,
    onData: (chunk, endStream) => {
      bytes += chunk.end - chunk.start;
      if (endStream) answer();
    },
    onTrailers: () => answer(),
    onReset: (reason) => events.push(`${stream.id} reset ${reason}`),
    onAboveWatermark: () => undefined,
    onBelowWatermark: () => undefined,
  };
}

/** Answers how many wires were read as requests. */
export function fuzzHttp2(runs: number, seed: number): number {
  const random = seededRandom(seed);
  const dice: Dice = (bound) => Math.floor(random() * bound);
  let answered = 0;
  for (let run = 0; run < runs; run++) {
    const wire = compose(dice);
    const whole = read(wire, wire.length);
    const cut = read(wire, 1 + dice(30));
    if (whole !== cut)
      throw new Error(
        `run ${run} of seed ${seed}: ${whole} when whole, ${cut} in pieces\n${wire.toString('hex')}`,
      );
    if (whole.includes('complete')) answered++;
  }
  return answered;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values: options } = parseArgs({
    options: { runs: { type: 'string', default: '200000' }, seed: { type: 'string', default: '1' } },
  });
  const answered = fuzzHttp2(Number(options.runs), Number(options.seed));
  process.stdout.write(`HTTP/2: ${options.runs} wires, ${answered} with a complete request\n`);
}
