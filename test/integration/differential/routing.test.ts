import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { withoutEnvoy } from '../../support/envoy.js';
import { familyBootstrap } from './families/filter-family.js';
import { routingFamilies } from './families/routing/routing-families.js';
import type { Observation } from './observation.js';
import { ProxyUnderTest } from './proxy-under-test.js';
import { observeCases, unexplained } from './run-cases.js';

const log = [
  'path=%REQ(:PATH)%',
  'cluster=%UPSTREAM_CLUSTER%',
  'vcluster=%VIRTUAL_CLUSTER_NAME%',
  'attempts=%UPSTREAM_REQUEST_ATTEMPT_COUNT%',
  'authority=%REQ(:AUTHORITY)%',
  'failure=%UPSTREAM_TRANSPORT_FAILURE_REASON%',
].join(' ');

/** A pattern in DIFFERENTIAL_CASES runs only the cases whose names match. */
const wanted = new RegExp(process.env['DIFFERENTIAL_CASES'] ?? '');
const cases = routingFamilies.flatMap((family) => family.cases).filter(({ name }) => wanted.test(name));

test('Envoy and this proxy route the same', { skip: withoutEnvoy, timeout: 170_000 }, async (t) => {
  if (cases.length === 0) return;
  const bootstrap = familyBootstrap('routing', routingFamilies, log);
  const envoy = await ProxyUnderTest.start('envoy', bootstrap);
  t.after(() => envoy.stop());
  const sluice = await ProxyUnderTest.start('sluice', bootstrap);
  t.after(() => sluice.stop());
  const [theirs, ours] = await Promise.all([observeCases(envoy, cases), observeCases(sluice, cases)]);
  for (const it of cases) {
    await t.test(it.name, () => {
      equal(unexplained(it, theirs.get(it.name) as Observation, ours.get(it.name) as Observation), '');
    });
  }
});

test('routing cases have names of their own', () => {
  equal(new Set(cases.map(({ name }) => name)).size, cases.length);
});
