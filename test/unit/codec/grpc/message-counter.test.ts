import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { MessageCounter } from '../../../../src/codec/grpc/message-counter.js';
import { framedMessage } from '../../../../src/codec/grpc/message-prefix.js';
import { inChunks } from './chunks.js';

const body = Buffer.concat(
  [Buffer.alloc(0), Buffer.from('one'), Buffer.alloc(300), Buffer.alloc(0)].map((part) =>
    framedMessage(part),
  ),
);

test('messages are counted however the body is cut', () => {
  for (const size of [1, 2, 3, 5, 7, 100, body.length]) {
    const counter = new MessageCounter();
    let began = 0;
    for (const chunk of inChunks(body, size)) began += counter.scan(chunk);
    equal(counter.count, 4, `chunks of ${size}`);
    equal(began, 4);
  }
});

test('a message counts when it begins', () => {
  const counter = new MessageCounter();
  const [first] = inChunks(body, 1);
  equal(first === undefined ? 0 : counter.scan(first), 1);
});

test('messages with a flag that is not counted are passed over', () => {
  const counter = new MessageCounter(2);
  const [chunk] = inChunks(
    Buffer.concat([framedMessage(Buffer.from('a')), framedMessage(Buffer.from('{}'), 2)]),
    99,
  );
  equal(chunk === undefined ? 0 : counter.scan(chunk), 1);
});
