import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Host,
  HostHealth,
  type LevelChoice,
  type LoadBalancerContext,
} from '../../../src/api/upstream.js';
import { ipAddress } from '../../../src/network/address.js';
import { AggregateChooser, type PartCluster } from '../../../src/upstream/aggregate-chooser.js';
import { balancedCluster } from '../../support/balanced-cluster.js';
import { testHost } from '../../support/test-host.js';

const context: LoadBalancerContext = {
  hash: undefined,
  metadataMatch: null,
  headers: null,
  attempt: 0,
  accepts: () => true,
  hostSelectionMaxAttempts: 1,
};

const hostOf = (changes: Partial<Host> = {}): Host => testHost(ipAddress('10.0.0.1', 80), changes);

interface Part extends PartCluster {
  currentHosts: readonly Host[];
  hostsVersion: number;
  readonly asked: (LevelChoice | undefined)[];
}

function partOf(hosts: readonly Host[]): Part {
  const part: Part = {
    ...balancedCluster(),
    currentHosts: hosts,
    hostsVersion: 1,
    asked: [],
    pick: ({ levelChoice }: LoadBalancerContext) => {
      part.asked.push(levelChoice);
      return part.currentHosts.find((host) => host.priority === levelChoice?.level) ?? null;
    },
  };
  return part;
}

test('levels of the parts follow each other, and a part is told which of its own is meant', () => {
  const first = partOf([
    hostOf({ priority: 0, health: HostHealth.failedEdsHealth }),
    hostOf({ priority: 1 }),
  ]);
  const clusters = new Map([['a', first]]);
  const chooser = new AggregateChooser(
    ['none', 'a'],
    balancedCluster(),
    (name) => clusters.get(name) ?? null,
  );
  const host = chooser.choose(context);
  equal(host?.priority, 1);
  deepEqual(first.asked, [{ level: 1, isDegraded: false }]);
  equal(host === null ? null : chooser.ownerOf(host), clusters.get('a'));
});

test('parts whose hosts change, come or go are looked at again', () => {
  const first = partOf([]);
  const second = partOf([hostOf()]);
  const clusters = new Map([['a', first]]);
  const chooser = new AggregateChooser(['a', 'b'], balancedCluster(), (name) => clusters.get(name) ?? null);
  equal(chooser.choose(context), null);
  clusters.set('b', second);
  equal(chooser.choose(context), second.currentHosts[0]);
  first.currentHosts = [hostOf()];
  first.hostsVersion++;
  equal(chooser.choose(context), first.currentHosts[0]);
});
