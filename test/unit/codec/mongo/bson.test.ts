import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { BsonDocument } from '../../../../src/codec/mongo/bson-document.js';
import { BsonScanner, broken } from '../../../../src/codec/mongo/bson-scanner.js';
import { documentText } from '../../../../src/codec/mongo/bson-text.js';
import { allShapes, bsonLimits, classicShapes } from '../../../../src/codec/mongo/bson-types.js';
import { type BsonValue, bson, value } from '../../../support/mongo/bson-bytes.js';

const everyType: readonly (readonly [string, BsonValue])[] = [
  ['double', value.double(1.5)],
  ['string', value.string('text')],
  ['document', value.document([['a', value.int32(1)]])],
  ['array', value.array([value.int32(1), value.null])],
  ['binary', value.binary(Buffer.from([1, 2]))],
  ['objectId', value.objectId('0123456789abcdef01234567')],
  ['boolean', value.boolean(true)],
  ['datetime', value.datetime(5n)],
  ['null', value.null],
  ['regex', value.regex('a', 'i')],
  ['symbol', value.symbol('s')],
  ['int32', value.int32(-1)],
  ['timestamp', value.timestamp(-2n)],
  ['int64', value.int64(1n << 40n)],
];
const newer: readonly (readonly [string, BsonValue])[] = [
  ['undefined', value.undefined],
  ['pointer', value.dbPointer('c', '0123456789abcdef01234567')],
  ['code', value.code('x')],
  ['codeWithScope', value.codeWithScope('x', [['a', value.int32(1)]])],
  ['decimal', value.decimal128('01'.repeat(16))],
  ['minKey', value.minKey],
  ['maxKey', value.maxKey],
];

function endOf(bytes: Buffer, shapes = allShapes, limits = bsonLimits): number {
  return new BsonScanner(limits, shapes).endOf(bytes, 0, bytes.length);
}

function read(bytes: Buffer): BsonDocument {
  equal(endOf(bytes), bytes.length);
  return new BsonDocument(bytes, 0, bytes.length);
}

test('documents of every type are found whole', () => {
  const bytes = bson([...everyType, ...newer]);
  equal(endOf(bytes), bytes.length);
  equal(endOf(Buffer.concat([bytes, bytes])), bytes.length);
});

test('the classic types are those of Envoy alone', () => {
  equal(endOf(bson(everyType), classicShapes), bson(everyType).length);
  for (const [name, it] of newer) equal(endOf(bson([[name, it]]), classicShapes), broken, name);
});

test('a document that is cut anywhere is broken', () => {
  const bytes = bson([...everyType, ...newer]);
  for (let length = 0; length < bytes.length; length++) equal(endOf(bytes.subarray(0, length)), broken);
});

test('a document whose last byte is not zero is broken', () => {
  const bytes = bson(everyType);
  bytes[bytes.length - 1] = 1;
  equal(endOf(bytes), broken);
});

test('nesting and elements have limits', () => {
  const nested = bson([['a', value.document([['b', value.array([])]])]]);
  equal(endOf(nested, allShapes, { depth: 3, elements: 2 }), nested.length);
  equal(endOf(nested, allShapes, { depth: 2, elements: 2 }), broken);
  equal(endOf(nested, allShapes, { depth: 3, elements: 1 }), broken);
});

test('fields are found by name and type', () => {
  const document = read(
    bson([
      ['a', value.int32(1)],
      ['a', value.string('x')],
      ['ab', value.int64(-1n)],
    ]),
  );
  equal(document.find('a')?.int32, 1);
  equal(document.find('a', 0x02)?.text, 'x');
  equal(document.find('ab')?.int32, -1);
  equal(document.find('a', 0x03), null);
  equal(document.find(''), null);
  equal(document.first()?.key, 'a');
  equal(read(bson([])).first(), null);
});

test('every field is told with where its value stands', () => {
  const fields = [...read(bson([...everyType, ...newer])).fields()];
  deepEqual(
    fields.map(({ key, bytes, start, end }) => [key, bytes.subarray(start, end).toString('hex')]),
    [...everyType, ...newer].map(([key, it]) => [key, it.bytes.toString('hex')]),
  );
});

test('a string may have a NUL inside, and ends before its last byte', () => {
  equal(read(bson([['a', value.string('x\0y')]])).find('a')?.text, 'x\0y');
  equal(read(bson([['a', { type: 0x02, bytes: Buffer.from([0, 0, 0, 0]) }]])).find('a')?.text, '');
});

const texts: readonly (readonly [text: string, value: BsonValue])[] = [
  ['1.500000', value.double(1.5)],
  ['-0.000000', value.double(-0)],
  ['"nan"', value.double(Number.NaN)],
  ['"-infinity"', value.double(Number.NEGATIVE_INFINITY)],
  ['1000000000000000000000.000000', value.double(1e21)],
  ['"a\\"b"', value.string('a"b')],
  ['"a\\\\b"', value.string('a\\b')],
  ['"a\\nb\\u0001"', value.string('a\nb\u0001')],
  ['{"a": 1}', value.document([['a', value.int32(1)]])],
  ['{"0": 1, "1": null}', value.array([value.int32(1), value.null])],
  ['"\\u0000a\\u00ff"', value.binary(Buffer.from([0, 97, 255]))],
  ['"0123456789abcdef01234567"', value.objectId('0123456789abcdef01234567')],
  ['false', value.boolean(false)],
  ['-5', value.datetime(-5n)],
  ['["^a\\\\d", "i"]', value.regex('^a\\d', 'i')],
  ['9223372036854775807', value.int64((1n << 63n) - 1n)],
  ['null', value.undefined],
  ['"c"', value.dbPointer('c', '0123456789abcdef01234567')],
  ['"f()"', value.codeWithScope('f()', [])],
  ['"MinKey"', value.minKey],
];

for (const [text, it] of texts) {
  test(`a value is shown as ${text}`, () => equal(documentText(read(bson([['k', it]]))), `{"k": ${text}}`));
}

test('what is shown is JSON in UTF-8, whatever bytes there are', () => {
  const bytes = bson([
    ['k☃', value.string('☃')],
    ['b', { type: 0x02, bytes: Buffer.from('\x03\0\0\0\xff\xfe\0', 'latin1') }],
  ]);
  const text = Buffer.from(documentText(read(bytes)), 'latin1').toString('utf8');
  deepEqual(JSON.parse(text), { 'k☃': '☃', b: '\ufffd\ufffd' });
});
