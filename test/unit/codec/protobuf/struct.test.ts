import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { Plain } from '../../../../src/base/plain.js';
import { decodeStruct, encodeStruct } from '../../../../src/codec/protobuf/struct.js';

test('a structure comes back as it was', () => {
  const fields = {
    text: 'ä',
    empty: '',
    number: -1.5,
    zero: 0,
    yes: true,
    no: false,
    nothing: null,
    list: ['a', [1], {}],
    inner: { inner: { deep: 'x' } },
    ['__proto__']: 'a key like others',
  };
  deepEqual(decodeStruct(encodeStruct(fields)), fields);
});

test('bytes that are no structure are refused', () => {
  for (const bytes of ['\x0a\x05ab', '\x0a', '\x0a\x04\x12\x02\x1a\x09', '\x0b'])
    equal(decodeStruct(Buffer.from(bytes, 'latin1')), null, JSON.stringify(bytes));
});

test('structures that are too deep are cut off when written and refused when read', () => {
  let deep: Plain = 'bottom';
  for (let i = 0; i < 90; i++) deep = { a: deep };
  equal(decodeStruct(encodeStruct({ a: deep }))?.['a'] === null, false);
  let text = Buffer.from([0x1a, 0]);
  for (let i = 0; i < 300; i++) {
    const list = Buffer.concat([Buffer.from([0x0a]), lengthOf(text), text]);
    text = Buffer.concat([Buffer.from([0x32]), lengthOf(list), list]);
  }
  const entry = Buffer.concat([Buffer.from([0x12]), lengthOf(text), text]);
  equal(decodeStruct(Buffer.concat([Buffer.from([0x0a]), lengthOf(entry), entry])), null);
});

function lengthOf(bytes: Buffer): Buffer {
  const { length } = bytes;
  return length < 128 ? Buffer.from([length]) : Buffer.from([(length & 127) | 128, length >> 7]);
}
