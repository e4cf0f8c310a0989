import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { DelayedClose } from '../../../src/network/delayed-close.js';
import { FakeTime } from '../upstream/fake-time.js';

function closing() {
  const time = new FakeTime();
  const connection = { flushedBytes: 0, guard: (body: () => void) => body() };
  const state = { expired: 0 };
  const delay = new DelayedClose(connection, time.timers, 100, () => state.expired++);
  return { time, connection, state, delay };
}

test('a peer that takes nothing is waited for once', () => {
  const { time, state } = closing();
  time.advance(90);
  equal(state.expired, 0);
  time.advance(20);
  equal(state.expired, 1);
  time.advance(1000);
  equal(state.expired, 1);
});

test('a peer that still takes bytes is waited for as long as it does', () => {
  const { time, connection, state } = closing();
  for (let i = 0; i < 5; i++) {
    connection.flushedBytes += 10;
    time.advance(104);
  }
  equal(state.expired, 0);
  time.advance(104);
  equal(state.expired, 1);
});

test('a cancelled wait never expires', () => {
  const { time, delay, state } = closing();
  delay.cancel();
  time.advance(1000);
  equal(state.expired, 0);
});
