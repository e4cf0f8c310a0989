import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { statBlock } from '../../../../../src/api/stats.js';
import { graphiteStatsd } from '../../../../../src/extensions/stat-sinks/graphite-statsd/graphite-statsd.js';
import { latch } from '../../../../../src/stats/latch.js';
import { sinkScope, taggedStore, udpReceiver } from '../udp-receiver.js';

const F = statBlock({ counters: ['upstream_rq_total'], histograms: ['upstream_rq_time'] });

test('tags are part of the name', async (t) => {
  const receiver = await udpReceiver(t);
  const store = taggedStore();
  const sink = graphiteStatsd.build(
    { address: '127.0.0.1', port: receiver.port, prefix: 'p', maxBytes: 0 },
    sinkScope(store),
  );
  t.after(() => sink.close());
  const stats = store.lane.bind('cluster.c1', F);
  stats.add(F.upstream_rq_total, 3);
  stats.record(F.upstream_rq_time, 7);
  store.lane.counter('cluster.c1.upstream_rq_200').inc();
  store.lane.counter('server.untagged').inc();
  for (const part of latch(store)) sink.flush(part);
  const [datagram = ''] = await receiver.take(1);
  deepEqual(datagram.split('\n').sort(), [
    'p.cluster.upstream_rq;envoy.response_code=200;envoy.cluster_name=c1:1|c',
    'p.cluster.upstream_rq_time;envoy.cluster_name=c1:7|ms',
    'p.cluster.upstream_rq_total;envoy.cluster_name=c1:3|c',
    'p.server.untagged:1|c',
  ]);
});
