import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import type { Plain } from '../../../../src/base/plain.js';
import { SystemRandom } from '../../../../src/base/random.js';
import { ipAddress } from '../../../../src/network/address.js';
import { ClusterTransports } from '../../../../src/upstream/cluster-transports.js';
import { TransportMatches } from '../../../../src/upstream/membership/transport-matches.js';
import { testRegistry } from '../../../support/config-text.js';
import { endpoint } from '../cluster-configs.js';
import { FakeStats, silentLog } from '../fake-scope.js';
import { FakeTime } from '../fake-time.js';

const labels = (value: string): Plain => ({
  filter_metadata: { 'envoy.transport_socket_match': { a: value } },
});
const found = (own: string, ofLocality: string) => ({
  endpoint: endpoint('10.0.0.1', 80, { metadata: labels(own), localityMetadata: labels(ofLocality) }),
  address: ipAddress('10.0.0.1', 80),
});

test('a host has the first match of its own labels, then of those of its locality', () => {
  const stats = new FakeStats();
  const time = new FakeTime();
  const scope = {
    clock: time,
    timers: time.timers,
    random: new SystemRandom(),
    stats,
    log: silentLog,
    secrets: { generation: 0, get: () => null },
  };
  const config = {
    transport: null,
    transportMatches: [
      { name: 'one', match: { a: '1' }, transport: null },
      { name: 'two', match: { a: '2' }, transport: null },
    ],
  };
  const transports = new ClusterTransports(config, 'cluster.c', testRegistry(), scope);
  const matches = new TransportMatches(config, stats, 'cluster.c');
  matches.count([found('1', '2'), found('2', '1'), found('3', '1'), found('3', '3')], 4, () => transports);
  deepEqual(Object.fromEntries(stats.values), {
    'cluster.c.default.total_match_count': 1,
    'cluster.c.one.total_match_count': 2,
    'cluster.c.two.total_match_count': 1,
  });
});
