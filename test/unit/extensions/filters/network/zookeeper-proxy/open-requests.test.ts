import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { OpenRequests } from '../../../../../../src/extensions/filters/network/zookeeper-proxy/open-requests.js';

const limit = 10_000;
const request = (opCode: number) => ({ opCode, startedMs: 5 });

test('any numbers are found again, each once, and the later request of two with one number', () => {
  const open = new OpenRequests(0x1234_5678);
  const numbers = [1, 2, -3, 0x7fff_ffff, -0x8000_0000, 0x10_0000, 0x20_0000, 0xdead];
  for (const xid of numbers) open.add(xid, request(xid));
  open.add(2, request(77));
  deepEqual(
    numbers.map((xid) => open.take(xid)?.opCode),
    numbers.map((xid) => (xid === 2 ? 77 : xid)),
  );
  deepEqual(
    numbers.map((xid) => open.take(xid)),
    numbers.map(() => undefined),
  );
});

test('control requests of one number are taken in order', () => {
  const open = new OpenRequests(1);
  for (const opCode of [11, 12]) open.addControl(-2, request(opCode));
  deepEqual(
    [open.takeControl(-2)?.opCode, open.takeControl(-2)?.opCode, open.takeControl(-2)],
    [11, 12, undefined],
  );
  equal(open.take(-2), undefined);
});

test('as many as the limit are followed, and room comes back', () => {
  const open = new OpenRequests(1);
  for (let xid = 0; xid <= limit; xid++) open.add(xid, request(3));
  equal(open.take(limit), undefined);
  ok(open.take(0));
  open.add(limit, request(4));
  equal(open.take(limit)?.opCode, 4);
});
