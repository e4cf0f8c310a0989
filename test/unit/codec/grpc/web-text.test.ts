import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { HeaderMap } from '../../../../src/base/header-map.js';
import { framedMessage } from '../../../../src/codec/grpc/message-prefix.js';
import { trailersMessage, WebTextDecoder, WebTextEncoder } from '../../../../src/codec/grpc/web-text.js';
import { inChunks } from './chunks.js';

const messages = [Buffer.from('a'), Buffer.from('bcde'), Buffer.alloc(0), Buffer.alloc(700, 'q')].map(
  (part) => framedMessage(part),
);

test('each message is base64 of its own however the body is cut', () => {
  const wanted = messages.map((message) => message.toString('base64')).join('');
  for (const size of [1, 2, 5, 8, 1000]) {
    const encoder = new WebTextEncoder();
    let text = '';
    for (const chunk of inChunks(Buffer.concat(messages), size)) text += encoder.encode(chunk);
    equal(text, wanted, `chunks of ${size}`);
  }
});

test('base64 is read in whole groups, whatever the chunks', () => {
  const body = Buffer.concat(messages);
  for (const size of [1, 3, 4, 9]) {
    const decoder = new WebTextDecoder();
    const parts: (Buffer | null)[] = [];
    for (const chunk of inChunks(Buffer.from(body.toString('base64')), size))
      parts.push(decoder.decode(chunk));
    equal(
      Buffer.concat(parts.map((part) => part ?? Buffer.from('bad'))).toString('hex'),
      body.toString('hex'),
    );
    equal(decoder.restLength, 0);
  }
});

test('what is no base64 is told', () => {
  const [chunk] = inChunks(Buffer.from('A$=='), 4);
  equal(chunk === undefined ? undefined : new WebTextDecoder().decode(chunk), null);
});

test('trailers are a message with a flag of its own', () => {
  const trailers = new HeaderMap();
  trailers.add('grpc-status', '0');
  trailers.add('x', 'y');
  equal(trailersMessage(trailers).toString('latin1'), '\x80\0\0\0\x14grpc-status:0\r\nx:y\r\n');
});
