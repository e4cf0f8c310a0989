import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { featureCases } from './cases/all-cases.js';
import { featureBootstrap } from './feature-bootstrap.js';
import type { Observation } from './observation.js';
import { hasEnvoy, ProxyUnderTest } from './proxy-under-test.js';
import { observeCases, unexplained } from './run-cases.js';

const skip = hasEnvoy() ? false : 'there is no envoy to compare with';

const suites = [{ bootstrap: featureBootstrap, cases: featureCases }];

for (const { bootstrap, cases } of suites) {
  test(`Envoy and this proxy carry the same conversations: ${bootstrap.name}`, {
    skip,
    timeout: 110_000,
  }, async (t) => {
    const wanted = process.env['DIFFERENTIAL_CASES'];
    const chosen = wanted === undefined ? cases : cases.filter(({ name }) => new RegExp(wanted).test(name));
    const envoy = await ProxyUnderTest.start('envoy', bootstrap);
    t.after(() => envoy.stop());
    const sluice = await ProxyUnderTest.start('sluice', bootstrap);
    t.after(() => sluice.stop());
    const [theirs, ours] = await Promise.all([observeCases(envoy, chosen), observeCases(sluice, chosen)]);
    for (const it of chosen) {
      await t.test(it.name, () => {
        equal(unexplained(it, theirs.get(it.name) as Observation, ours.get(it.name) as Observation), '');
      });
    }
  });
}
