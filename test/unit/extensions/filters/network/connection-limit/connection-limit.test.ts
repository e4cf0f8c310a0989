import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { NetworkStatus } from '../../../../../../src/api/network-filter.js';
import { connectionLimit } from '../../../../../../src/extensions/filters/network/connection-limit/connection-limit.js';
import { readText } from '../../../../../support/config-text.js';
import { networkThreads } from '../../../../../support/network-thread.js';

function config(text: string) {
  return readText(connectionLimit.typeUrl, text, connectionLimit.parse).value;
}

test('threads count together, and a closed connection makes room', () => {
  const { build, stats } = networkThreads();
  const limit = config('{ stat_prefix: own, max_connections: 1 }');
  const [one, other] = [build(connectionLimit, limit, 1), build(connectionLimit, limit, 2)];
  const first = one();
  equal(first.filter.onNewConnection?.(), NetworkStatus.Continue);
  const second = other();
  equal(second.filter.onNewConnection?.(), NetworkStatus.Stop);
  deepEqual(second.closes, ['no-flush over_connection_limit']);
  second.filter.onClose?.('local');
  first.filter.onClose?.('remote');
  equal(other().filter.onNewConnection?.(), NetworkStatus.Continue);
  deepEqual(Object.fromEntries(stats), {
    'connection_limit.own.active_connections': 1,
    'connection_limit.own.limited_connections': 1,
  });
});

test('what a dead thread held is given back by the one that takes its place', () => {
  const { build } = networkThreads();
  const limit = config('{ stat_prefix: own, max_connections: 1 }');
  build(connectionLimit, limit, 1)().filter.onNewConnection?.();
  equal(build(connectionLimit, limit, 1)().filter.onNewConnection?.(), NetworkStatus.Continue);
});

test('a refused connection is closed after the delay, and nothing passes until then', () => {
  const { build, time } = networkThreads();
  const make = build(connectionLimit, config('{ stat_prefix: own, max_connections: 1, delay: 1s }'));
  make().filter.onNewConnection?.();
  const { filter, closes } = make();
  filter.onNewConnection?.();
  equal(filter.onData?.({ buffer: Buffer.alloc(1), start: 0, end: 1 }, false), NetworkStatus.Stop);
  deepEqual(closes, []);
  time.advance(1100);
  deepEqual(closes, ['no-flush over_connection_limit']);
});

test('a limit that runtime switches off neither refuses nor counts', () => {
  const { build, stats } = networkThreads({ limits: 'false' });
  const flag = 'runtime_enabled: { default_value: true, runtime_key: limits }';
  const make = build(connectionLimit, config(`{ stat_prefix: own, max_connections: 1, ${flag} }`));
  for (let i = 0; i < 3; i++) {
    const { filter } = make();
    equal(filter.onNewConnection?.(), NetworkStatus.Continue);
    filter.onClose?.('remote');
  }
  equal(stats.get('connection_limit.own.active_connections') ?? 0, 0);
});
