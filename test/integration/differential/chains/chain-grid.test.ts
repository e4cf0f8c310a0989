import { deepEqual, ok } from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Plain } from '../../../../src/base/plain.js';
import { withoutEnvoy } from '../../../support/envoy.js';
import { address, type Fields, fileLog, filter } from '../families/filter-family.js';
import { marks } from '../network-bootstrap.js';
import { type Bootstrap, type Places, ProxyUnderTest } from '../proxy-under-test.js';
import { type ChainClient, clientMark, visitAll } from './chain-clients.js';
import { chainMatches, chainTree, gridClients } from './chain-sets.js';
import { firstClients, inspectorSets } from './first-bytes.js';

const logFormat = `%FILTER_CHAIN_NAME% %RESPONSE_FLAGS% %CONNECTION_TERMINATION_DETAILS% %DOWNSTREAM_LOCAL_CLOSE_REASON% %REQUESTED_SERVER_NAME% %DOWNSTREAM_TRANSPORT_FAILURE_REASON% %DYNAMIC_METADATA(envoy.filters.listener.tls_inspector)%\n`;
const echo = filter('echo', 'envoy.extensions.filters.network.echo.v3.Echo');
const ofListener = (name: string, type: string, fields: Fields = {}): Plain =>
  filter(`envoy.filters.listener.${name}`, `envoy.extensions.filters.listener.${type}`, fields);
const inspectors = [
  ofListener('proxy_protocol', 'proxy_protocol.v3.ProxyProtocol', {
    allow_requests_without_proxy_protocol: true,
  }),
  ofListener('tls_inspector', 'tls_inspector.v3.TlsInspector'),
  ofListener('http_inspector', 'http_inspector.v3.HttpInspector'),
];

/** `GRID_SETS` and `GRID_SEED` make other and more chains. */
const count = Number(process.env['GRID_SETS'] ?? 6);
const seed = Number(process.env['GRID_SEED'] ?? 1);
/** Sets of chains, from those over few criteria to those over all. */
const sets = Array.from({ length: count }, (_, i) => ({
  name: `set-${i}`,
  matches: chainMatches(seed * 1000 + i, 40, 2 + (i % 8)),
  hasDefault: i % 2 === 1,
}));

/** Trees in their place. */
const trees = Array.from({ length: count }, (_, i) => ({
  name: `tree-${i}`,
  fields: { filter_chain_matcher: chainTree(seed * 1000 + i, 6) },
  matches: Array.from({ length: 6 }, () => ({})),
  hasDefault: i % 2 === 1,
}));

/** Inspectors by what they tell of a connection. */
const inspecting = Object.entries(inspectorSets).map(([name, filters]) => ({
  name,
  filters,
  matches: [
    {},
    ...['http/1.0', 'http/1.1', 'h2c'].map((it) => ({ application_protocols: [it] })),
    { transport_protocol: 'tls' },
  ],
  hasDefault: false,
}));

interface ChainListener {
  readonly name: string;
  readonly filters?: readonly Plain[];
  readonly fields?: Fields;
  readonly matches: readonly Fields[];
  readonly hasDefault: boolean;
}

function listener({ name, matches, hasDefault, fields, filters }: ChainListener, places: Places): Plain {
  return {
    ...fields,
    name,
    stat_prefix: name,
    address: address(places.listeners[name] ?? 0),
    listener_filters: filters ?? inspectors,
    filter_chains: matches.map((match, i) => ({
      name: `chain-${i}`,
      filter_chain_match: match,
      filters: [echo],
    })),
    ...(hasDefault ? { default_filter_chain: { name: 'rest', filters: [echo] } } : {}),
    access_log: [fileLog(places.customLog, clientMark(name) + logFormat)],
  };
}

const all: readonly ChainListener[] = [...sets, ...trees, ...inspecting];

const bootstrap: Bootstrap = {
  name: 'chain grid',
  extension: 'json',
  listeners: ['plain', ...all.map(({ name }) => name)],
  origins: [],
  text: (places) =>
    JSON.stringify({
      admin: { address: address(places.adminPort) },
      static_resources: {
        listeners: [marks(places), ...all.map((it) => listener(it, places))],
      },
    }),
};

const counted =
  /^listener\.(?!plain|admin).*\.(?:no_filter_chain_match|downstream_(?:listener_filter|pre_cx|cx_total).*)$|^(?:tls|http)_inspector\./;

interface Seen {
  readonly lines: readonly string[];
  readonly stats: readonly (readonly [name: string, value: number])[];
}

async function observe(
  proxy: ProxyUnderTest,
  listeners: readonly { readonly name: string }[],
  clients: readonly ChainClient[],
): Promise<Seen> {
  const names = listeners.map(({ name }) => name);
  const lines = await visitAll(proxy, names, clients);
  await proxy.settled(/^listener\.(?!admin).*downstream_(?:pre_)?cx_active$/);
  return { lines, stats: [...(await proxy.stats())].filter(([name]) => counted.test(name)).sort() };
}

/** Both proxies, started anew, with the same clients. */
async function compared(
  t: TestContext,
  listeners: readonly { readonly name: string }[],
  clients: readonly ChainClient[],
): Promise<Seen> {
  const [envoy, sluice] = (await Promise.all(
    (['envoy', 'sluice'] as const).map(async (kind) => {
      const proxy = await ProxyUnderTest.start(kind, bootstrap);
      t.after(() => proxy.stop());
      return observe(proxy, listeners, clients);
    }),
  )) as [Seen, Seen];
  const differing = sluice.lines.flatMap((line, i) =>
    line === envoy.lines[i] ? [] : [`envoy ${envoy.lines[i]}`, `sluice ${line}`],
  );
  deepEqual(differing, []);
  deepEqual(sluice.stats, envoy.stats);
  return envoy;
}

const options = { skip: withoutEnvoy, timeout: 230_000 };

test('every client gets the chain that Envoy gives it', options, async (t) => {
  const { lines } = await compared(t, [...sets, ...trees], gridClients);
  // The grid reaches many chains, and none.
  const reached = new Set(lines.map((line) => line.replace(/^(\S+) .*: (\S+) .*$/, '$1 $2')));
  ok(reached.size > 30, `only ${reached.size} ends were reached`);
});

test('inspectors tell of first bytes what those of Envoy tell', options, async (t) => {
  await compared(t, inspecting, firstClients);
});
