import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { ReadPolicy } from '../../../src/api/redis-shard.js';
import { type Host, HostHealth, type LoadBalancerContext } from '../../../src/api/upstream.js';
import { crc16 } from '../../../src/base/crc16.js';
import { ipAddress } from '../../../src/network/address.js';
import { RedisShards, type ShardFacts, shardMetadata } from '../../../src/upstream/redis-shards.js';
import { StrayHost } from '../../../src/upstream/stray-host.js';

function hostAt(port: number, facts: ShardFacts, zone = '', health = 0): Host {
  const host = new StrayHost(ipAddress('10.0.0.1', port));
  return Object.assign(Object.create(host) as Host, {
    address: host.address,
    metadata: shardMetadata(facts),
    locality: { region: '', zone, subZone: '' },
    health,
  });
}

const first = { below: () => 0, u32: () => 0, u64: () => 0n, uuid: () => '' };

function pick(hosts: readonly Host[], slot: number, policy: ReadPolicy, zone = ''): number | null {
  const shardPick = { shard: -1, slot, policy, zone };
  const chosen = new RedisShards(hosts, first).choose({ shardPick } as unknown as LoadBalancerContext);
  return chosen?.address.port ?? null;
}

const primary = hostAt(1, { slots: [[0, 99]], replicates: [] }, 'a');
const replica = hostAt(2, { slots: [], replicates: ['10.0.0.1:1'] }, 'b');
const other = hostAt(3, { slots: [[100, 16_383]], replicates: [] });
const hosts = [replica, other, primary];

test('CRC-16 is that of the Redis Cluster specification', () => {
  equal(crc16('123456789'), 0x31c3);
  equal(crc16(''), 0);
});

test('slots belong to the primaries that discovery named', () => {
  equal(pick(hosts, 0, 'MASTER'), 1);
  equal(pick(hosts, 99, 'MASTER'), 1);
  equal(pick(hosts, 100, 'MASTER'), 3);
  equal(pick(hosts, 16_383, 'MASTER'), 3);
  equal(pick([other], 5, 'MASTER'), null);
});

test('shards are numbered by their first slot', () => {
  const shards = new RedisShards(hosts, first);
  equal(shards.shardCount, 2);
  const ports = [0, 1, 2].map((shard) => {
    const shardPick = { shard, slot: 0, policy: 'MASTER' as const, zone: '' };
    return shards.choose({ shardPick } as unknown as LoadBalancerContext)?.address.port;
  });
  deepEqual(ports, [1, 3, undefined]);
});

test('reads go where the policy says', () => {
  equal(pick(hosts, 0, 'REPLICA'), 2);
  equal(pick(hosts, 100, 'REPLICA'), null);
  equal(pick(hosts, 100, 'PREFER_REPLICA'), 3);
  equal(pick(hosts, 0, 'PREFER_MASTER'), 1);
  equal(pick(hosts, 0, 'LOCAL_ZONE_AFFINITY', 'b'), 2);
  equal(pick(hosts, 100, 'LOCAL_ZONE_AFFINITY', 'b'), 3);
  equal(pick(hosts, 0, 'LOCAL_ZONE_AFFINITY_REPLICAS_AND_PRIMARY', 'a'), 1);
  equal(pick(hosts, 0, 'LOCAL_ZONE_AFFINITY_REPLICAS_AND_PRIMARY', 'c'), 2);
});

test('an unhealthy primary is read elsewhere where that is allowed', () => {
  const sick = hostAt(1, { slots: [[0, 99]], replicates: [] }, 'a', HostHealth.failedActiveHc);
  equal(pick([sick, replica], 0, 'PREFER_MASTER'), 2);
  equal(pick([sick, replica], 0, 'MASTER'), 1);
});
