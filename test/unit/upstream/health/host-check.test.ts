import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HostHealth } from '../../../../src/api/upstream.js';
import { SeededRandom } from '../../../../src/base/random.js';
import type { HealthCheckConfig } from '../../../../src/upstream/health/config.js';
import { H } from '../../../../src/upstream/health/health-stats.js';
import { HostCheck } from '../../../../src/upstream/health/host-check.js';
import type { ProbeResult, ProbeVerdict } from '../../../../src/upstream/health/probe.js';
import { httpCheck } from '../cluster-configs.js';
import { FakeStats, fakeRuntime } from '../fake-scope.js';
import { FakeTime } from '../fake-time.js';
import { loneMember } from '../member-support.js';

interface Settings {
  readonly config?: Partial<HealthCheckConfig>;
  readonly health?: number;
  readonly hasTraffic?: boolean;
  readonly runtime?: { readonly [key: string]: number };
}

/** A verdict; `excluded` is a failure with the wish to be left out. */
type Said = ProbeVerdict | 'excluded';

function resultOf(said: Said): ProbeResult {
  const excludes = said === 'excluded';
  return { verdict: excludes ? 'failed' : said, status: 0, excludes };
}

/** One host under check; the test answers for it. */
function checking({
  config = {},
  health = HostHealth.failedActiveHc,
  hasTraffic = true,
  runtime = {},
}: Settings = {}) {
  const time = new FakeTime();
  const stats = new FakeStats();
  const member = loneMember(health);
  const results: boolean[] = [];
  let begun = 0;
  let abandoned = 0;
  let answer: (result: ProbeResult) => void = () => undefined;
  const scope = {
    config: httpCheck(config),
    timers: time.timers,
    random: new SeededRandom(3),
    runtime: fakeRuntime(runtime),
    stats: stats.bind('hc', H),
    events: null,
    hasTraffic: () => hasTraffic,
    onResult: (_: unknown, passed: boolean) => void results.push(passed),
  };
  const check = new HostCheck(member, member, scope, (onResult) => {
    answer = onResult;
    return { begin: () => begun++, abandon: () => abandoned++, close: () => undefined };
  });
  check.start();
  return {
    time,
    stats,
    member,
    check,
    results,
    answer: (said: Said) => answer(resultOf(said)),
    begun: () => begun,
    abandoned: () => abandoned,
    /** Answers and says how long the next check takes to come, to the tick; Infinity beyond 200 s. */
    delayAfter(said: Said): number {
      answer(resultOf(said));
      const before = begun;
      for (let ms = 4; ms <= 200_000; ms += 4) {
        time.advance(4);
        if (begun > before) return ms - (ms % 100);
      }
      return Number.POSITIVE_INFINITY;
    },
  };
}

const isFailed = (member: { has(bits: number): boolean }): boolean => member.has(HostHealth.failedActiveHc);

describe('health check of a host', () => {
  test('the first pass makes a host healthy whatever the threshold', () => {
    const { member, answer, stats, results } = checking({ config: { healthyThreshold: 5 } });
    answer('passed');
    equal(member.health, 0);
    deepEqual(results, [true]);
    deepEqual([stats.get('hc.attempt'), stats.get('hc.success'), stats.get('hc.healthy')], [1, 1, 1]);
  });

  test('a first failure leaves it failed, and then the threshold counts', () => {
    const { member, answer } = checking();
    answer('failed');
    answer('passed');
    ok(isFailed(member));
    answer('failed');
    answer('passed');
    ok(isFailed(member));
    answer('passed');
    ok(!isFailed(member));
  });

  test('a refusal fails a healthy host at once', () => {
    const { member, answer, stats } = checking({ health: 0 });
    equal(stats.get('hc.healthy'), 1);
    answer('failed');
    ok(isFailed(member));
    deepEqual([stats.get('hc.failure'), stats.get('hc.network_failure'), stats.get('hc.healthy')], [1, 0, 0]);
  });

  for (const result of ['network', 'retriable'] as const) {
    test(`results of kind ${result} must come in a row`, () => {
      const { member, answer } = checking({ health: 0 });
      answer(result);
      answer(result);
      answer('passed');
      answer(result);
      answer(result);
      ok(!isFailed(member));
      answer(result);
      ok(isFailed(member));
    });
  }

  test('a timeout gives the probe up and marks the host once it fails', () => {
    const { member, time, abandoned, stats } = checking({ health: 0, config: { unhealthyThreshold: 2 } });
    time.advance(1010);
    equal(abandoned(), 1);
    equal(member.health, 0);
    time.advance(510 + 1010);
    equal(member.health, HostHealth.failedActiveHc | HostHealth.activeHcTimeout);
    deepEqual([stats.get('hc.failure'), stats.get('hc.network_failure')], [2, 2]);
  });

  test('the mark of a timeout goes with another failure or with recovery', () => {
    const { member, time, answer } = checking();
    time.advance(1010);
    ok(member.has(HostHealth.activeHcTimeout));
    time.advance(4010);
    answer('network');
    ok(!member.has(HostHealth.activeHcTimeout) && isFailed(member));
  });

  test('a degraded pass marks the host, a plain one clears the mark', () => {
    const { member, answer, stats } = checking();
    answer('degraded');
    equal(member.health, HostHealth.degradedActiveHc);
    equal(stats.get('hc.degraded'), 1);
    answer('passed');
    equal(member.health, 0);
    equal(stats.get('hc.degraded'), 0);
  });

  test('a host that excludes itself comes back with its recovery', () => {
    const { member, answer } = checking({ health: 0, config: { healthyThreshold: 1 } });
    answer('excluded');
    equal(member.health, HostHealth.failedActiveHc | HostHealth.excludedViaImmediateHcFail);
    answer('passed');
    equal(member.health, 0);
  });

  test('what the data path saw fails the host at once', () => {
    const { member, check, stats } = checking({ health: 0 });
    check.failPassively();
    equal(member.health, HostHealth.failedActiveHc | HostHealth.excludedViaImmediateHcFail);
    equal(stats.get('hc.passive_failure'), 1);
  });

  test('any first result ends the time in which a new host does not count', () => {
    const { member, answer } = checking({ health: HostHealth.failedActiveHc | HostHealth.pendingActiveHc });
    answer('failed');
    equal(member.health, HostHealth.failedActiveHc);
  });

  test('intervals depend on the result and on whether a change is pending', () => {
    const failing = checking({ health: 0 });
    equal(failing.delayAfter('passed'), 2000);
    equal(failing.delayAfter('network'), 500);
    equal(failing.delayAfter('failed'), 4000);
    equal(failing.delayAfter('passed'), 300);
    equal(failing.delayAfter('passed'), 2000);
  });

  test('without traffic checks are rare, healthy hosts having an interval of their own', () => {
    const config = { noTrafficIntervalMs: 30_000, noTrafficHealthyIntervalMs: 90_000 };
    const { delayAfter } = checking({ hasTraffic: false, config, health: 0 });
    equal(delayAfter('passed'), 90_000);
    equal(delayAfter('failed'), 30_000);
  });

  test('jitter only ever adds, and runtime bounds the whole', () => {
    const config = { intervalMs: 1000, intervalJitterPercent: 50, intervalJitterMs: 1000 };
    const { delayAfter } = checking({ config, health: 0 });
    const delays = Array.from({ length: 20 }, () => delayAfter('passed'));
    ok(delays.every((ms) => ms >= 1000 && ms <= 2500));
    ok(new Set(delays).size > 5);
    const bounded = checking({ config, health: 0, runtime: { 'health_check.min_interval': 9000 } });
    equal(bounded.delayAfter('passed'), 9000);
    const hurried = checking({ config, health: 0, runtime: { 'health_check.max_interval': 700 } });
    equal(hurried.delayAfter('passed'), 700);
  });

  test('initial jitter delays the first check', () => {
    const { begun, time } = checking({ config: { initialJitterMs: 5000 } });
    equal(begun(), 0);
    time.advance(5004);
    equal(begun(), 1);
  });

  test('a closed check never asks again and leaves no gauge behind', () => {
    const { check, answer, stats, time, begun, abandoned } = checking();
    answer('degraded');
    check.close();
    time.advance(100_000);
    deepEqual([begun(), abandoned(), stats.get('hc.healthy'), stats.get('hc.degraded')], [1, 1, 0, 0]);
  });
});
