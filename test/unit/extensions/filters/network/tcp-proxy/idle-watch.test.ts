import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { IdleWatch } from '../../../../../../src/extensions/filters/network/tcp-proxy/idle-watch.js';
import { FakeTime } from '../../../../upstream/fake-time.js';

function watched() {
  const time = new FakeTime();
  const progress = { bufferedBytes: 0, flushedBytes: 0 };
  const state = { idle: 0 };
  const watch = new IdleWatch(time.timers, 100, progress, () => state.idle++);
  return { time, progress, state, watch };
}

test('silence ends after the timeout, counted from the last byte', () => {
  const { time, state, watch, progress } = watched();
  time.advance(60);
  progress.flushedBytes = 500;
  watch.onActivity();
  time.advance(90);
  equal(state.idle, 0);
  time.advance(14);
  equal(state.idle, 1);
});

test('a peer that is still taking what waits for it is not idle', () => {
  const { time, state, progress } = watched();
  progress.bufferedBytes = 1000;
  for (let i = 0; i < 4; i++) {
    progress.flushedBytes += 100;
    time.advance(104);
  }
  equal(state.idle, 0);
  time.advance(104);
  equal(state.idle, 1);
});

test('nothing fires after the end', () => {
  const { time, state, watch } = watched();
  watch.cancel();
  time.advance(1000);
  equal(state.idle, 0);
});
