import { equal } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { opensslMissing } from '../../../support/certificates.js';
import { withoutEnvoy } from '../../../support/envoy.js';
import { eventually } from '../../../support/eventually.js';
import { isAccepted } from '../accepted-differences.js';
import { difference, namePorts, type Part, statLines } from '../observation.js';
import { type ProxyKind, ProxyUnderTest, type Stats } from '../proxy-under-test.js';
import { tlsBootstrap } from './tls-bootstrap.js';
import { tlsCases } from './tls-cases.js';
import { makeCertificates, type TlsCertificates } from './tls-certificates.js';
import { type TlsCase, visit } from './tls-client.js';
import { TlsOrigins } from './tls-origins.js';

/** A pattern in DIFFERENTIAL_CASES runs only the cases whose names match. */
const wanted = new RegExp(process.env['DIFFERENTIAL_CASES'] ?? '');

const ignoredStats = [/downstream_cx_active/, /^listener\.admin/, /^cluster\.origin\./];

type Seen = {
  readonly [part in Extract<Part, 'client' | 'origin' | 'customLog' | 'stats'>]: readonly string[];
};

async function observe(
  proxy: ProxyUnderTest,
  it: TlsCase,
  certificates: TlsCertificates,
  before: Stats,
): Promise<{ readonly seen: Seen; readonly after: Stats }> {
  const logged = readLog(proxy).length;
  proxy.origin.begin([]);
  const views = await visit(it, proxy.places.listeners, certificates);
  const customLog: string[] = [];
  for (const { port } of views) customLog.push(...(await linesOf(proxy, port, logged)));
  await proxy.settled(/^listener\.(?!admin).*downstream_cx_active/);
  // A worker may have counted a close between the counters and the gauges of one answer.
  const after = await proxy.stats();
  const origin = proxy.origin.requests
    .flatMap(({ message }) => message.fields)
    .filter(([name]) => name === 'x-forwarded-client-cert')
    .map(([name, value]) => `${name}: ${value}`);
  proxy.origin.finish();
  const seen = {
    client: views.flatMap(({ lines }) => lines),
    origin,
    customLog: customLog.map((line) => namePorts(line, proxy.places)),
    stats: statLines(before, after, ignoredStats),
  };
  return { seen, after };
}

function readLog({ places }: ProxyUnderTest): string {
  return readFileSync(places.customLog, 'latin1');
}

/** The lines of a client's connection, field by field; the listener's is the last to be written. */
async function linesOf(proxy: ProxyUnderTest, port: number, from: number): Promise<string[]> {
  const ofClient = (): string[] =>
    readLog(proxy)
      .slice(from)
      .split('\n')
      .filter((line) => line.includes(` port=${port} `));
  await eventually(() => ofClient().some((line) => line.startsWith('L ')));
  return ofClient()
    .sort()
    .flatMap((line) =>
      line.split(/ (?=[A-Z][A-Z_0-9]+(?:\(|=))/).filter((field) => !/^[LR] port=/.test(field)),
    );
}

async function compare(t: TestContext, cases: readonly TlsCase[]): Promise<ReadonlyMap<string, string>> {
  const certificates = makeCertificates(t);
  const origins = await TlsOrigins.start(certificates);
  t.after(() => origins.close());
  const bootstrap = tlsBootstrap(certificates, origins.ports);
  const observeAll = async (kind: ProxyKind): Promise<Seen[]> => {
    const proxy = await ProxyUnderTest.start(kind, bootstrap);
    t.after(() => proxy.stop());
    const seen: Seen[] = [];
    let stats = await proxy.stats();
    for (const it of cases) {
      const found = await observe(proxy, it, certificates, stats);
      seen.push(found.seen);
      stats = found.after;
    }
    return seen;
  };
  const [envoy, sluice] = await Promise.all([observeAll('envoy'), observeAll('sluice')]);
  const found = new Map<string, string>();
  for (const [i, { name }] of cases.entries()) {
    const lines = (['client', 'origin', 'customLog', 'stats'] as const).flatMap((part) =>
      difference(envoy[i]?.[part] ?? [], sluice[i]?.[part] ?? []).filter(
        (line) => !isAccepted(`TLS: ${name}`, part, line),
      ),
    );
    if (lines.length > 0) found.set(name, lines.join('\n'));
  }
  return found;
}

const skip = withoutEnvoy || opensslMissing() || false;

test('clients and hosts of TLS are treated as Envoy treats them', { skip, timeout: 600_000 }, async (t) => {
  const chosen = tlsCases.filter(({ name }) => wanted.test(name));
  const first = await compare(t, chosen);
  const doubtful = chosen.filter(({ name }) => first.has(name));
  const lasting = doubtful.length === 0 ? first : await compare(t, doubtful);
  for (const { name } of chosen) await t.test(name, () => equal(lasting.get(name) ?? '', ''));
});

test('cases of TLS have names of their own', () => {
  equal(new Set(tlsCases.map(({ name }) => name)).size, tlsCases.length);
});
