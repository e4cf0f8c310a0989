import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { RespDecoder } from '../../../src/codec/redis/resp-decoder.js';
import type { RespValue } from '../../../src/codec/redis/resp-value.js';
import { readSlots, readZone } from '../../../src/upstream/redis-slots.js';

function decoded(text: string): RespValue {
  const values: RespValue[] = [];
  new RespDecoder({ onValue: (value) => values.push(value) }).decode(text.replaceAll(' ', '\r\n'));
  return values[0] as RespValue;
}

const read = (text: string) => readSlots(decoded(text));

test('runs of slots have a primary, and replicas behind it', () => {
  deepEqual(read('*1 *4 :0 :9 *3 $1 a :1 $2 id *2 $1 b :2 '), [
    { range: [0, 9], primary: { name: 'a', port: 1 }, replicas: [{ name: 'b', port: 2 }] },
  ]);
});

const wrong = [
  '*0 ',
  '+OK ',
  '*1 :1 ',
  '*1 *2 :0 :9 ',
  '*1 *3 :0 $1 9 *2 $1 a :1 ',
  '*1 *3 :0 :16384 *2 $1 a :1 ',
  '*1 *3 :9 :0 *2 $1 a :1 ',
  '*1 *3 :0 :9 *2 $0  :1 ',
  '*1 *3 :0 :9 *2 $1 a :65536 ',
  '*1 *3 :0 :9 *1 $1 a ',
  '*1 *4 :0 :9 *2 $1 a :1 :5 ',
];

for (const text of wrong) {
  test(`that is no answer: ${text}`, () => {
    equal(read(text), null);
  });
}

test('a host says where it is on a line of its answer', () => {
  const zone = (text: string): string => readZone({ type: '$', text });
  equal(zone('# Server\r\navailability_zone:z 1 \r\nx:y\r\n'), 'z 1 ');
  equal(zone('availability_zone:z\nx'), 'z');
  equal(zone('availability_zone:\r\n'), '');
  equal(zone('# Server\r\n'), '');
  equal(readZone({ type: '+', text: 'availability_zone:z' }), '');
  equal(readZone(null), '');
});
