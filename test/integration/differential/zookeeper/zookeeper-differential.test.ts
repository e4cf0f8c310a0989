import { equal } from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { withoutEnvoy } from '../../../support/envoy.js';
import { answer, bool, request, text } from '../../../support/zookeeper/packet-bytes.js';
import { isAccepted } from '../accepted-differences.js';
import type { ByteCase } from '../bytes/byte-case.js';
import { type Differences, histogramsName, lastingDifferences } from '../bytes/lasting-differences.js';
import { ScriptedServer } from '../bytes/scripted-server.js';
import { difference, statLines } from '../observation.js';
import { type ProxyKind, ProxyUnderTest } from '../proxy-under-test.js';
import { zooKeeperBootstrap } from './zookeeper-bootstrap.js';
import { zooKeeperCases } from './zookeeper-cases.js';

/** A pattern in DIFFERENTIAL_CASES runs only the cases whose names match. */
const wanted = new RegExp(process.env['DIFFERENTIAL_CASES'] ?? '');
const cases = zooKeeperCases.filter(({ name }) => wanted.test(name));

/** Everything that is not of zookeeper_proxy is compared elsewhere. */
const ignoredStats = [/^(?!\w+\.zookeeper\.)/];
const lastRequest = request(1, 3, text('/'), bool(false));
const lastAnswer = answer(1, 0, Buffer.alloc(71));

interface Seen {
  /** By case. */
  readonly lines: readonly (readonly string[])[];
  /** Names of histograms, with their tags. */
  readonly histograms: readonly string[];
}

async function observe(t: TestContext, kind: ProxyKind, cases: readonly ByteCase[]): Promise<Seen> {
  const server = await ScriptedServer.start();
  t.after(() => server.close());
  const proxy = await ProxyUnderTest.start(kind, zooKeeperBootstrap(server.port));
  t.after(() => proxy.stop());
  const lines: string[][] = [];
  let before = await proxy.stats();
  for (const it of cases) {
    const told = await server.play(proxy.places.listeners[it.listener ?? 'main'] ?? 0, it.steps(1));
    await proxy.settled(/downstream_cx_active/);
    const stats = await proxy.stats();
    lines.push([...told, ...statLines(before, stats, ignoredStats)]);
    before = stats;
  }
  // A connection of its own for the last line, which comes behind those of all cases.
  await server.play(proxy.places.listeners['small'] ?? 0, [{ client: lastRequest }, { server: lastAnswer }]);
  const lastLine = `rx=${lastRequest.length} tx=${lastAnswer.length} `;
  const connections = (await proxy.log('customLog', lastLine)).split('\n');
  for (const [i, told] of lines.entries()) told.push(sorted(connections[i] ?? 'no connection log'));
  return { lines, histograms: await histograms(proxy) };
}

/** Once that of the last conversation is known: all are gathered at the same moment. */
async function histograms(proxy: ProxyUnderTest): Promise<readonly string[]> {
  let stats = '';
  const deadline = performance.now() + 5000;
  while (performance.now() < deadline && !stats.includes('small.zookeeper.exists_resp_latency'))
    stats = await proxy.admin('/stats?usedonly');
  return [...stats.matchAll(/^(\S+zookeeper\S+): (?:P0|No recorded)/gm)].map(([, name = '']) => name).sort();
}

/** Keys of metadata come in any order. */
function sorted(line: string): string {
  const [head = '', metadata = ''] = line.split(' metadata=');
  return `${head} ${metadata.replace(/[{}]/g, '').split(',').sort().join()}`;
}

async function compare(t: TestContext, cases: readonly ByteCase[]): Promise<Differences> {
  const [theirs, ours] = await Promise.all([observe(t, 'envoy', cases), observe(t, 'sluice', cases)]);
  const found = new Map<string, string>();
  for (const [i, { name }] of cases.entries()) {
    const lines = difference(theirs.lines[i] ?? [], ours.lines[i] ?? []);
    const unexplained = lines.filter((line) => !isAccepted(`zookeeper: ${name}`, 'stats', line));
    if (unexplained.length > 0) found.set(name, unexplained.join('\n'));
  }
  const histograms = difference(theirs.histograms, ours.histograms);
  if (histograms.length > 0) found.set(histogramsName, histograms.join('\n'));
  return found;
}

test('zookeeper_proxy sees what Envoy sees in the same conversations', { skip: withoutEnvoy }, async (t) => {
  const lasting = await lastingDifferences(cases, (some) => compare(t, some));
  for (const name of [...cases.map((it) => it.name), histogramsName])
    await t.test(name, () => equal(lasting.get(name) ?? '', ''));
});

test('cases of zookeeper_proxy have names of their own', () => {
  equal(new Set(cases.map(({ name }) => name)).size, cases.length);
});
