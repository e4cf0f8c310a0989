import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { SharedMemory } from '../../../../../src/api/thread-scope.js';
import { SessionTable } from '../../../../../src/extensions/transport-sockets/tls/session-table.js';

const id = Buffer.alloc(32, 7);
const session = Buffer.from('a session');

/** Two threads' views of one table, and the bytes below it. */
function tables(): { readonly one: SessionTable; readonly two: SessionTable; readonly bytes: Uint8Array } {
  let bytes = new Uint8Array(new SharedArrayBuffer(0));
  const shared: SharedMemory = {
    words: () => new BigInt64Array(7),
    bytes: (_, length) => {
      if (bytes.length === 0) bytes = new Uint8Array(new SharedArrayBuffer(length));
      return bytes;
    },
    nowMs: () => 0,
  };
  const one = new SessionTable(shared);
  return { one, two: new SessionTable(shared), bytes };
}

test('a session that one thread keeps is found by the others until its time is over', () => {
  const { one, two } = tables();
  one.put('chain', id, session, 100, 110);
  deepEqual(two.get('chain', id, 109), session);
  equal(two.get('chain', id, 110), null);
});

test('a session is found neither under another chain nor under another id', () => {
  const { one, two } = tables();
  one.put('chain', id, session, 100, 110);
  equal(two.get('other', id, 100), null);
  equal(two.get('chain', Buffer.alloc(32, 8), 100), null);
  equal(two.get('chain', Buffer.alloc(0), 100), null);
});

test('what is not whole is no session', () => {
  const { one, two, bytes } = tables();
  one.put('chain', id, session, 100, 110);
  const at = Buffer.from(bytes.buffer).indexOf(session);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  equal(two.get('chain', id, 100), null);
});

test('a session that is too long is not kept', () => {
  const { one } = tables();
  one.put('chain', id, Buffer.alloc(2048), 100, 110);
  equal(one.get('chain', id, 100), null);
});

test('a full table gives up what ends first, and holds no more than it holds', () => {
  const { one } = tables();
  const ids = Array.from({ length: 6000 }, (_, i) => Buffer.from(`session ${i}`));
  for (const [i, each] of ids.entries()) one.put('chain', each, session, 100, 1000 + i);
  const kept = ids.filter((each) => one.get('chain', each, 100) !== null).length;
  equal(kept <= 4096 && kept > 3000, true);
  equal(one.get('chain', ids.at(-1) as Buffer, 100)?.toString(), 'a session');
});
