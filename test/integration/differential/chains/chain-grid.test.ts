import { deepEqual, ok } from 'node:assert/strict';
import { test } from 'node:test';
import type { Plain } from '../../../../src/base/plain.js';
import { withoutEnvoy } from '../../../support/envoy.js';
import { address, type Fields, fileLog, filter } from '../families/filter-family.js';
import { marks } from '../network-bootstrap.js';
import { type Bootstrap, type Places, ProxyUnderTest } from '../proxy-under-test.js';
import { clientMark, visitAll } from './chain-clients.js';
import { chainMatches, chainTree, gridClients } from './chain-sets.js';

const logFormat = `%FILTER_CHAIN_NAME% %RESPONSE_FLAGS% %CONNECTION_TERMINATION_DETAILS% %DOWNSTREAM_LOCAL_CLOSE_REASON% %REQUESTED_SERVER_NAME%\n`;
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

interface ChainListener {
  readonly name: string;
  readonly fields?: Fields;
  readonly matches: readonly Fields[];
  readonly hasDefault: boolean;
}

function listener({ name, matches, hasDefault, fields }: ChainListener, places: Places): Plain {
  return {
    ...fields,
    name,
    stat_prefix: name,
    address: address(places.listeners[name] ?? 0),
    listener_filters: inspectors,
    filter_chains: matches.map((match, i) => ({
      name: `chain-${i}`,
      filter_chain_match: match,
      filters: [echo],
    })),
    ...(hasDefault ? { default_filter_chain: { name: 'rest', filters: [echo] } } : {}),
    access_log: [fileLog(places.customLog, clientMark(name) + logFormat)],
  };
}

const all: readonly ChainListener[] = [...sets, ...trees];

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

const counted = /^listener\.(?:set|tree)-\d+\.no_filter_chain_match$/;

async function observe(proxy: ProxyUnderTest): Promise<{ seen: string[]; stats: [string, number][] }> {
  const seen = await visitAll(
    proxy,
    all.map(({ name }) => name),
    gridClients,
  );
  const stats = [...(await proxy.stats())].filter(([name]) => counted.test(name)).sort();
  return { seen, stats };
}

test('every client gets the chain that Envoy gives it', {
  skip: withoutEnvoy,
  timeout: 230_000,
}, async (t) => {
  const [envoy, sluice] = await Promise.all(
    (['envoy', 'sluice'] as const).map(async (kind) => {
      const proxy = await ProxyUnderTest.start(kind, bootstrap);
      t.after(() => proxy.stop());
      return observe(proxy);
    }),
  );
  const differing = (sluice?.seen ?? []).flatMap((line, i) =>
    line === envoy?.seen[i] ? [] : [`envoy ${envoy?.seen[i]}`, `sluice ${line}`],
  );
  deepEqual(differing, []);
  deepEqual(sluice?.stats, envoy?.stats);
  // The grid reaches many chains, and none.
  const reached = new Set(envoy?.seen.map((line) => line.replace(/^(\S+) .*: (\S+) .*$/, '$1 $2')));
  ok(reached.size > 30, `only ${reached.size} ends were reached`);
});
