import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { HostWord } from '../../../../src/api/upstream.js';
import { ClusterRegistry } from '../../../../src/upstream/membership/registry.js';
import { HostTable } from '../../../../src/upstream/shared-words.js';
import { cluster } from '../cluster-configs.js';
import { FakeMain } from '../member-support.js';

const originalDst = { header: '', port: 0, metadataPath: [], cleanupMs: 1000 };

function meant() {
  const main = new FakeMain();
  const registry = new ClusterRegistry(main);
  const config = cluster({ type: 'ORIGINAL_DST', originalDst });
  registry.add(config, main.onReady(config));
  const want = (ip: string): void => registry.onHostWanted({ cluster: 'c', ip, port: 80 });
  /** A worker uses the host in that slot. */
  const use = (slot: number, word: number, n: number): void => {
    const ref = main.published
      .at(-1)
      ?.tables.find((it) => slot >= it.firstSlot && slot < it.firstSlot + it.capacity);
    if (ref === undefined) throw new Error('no such slot');
    new HostTable(ref.buffer, ref.capacity, main.threads, 1).count(slot - ref.firstSlot, word, n);
  };
  return { main, want, use };
}

test('a cluster without hosts is ready at once', () => {
  const { main } = meant();
  deepEqual([main.ready, main.hosts()], [['c'], []]);
});

test('addresses that requests want become hosts, named after the cluster', () => {
  const { main, want } = meant();
  want('10.0.0.1');
  want('10.0.0.2');
  want('10.0.0.1');
  main.time.advance(10);
  deepEqual(main.hosts(), ['10.0.0.1:80', '10.0.0.2:80']);
  equal(main.published.at(-1)?.hosts[0]?.hostname, 'c10.0.0.1:80');
  deepEqual([main.stat('membership_change'), main.stat('membership_total')], [2, 2]);
});

test('a wish is an update at once, and those that follow soon are one more together', () => {
  const { main, want } = meant();
  want('10.0.0.1');
  deepEqual(main.hosts(), ['10.0.0.1:80']);
  want('10.0.0.2');
  want('10.0.0.3');
  equal(main.published.length, 2);
  main.time.advance(10);
  deepEqual([main.published.length, main.hosts().length], [3, 3]);
  main.time.advance(10);
  want('10.0.0.4');
  equal(main.published.length, 4);
});

test('a host goes when nobody has used it between two sweeps, and stays while it is connected', () => {
  const { main, want, use } = meant();
  want('10.0.0.1');
  want('10.0.0.2');
  want('10.0.0.3');
  main.time.advance(1010);
  const [idle, busy, connected] = main.published.at(-1)?.hosts.map(({ slot }) => slot) ?? [];
  equal(idle, 0);
  use(busy as number, HostWord.rqTotal, 1);
  use(connected as number, HostWord.cxActive, 1);
  main.time.advance(1000);
  deepEqual(main.hosts(), ['10.0.0.2:80', '10.0.0.3:80']);
  use(connected as number, HostWord.cxActive, -1);
  main.time.advance(1000);
  deepEqual(main.hosts(), []);
  equal(main.stat('membership_total'), 0);
});
