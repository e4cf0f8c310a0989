import { equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { statBlock } from '../../../src/api/stats.js';
import { immediately, StatLane } from '../../../src/stats/lane.js';
import { latch } from '../../../src/stats/latch.js';
import { StatStore } from '../../../src/stats/store.js';

const F = statBlock({ counters: ['a', 'b'], gauges: ['g'], histograms: ['h'] });
const PREFIXES = ['x', 'x.y', 'z'];
const LANES = 3;

type Step =
  | { do: 'add'; lane: number; prefix: number; n: number }
  | { do: 'single'; lane: number; n: number }
  | { do: 'record'; lane: number; prefix: number; n: number }
  | { do: 'gauge'; lane: number; prefix: number; n: number }
  | { do: 'retire'; lane: number }
  | { do: 'flush' }
  | { do: 'reset' };

const lane = fc.nat(LANES - 1);
const prefix = fc.nat(PREFIXES.length - 1);
const n = fc.nat(1000);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('add' as const), lane, prefix, n }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('single' as const), lane, n }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('record' as const), lane, prefix, n }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('gauge' as const), lane, prefix, n }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('retire' as const), lane }) },
  { weight: 1, arbitrary: fc.constant({ do: 'flush' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'reset' as const }) },
);

/** The store under test with its workers, and the plain sums it must agree with. */
class Model {
  readonly store = new StatStore();
  private nextLane = 1;
  readonly workers = Array.from({ length: LANES }, () => this.start());
  readonly counted = new Map<string, number>();
  readonly reset = new Map<string, number>();
  readonly flushed = new Map<string, number>();
  readonly samples = new Map<string, number[]>();

  start(): { id: number; lane: StatLane; gauges: Map<string, number> } {
    const id = this.nextLane++;
    this.store.attach(id);
    const send = (messages: Parameters<ConstructorParameters<typeof StatLane>[0]>[0]): void =>
      this.store.receive(id, messages);
    return { id, lane: new StatLane(send, { defer: immediately }), gauges: new Map() };
  }

  count(name: string, by: number): void {
    this.counted.set(name, (this.counted.get(name) ?? 0) + by);
  }

  run(step: Step): void {
    switch (step.do) {
      case 'add':
        this.workers[step.lane]!.lane.bind(PREFIXES[step.prefix]!, F).add(F.b, step.n);
        this.count(`${PREFIXES[step.prefix]}.b`, step.n);
        return;
      case 'single':
        this.workers[step.lane]!.lane.counter('x.dynamic').add(step.n);
        this.count('x.dynamic', step.n);
        return;
      case 'record': {
        const name = `${PREFIXES[step.prefix]}.h`;
        this.workers[step.lane]!.lane.bind(PREFIXES[step.prefix]!, F).record(F.h, step.n);
        this.samples.set(name, [...(this.samples.get(name) ?? []), step.n]);
        return;
      }
      case 'gauge':
        this.workers[step.lane]!.lane.bind(PREFIXES[step.prefix]!, F).set(F.g, step.n);
        this.workers[step.lane]!.gauges.set(`${PREFIXES[step.prefix]}.g`, step.n);
        return;
      case 'retire':
        this.store.retire(this.workers[step.lane]!.id);
        this.workers[step.lane] = this.start();
        return;
      case 'flush':
        this.flush();
        return;
      case 'reset':
        this.store.resetCounters();
        for (const [name, value] of this.counted) this.reset.set(name, value);
    }
  }

  flush(): void {
    for (const part of latch(this.store)) {
      for (const { stat, delta } of part.counters) {
        this.flushed.set(stat.name, (this.flushed.get(stat.name) ?? 0) + delta);
      }
      for (const { stat, count, sum, buckets } of part.histograms) {
        this.flushed.set(stat.name, (this.flushed.get(stat.name) ?? 0) + count);
        this.flushed.set(`${stat.name} sum`, (this.flushed.get(`${stat.name} sum`) ?? 0) + sum);
        equal(
          buckets.reduce((total, bucket) => total + bucket.count, 0),
          count,
        );
      }
    }
  }

  check(): void {
    for (const [name, value] of this.counted) {
      equal(this.store.value(name), value - (this.reset.get(name) ?? 0));
      equal(this.flushed.get(name), value);
    }
    for (const [name, samples] of this.samples) {
      equal(this.store.value(name), samples.length);
      equal(this.flushed.get(name), samples.length);
      equal(
        this.flushed.get(`${name} sum`),
        samples.reduce((total, sample) => total + sample, 0),
      );
    }
    for (const prefix of PREFIXES) {
      const sum = this.workers.reduce((total, worker) => total + (worker.gauges.get(`${prefix}.g`) ?? 0), 0);
      equal(this.store.value(`${prefix}.g`), sum);
    }
  }
}

test('nothing is lost or counted twice, whoever dies and whenever is flushed', () => {
  let retirements = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 80 }), (steps) => {
      const model = new Model();
      for (const each of steps) model.run(each);
      retirements += steps.filter((each) => each.do === 'retire').length;
      model.flush();
      model.check();
    }),
    { numRuns: 150 },
  );
  ok(retirements > 0);
});
