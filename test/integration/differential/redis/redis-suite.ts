import { equal } from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { withoutEnvoy } from '../../../support/envoy.js';
import { difference, statLines } from '../observation.js';
import { type Bootstrap, type ProxyKind, ProxyUnderTest } from '../proxy-under-test.js';
import { AuthService } from './auth-service.js';
import { RedisBackends } from './redis-backends.js';
import { redisBackendNames } from './redis-bootstrap.js';
import type { RedisCase } from './redis-case.js';
import { ScriptedRedisClient } from './redis-client.js';
import { isMeant } from './redis-differences.js';

const wanted = new RegExp(process.env['DIFFERENTIAL_CASES'] ?? '');
const downstreamActive = /^redis\..*downstream_(?:cx|rq)_active$/;
const anyActive = /^(?:redis|cluster)\..*(?:stream_(?:cx|rq)_(?:\w+_)?active)$/;
/** About the process, discovery on the clock, or what this proxy's own connections count beside Redis. */
const ignoredStats = [
  /^(?:server|listener_manager|cluster_manager|runtime|main_thread|workers|filesystem|dns|http|listener)\./,
  /^thread_local|default\.total_match_count$|_bytes_buffered$|_bytes_total$/,
];

interface Seen {
  readonly client: readonly string[];
  readonly backends: readonly string[];
  readonly stats: readonly string[];
}

async function observe(
  proxy: ProxyUnderTest,
  backends: RedisBackends,
  cases: readonly RedisCase[],
): Promise<Seen[]> {
  const all: Seen[] = [];
  for (const it of cases) {
    const before = await proxy.stats();
    backends.begin(it.rules ?? {});
    const port = proxy.places.listeners[it.listener ?? 'main'];
    if (port === undefined) throw new Error(`no listener ${it.listener}`);
    const client = new ScriptedRedisClient(port, backends);
    const lines = await client.perform(it);
    client.destroy();
    await proxy.settled(downstreamActive);
    const seen = backends.lines;
    backends.finish();
    await proxy.settled(anyActive);
    all.push({
      client: lines.map((line) => nameBackends(line, backends)),
      backends: seen.map((line) => nameBackends(line, backends)),
      stats: statLines(before, await proxy.stats(), ignoredStats),
    });
  }
  return all;
}

function nameBackends(line: string, backends: RedisBackends): string {
  let named = line;
  for (const [name, port] of Object.entries(backends.ports))
    named = named.replaceAll(String(port), `<${name}>`);
  return named;
}

/** Those listeners before backends that listen on those ports. */
type MakeBootstrap = (
  ports: { readonly [name: string]: number },
  listeners: ReadonlySet<string>,
) => Bootstrap;

const namedStats = /^(?:redis|cluster\.(?!mirror\.)[\w-]+\.(?:redis_cluster|upstream_commands))\./;

/** Every name of this proxy's subject, used or not. */
async function statNames(proxy: ProxyUnderTest): Promise<readonly string[]> {
  const text = await proxy.admin('/stats');
  const names = text.split('\n').map((line) => line.slice(0, line.indexOf(':')));
  return names.filter((name) => namedStats.test(name)).sort();
}

interface SeenAll {
  readonly cases: readonly Seen[];
  readonly names: readonly string[];
}

async function seenThrough(
  t: TestContext,
  kind: ProxyKind,
  make: MakeBootstrap,
  cases: readonly RedisCase[],
): Promise<SeenAll> {
  const backends = new RedisBackends();
  t.after(() => backends.stop());
  for (const name of redisBackendNames) await backends.listen(name);
  const auth = new AuthService(backends);
  t.after(() => auth.stop());
  backends.ports['auth'] = await auth.listen();
  // A listener has a thousand stats, which every look at them costs.
  const listeners = new Set(cases.map(({ listener }) => listener ?? 'main'));
  const proxy = await ProxyUnderTest.start(kind, make(backends.ports, listeners));
  t.after(() => proxy.stop());
  return { cases: await observe(proxy, backends, cases), names: await statNames(proxy) };
}

function differenceOf(it: RedisCase, envoy: Seen, sluice: Seen): string {
  const text: string[] = [];
  for (const part of ['client', 'backends', 'stats'] as const) {
    const lines = difference(envoy[part], sluice[part]).filter(
      (line) => !isMeant(it.name, part, line) && !(it.ignores ?? []).some((pattern) => pattern.test(line)),
    );
    if (lines.length > 0) text.push(`${part}:`, ...lines.map((line) => `  ${line}`));
  }
  return text.join('\n');
}

async function differences(
  t: TestContext,
  make: MakeBootstrap,
  cases: readonly RedisCase[],
): Promise<{ readonly found: ReadonlyMap<string, string>; readonly names: string }> {
  const [theirs, ours] = await Promise.all([
    seenThrough(t, 'envoy', make, cases),
    seenThrough(t, 'sluice', make, cases),
  ]);
  const found = new Map<string, string>();
  for (const [i, it] of cases.entries()) {
    const text = differenceOf(it, theirs.cases[i] as Seen, ours.cases[i] as Seen);
    if (text !== '') found.set(it.name, text);
  }
  return { found, names: difference(theirs.names, ours.names).join('\n') };
}

/** One test for each case; what differs is looked at once more, as stats of connections that end at once may come late. */
export function compareRedis(title: string, make: MakeBootstrap, cases: readonly RedisCase[]): void {
  test(`Envoy and this proxy serve the same Redis clients: ${title}`, {
    skip: withoutEnvoy,
    timeout: 230_000,
  }, async (t) => {
    const chosen = cases.filter(({ name }) => wanted.test(name));
    if (chosen.length === 0) return;
    const first = await differences(t, make, chosen);
    const doubtful = chosen.filter(({ name }) => first.found.has(name));
    const lasting = doubtful.length === 0 ? first.found : (await differences(t, make, doubtful)).found;
    await t.test('the names of all stats', () => equal(first.names, ''));
    for (const { name } of chosen) await t.test(name, () => equal(lasting.get(name) ?? '', ''));
  });
  test(`Redis cases of ${title} have names of their own`, () => {
    equal(new Set(cases.map(({ name }) => name)).size, cases.length);
  });
}
