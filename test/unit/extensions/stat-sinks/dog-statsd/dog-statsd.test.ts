import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import type { StatSink } from '../../../../../src/api/stat-sink.js';
import { statBlock } from '../../../../../src/api/stats.js';
import { dogStatsd } from '../../../../../src/extensions/stat-sinks/dog-statsd/dog-statsd.js';
import { latch } from '../../../../../src/stats/latch.js';
import type { StatStore } from '../../../../../src/stats/store.js';
import { sinkScope, taggedStore, udpReceiver } from '../udp-receiver.js';

const F = statBlock({ counters: ['upstream_rq_total'], histograms: ['upstream_rq_time'] });

function flush(store: StatStore, sink: StatSink): void {
  for (const part of latch(store)) sink.flush(part);
}

test('names lose their tags, which follow the value', async (t) => {
  const receiver = await udpReceiver(t);
  const store = taggedStore();
  const sink = dogStatsd.build(
    { address: '127.0.0.1', port: receiver.port, prefix: 'p', maxBytes: 0 },
    sinkScope(store),
  );
  t.after(() => sink.close());
  const stats = store.lane.bind('cluster.c1', F);
  stats.add(F.upstream_rq_total, 3);
  stats.record(F.upstream_rq_time, 7);
  stats.record(F.upstream_rq_time, 7);
  store.lane.counter('cluster.c1.upstream_rq_200').inc();
  store.lane.counter('server.untagged').inc();
  flush(store, sink);
  const [datagram = ''] = await receiver.take(1);
  deepEqual(datagram.split('\n').sort(), [
    'p.cluster.upstream_rq:1|c|#envoy.response_code:200,envoy.cluster_name:c1',
    'p.cluster.upstream_rq_time:7|ms|@0.5|#envoy.cluster_name:c1',
    'p.cluster.upstream_rq_total:3|c|#envoy.cluster_name:c1',
    'p.server.untagged:1|c',
  ]);
});

test('datagrams keep to the configured size, and a longer line goes alone', async (t) => {
  const receiver = await udpReceiver(t);
  const store = taggedStore();
  const sink = dogStatsd.build(
    { address: '127.0.0.1', port: receiver.port, prefix: 'envoy', maxBytes: 120 },
    sinkScope(store, true),
  );
  t.after(() => sink.close());
  const long = `cluster.${'x'.repeat(100)}`;
  for (const prefix of ['cluster.a', 'cluster.b', long, 'cluster.c'])
    store.lane.bind(prefix, F).inc(F.upstream_rq_total);
  flush(store, sink);
  const datagrams = await receiver.take(3);
  deepEqual(
    datagrams.map((datagram) => datagram.split('\n').length),
    [2, 1, 1],
  );
  ok(Buffer.byteLength(datagrams[0] ?? '') <= 120);
  equal(datagrams[1]?.includes('x'.repeat(100)), true);
});
