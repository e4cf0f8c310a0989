import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { framedMessage } from '../../../../../../src/codec/grpc/message-prefix.js';
import { ConnectEnd } from '../../../../../../src/extensions/filters/http/grpc-stats/connect-end.js';

function endOf(last: string, flags: number): boolean {
  const end = new ConnectEnd();
  const buffer = Buffer.concat([
    framedMessage(Buffer.from('{"error":1}')),
    framedMessage(Buffer.from(last), flags),
  ]);
  end.scan({ buffer, start: 0, end: 7 });
  end.scan({ buffer, start: 7, end: buffer.length });
  return end.isSuccess;
}

test('a Connect stream has succeeded when its last message says so', () => {
  equal(endOf('{"metadata":{}}', 2), true);
  equal(endOf('{"error":{"code":"aborted"}}', 2), false);
  equal(endOf('{}', 0), false);
});
