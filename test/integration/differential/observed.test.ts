import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { withoutEnvoy } from '../../support/envoy.js';
import { isAccepted } from './accepted-differences.js';
import { observedBootstrap } from './observed-bootstrap.js';
import { ProxyUnderTest } from './proxy-under-test.js';

/** Names of every stat, used or not, with ports by name. */
async function statNames(proxy: ProxyUnderTest): Promise<Set<string>> {
  const names = new Set<string>();
  for (const line of (await proxy.admin('/stats')).split('\n')) {
    const name = /^(\S+): /.exec(line)?.[1];
    if (name !== undefined) names.add(name);
  }
  return names;
}

function unexplained(theirs: ReadonlySet<string>, ours: ReadonlySet<string>): string {
  const lines = [
    ...[...theirs].filter((name) => !ours.has(name)).map((name) => `- ${name}`),
    ...[...ours].filter((name) => !theirs.has(name)).map((name) => `+ ${name}`),
  ];
  return lines.filter((line) => !isAccepted('every stat', 'stats', line)).join('\n');
}

/** The difference once it is none, or after a while: workers build their listeners when the proxy is up. */
async function settledDifference(theirs: ReadonlySet<string>, sluice: ProxyUnderTest): Promise<string> {
  const deadline = performance.now() + 3000;
  for (;;) {
    const difference = unexplained(theirs, await statNames(sluice));
    if (difference === '' || performance.now() > deadline) return difference;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('Envoy and this proxy list the same stats before any request', {
  skip: withoutEnvoy,
  timeout: 60_000,
}, async (t) => {
  const envoy = await ProxyUnderTest.start('envoy', observedBootstrap);
  t.after(() => envoy.stop());
  const sluice = await ProxyUnderTest.start('sluice', observedBootstrap);
  t.after(() => sluice.stop());
  equal(await settledDifference(await statNames(envoy), sluice), '');
});
