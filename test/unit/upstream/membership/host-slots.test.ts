import { deepEqual, equal, throws } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HostHealth, HostWord } from '../../../../src/api/upstream.js';
import { HostSlots } from '../../../../src/upstream/membership/host-slots.js';
import { HostTable } from '../../../../src/upstream/shared-words.js';

describe('host slots', () => {
  test('a first table fits exactly and later ones double what there is', () => {
    const slots = new HostSlots(2);
    slots.reserve(3, 0);
    deepEqual([slots.take(), slots.take(), slots.take()], [0, 1, 2]);
    slots.reserve(1, 0);
    deepEqual(
      slots.refs.map(({ capacity, firstSlot }) => [firstSlot, capacity]),
      [
        [0, 3],
        [3, 3],
      ],
    );
    equal(slots.take(), 3);
    equal(slots.place(5).index, 2);
    throws(() => slots.place(6), RangeError);
  });

  test('a released slot is marked, and free again once its update is acknowledged', () => {
    const slots = new HostSlots(2);
    slots.reserve(1, 0);
    const slot = slots.take();
    const { table, index } = slots.place(slot);
    table.setHealth(index, HostHealth.failedActiveHc);
    slots.release(slot, 4);
    equal(table.health(index), HostHealth.failedActiveHc | HostHealth.removed);
    slots.reserve(1, 3);
    equal(slots.take(), 1);
    slots.reserve(1, 4);
    equal(slots.take(), 0);
    equal(table.health(index), 0);
  });

  test('a slot whose host still has a connection in some thread stays taken', () => {
    const slots = new HostSlots(2);
    slots.reserve(1, 0);
    slots.release(slots.take(), 1);
    const ref = slots.refs[0];
    if (ref === undefined) throw new Error('no table');
    const worker = new HostTable(ref.buffer, ref.capacity, 2, 1);
    worker.count(0, HostWord.cxActive, 1);
    slots.reserve(1, 9);
    equal(slots.take(), 1);
    worker.count(0, HostWord.cxActive, -1);
    slots.reserve(1, 9);
    equal(slots.take(), 0);
  });

  test('what a dead worker held is given back, its totals stay', () => {
    const slots = new HostSlots(2);
    slots.reserve(1, 0);
    const ref = slots.refs[0];
    if (ref === undefined) throw new Error('no table');
    const worker = new HostTable(ref.buffer, ref.capacity, 2, 1);
    worker.addActiveRequests(0, 3);
    worker.count(0, HostWord.rqActive, 3);
    worker.count(0, HostWord.rqPendingActive, 2);
    worker.count(0, HostWord.rqTotal, 7);
    slots.reclaim(1);
    const { table } = slots.place(0);
    equal(table.activeRequests(0), 0);
    deepEqual(
      [HostWord.rqActive, HostWord.rqPendingActive, HostWord.rqTotal].map((word) => table.total(0, word)),
      [0, 0, 7],
    );
  });
});
