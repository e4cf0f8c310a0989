import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SeededRandom } from '../../../../src/base/random.js';
import type { ClusterConfig } from '../../../../src/upstream/config.js';
import { DnsRefresh } from '../../../../src/upstream/membership/dns-refresh.js';
import { M } from '../../../../src/upstream/membership/membership-stats.js';
import type { ResolvedAddress } from '../../../../src/upstream/membership/name-resolver.js';
import { dns } from '../cluster-configs.js';
import { FakeResolver, settled } from '../fake-resolver.js';
import { FakeStats, silentLog } from '../fake-scope.js';
import { FakeTime } from '../fake-time.js';

function refreshing(config: Partial<ClusterConfig['dns']> = {}) {
  const time = new FakeTime();
  const resolver = new FakeResolver();
  const stats = new FakeStats();
  const seen: (readonly string[])[] = [];
  const scope = {
    timers: time.timers,
    random: new SeededRandom(2),
    log: silentLog,
    resolverFor: () => resolver,
  };
  const owner = { config: { name: 'c', dns: dns(config) }, stats: stats.bind('cluster.c', M) };
  const events = {
    onAddresses: (addresses: readonly ResolvedAddress[]) => seen.push(addresses.map(({ ip }) => ip)),
    onSettled: () => undefined,
  };
  const refresh = new DnsRefresh(scope, 'a.test', owner, events);
  /** Milliseconds until the next question, to the wheel's tick. */
  const nextAfter = async (limitMs: number): Promise<number> => {
    await settled();
    const asked = resolver.asked.length;
    for (let ms = 4; ms <= limitMs; ms += 4) {
      time.advance(4);
      if (resolver.asked.length > asked) return ms;
    }
    return Number.POSITIVE_INFINITY;
  };
  return { refresh, resolver, stats, seen, nextAfter };
}

describe('DNS refresh', () => {
  test('a name is asked for again after the refresh rate', async () => {
    const { refresh, resolver, seen, nextAfter } = refreshing({ family: 'V4_ONLY' });
    resolver.has('a.test', ['10.0.0.1', '10.0.0.2', '10.0.0.1']);
    refresh.start();
    const waited = await nextAfter(6000);
    ok(waited >= 5000 && waited <= 5008, `${waited}`);
    deepEqual(seen[0], ['10.0.0.1', '10.0.0.2']);
    deepEqual(resolver.asked, ['a.test V4_ONLY', 'a.test V4_ONLY']);
  });

  test('the least TTL sets the pace when it is respected, unless it is 0', async () => {
    const { refresh, resolver, nextAfter } = refreshing({ respectTtl: true });
    resolver.has('a.test', ['10.0.0.1'], 2);
    refresh.start();
    const waited = await nextAfter(6000);
    ok(waited >= 2000 && waited <= 2008, `${waited}`);
    resolver.has('a.test', ['10.0.0.1'], 0);
    await nextAfter(6000);
    const atZero = await nextAfter(6000);
    ok(atZero >= 5000 && atZero <= 5008, `${atZero}`);
  });

  test('jitter only ever adds', async () => {
    const { refresh, resolver, nextAfter } = refreshing({ jitterMs: 1000 });
    resolver.has('a.test', ['10.0.0.1']);
    refresh.start();
    const waits = [await nextAfter(7000), await nextAfter(7000), await nextAfter(7000)];
    ok(waits.every((ms) => ms >= 5000 && ms <= 6008));
    ok(new Set(waits).size > 1);
  });

  test('failures back off between 0 and a bound that doubles up to the maximum', async () => {
    const { refresh, resolver, stats, seen, nextAfter } = refreshing({
      failureBaseMs: 1000,
      failureMaxMs: 4000,
    });
    resolver.fails('a.test');
    refresh.start();
    const bounds = [1000, 2000, 4000, 4000];
    for (const bound of bounds) ok((await nextAfter(10_000)) <= bound + 8);
    await settled();
    equal(stats.get('cluster.c.update_failure'), 5);
    equal(stats.get('cluster.c.update_attempt'), 5);
    deepEqual(seen, []);
  });

  test('an empty answer is a success', async () => {
    const { refresh, resolver, stats, seen } = refreshing();
    resolver.has('a.test', []);
    refresh.start();
    await settled();
    deepEqual(seen, [[]]);
    equal(stats.get('cluster.c.update_success'), 1);
  });

  test('nothing happens once it is closed, even when an answer is on its way', async () => {
    const { refresh, resolver, seen, nextAfter } = refreshing();
    resolver.has('a.test', ['10.0.0.1']);
    refresh.start();
    refresh.close();
    equal(await nextAfter(20_000), Number.POSITIVE_INFINITY);
    deepEqual(seen, []);
  });
});
