import { deepEqual, equal, notDeepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import type { SharedMemory } from '../../../../../src/api/thread-scope.js';
import type { Clock } from '../../../../../src/base/clock.js';
import {
  configuredTicketKeys,
  processTicketKeys,
} from '../../../../../src/extensions/transport-sockets/tls/ticket-keys.js';

const dayMs = 86_400_000;

/** Memory and a clock that several threads share. */
function process(): { readonly shared: SharedMemory; readonly clock: Clock; pass(days: number): void } {
  const words = new BigInt64Array(new SharedArrayBuffer(56));
  let wallMs = 5 * dayMs;
  return {
    shared: { words: () => words, bytes: (_, length) => new Uint8Array(length), nowMs: () => 0 },
    clock: { now: () => 0, wallMs: () => wallMs, originMs: 0 },
    pass: (days) => {
      wallMs += days * dayMs;
    },
  };
}

test('all threads of a process make the same keys, another process others', () => {
  const own = process();
  const first = processTicketKeys(own.shared, own.clock)();
  deepEqual(processTicketKeys(own.shared, own.clock)(), first);
  const other = process();
  notDeepEqual(processTicketKeys(other.shared, other.clock)(), first);
});

test('keys change every day, and the day before still opens its tickets', () => {
  const { shared, clock, pass } = process();
  const keys = processTicketKeys(shared, clock);
  const [today] = keys();
  pass(1);
  const [tomorrow, before] = keys();
  deepEqual(before, today);
  notDeepEqual(tomorrow, today);
  pass(1);
  equal(
    keys().some((key) => today?.name.equals(key.name) === true),
    false,
  );
});

test('a configured key is cut into name, MAC key and cipher key', () => {
  const [key] = configuredTicketKeys([Uint8Array.from({ length: 80 }, (_, i) => i)])();
  deepEqual([key?.name[0], key?.name.length], [0, 16]);
  deepEqual([key?.hmac[0], key?.hmac.length], [16, 32]);
  deepEqual([key?.aes[0], key?.aes.length], [48, 16]);
});
