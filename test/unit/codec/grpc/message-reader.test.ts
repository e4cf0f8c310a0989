import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { framedMessage, messagePrefix } from '../../../../src/codec/grpc/message-prefix.js';
import { MessageReader } from '../../../../src/codec/grpc/message-reader.js';
import { inChunks } from './chunks.js';

const large = Buffer.alloc(20_000, 'xyz');
const body = Buffer.concat([
  framedMessage(Buffer.from('one')),
  framedMessage(Buffer.alloc(0), 1),
  framedMessage(large),
]);

test('messages come whole however the body is cut', () => {
  for (const size of [1, 4, 5, 6, 999, 8000, body.length]) {
    const messages: [string, number][] = [];
    const reader = new MessageReader(20_000, (message, flags) => messages.push([message.toString(), flags]));
    for (const chunk of inChunks(body, size)) equal(reader.push(chunk), true);
    deepEqual(messages, [
      ['one', 0],
      ['', 1],
      [large.toString(), 0],
    ]);
    equal(reader.isBetweenMessages, true);
  }
});

test('a message beyond the limit is refused by its prefix', () => {
  const reader = new MessageReader(9, () => undefined);
  const [chunk] = inChunks(messagePrefix(10), 5);
  equal(chunk === undefined || reader.push(chunk), false);
});

test('a body that stops within a message is seen to', () => {
  const reader = new MessageReader(9, () => undefined);
  const [chunk] = inChunks(framedMessage(Buffer.from('ab')).subarray(0, 6), 6);
  equal(chunk === undefined || reader.push(chunk), true);
  equal(reader.isBetweenMessages, false);
});
