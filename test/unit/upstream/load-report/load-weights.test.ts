import { deepEqual } from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LoadRules } from '../../../../src/api/load-report.js';
import { HostWord, loadHostWords } from '../../../../src/api/upstream.js';
import { LoadWeights } from '../../../../src/upstream/load-report/load-weights.js';
import { Member } from '../../../../src/upstream/membership/member.js';
import { HostTable } from '../../../../src/upstream/shared-words.js';
import { FakeTime } from '../fake-time.js';
import { loneMember } from '../member-support.js';

const rules: LoadRules = {
  metricNames: [],
  errorPenalty: 0,
  blackoutMs: 300,
  expirationMs: 1000,
  updateMs: 100,
};

const threads = 3;

/** Four hosts that two workers hear reports of, and what main makes of them. */
class Scene {
  readonly time = new FakeTime();
  readonly members: readonly Member[];
  changes = 0;
  private readonly workers: readonly HostTable[];
  private readonly weights: LoadWeights;

  constructor(configured: readonly number[] = [1, 1, 1, 5]) {
    const buffer = HostTable.allocate(4, threads, loadHostWords);
    const tables = [0, 1, 2].map((thread) => new HostTable(buffer, 4, threads, thread));
    const [main, ...workers] = tables as [HostTable, ...HostTable[]];
    const owner = { sharedNowMs: () => 0, onHealthChange: () => undefined };
    this.workers = workers;
    this.members = configured.map((weight, index) => {
      const { record, address } = loneMember();
      return new Member({ ...record, weight }, address, { table: main, index }, 0, owner);
    });
    const cluster = {
      members: () => this.members,
      onWeightsChanged: () => void this.changes++,
      sharedNowMs: () => this.time.now(),
    };
    this.weights = new LoadWeights(rules, cluster, this.time.timers);
  }

  report(host: number, weight: number, worker = 0): void {
    this.workers[worker]?.noteLoad(host, weight, this.time.now(), rules.expirationMs);
  }

  /** Time passes while every host goes on with its last report. */
  pass(ms: number, reports: { readonly [host: number]: number } = {}): readonly number[] {
    for (let passed = 0; passed < ms; passed += 50) {
      for (const [host, weight] of Object.entries(reports)) this.report(Number(host), weight, passed % 2);
      this.time.advance(50);
    }
    return this.members.map(({ weight }) => weight);
  }

  close(): void {
    this.weights.close();
  }
}

describe('weights by reports', () => {
  test('hosts weigh as configured until the first look, and one each while nobody reports', () => {
    const scene = new Scene();
    deepEqual(scene.pass(50), [1, 1, 1, 5]);
    deepEqual(scene.pass(100), [1, 1, 1, 1]);
  });

  test('a host that says nothing weighs what is in the middle of the others', () => {
    const scene = new Scene();
    deepEqual(scene.pass(500, { 0: 200, 1: 400 }), [200, 400, 300, 300]);
    deepEqual(scene.pass(500, { 0: 200, 1: 400, 2: 1000 }), [200, 400, 1000, 400]);
  });

  test('a first report is not believed before the blackout is over, whichever worker heard it', () => {
    const scene = new Scene();
    scene.report(0, 7, 1);
    deepEqual(scene.pass(150, { 0: 7 }), [1, 1, 1, 1]);
    deepEqual(scene.pass(300, { 0: 7 }), [7, 7, 7, 7]);
  });

  test('reports that are too old count no more, and the blackout begins anew', () => {
    const scene = new Scene();
    deepEqual(scene.pass(500, { 0: 7, 1: 9 }), [7, 9, 8, 8]);
    deepEqual(scene.pass(800, { 1: 9 }), [7, 9, 8, 8]);
    deepEqual(scene.pass(300, { 1: 9 }), [9, 9, 9, 9]);
    deepEqual(scene.pass(200, { 0: 7, 1: 9 }), [9, 9, 9, 9]);
    deepEqual(scene.pass(300, { 0: 7, 1: 9 }), [7, 9, 8, 8]);
  });

  test('the last report counts, whichever worker heard it', () => {
    const scene = new Scene();
    scene.pass(500, { 0: 7 });
    scene.report(0, 11, 0);
    scene.time.advance(1);
    scene.report(0, 13, 1);
    deepEqual(scene.pass(100)[0], 13);
  });

  test('workers are told of changes alone, and of none after the end', () => {
    const scene = new Scene();
    scene.pass(600, { 0: 7 });
    const { changes } = scene;
    scene.pass(300, { 0: 7 });
    deepEqual(scene.changes, changes);
    scene.close();
    scene.pass(300, { 0: 8 });
    deepEqual(scene.changes, changes);
  });

  test('what a dead worker counted moves to main, and weights stay', () => {
    const scene = new Scene();
    scene.pass(500, { 0: 7 });
    const buffer = HostTable.allocate(1, threads, loadHostWords);
    const main = new HostTable(buffer, 1, threads, 0);
    const worker = new HostTable(buffer, 1, threads, 1);
    worker.count(0, HostWord.rqTotal, 5);
    worker.noteLoad(0, 9, 10, 100);
    main.reclaim(1, []);
    deepEqual([main.total(0, HostWord.rqTotal), main.loadWeight(0), main.lastLoad(0, 100).weight], [5, 0, 9]);
  });
});
