import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { parseChainMatch } from '../../../src/network/chain-match-config.js';
import { checkOverlaps } from '../../../src/network/chain-overlap.js';
import { readText } from '../../support/config-text.js';

const listenerType = 'envoy.config.listener.v3.Listener';

/** What is wrong with chains of those matches; empty when nothing is. */
function problemOf(...matches: string[]): string {
  const chains = matches.map((text, i) => `{ name: c${i}, filter_chain_match: { ${text} } }`);
  const { problems } = readText(listenerType, `{ filter_chains: [${chains.join(', ')}] }`, (node) => {
    const parsed = node.list('filter_chains').map((chain) => {
      const name = chain.string('name');
      const asked = chain.message('filter_chain_match');
      return { name, match: asked === undefined ? null : parseChainMatch(asked, name) };
    });
    checkOverlaps(node, parsed, '127.0.0.1:80');
    return {};
  });
  return problems.map((problem) => JSON.stringify(problem)).join();
}

const ten = 'prefix_ranges: [{ address_prefix: 10.0.0.0, prefix_len: 8 }]';

test('chains that ask for the same are told by name, with what they ask for', () => {
  match(
    problemOf('destination_port: 80, source_ports: [1]', 'source_ports: [1], destination_port: 80'),
    /'127\.0\.0\.1:80': filter chain 'c1' has the same matching rules defined as 'c0'\. duplicate matcher is: /,
  );
  match(problemOf('', ''), /duplicate matcher is: \{\}/);
});

test('lists overlap where one of their combinations does', () => {
  for (const [one, other] of [
    ['server_names: [a.test, b.test]', 'server_names: [B.test]'],
    [
      'application_protocols: [h2, h3], source_ports: [1]',
      'application_protocols: [h3], source_ports: [2, 1]',
    ],
    [ten, 'prefix_ranges: [{ address_prefix: 10.1.2.3, prefix_len: 8 }]'],
    ['', 'application_protocols: [""]'],
  ] as const)
    match(problemOf(one, other), /multiple filter chains with overlapping matching rules/);
  match(problemOf('source_ports: [1, 1]'), /overlapping/);
});

test('a narrower range, another kind of source and every address are something else than none', () => {
  equal(problemOf(ten, 'prefix_ranges: [{ address_prefix: 10.0.0.0, prefix_len: 9 }]'), '');
  equal(problemOf('', 'source_type: EXTERNAL', 'source_type: SAME_IP_OR_LOOPBACK'), '');
  equal(problemOf('', 'prefix_ranges: [{ address_prefix: 0.0.0.0, prefix_len: 0 }]'), '');
});

test('what no chain can look at is refused', () => {
  match(problemOf('suffix_len: 8'), /filter chain 'c0' contains unimplemented fields/);
  deepEqual(problemOf('server_names: ["*.a.test", "*.*.test"]'), '');
  match(problemOf('server_names: ["*a.test"]'), /partial wildcards/);
});
