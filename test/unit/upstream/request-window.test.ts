import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { RequestWindow } from '../../../src/upstream/request-window.js';
import { SharedTime } from './shared-time.js';

function add(window: RequestWindow, requests: number): void {
  for (let i = 0; i < requests; i++) window.add();
}

test('requests count until the part of the interval in which they began is an interval old', () => {
  const shared = new SharedTime();
  const window = new RequestWindow('w', 1000, shared);
  add(window, 3);
  shared.now += 500;
  add(window, 4);
  equal(window.total, 7);
  shared.now += 599;
  equal(window.total, 7);
  shared.now += 1;
  equal(window.total, 4);
  shared.now += 500;
  equal(window.total, 0);
});

test('a place that was used in an earlier interval begins anew', () => {
  const shared = new SharedTime();
  const window = new RequestWindow('w', 1000, shared);
  for (let round = 0; round < 30; round++) {
    add(window, 1);
    shared.now += 100;
  }
  equal(window.total, 10);
  shared.now += 1_000_000;
  add(window, 2);
  equal(window.total, 2);
});

test('threads count together, and windows of other names or lengths do not', () => {
  const shared = new SharedTime();
  const windows = [new RequestWindow('w', 1000, shared), new RequestWindow('w', 1000, shared)];
  for (const window of windows) add(window, 5);
  equal(windows[0]?.total, 10);
  equal(new RequestWindow('v', 1000, shared).total, 0);
  equal(new RequestWindow('w', 2000, shared).total, 0);
});

test('an interval shorter than its parts still ends', () => {
  const shared = new SharedTime();
  const window = new RequestWindow('w', 5, shared);
  add(window, 1);
  equal(window.total, 1);
  shared.now += 20;
  equal(window.total, 0);
});
