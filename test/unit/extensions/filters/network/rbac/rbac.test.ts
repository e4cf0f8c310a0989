import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { NetworkStatus } from '../../../../../../src/api/network-filter.js';
import { networkRbac } from '../../../../../../src/extensions/filters/network/rbac/rbac.js';
import { readText } from '../../../../../support/config-text.js';
import { networkThreads } from '../../../../../support/network-thread.js';

const everybody = 'policies: { "the one": { permissions: [{ any: true }], principals: [{ any: true }] } }';
const chunk = { buffer: Buffer.alloc(1), start: 0, end: 1 };

function filterOf(text: string, threads = networkThreads()) {
  const { value } = readText(networkRbac.typeUrl, `{ stat_prefix: own, ${text} }`, networkRbac.parse);
  return { ...threads.build(networkRbac, value)(), ...threads };
}

test('a denied connection is closed at its first bytes, with details that name the policy', () => {
  const { filter, closes, connection, stats } = filterOf(`rules: { action: DENY, ${everybody} }`);
  equal(filter.onData?.(chunk, false), NetworkStatus.Stop);
  deepEqual(closes, ['no-flush rbac_deny_close']);
  equal(connection.info.connectionTerminationDetails, 'rbac_access_denied_matched_policy[the_one]');
  deepEqual(Object.fromEntries(stats), { 'own.rbac.denied': 1 });
});

test('shadow rules leave their result in the metadata of the connection', () => {
  const { filter, connection } = filterOf(`shadow_rules: { ${everybody} }, shadow_rules_stat_prefix: dark_`);
  equal(filter.onData?.(chunk, false), NetworkStatus.Continue);
  deepEqual(connection.info.dynamicMetadata?.get('envoy.filters.network.rbac'), {
    dark_shadow_effective_policy_id: 'the one',
    dark_shadow_engine_result: 'allowed',
  });
});

test('one read is judged, or each', () => {
  for (const [type, count] of [
    ['ONE_TIME_ON_FIRST_BYTE', 1],
    ['CONTINUOUS', 3],
  ] as const) {
    const { filter, stats } = filterOf(`rules: { ${everybody} }, enforcement_type: ${type}`);
    for (let i = 0; i < 3; i++) filter.onData?.(chunk, false);
    equal(stats.get('own.rbac.allowed'), count);
  }
});

test('a delayed denial holds what comes until it closes', () => {
  const { filter, closes, time } = filterOf('rules: {}, delay_deny: 1s');
  equal(filter.onData?.(chunk, false), NetworkStatus.Stop);
  equal(filter.onData?.(chunk, false), NetworkStatus.Stop);
  deepEqual(closes, []);
  time.advance(1100);
  deepEqual(closes, ['no-flush rbac_deny_close']);
});

const byPort = (action: string): string =>
  `matcher_tree: { input: { name: i, typed_config: { "@type": type.googleapis.com/envoy.extensions.matching.common_inputs.network.v3.DestinationPortInput } }, exact_match_map: { map: { "80": { action: { name: a, typed_config: { "@type": type.googleapis.com/envoy.config.rbac.v3.Action, name: by port, action: ${action} } } } } } }`;

test('a matcher decides in place of rules, and refuses what it has no action for', () => {
  const denied = filterOf(`matcher: { ${byPort('ALLOW')} }, rules: { ${everybody} }`);
  equal(denied.filter.onData?.(chunk, false), NetworkStatus.Stop);
  equal(denied.connection.info.connectionTerminationDetails, 'rbac_access_denied_matched_policy[none]');
});

test('an input that looks at requests has no place in front of bytes', () => {
  const header =
    'matcher_tree: { input: { name: i, typed_config: { "@type": type.googleapis.com/envoy.type.matcher.v3.HttpRequestHeaderMatchInput, header_name: a } }, exact_match_map: {} }';
  const { problems } = readText(
    networkRbac.typeUrl,
    `{ stat_prefix: own, matcher: { ${header} } }`,
    networkRbac.parse,
  );
  match(JSON.stringify(problems), /RBAC network filter cannot match/);
});
