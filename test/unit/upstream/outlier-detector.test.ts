import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HostHealth } from '../../../src/api/upstream.js';
import type { OutlierConfig } from '../../../src/upstream/outlier-config.js';
import { OutlierDetector } from '../../../src/upstream/outlier-detector.js';
import { outlier } from './cluster-configs.js';
import { FakeMain, loneMember } from './member-support.js';

function detecting(
  config: Partial<OutlierConfig> = {},
  hosts = 10,
  runtime: { readonly [key: string]: number } = {},
) {
  const main = new FakeMain(runtime);
  const detector = new OutlierDetector(outlier(config), 'c', main, 'cluster.c');
  const members = Array.from({ length: hosts }, (_, i) => loneMember(0, 80 + i));
  for (const member of members) detector.add(member);
  const first = members[0];
  const second = members[1];
  ok(first !== undefined && second !== undefined);
  return {
    detector,
    members,
    first,
    second,
    time: main.time,
    stat: (name: string) => main.stat(`outlier_detection.${name}`),
    isEjected: (member = first) => member.has(HostHealth.failedOutlierCheck),
  };
}

describe('outlier detector', () => {
  test('a report ejects the host and is counted', () => {
    const { detector, first, stat, isEjected } = detecting();
    detector.report(first, 'consecutive-5xx');
    ok(isEjected());
    deepEqual(
      [
        'ejections_detected_consecutive_5xx',
        'ejections_enforced_consecutive_5xx',
        'ejections_enforced_total',
        'ejections_active',
      ].map(stat),
      [1, 1, 1, 1],
    );
  });

  test('late reports about an ejected or removed host count nothing', () => {
    const { detector, first, second, stat } = detecting();
    detector.report(first, 'consecutive-5xx');
    detector.report(first, 'consecutive-5xx');
    detector.remove(second);
    detector.report(second, 'consecutive-5xx');
    equal(stat('ejections_detected_consecutive_5xx'), 1);
  });

  test('no more hosts are ejected than the share allows', () => {
    const { detector, members, stat } = detecting({ maxEjectionPercent: 30 });
    for (const member of members) detector.report(member, 'consecutive-5xx');
    deepEqual([stat('ejections_active'), stat('ejections_overflow')], [3, 7]);
  });

  test('a single host goes beyond the share only where that is asked for', () => {
    const strict = detecting({}, 2);
    strict.detector.report(strict.first, 'consecutive-5xx');
    ok(!strict.isEjected());
    const lenient = detecting({ alwaysEjectOneHost: true }, 2);
    lenient.detector.report(lenient.first, 'consecutive-5xx');
    lenient.detector.report(lenient.second, 'consecutive-5xx');
    ok(lenient.isEjected() && !lenient.isEjected(lenient.second));
  });

  test('gateway failures are detected but by default not enforced', () => {
    const { detector, first, stat, isEjected } = detecting();
    detector.report(first, 'consecutive-gateway');
    ok(!isEjected());
    equal(stat('ejections_detected_consecutive_gateway_failure'), 1);
    equal(stat('ejections_enforced_total'), 0);
  });

  test('runtime decides how often a detection is enforced', () => {
    const runtime = { 'outlier_detection.enforcing_consecutive_gateway_failure': 100 };
    const { detector, first, isEjected } = detecting({}, 10, runtime);
    detector.report(first, 'consecutive-gateway');
    ok(isEjected());
  });

  test('a host comes back at the first sweep after its time', () => {
    const { detector, first, time, stat, isEjected } = detecting();
    time.advance(5000);
    detector.report(first, 'consecutive-5xx');
    time.advance(29_990);
    ok(isEjected());
    time.advance(5020);
    ok(!isEjected());
    equal(stat('ejections_active'), 0);
  });

  /** Seconds until the host is back, in steps of the sweep. */
  function ejectionSeconds({ detector, first, time, isEjected }: ReturnType<typeof detecting>): number {
    detector.report(first, 'consecutive-5xx');
    let seconds = 0;
    while (isEjected()) {
      time.advance(10_000);
      seconds += 10;
    }
    return seconds;
  }

  test('ejections one after the other grow by the base time up to the maximum', () => {
    const setting = detecting({ maxEjectionMs: 100_000, intervalMs: 9_999 });
    const seconds = Array.from({ length: 5 }, () => ejectionSeconds(setting));
    const expected = [30, 60, 90, 100, 100];
    for (const [i, actual] of seconds.entries())
      ok(Math.abs(actual - (expected[i] ?? 0)) <= 10, seconds.join());
  });

  test('intervals without ejection shorten the next one again', () => {
    const setting = detecting();
    ejectionSeconds(setting);
    ejectionSeconds(setting);
    setting.time.advance(20_100);
    const seconds = ejectionSeconds(setting);
    ok(seconds >= 30 && seconds <= 40, `${seconds}`);
  });

  test('a passing health check takes the host back unless that is switched off', () => {
    const { detector, first, isEjected } = detecting();
    detector.report(first, 'consecutive-5xx');
    detector.onHealthCheckPassed(first);
    ok(!isEjected());
    const stubborn = detecting({ unejectOnHealthCheck: false });
    stubborn.detector.report(stubborn.first, 'consecutive-5xx');
    stubborn.detector.onHealthCheckPassed(stubborn.first);
    ok(stubborn.isEjected());
  });

  test('a removed host leaves no gauge behind', () => {
    const { detector, first, stat } = detecting();
    detector.report(first, 'consecutive-5xx');
    detector.remove(first);
    equal(stat('ejections_active'), 0);
  });

  test('a host that calls itself degraded is marked for a time that grows, without being ejected', () => {
    const { detector, first, members, stat, time } = detecting({
      detectsDegraded: true,
      maxEjectionPercent: 0,
    });
    const isDegraded = (): boolean => first.has(HostHealth.degradedOutlierDetection);
    for (const member of members) detector.report(member, 'degraded');
    detector.report(first, 'degraded');
    deepEqual(
      [isDegraded(), stat('ejections_detected_degradation'), stat('ejections_active')],
      [true, members.length, 0],
    );
    time.advance(29_000);
    ok(isDegraded());
    time.advance(1100);
    ok(!isDegraded());
    detector.report(first, 'degraded');
    time.advance(59_000);
    ok(isDegraded());
    time.advance(11_000);
    ok(!isDegraded());
  });
});
