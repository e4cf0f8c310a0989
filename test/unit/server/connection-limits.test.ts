import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { ListenerConfig } from '../../../src/network/listener-config.js';
import { ConnectionLimits } from '../../../src/server/connection-limits.js';
import { FakeStats, fakeRuntime } from '../upstream/fake-scope.js';

const open = { connections: 5, connectionsOn: (slot: number) => (slot === 1 ? 2 : 0) };

function limitsOf(keys: { readonly [key: string]: number }, more: Partial<ListenerConfig> = {}) {
  const stats = new FakeStats();
  const listener: Partial<ListenerConfig> = { name: 'main', statPrefix: 'listener.main', ...more };
  const limits = new ConnectionLimits(open, fakeRuntime(keys), stats);
  return { admits: (slot = 1) => limits.admits(listener as ListenerConfig, slot), stats };
}

test('without limits everything is admitted', () => {
  equal(limitsOf({}).admits(), true);
});

test('a listener is full at its own count, whatever others have open', () => {
  const { admits, stats } = limitsOf({ 'envoy.resource_limits.listener.main.connection_limit': 2 });
  equal(admits(1), false);
  equal(admits(2), true);
  equal(stats.get('listener.main.downstream_cx_overflow'), 1);
});

test('the limit of the overload manager stands before that of runtime', () => {
  const stats = new FakeStats();
  const runtime = fakeRuntime({ 'overload.global_downstream_max_connections': 6 });
  const main = { name: 'main', statPrefix: 'listener.main' } as ListenerConfig;
  equal(new ConnectionLimits(open, runtime, stats, 5).admits(main, 1), false);
  equal(new ConnectionLimits(open, runtime, stats, 6).admits(main, 1), true);
  equal(new ConnectionLimits(open, fakeRuntime({}), stats, 5).isUnlimited(main), false);
});

test('the global limit counts all listeners, except for one that ignores it', () => {
  const keys = { 'overload.global_downstream_max_connections': 5 };
  const { admits, stats } = limitsOf(keys);
  equal(admits(2), false);
  equal(stats.get('listener.main.downstream_global_cx_overflow'), 1);
  equal(limitsOf(keys, { ignoreGlobalConnLimit: true }).admits(2), true);
});
