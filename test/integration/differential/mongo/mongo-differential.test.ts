import { equal } from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { withoutEnvoy } from '../../../support/envoy.js';
import { bson } from '../../../support/mongo/bson-bytes.js';
import { opQuery, opReply } from '../../../support/mongo/wire-bytes.js';
import { isAccepted } from '../accepted-differences.js';
import type { ByteCase } from '../bytes/byte-case.js';
import { type Differences, histogramsName, lastingDifferences } from '../bytes/lasting-differences.js';
import { ScriptedServer } from '../bytes/scripted-server.js';
import { difference, statLines } from '../observation.js';
import { type ProxyKind, ProxyUnderTest } from '../proxy-under-test.js';
import { brokenCases } from './broken-cases.js';
import { legacyCases } from './legacy-cases.js';
import { mongoBootstrap } from './mongo-bootstrap.js';

/** A pattern in DIFFERENTIAL_CASES runs only the cases whose names match. */
const wanted = new RegExp(process.env['DIFFERENTIAL_CASES'] ?? '');
const cases = [...legacyCases, ...brokenCases].filter(({ name }) => wanted.test(name));

/** Everything that is not of mongo_proxy is compared elsewhere. */
const ignoredStats = [/^(?!mongo\.)/];

interface Seen {
  /** By case. */
  readonly lines: readonly (readonly string[])[];
  /** Counts and buckets of histograms, with their tags. */
  readonly histograms: readonly string[];
}

const lastQuery = opQuery({ id: 1_000_000 }, 'db.last', bson([]));
const lastReply = opReply({ id: 1_000_001, to: 1_000_000 }, Array(1000).fill(bson([])));

async function observe(t: TestContext, kind: ProxyKind, cases: readonly ByteCase[]): Promise<Seen> {
  const server = await ScriptedServer.start();
  t.after(() => server.close());
  const proxy = await ProxyUnderTest.start(kind, mongoBootstrap(server.port));
  t.after(() => proxy.stop());
  const lines: string[][] = [];
  let before = await proxy.stats();
  for (const [i, it] of cases.entries()) {
    const port = proxy.places.listeners[it.listener ?? 'main'] ?? 0;
    const told = await server.play(port, it.steps(i * 1000 + 1));
    await proxy.settled(/downstream_cx_active|op_query_active/);
    const stats = await proxy.stats();
    lines.push([...told, ...statLines(before, stats, ignoredStats)]);
    before = stats;
  }
  // A connection of its own for the last lines, which come behind those of all cases.
  await server.play(proxy.places.listeners['commands'] ?? 0, [{ client: lastQuery }, { server: lastReply }]);
  const connections = (await proxy.log('customLog', `tx=${lastReply.length} `)).split('\n');
  const messages = (await proxy.log('defaultLog', '"id": 1000001,')).split('\n');
  for (const [i, told] of lines.entries()) {
    const own = messages.filter(
      (line) => Math.floor((Number(/"id": (-?\d+)/.exec(line)?.[1]) - 1) / 1000) === i,
    );
    told.push(...own.map((line) => masked(line, server.port)), connections[i] ?? 'no connection log');
  }
  return { lines, histograms: await histograms(proxy) };
}

function masked(line: string, port: number): string {
  return line
    .replace(/"time": "\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/, 'time')
    .replace(`:${port}"`, ':port"');
}

/** Once those of the last conversation are known: all are gathered at the same moment. */
async function histograms(proxy: ProxyUnderTest): Promise<readonly string[]> {
  const last = /reply_size_count\{.*"last".* 1$/m;
  let text = '';
  for (const deadline = performance.now() + 5000; performance.now() < deadline && !last.test(text); )
    text = await proxy.admin('/stats/prometheus');
  return text
    .split('\n')
    .filter((line) => /^envoy_mongo\w+_(?:count|bucket)\{/.test(line))
    .filter((line) => !/reply_time_ms_bucket/.test(line))
    .map((line) => line.replaceAll(':', '_'))
    .sort();
}

async function compare(t: TestContext, cases: readonly ByteCase[]): Promise<Differences> {
  const [theirs, ours] = await Promise.all([observe(t, 'envoy', cases), observe(t, 'sluice', cases)]);
  const found = new Map<string, string>();
  for (const [i, { name }] of cases.entries()) {
    const lines = difference(theirs.lines[i] ?? [], ours.lines[i] ?? []);
    const unexplained = lines.filter((line) => !isAccepted(`mongo: ${name}`, 'stats', line));
    if (unexplained.length > 0) found.set(name, unexplained.join('\n'));
  }
  const histograms = difference(theirs.histograms, ours.histograms);
  if (histograms.length > 0) found.set(histogramsName, histograms.join('\n'));
  return found;
}

test('mongo_proxy sees what Envoy sees in the same conversations', { skip: withoutEnvoy }, async (t) => {
  const lasting = await lastingDifferences(cases, (some) => compare(t, some));
  for (const name of [...cases.map((it) => it.name), histogramsName])
    await t.test(name, () => equal(lasting.get(name) ?? '', ''));
});

test('cases of mongo_proxy have names of their own', () => {
  equal(new Set(cases.map(({ name }) => name)).size, cases.length);
});
