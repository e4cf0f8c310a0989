import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { NameFound, NameWant } from '../../../src/api/name-caches.js';
import { ThreadNames } from '../../../src/plane/thread-names.js';
import type { DnsCacheConfig } from '../../../src/upstream/dns-cache/dns-cache-config.js';
import { dns } from '../upstream/cluster-configs.js';
import { FakeStats } from '../upstream/fake-scope.js';

const config: DnsCacheConfig = {
  name: 'names',
  dns: dns(),
  hostTtlMs: 1,
  maxHosts: 1,
  maxPending: 2,
  queryTimeoutMs: 1,
  failsUntilWanted: false,
  early: [],
};

function asking(changes: Partial<DnsCacheConfig> = {}) {
  const wants: NameWant[] = [];
  const stats = new FakeStats();
  const names = new ThreadNames(
    (want) => wants.push(want),
    () => stats,
  );
  const cache = names.cache({ ...config, ...changes });
  const found: string[] = [];
  const find = (name: string) =>
    cache.find(name, 80, ({ outcome }: NameFound) => found.push(`${name} ${outcome}`));
  const tell = (key: string, outcome: NameFound['outcome'] | 'gone'): void =>
    names.onAnswer({ cache: 'names', key, outcome, details: '' });
  return { names, wants, stats, find, found, tell };
}

test('main is asked once for a name, and all who wait are told', () => {
  const { wants, find, found, tell } = asking();
  find('a.test');
  find('a.test');
  equal(wants.length, 1);
  tell('a.test:80', 'resolved');
  deepEqual(found, ['a.test resolved', 'a.test resolved']);
  deepEqual(find('a.test'), { outcome: 'resolved', details: '' });
});

test('who has taken the wish back is not told, and makes room', () => {
  const { find, found, tell, stats } = asking();
  const handle = find('a.test');
  find('b.test');
  equal(find('c.test'), null);
  equal(stats.get('dns_cache.names.dns_rq_pending_overflow'), 1);
  if (handle !== null && 'cancel' in handle) handle.cancel();
  find('c.test');
  tell('a.test:80', 'resolved');
  deepEqual(found, []);
});

test('a name that is gone is asked for again', () => {
  const { wants, find, tell } = asking();
  tell('a.test:80', 'resolved');
  tell('a.test:80', 'gone');
  find('a.test');
  equal(wants.length, 1);
});

test('an overflow is told to those who wait, and not remembered', () => {
  const { wants, find, found, tell } = asking();
  find('a.test');
  tell('a.test:80', 'overflow');
  deepEqual(found, ['a.test overflow']);
  find('a.test');
  equal(wants.length, 2);
});

test('a failure is remembered unless names that fail are asked for anew', () => {
  const remembering = asking();
  remembering.tell('a.test:80', 'failed');
  remembering.find('a.test');
  equal(remembering.wants.length, 0);
  const anew = asking({ failsUntilWanted: true });
  anew.tell('a.test:80', 'failed');
  anew.find('a.test');
  equal(anew.wants.length, 1);
});
