import type { Bench } from 'tinybench';
import type { FieldSink } from '../../../src/codec/http2/hpack/decoder.js';
import { HpackDecoder } from '../../../src/codec/http2/hpack/decoder.js';
import { HpackEncoder } from '../../../src/codec/http2/hpack/encoder.js';
import { huffmanDecode } from '../../../src/codec/http2/hpack/huffman-decode.js';
import { huffmanEncode } from '../../../src/codec/http2/hpack/huffman-encode.js';
import { browserHeaders } from '../../load/browser-headers.js';
import { addBatched } from '../batch.js';

const sink: FieldSink = {
  onField: () => {
    // What reading costs by itself.
  },
};

const requestFields: readonly (readonly [name: string, value: string])[] = [
  [':method', 'GET'],
  [':scheme', 'http'],
  [':path', '/api/v1/things/17'],
  [':authority', 'www.example.com'],
  ...browserHeaders.map(([name, value]) => [name.toLowerCase(), value] as const),
];

function encodeTask(encoder: HpackEncoder, target: Buffer): () => number {
  return () => {
    let at = encoder.begin(target, 0);
    for (const [name, value] of requestFields) at = encoder.field(target, at, name, value);
    return at;
  };
}

/** A browser's request as it goes over a connection for the third time and later: almost all of it indexed. */
export function add(bench: Bench): void {
  const target = Buffer.alloc(16_384);
  const encode = encodeTask(new HpackEncoder(), target);
  const decoder = new HpackDecoder();
  let end = 0;
  for (let i = 0; i < 3; i++) {
    end = encode();
    decoder.decode(target, 0, end, sink);
  }
  const block = Buffer.from(target.subarray(0, end));
  const text = 'Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0';
  const coded = Buffer.alloc(200);
  const codedEnd = huffmanEncode(text, coded, 0);
  const plain = Buffer.alloc(200);
  addBatched(bench, 'hpack encode: browser request, repeated', encode);
  addBatched(bench, 'hpack decode: browser request, repeated', () =>
    decoder.decode(block, 0, block.length, sink),
  );
  addBatched(bench, 'huffman encode: 71 characters', () => huffmanEncode(text, coded, 0));
  addBatched(bench, 'huffman decode: 71 characters', () => huffmanDecode(coded, 0, codedEnd, plain));
}
