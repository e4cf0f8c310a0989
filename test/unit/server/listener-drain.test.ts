import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { ListenerDrain } from '../../../src/server/listener-drain.js';

const listeners = [
  { name: 'in', trafficDirection: 'INBOUND' },
  { name: 'out', trafficDirection: 'OUTBOUND' },
];
const atOnce = { isInboundOnly: false, isGraceful: false, keepsListening: false };

/** A drain of those two listeners, with what it did noted in order. */
function drainOf(drainTimeMs: number): { readonly drain: ListenerDrain; readonly done: readonly string[] } {
  const done: string[] = [];
  const owner = {
    broadcast: (message: object) => done.push(`discourage ${Reflect.get(message, 'listeners')}`),
    stop: (names: readonly string[]) => done.push(`stop ${names}`),
  };
  return { drain: new ListenerDrain(owner, drainTimeMs, false, () => 0), done };
}

test('without grace listeners stop, and connections are left alone', () => {
  const { drain, done } = drainOf(1000);
  drain.drain(listeners, atOnce);
  deepEqual(done, ['stop in,out']);
  deepEqual(drain.draining, []);
});

test('inbound listeners can be drained alone, the others later', () => {
  const { drain, done } = drainOf(1000);
  drain.drain(listeners, { ...atOnce, isInboundOnly: true });
  drain.drain(listeners, atOnce);
  deepEqual(done, ['stop in', 'stop out']);
});

test('with grace clients are discouraged for the drain time before the listeners stop', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { drain, done } = drainOf(1000);
  drain.drain(listeners, { ...atOnce, isGraceful: true });
  drain.drain(listeners, { ...atOnce, isGraceful: true });
  deepEqual(done, ['discourage in,out']);
  deepEqual(drain.draining, [
    { kind: 'drain-listeners', listeners: ['in'], drainMs: 1000, elapsedMs: 0 },
    { kind: 'drain-listeners', listeners: ['out'], drainMs: 1000, elapsedMs: 0 },
  ]);
  t.mock.timers.tick(999);
  deepEqual(done, ['discourage in,out']);
  t.mock.timers.tick(1);
  deepEqual(done, ['discourage in,out', 'stop in,out']);
});

test('listeners that are to go on accepting never stop', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { drain, done } = drainOf(1000);
  drain.drain(listeners, { ...atOnce, keepsListening: true });
  t.mock.timers.tick(10_000);
  deepEqual(done, ['discourage in,out']);
});

test('a closed drain stops nothing any more', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { drain, done } = drainOf(1000);
  drain.drain(listeners, { ...atOnce, isGraceful: true });
  drain.close();
  t.mock.timers.tick(1000);
  deepEqual(done, ['discourage in,out']);
});
