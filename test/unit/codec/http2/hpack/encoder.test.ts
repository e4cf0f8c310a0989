import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HpackDecoder } from '../../../../../src/codec/http2/hpack/decoder.js';
import { HpackEncoder } from '../../../../../src/codec/http2/hpack/encoder.js';
import type { FieldName } from '../../../../../src/codec/http2/hpack/field-name.js';

type Field = readonly [name: string, value: string];

/** Both ends of one direction. */
class Pair {
  readonly encoder: HpackEncoder;
  readonly decoder: HpackDecoder;
  private readonly target = Buffer.alloc(65_536);

  constructor(usesHuffman = true) {
    this.encoder = new HpackEncoder(usesHuffman);
    this.decoder = new HpackDecoder();
  }

  /** The block's bytes and what the other end reads. */
  send(fields: readonly Field[]): { block: Buffer; read: Field[] } {
    let at = this.encoder.begin(this.target, 0);
    for (const [name, value] of fields) at = this.encoder.field(this.target, at, name, value);
    const block = Buffer.from(this.target.subarray(0, at));
    const read: Field[] = [];
    const isRead = this.decoder.decode(block, 0, at, {
      onField: (name: FieldName, value: string) => read.push([name.text, value]),
    });
    ok(isRead);
    return { block, read };
  }
}

describe('HPACK encoding', () => {
  for (const usesHuffman of [true, false]) {
    test(`every byte comes back, ${usesHuffman ? 'with' : 'without'} Huffman`, () => {
      const pair = new Pair(usesHuffman);
      const all = String.fromCharCode(...Array.from({ length: 255 }, (_, i) => i + 1));
      for (let length = 0; length <= all.length; length += 5) {
        const fields: Field[] = [['x-all', all.slice(0, length)]];
        deepEqual(pair.send(fields).read, fields);
      }
    });
  }

  test('a value enters the table when it is seen for the second time', () => {
    const pair = new Pair();
    const fields: Field[] = [['x-tenant', 'a-value-that-repeats']];
    const sizes = [1, 2, 3].map(() => pair.send(fields).block.length);
    ok((sizes[1] as number) > 10);
    equal(sizes[2], 1);
  });

  test('values that are different each time drive nothing out of the table', () => {
    const pair = new Pair();
    const known: Field[] = [['x-tenant', 'repeats']];
    pair.send(known);
    pair.send(known);
    for (let i = 0; i < 1000; i++) pair.send([[':path', `/item/${i}/${'x'.repeat(i % 50)}`]]);
    equal(pair.send(known).block.length, 1);
  });

  test('authorization and short cookies are never indexed, however often they repeat', () => {
    const pair = new Pair(false);
    for (const field of [
      ['authorization', 'Bearer abc'],
      ['cookie', 'a=b'],
    ] as const) {
      for (let i = 0; i < 3; i++) equal((pair.send([field]).block[0] as number) & 0xf0, 0x10);
    }
  });

  test('entries are evicted as the peer evicts them', () => {
    const pair = new Pair();
    for (let i = 0; i < 400; i++) {
      const fields: Field[] = [
        ['x-a', `value ${i >> 1} ${'y'.repeat(i % 90)}`],
        ['x-b', `other ${i >> 2}`],
        [`x-name-${i % 30}`, 'same'],
      ];
      deepEqual(pair.send(fields).read, fields);
    }
  });

  test('a smaller table is announced before the next field, the smallest size first', () => {
    const pair = new Pair();
    const fields: Field[] = [['x-tenant', 'repeats']];
    pair.send(fields);
    pair.send(fields);
    pair.encoder.resize(0);
    pair.encoder.resize(100);
    const { block, read } = pair.send(fields);
    deepEqual([...block.subarray(0, 3)], [0x20, 0x3f, 0x45]);
    deepEqual(read, fields);
  });
});
