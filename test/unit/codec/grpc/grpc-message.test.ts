import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { decodeGrpcMessage, encodeGrpcMessage } from '../../../../src/codec/grpc/grpc-message.js';

test('texts survive the header', () => {
  for (const text of ['', 'plain text', '100%', 'é\n€', '%41']) {
    equal(decodeGrpcMessage(encodeGrpcMessage(text)), text);
  }
  equal(encodeGrpcMessage('é%'), '%C3%A9%25');
});

test('an escape that is none stays', () => {
  equal(decodeGrpcMessage('50% off %4'), '50% off %4');
});
