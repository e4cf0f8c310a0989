import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { withoutEnvoy } from '../../support/envoy.js';
import { namePorts, statLines } from './observation.js';
import { type ProxyKind, ProxyUnderTest, type Stats } from './proxy-under-test.js';
import { type UdpCase, udpBootstrap, udpCases } from './udp/udp-cases.js';
import { DatagramClients, DatagramOrigins } from './udp/udp-peers.js';

const ignored = [
  /^(?:server|listener_manager|cluster_manager|runtime|main_thread|workers|filesystem|dns|thread_local)\./,
  /^(?:http|listener)\.admin|default\.total_match_count$/,
  // Of tables that this proxy makes when the first request asks for them.
  /\.(?:ring_hash|maglev)_lb\./,
];
const waitMs = 20_000;

interface Seen {
  readonly replies: readonly string[];
  readonly origin: readonly string[];
  readonly stats: readonly string[];
}

async function take(proxy: ProxyUnderTest, origins: DatagramOrigins, it: UdpCase): Promise<Seen> {
  const before = await proxy.stats();
  const seenBefore = origins.seen.length;
  const clients = new DatagramClients();
  for (const { send, client = 'a', replies, stat } of it.steps) {
    if (send !== undefined) clients.send(client, send, proxy.places.listeners[it.listener] ?? 0);
    if (replies !== undefined) await clients.replied(replies);
    if (stat !== undefined) await reached(proxy, stat[0], stat[1], before.get(stat[0]) ?? 0);
  }
  clients.close();
  const root = `udp.${it.listener}.downstream_sess_`;
  const sent = `${root}tx_datagrams`;
  if (clients.replies.length > 0) await reached(proxy, sent, clients.replies.length, before.get(sent) ?? 0);
  const seen = origins.seen.slice(seenBefore);
  return {
    replies: clients.replies,
    origin: it.startsAnywhere === true ? inOrder(seen) : seen,
    stats: statLines(before, await settled(proxy), ignored),
  };
}

/** Hosts by the order of their first datagrams. */
function inOrder(seen: readonly string[]): string[] {
  const names: string[] = [];
  return seen.map((line) => {
    const [name = '', rest = ''] = line.split(': ');
    if (!names.includes(name)) names.push(name);
    return `host ${names.indexOf(name)}: ${rest}`;
  });
}

/** A worker counts a datagram behind sending it: asked until nothing has moved for a while. */
async function settled(proxy: ProxyUnderTest): Promise<Stats> {
  const counted = (stats: Stats): string =>
    JSON.stringify([...stats].filter(([name]) => /^(?:udp|cluster)\./.test(name)));
  let stats = await proxy.stats();
  for (let same = 0; same < 4; ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const next = await proxy.stats();
    same = counted(next) === counted(stats) ? same + 1 : 0;
    stats = next;
  }
  return stats;
}

/** A gauge that is to come down has been up. */
async function reached(proxy: ProxyUnderTest, name: string, value: number, before: number): Promise<void> {
  const deadline = performance.now() + waitMs;
  const isThere = (now: number): boolean => (value === 0 ? now === 0 : now >= before + value);
  while (!isThere((await proxy.stats()).get(name) ?? 0)) {
    if (performance.now() > deadline) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Whether the hosts of a line of the log are drawn. */
function isDrawn(line: string): boolean {
  return udpCases.some(
    ({ listener, startsAnywhere }) => startsAnywhere === true && line.startsWith(`${listener}: `),
  );
}

async function takeAll(kind: ProxyKind, t: { after(run: () => unknown): void }) {
  const origins = await DatagramOrigins.listen(['main', 'second']);
  t.after(() => origins.close());
  const proxy = await ProxyUnderTest.start(kind, udpBootstrap(origins.ports));
  t.after(() => proxy.stop());
  const seen = new Map<string, Seen>();
  for (const it of udpCases) seen.set(it.name, await take(proxy, origins, it));
  const places = { ...proxy.places, origins: { ...proxy.places.origins, ...origins.ports } };
  // Sessions that are still open are logged when the proxy ends.
  await reached(proxy, 'udp.idle.downstream_sess_active', 0, 0);
  await proxy.quit();
  const log = await proxy.log('customLog', 'PROXY');
  const lines = namePorts(log, places).split('\n');
  return {
    seen,
    log: lines.map((line) => (isDrawn(line) ? line.replaceAll(/origin \w+/g, 'origin') : line)).sort(),
  };
}

test('Envoy and this proxy carry the same datagrams', { skip: withoutEnvoy, timeout: 120_000 }, async (t) => {
  const [theirs, ours] = await Promise.all([takeAll('envoy', t), takeAll('sluice', t)]);
  for (const { name } of udpCases)
    await t.test(name, () => deepEqual(ours.seen.get(name), theirs.seen.get(name)));
  await t.test('the log of sessions', () => deepEqual(ours.log, theirs.log));
});
