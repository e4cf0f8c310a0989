import type { Bench } from 'tinybench';
import { statBlock } from '../../../src/api/stats.js';
import { immediately, StatLane } from '../../../src/stats/lane.js';
import { latch } from '../../../src/stats/latch.js';
import { renderPrometheus } from '../../../src/stats/render/prometheus.js';
import { EVERYTHING } from '../../../src/stats/render/selection.js';
import { renderText } from '../../../src/stats/render/text.js';
import { DEFAULT_BOUNDS } from '../../../src/stats/stats-config.js';
import { StatStore } from '../../../src/stats/store.js';
import { TagExtractor } from '../../../src/stats/tags.js';

const CLUSTERS = 1000;
const C = statBlock({
  counters: Array.from({ length: 80 }, (_, i) => `upstream_counter_${i}`),
  gauges: Array.from({ length: 20 }, (_, i) => `upstream_gauge_${i}`),
  histograms: ['upstream_rq_time'],
});

function filled(): StatStore {
  const store = new StatStore({ naming: new TagExtractor() });
  store.attach(1);
  const lane = new StatLane((messages) => store.receive(1, messages), { defer: immediately });
  for (let i = 0; i < CLUSTERS; i++) {
    const stats = lane.bind(`cluster.c${i}`, C);
    for (let slot = 0; slot < 20; slot++) stats.inc(slot);
    stats.record(100, i % 50);
  }
  return store;
}

function lengthOf(chunks: Iterable<string>): number {
  let length = 0;
  for (const chunk of chunks) length += chunk.length;
  return length;
}

/** What main pays for a thousand clusters. */
export function add(bench: Bench): void {
  const store = filled();
  const tags = new TagExtractor();
  addIdentify(bench, tags);
  bench.add('flush of 1,000 clusters', () => {
    let parts = 0;
    for (const _part of latch(store)) parts += 1;
    return parts;
  });
  const bounds = (): readonly number[] => DEFAULT_BOUNDS;
  bench.add('/stats of 1,000 clusters', () => lengthOf(renderText(store, EVERYTHING, bounds)));
  const cumulative = { ...EVERYTHING, buckets: 'cumulative' as const };
  bench.add('/stats/prometheus of 1,000 clusters', () =>
    lengthOf(renderPrometheus(store, cumulative, bounds)),
  );
}

function addIdentify(bench: Bench, tags: TagExtractor): void {
  let i = 0;
  bench.add('tags of a cluster stat', () => tags.identify(`cluster.c${i++ & 1023}.upstream_rq_200`));
}
