import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { emptyMatch } from '../../../src/network/chain-match-config.js';
import { FilterChainIndex } from '../../../src/network/filter-chain-index.js';
import type { FilterChainConfig, ListenerConfig } from '../../../src/network/listener-config.js';
import { address, connectionInfo } from '../../support/stream-info.js';

function chain(name: string, match: Partial<FilterChainConfig['match']> | null): FilterChainConfig {
  return {
    name,
    match: match === null ? null : { ...emptyMatch, ...match },
    filters: [],
    metadata: null,
    transport: null,
    transportTimeoutMs: 0,
    origin: `f.yaml:${name.length}:1`,
  };
}

function indexOf(chains: readonly FilterChainConfig[], fallback: FilterChainConfig | null = null) {
  return new FilterChainIndex({ chains, defaultChain: fallback } as unknown as ListenerConfig);
}

test('each chain that was dropped has the criterion that dropped it, in Envoy’s order', () => {
  const index = indexOf([
    chain('port', { destinationPort: 9 }),
    chain('name', { serverNames: ['b.test'] }),
    chain('alpn', { serverNames: ['a.test'], applicationProtocols: ['h2'] }),
    chain('source', { serverNames: ['a.test'], sourcePrefixRanges: ['192.0.2.0/24'] }),
    chain('hit', { serverNames: ['a.test'], sourcePrefixRanges: ['10.0.0.0/8'] }),
  ]);
  const info = connectionInfo({
    requestedServerName: 'a.test',
    transportProtocol: 'tls',
    applicationProtocols: ['http/1.1'],
    localAddress: address('10.0.0.1', 443),
    remoteAddress: address('10.9.9.9', 4000),
  });
  const trials = index.explain(info);
  deepEqual(
    trials.map(({ name, verdict, failed }) => [name, verdict, failed?.condition, failed?.got]),
    [
      ['port', 'failed', 'destination port 9', '443'],
      ['name', 'failed', 'server name b.test', 'a.test'],
      ['alpn', 'failed', 'application protocol h2', 'http/1.1'],
      ['source', 'failed', 'source 192.0.2.0/24', '10.9.9.9'],
      ['hit', 'chosen', undefined, undefined],
    ],
  );
  equal(trials[4]?.match, 'server name a.test and source 10.0.0.0/8');
  equal(index.find(info)?.name, 'hit');
});

test('a more specific chain drops the open ones, and the default chain takes what is left', () => {
  const index = indexOf(
    [chain('open', null), chain('named', { serverNames: ['a.test'] })],
    chain('rest', null),
  );
  const named = index.explain(connectionInfo({ requestedServerName: 'a.test' }));
  deepEqual(
    named.map(({ name, verdict, failed }) => [name, verdict, failed?.condition]),
    [
      ['open', 'failed', 'any server name'],
      ['named', 'chosen', undefined],
      ['rest', 'not-reached', undefined],
    ],
  );
  const other = indexOf([chain('named', { serverNames: ['a.test'] })], chain('rest', null));
  deepEqual(
    other.explain(connectionInfo()).map(({ name, verdict }) => [name, verdict]),
    [
      ['named', 'failed'],
      ['rest', 'chosen'],
    ],
  );
});
