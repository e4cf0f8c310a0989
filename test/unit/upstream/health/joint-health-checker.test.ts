import { deepEqual, equal } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HostHealth } from '../../../../src/api/upstream.js';
import type { HealthCheckConfig } from '../../../../src/upstream/health/config.js';
import { JointHealthChecker } from '../../../../src/upstream/health/joint-health-checker.js';
import type { OnProbeResult, ProbeResult, ProbeVerdict } from '../../../../src/upstream/health/probe.js';
import { cluster, httpCheck } from '../cluster-configs.js';
import { FakeMain, loneMember } from '../member-support.js';

const failedBit = HostHealth.failedActiveHc;

/** Two checks, `a` and `b`, of one host; the test answers for them. */
function checking(changes: Partial<HealthCheckConfig> = {}) {
  const main = new FakeMain();
  const member = loneMember(failedBit);
  const results: boolean[] = [];
  const tell: OnProbeResult[] = [];
  const configs = ['a', 'b'].map((name) => httpCheck({ name, healthyThreshold: 1, ...changes }));
  const checker = new JointHealthChecker(
    configs,
    {
      config: cluster(),
      statRoot: 'cluster.c',
      hasTraffic: () => true,
      transportOf: () => null,
      onResult: (_, passed) => void results.push(passed),
      probeFor: () => (onResult) => {
        tell.push(onResult);
        return { begin: () => undefined, abandon: () => undefined, close: () => undefined };
      },
    },
    main,
  );
  checker.add(member);
  const answer = (check: 'a' | 'b', verdict: ProbeVerdict): void => {
    const result: ProbeResult = { verdict, status: 0, excludes: false };
    tell[check === 'a' ? 0 : 1]?.(result);
  };
  const gauges = () => [main.stat('health_check.healthy'), main.stat('health_check.degraded')];
  return { main, member, checker, results, answer, gauges };
}

describe('several health checks of a cluster', () => {
  test('a host stays as it was until each check has had a result', () => {
    const { member, checker, results, answer, gauges } = checking();
    answer('a', 'passed');
    deepEqual(
      [[...checker.unchecked()].length, member.health, results, gauges()],
      [1, failedBit, [], [0, 0]],
    );
    answer('b', 'passed');
    deepEqual([[...checker.unchecked()].length, member.health, results, gauges()], [0, 0, [true], [1, 0]]);
  });

  test('one check that fails is enough, and each must pass again', () => {
    const { main, member, results, answer, gauges } = checking();
    answer('a', 'passed');
    answer('b', 'passed');
    answer('b', 'failed');
    equal(member.health, failedBit);
    answer('a', 'failed');
    answer('b', 'passed');
    deepEqual([member.health, gauges()], [failedBit, [0, 0]]);
    answer('a', 'passed');
    deepEqual([member.health, gauges()], [0, [1, 0]]);
    deepEqual(results, [true, false, false, false, true]);
    deepEqual(
      ['a', 'b'].map((name) => main.stat(`health_check.name.${name}.success`)),
      [2, 2],
    );
    deepEqual(
      ['a', 'b'].map((name) => main.stat(`health_check.name.${name}.failure`)),
      [1, 1],
    );
  });

  test('a host is degraded while any check says so', () => {
    const { member, answer, gauges } = checking();
    answer('a', 'degraded');
    answer('b', 'passed');
    deepEqual([member.health, gauges()], [HostHealth.degradedActiveHc, [1, 1]]);
    answer('a', 'passed');
    deepEqual([member.health, gauges()], [0, [1, 0]]);
  });

  test('what the data path saw goes to the last check', () => {
    const { main, member, checker, answer } = checking();
    answer('a', 'passed');
    answer('b', 'passed');
    checker.failPassively(member);
    equal(member.health, failedBit | HostHealth.excludedViaImmediateHcFail);
    equal(main.stat('health_check.name.b.passive_failure'), 1);
  });

  test('a host that leaves takes its part of the gauges along', () => {
    const { checker, member, answer, gauges } = checking();
    answer('a', 'degraded');
    answer('b', 'passed');
    checker.remove(member);
    deepEqual(gauges(), [0, 0]);
    checker.close();
    deepEqual(gauges(), [0, 0]);
  });
});
