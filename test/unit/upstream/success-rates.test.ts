import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HostHealth, HostWord } from '../../../src/api/upstream.js';
import type { OutlierConfig } from '../../../src/upstream/outlier-config.js';
import { OutlierDetector } from '../../../src/upstream/outlier-detector.js';
import { outlier } from './cluster-configs.js';
import { FakeMain, talliedMember } from './member-support.js';

/** Hosts of which each answers so many requests, so many of them well, before the next sweep. */
function rated(config: Partial<OutlierConfig>, hosts = 3) {
  const main = new FakeMain();
  const detector = new OutlierDetector(outlier(config), 'c', main, 'cluster.c');
  const members = Array.from({ length: hosts }, (_, i) => talliedMember(80 + i));
  for (const { member } of members) detector.add(member);
  return {
    main,
    detector,
    members: members.map(({ member }) => member),
    interval: (results: readonly (readonly [total: number, passed: number])[]) => {
      for (const [i, [total, passed]] of results.entries()) {
        members[i]?.count(HostWord.resultsTotal, total);
        members[i]?.count(HostWord.resultsPassed, passed);
      }
      main.time.advance(10_010);
    },
    stat: (name: string) => main.stat(`outlier_detection.${name}`),
  };
}

const three: Partial<OutlierConfig> = {
  maxEjectionPercent: 50,
  successRate: { minimumHosts: 3, requestVolume: 10, stdevFactor: 1000 },
};

describe('success rates', () => {
  test('a host below the mean less the deviations is ejected', () => {
    const { detector, members, interval, stat, main } = rated(three);
    interval([
      [10, 10],
      [10, 10],
      [10, 0],
    ]);
    const [first, , third] = members;
    ok(first !== undefined && third !== undefined);
    ok(third.has(HostHealth.failedOutlierCheck));
    deepEqual([detector.successRate(first, 'external'), detector.successRate(third, 'external')], [100, 0]);
    const { average, threshold } = detector.summary('external');
    ok(Math.abs(average - 66.667) < 0.001 && Math.abs(threshold - 19.526) < 0.001, `${average} ${threshold}`);
    deepEqual(
      ['ejections_success_rate', 'ejections_enforced_success_rate', 'ejections_total'].map(stat),
      [1, 1, 1],
    );
    const [line = ''] = main.outlierLines;
    const event = JSON.parse(line);
    deepEqual(
      [event.type, event.action, event.enforced, event.eject_success_rate_event],
      [
        'SUCCESS_RATE',
        'EJECT',
        true,
        {
          host_success_rate: 0,
          cluster_average_success_rate: 66,
          cluster_success_rate_ejection_threshold: 19,
        },
      ],
    );
  });

  test('too few requests or hosts judge nobody', () => {
    const few = rated(three);
    few.interval([
      [10, 10],
      [10, 10],
      [9, 0],
    ]);
    equal(few.stat('ejections_enforced_total'), 0);
    const lonely = rated(three, 2);
    lonely.interval([
      [10, 10],
      [10, 0],
    ]);
    equal(lonely.stat('ejections_enforced_total'), 0);
    const idle = rated(three);
    idle.interval([
      [10, 10],
      [10, 0],
      [9, 9],
    ]);
    equal(idle.stat('ejections_enforced_total'), 0);
    deepEqual(lonely.detector.summary('external'), { average: -1, threshold: -1 });
  });

  test('each interval stands for itself', () => {
    const { detector, members, interval } = rated(three);
    interval([
      [10, 9],
      [10, 9],
      [10, 9],
    ]);
    const [first] = members;
    ok(first !== undefined);
    equal(detector.successRate(first, 'external'), 90);
    interval([]);
    equal(detector.successRate(first, 'external'), -1);
  });

  test('failure percentage is told in the log, and ejects only where it is enforced', () => {
    const failures = { threshold: 50, minimumHosts: 3, requestVolume: 10 };
    const oneFails: readonly (readonly [number, number])[] = [
      [10, 5],
      [10, 10],
      [10, 10],
    ];
    const { members, interval, stat, main } = rated({ maxEjectionPercent: 50, failurePercentage: failures });
    interval(oneFails);
    deepEqual(
      [stat('ejections_detected_failure_percentage'), members[0]?.has(HostHealth.failedOutlierCheck)],
      [1, false],
    );
    ok(main.outlierLines[0]?.includes('"type":"FAILURE_PERCENTAGE"'));
    const enforcing = { ...outlier().enforcing, failure_percentage: 100 };
    const strict = rated({ maxEjectionPercent: 50, failurePercentage: failures, enforcing });
    strict.interval(oneFails);
    ok(strict.members[0]?.has(HostHealth.failedOutlierCheck));
  });

  test('a host that comes back is told with the time since it went', () => {
    const { interval, main } = rated({ ...three, baseEjectionMs: 1000 });
    interval([
      [10, 10],
      [10, 10],
      [10, 0],
    ]);
    interval([]);
    const event = JSON.parse(main.outlierLines[1] ?? '');
    deepEqual(
      [event.action, event.secs_since_last_action, event.num_ejections, event.enforced],
      ['UNEJECT', '10', 1, false],
    );
  });
});
