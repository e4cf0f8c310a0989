import { deepEqual, ok } from 'node:assert/strict';
import { MersenneTwister } from '../../src/base/mersenne-twister.js';
import { type FieldSink, HpackDecoder } from '../../src/codec/http2/hpack/decoder.js';
import { HpackEncoder } from '../../src/codec/http2/hpack/encoder.js';

type Field = readonly [name: string, value: string];

const names = ['cookie', 'x-a', 'x-b', 'content-type', 'accept-encoding', 'authorization', 'etag', 'te'];
const values = [
  '',
  'a',
  'text/plain',
  'gzip, deflate',
  'x'.repeat(60),
  'y'.repeat(3000),
  '\xe9\x80',
  '0123456789',
];
const sizes = [0, 64, 200, 4096];
/** Runs on one pair of tables. */
const runsPerConnection = 64;
const longestBlock = 32_768;
/** What a table of 4,096 bytes can hold, or one literal of a block can say. */
const longestField = longestBlock * 2;

class Fields implements FieldSink {
  readonly list: Field[] = [];

  onField(name: { readonly text: string }, value: string): void {
    ok(name.text.length + value.length <= longestField);
    this.list.push([name.text, value]);
  }
}

/**
 * Header blocks of one connection after the other: what is encoded decodes exactly, through changes of the table's
 * size, and bent blocks are refused or read, without a throw, by a decoder that has read sound ones before. Answers how
 * many of the bent ones were read.
 */
export function fuzzHpack(runs: number, seed: number): number {
  const draw = new MersenneTwister(seed);
  const target = Buffer.alloc(longestBlock);
  let accepted = 0;
  let [encoder, sound, hostile] = connection(draw);
  for (let run = 0; run < runs; run++) {
    if (run % runsPerConnection === 0) [encoder, sound, hostile] = connection(draw);
    if (draw.next() % 16 === 0) encoder.resize(sizes[draw.next() % sizes.length] as number);
    const fields = someFields(draw);
    let end = encoder.begin(target, 0);
    for (const [name, value] of fields) end = encoder.field(target, end, name, value);
    const read = new Fields();
    ok(sound.decode(target, 0, end, read));
    deepEqual(read.list, fields);
    const bent = bend(target.subarray(0, end), draw);
    if (hostile.decode(bent, 0, bent.length, new Fields())) accepted++;
    else hostile = new HpackDecoder();
  }
  return accepted;
}

function connection(draw: MersenneTwister): [HpackEncoder, HpackDecoder, HpackDecoder] {
  return [new HpackEncoder(draw.next() % 2 === 0), new HpackDecoder(), new HpackDecoder()];
}

function someFields(draw: MersenneTwister): readonly Field[] {
  return Array.from({ length: draw.next() % 5 }, (): Field => {
    const name = names[draw.next() % names.length] as string;
    return [name, values[draw.next() % values.length] as string];
  });
}

/** A copy with up to three bytes changed, and now and then without its end. */
function bend(block: Buffer, draw: MersenneTwister): Buffer {
  const bytes = Buffer.from(block);
  if (bytes.length === 0) return bytes;
  for (let left = draw.next() % 4; left > 0; left--) bytes[draw.next() % bytes.length] = draw.next() & 0xff;
  return draw.next() % 8 === 0 ? bytes.subarray(0, draw.next() % bytes.length) : bytes;
}
