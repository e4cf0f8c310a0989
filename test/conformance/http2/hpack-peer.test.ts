import { deepEqual, equal } from 'node:assert/strict';
import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  sensitiveHeaders,
} from 'node:http2';
import { Duplex } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { MersenneTwister } from '../../../src/base/mersenne-twister.js';
import { HpackDecoder } from '../../../src/codec/http2/hpack/decoder.js';
import { HpackEncoder } from '../../../src/codec/http2/hpack/encoder.js';
import { frame, preface, uint32 } from '../../integration/differential/http2-wire.js';

/** Heads packed by nghttp2, which is in Node, and unpacked here; and the other way round. */

type HeaderSet = { readonly [name: string]: string };

const sets = 2000;
const headBytes = 9;

const names = [
  'accept',
  'accept-encoding',
  'user-agent',
  'referer',
  'x-request-id',
  'x-forwarded-for',
  'authorization',
  'cookie',
  'cache-control',
  'if-none-match',
  'x-b3-traceid',
  'x',
  `x-${'long-'.repeat(20)}name`,
];

/** Requests as one client makes them: much that repeats, something new in each, now and then what no table holds. */
function headerSets(seed: number): readonly HeaderSet[] {
  const draw = new MersenneTwister(seed);
  const below = (n: number): number => draw.next() % n;
  const text = (): string => {
    const kind = below(12);
    if (kind < 6)
      return ['gzip, deflate', '*/*', 'no-cache', 'Mozilla/5.0 (X11)', '', '10.0.0.1'][kind] as string;
    if (kind < 10) return `value-${below(40)}`;
    if (kind === 10) return String.fromCharCode(...Array.from({ length: below(60) }, () => 33 + below(94)));
    return 'large '.repeat(below(900)).trim();
  };
  return Array.from({ length: sets }, (_, i) => {
    const set: { [name: string]: string } = { 'x-number': String(i) };
    for (const name of names) if (below(3) > 0) set[name] = text();
    if (below(5) === 0) set[`x-new-${i}`] = text();
    return set;
  });
}

/** The other end of Node's session: unpacks each request, and packs the same fields as its answer. */
class Mirror extends Duplex {
  readonly seen: Map<number, HeaderSet>;
  private readonly decoder: HpackDecoder;
  private readonly encoder: HpackEncoder;
  private received: Buffer;
  private block: Buffer[];
  private hasPreface: boolean;

  constructor(decodedTable: number, encodedTable: number, usesHuffman: boolean) {
    super({ allowHalfOpen: false });
    this.seen = new Map();
    this.decoder = new HpackDecoder();
    this.encoder = new HpackEncoder(usesHuffman);
    this.encoder.resize(encodedTable);
    this.received = Buffer.alloc(0);
    this.block = [];
    this.hasPreface = false;
    this.decoder.setLimit(decodedTable);
    const tableSize = `\0\x01${uint32(decodedTable)}`;
    const manyStreams = `\0\x03${uint32(1_000_000)}`;
    this.push(Buffer.from(frame('settings', 0, 0, tableSize + manyStreams), 'latin1'));
  }

  override _read(): void {
    // What there is has been pushed.
  }

  override _write(bytes: Buffer, _encoding: string, done: () => void): void {
    this.received = Buffer.concat([this.received, bytes]);
    if (!this.hasPreface && this.received.length >= preface.length) {
      this.hasPreface = true;
      this.received = this.received.subarray(preface.length);
    }
    while (this.hasPreface && this.received.length >= headBytes) {
      const end = headBytes + this.received.readUIntBE(0, 3);
      if (this.received.length < end) break;
      this.onFrame(this.received.subarray(0, headBytes), this.received.subarray(headBytes, end));
      this.received = this.received.subarray(end);
    }
    done();
  }

  private onFrame(head: Buffer, payload: Buffer): void {
    const type = head[3];
    const flags = head[4] as number;
    if (type === 4 && (flags & 1) === 0) this.push(Buffer.from(frame('settings', 1, 0, ''), 'latin1'));
    if (type !== 1 && type !== 9) return;
    const isPrioritized = type === 1 && (flags & 0x20) !== 0;
    this.block.push(payload.subarray(isPrioritized ? 5 : 0));
    if ((flags & 4) === 0) return;
    const block = Buffer.concat(this.block);
    this.block = [];
    this.onHead(head.readUInt32BE(5), block);
  }

  private onHead(stream: number, block: Buffer): void {
    const fields: [string, string][] = [];
    const sink = {
      onField: (name: { readonly text: string }, value: string) => fields.push([name.text, value]),
    };
    equal(this.decoder.decode(block, 0, block.length, sink), true);
    const regular = fields.filter(([name]) => !name.startsWith(':'));
    this.seen.set(stream, Object.fromEntries(regular));
    const target = Buffer.alloc(
      64 + regular.reduce((sum, [name, value]) => sum + name.length + value.length + 20, 0),
    );
    let at = this.encoder.indexed(target, this.encoder.begin(target, 0), 8);
    for (const [name, value] of regular) at = this.encoder.field(target, at, name, value);
    this.answer(stream, target.latin1Slice(0, at));
  }

  /** In frames no larger than allowed. */
  private answer(stream: number, block: string): void {
    const pieces = block.match(/.{1,16000}/gs) ?? [];
    pieces.forEach((piece, i) => {
      const flags = i === pieces.length - 1 ? 4 : 0;
      this.push(
        Buffer.from(
          frame(i === 0 ? 'headers' : 'continuation', i === 0 ? flags | 1 : flags, stream, piece),
          'latin1',
        ),
      );
    });
  }
}

interface Heads {
  readonly sent: HeaderSet;
  readonly unpackedHere: HeaderSet | undefined;
  readonly unpackedThere: IncomingHttpHeaders;
}

async function exchange(session: ClientHttp2Session, mirror: Mirror, sent: HeaderSet): Promise<Heads> {
  const secret = 'authorization' in sent ? { [sensitiveHeaders]: ['authorization'] } : {};
  const all: OutgoingHttpHeaders = { ':path': `/${sent['x-number']}`, ...sent, ...secret };
  const stream = session.request(all, { endStream: true });
  const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders];
  const unpackedHere = mirror.seen.get(stream.id ?? 0);
  mirror.seen.delete(stream.id ?? 0);
  stream.resume();
  return { sent, unpackedHere, unpackedThere: headers };
}

function open(t: TestContext, mirror: Mirror, tableBytes: number): ClientHttp2Session {
  const session = connect('http://a', {
    createConnection: () => mirror,
    settings: { headerTableSize: tableBytes },
    maxHeaderListPairs: 1000,
  });
  session.on('error', () => undefined);
  t.after(() => session.destroy());
  return session;
}

for (const [here, there, usesHuffman] of [
  [4096, 4096, true],
  [4096, 4096, false],
  [0, 0, true],
  [65_536, 65_536, true],
  [256, 512, true],
] as const) {
  const tables = `tables of ${here} and ${there} bytes${usesHuffman ? '' : ', without Huffman'}`;
  test(`nghttp2 and the codec understand each other’s heads: ${tables}`, async (t) => {
    const mirror = new Mirror(here, there, usesHuffman);
    const session = open(t, mirror, there);
    await once(session, 'remoteSettings');
    const all = headerSets(here + there);
    for (let at = 0; at < all.length; at += 50) {
      const batch = await Promise.all(all.slice(at, at + 50).map((set) => exchange(session, mirror, set)));
      for (const { sent, unpackedHere, unpackedThere } of batch) {
        deepEqual(unpackedHere, sent);
        const regular = Object.entries(unpackedThere).filter(([name]) => name !== ':status');
        deepEqual(Object.fromEntries(regular), sent);
      }
    }
  });
}
