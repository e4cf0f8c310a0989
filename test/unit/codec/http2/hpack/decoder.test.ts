import { deepEqual, equal } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HpackDecoder } from '../../../../../src/codec/http2/hpack/decoder.js';
import { FieldKind, type FieldName } from '../../../../../src/codec/http2/hpack/field-name.js';

/** Keeps what it is given. */
class Fields {
  readonly list: string[] = [];
  readonly kinds: number[] = [];
  onField(name: FieldName, value: string): void {
    this.list.push(`${name.text}: ${value}`);
    this.kinds.push(name.kind);
  }
}

function decode(decoder: HpackDecoder, hex: string): string[] | null {
  const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex');
  const fields = new Fields();
  return decoder.decode(bytes, 0, bytes.length, fields) ? fields.list : null;
}

describe('HPACK decoding', () => {
  test('the requests of RFC 7541 C.4, Huffman coded, on one connection', () => {
    const decoder = new HpackDecoder();
    deepEqual(decode(decoder, '828684418cf1e3c2e5f23a6ba0ab90f4ff'), [
      ':method: GET',
      ':scheme: http',
      ':path: /',
      ':authority: www.example.com',
    ]);
    deepEqual(decode(decoder, '828684be5886a8eb10649cbf'), [
      ':method: GET',
      ':scheme: http',
      ':path: /',
      ':authority: www.example.com',
      'cache-control: no-cache',
    ]);
    deepEqual(decode(decoder, '828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf'), [
      ':method: GET',
      ':scheme: https',
      ':path: /index.html',
      ':authority: www.example.com',
      'custom-key: custom-value',
    ]);
  });

  test('the responses of RFC 7541 C.5 in a table of 256 bytes, from which entries are evicted', () => {
    const decoder = new HpackDecoder(256);
    decode(
      decoder,
      '4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d546e1768747470733a2f2f7777772e6578616d706c652e636f6d',
    );
    deepEqual(decode(decoder, '4803333037c1c0bf'), [
      ':status: 307',
      'cache-control: private',
      'date: Mon, 21 Oct 2013 20:13:21 GMT',
      'location: https://www.example.com',
    ]);
    deepEqual(
      decode(
        decoder,
        '88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f3d4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b2076657273696f6e3d31',
      ),
      [
        ':status: 200',
        'cache-control: private',
        'date: Mon, 21 Oct 2013 20:13:22 GMT',
        'location: https://www.example.com',
        'content-encoding: gzip',
        'set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1',
      ],
    );
  });

  const broken: readonly (readonly [name: string, hex: string])[] = [
    ['index 0', '80'],
    ['an index behind the dynamic table', 'be'],
    ['an integer without an end', 'ffffffffffffff7f'],
    ['a string longer than the block', '0003616263'],
    ['a table larger than was allowed', '3fe21f'],
    ['a resize behind the first field', '8220'],
    ['Huffman padding that is no ones', '40811083000000'],
    ['Huffman padding of a whole byte', '40821fff0161'],
    ['the end-of-string symbol', '4084ffffffff0161'],
  ];
  for (const [name, hex] of broken) {
    test(`${name} is an error of the connection`, () => equal(decode(new HpackDecoder(), hex), null));
  }

  test('a lowered limit asks for a resize at the start of the next block', () => {
    const decoder = new HpackDecoder();
    decoder.setLimit(0);
    equal(decode(decoder, '82'), null);
    const other = new HpackDecoder();
    other.setLimit(0);
    deepEqual(decode(other, '2082'), [':method: GET']);
  });

  test('a value with a line break is malformed, its name is not', () => {
    const decoder = new HpackDecoder();
    const fields = new Fields();
    const block = Buffer.concat([
      Buffer.from([0x40, 1]),
      Buffer.from('a'),
      Buffer.from([3]),
      Buffer.from('b\nc'),
      Buffer.from([0xbe]),
      Buffer.from([0x7e, 1]),
      Buffer.from('d'),
    ]);
    equal(decoder.decode(block, 0, block.length, fields), true);
    deepEqual(fields.kinds, [FieldKind.malformed, FieldKind.malformed, FieldKind.regular]);
  });
});
