import type { Bench } from 'tinybench';
import { statBlock } from '../../../src/api/stats.js';
import { StatLane } from '../../../src/stats/lane.js';
import { addBatched } from '../batch.js';

const F = statBlock({ counters: ['hits', 'misses'], gauges: ['active'], histograms: ['time'] });

/** What a request pays for its stats. */
export function add(bench: Bench): void {
  const lane = new StatLane(() => undefined);
  const stats = lane.bind('http.ingress', F);
  const counter = lane.counter('cluster.c.upstream_rq_200');
  let ms = 0.3;
  addBatched(bench, 'nothing (cost of the loop)', () => undefined);
  addBatched(bench, 'inc', () => stats.inc(F.hits));
  addBatched(bench, 'add to a gauge', () => stats.add(F.active, 1));
  addBatched(bench, 'inc of a counter outside blocks', () => counter.inc());
  addBatched(bench, 'record of a latency', () => {
    ms = ms > 500 ? 0.3 : ms * 1.013;
    stats.record(F.time, ms);
  });
}
