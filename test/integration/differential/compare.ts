import { equal } from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { withoutEnvoy } from '../../support/envoy.js';
import { lookedAtAgain } from '../../support/run-summary.js';
import type { DifferentialCase } from './differential-case.js';
import type { Observation } from './observation.js';
import { type Bootstrap, ProxyUnderTest } from './proxy-under-test.js';
import { observeCases, unexplained } from './run-cases.js';

/** Cases on one bootstrap. */
export interface Suite {
  readonly bootstrap: Bootstrap;
  readonly cases: readonly DifferentialCase[];
}

/** A pattern in DIFFERENTIAL_CASES runs only the cases whose names match. */
const wanted = new RegExp(process.env['DIFFERENTIAL_CASES'] ?? '');

/** Takes both proxies, started anew, through the cases; answers what differs without a reason, by case. */
async function differences(
  t: TestContext,
  bootstrap: Bootstrap,
  cases: readonly DifferentialCase[],
): Promise<ReadonlyMap<string, string>> {
  const envoy = await ProxyUnderTest.start('envoy', bootstrap);
  t.after(() => envoy.stop());
  const sluice = await ProxyUnderTest.start('sluice', bootstrap);
  t.after(() => sluice.stop());
  const [theirs, ours] = await Promise.all([observeCases(envoy, cases), observeCases(sluice, cases)]);
  const found = new Map<string, string>();
  for (const it of cases) {
    const difference = unexplained(it, theirs.get(it.name) as Observation, ours.get(it.name) as Observation);
    if (difference !== '') found.set(it.name, difference);
  }
  return found;
}

/**
 * One test for each case. What differs is looked at once more with proxies of its own: either proxy publishes the stats
 * of a connection that ends at once when it gets to it, which under load may be in the case behind.
 */
export function compareSuites(suites: readonly Suite[]): void {
  for (const { bootstrap, cases } of suites) {
    const title = `Envoy and this proxy carry the same conversations: ${bootstrap.name}`;
    test(title, { skip: withoutEnvoy, timeout: 800_000 }, async (t) => {
      const chosen = cases.filter(({ name }) => wanted.test(name));
      if (chosen.length === 0) return;
      const first = await differences(t, bootstrap, chosen);
      const doubtful = chosen.filter(({ name }) => first.has(name));
      for (const { name } of doubtful) t.diagnostic(`${lookedAtAgain}${bootstrap.name}: ${name}`);
      const lasting = doubtful.length === 0 ? first : await differences(t, bootstrap, doubtful);
      for (const { name } of chosen) await t.test(name, () => equal(lasting.get(name) ?? '', ''));
    });
  }
  test(`cases of ${suites.map(({ bootstrap }) => bootstrap.name).join(', ')} have names of their own`, () => {
    for (const { cases } of suites) equal(new Set(cases.map(({ name }) => name)).size, cases.length);
  });
}
