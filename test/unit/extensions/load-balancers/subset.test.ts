import { deepEqual, equal, match } from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ExtensionRegistry } from '../../../../src/api/extension.js';
import type { Host } from '../../../../src/api/upstream.js';
import type { Plain } from '../../../../src/base/plain.js';
import { roundRobin } from '../../../../src/extensions/load-balancers/round-robin/round-robin.js';
import { parseSubsets } from '../../../../src/extensions/load-balancers/subset/config.js';
import { subset } from '../../../../src/extensions/load-balancers/subset/subset.js';
import { balancedCluster } from '../../../support/balanced-cluster.js';
import { readText } from '../../../support/config-text.js';
import { anyHost, FakeHost } from '../../upstream/fake-host.js';
import { FakeStats } from '../../upstream/fake-scope.js';

function hostWith(slot: number, labels: { readonly [key: string]: Plain }): FakeHost {
  return new FakeHost(slot, { metadata: { filter_metadata: { 'envoy.lb': labels } } });
}

const hosts = [
  hostWith(0, { stage: 'prod', version: '1.0' }),
  hostWith(1, { stage: 'prod', version: '1.1' }),
  hostWith(2, { stage: 'dev', version: '1.2', tags: ['a', 'b'] }),
  hostWith(3, { stage: 'dev', version: 1.2 }),
];

const roundRobinPolicy =
  'subset_lb_policy: {policies: [{typed_extension_config: {name: r, typed_config: {"@type": type.googleapis.com/envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin}}}]}';

function read(text: string) {
  return readText(
    'envoy.extensions.load_balancing_policies.subset.v3.Subset',
    `${roundRobinPolicy}\n${text}`,
    parseSubsets,
    { 'load.balancer': [roundRobin] },
  );
}

/** Slots of the hosts that serve these criteria, and the stats of the cluster. */
function slotsFor(text: string, criteria: Plain, among: readonly Host[] = hosts) {
  const { value, problems } = read(text);
  deepEqual(problems, []);
  const stats = new FakeStats();
  const cluster = balancedCluster({ stats });
  const extensions: Partial<ExtensionRegistry> = { find: () => roundRobin };
  Object.assign(cluster.scope, { extensions });
  const chooser = subset.build(value, cluster)(among);
  const metadataMatch = criteria === null ? null : { 'envoy.lb': criteria };
  const picks = Array.from({ length: 12 }, () => chooser.choose({ ...anyHost, metadataMatch })?.slot ?? -1);
  const told = chooser.explain?.({ ...anyHost, metadataMatch });
  return {
    slots: [...new Set(picks)].sort(),
    stat: (name: string) => stats.get(`cluster.c.${name}`),
    candidates: told?.candidates.map(({ slot }) => slot).sort(),
    levels: told?.levels,
  };
}

const byStage = 'subset_selectors: [{keys: [stage]}, {keys: [version, stage]}]';

describe('subsets', () => {
  test('a request gets hosts that have all of its labels', () => {
    deepEqual(slotsFor(byStage, { stage: 'prod' }).slots, [0, 1]);
    deepEqual(slotsFor(byStage, { version: '1.1', stage: 'prod' }).slots, [1]);
  });

  test('who asks is told the subset', () => {
    const { slots, candidates, levels } = slotsFor(byStage, { stage: 'prod' });
    deepEqual(candidates, slots);
    deepEqual(levels, ['subset for {"stage":"prod"}: 2 of 4 hosts']);
  });

  test('values of different types are different', () => {
    deepEqual(slotsFor(byStage, { version: '1.2', stage: 'dev' }).slots, [2]);
    deepEqual(slotsFor(byStage, { version: 1.2, stage: 'dev' }).slots, [3]);
  });

  test('labels that no selector has exactly fall back', () => {
    deepEqual(slotsFor(byStage, { version: '1.1' }).slots, [-1]);
    deepEqual(slotsFor(`${byStage}\nfallback_policy: ANY_ENDPOINT`, { version: '1.1' }).slots, [0, 1, 2, 3]);
    deepEqual(slotsFor(`${byStage}\nfallback_policy: ANY_ENDPOINT`, null).slots, [0, 1, 2, 3]);
  });

  test('the default subset is made of hosts with its labels', () => {
    const text = `${byStage}\nfallback_policy: DEFAULT_SUBSET\ndefault_subset: {stage: dev}`;
    const { slots, stat } = slotsFor(text, { stage: 'test' });
    deepEqual(slots, [2, 3]);
    equal(stat('lb_subsets_fallback'), 12);
    equal(stat('lb_subsets_selected'), 0);
  });

  test('a selector may fall back on its own, or to fewer keys', () => {
    const any = 'subset_selectors: [{keys: [stage], fallback_policy: ANY_ENDPOINT}]';
    deepEqual(slotsFor(any, { stage: 'test' }).slots, [0, 1, 2, 3]);
    const fewer =
      'subset_selectors: [{keys: [stage]}, {keys: [stage, version], fallback_policy: KEYS_SUBSET, fallback_keys_subset: [stage]}]';
    deepEqual(slotsFor(fewer, { stage: 'prod', version: '9' }).slots, [0, 1]);
  });

  test('a list may stand for each of its elements', () => {
    const text = 'subset_selectors: [{keys: [tags]}]\nlist_as_any: true';
    deepEqual(slotsFor(text, { tags: 'b' }).slots, [2]);
    deepEqual(slotsFor('subset_selectors: [{keys: [tags]}]', { tags: 'b' }).slots, [-1]);
  });

  test('redundant keys are ignored where that is allowed, for the selector that uses most', () => {
    const text = `${byStage}\nallow_redundant_keys: true`;
    deepEqual(slotsFor(text, { stage: 'prod', colour: 'red' }).slots, [0, 1]);
    deepEqual(slotsFor(text, { stage: 'prod', version: '1.0', colour: 'red' }).slots, [0]);
  });

  test('a list of fallbacks is tried in order', () => {
    const text = `${byStage}\nmetadata_fallback_policy: FALLBACK_LIST`;
    const criteria = { stage: 'prod', fallback_list: [{ version: '7' }, { version: '1.1' }] };
    deepEqual(slotsFor(text, criteria).slots, [1]);
  });

  test('panic mode gives any host at last', () => {
    const { slots, stat } = slotsFor(`${byStage}\npanic_mode_any: true`, { stage: 'test' });
    deepEqual(slots, [0, 1, 2, 3]);
    equal(stat('lb_subsets_fallback_panic'), 12);
  });

  test('one host per subset is kept, and duplicates are counted', () => {
    const text = 'subset_selectors: [{keys: [stage], single_host_per_subset: true}]';
    const { slots, stat } = slotsFor(text, { stage: 'prod' });
    deepEqual(slots, [0]);
    equal(stat('lb_subsets_single_host_per_subset_duplicate'), 2);
    equal(stat('lb_subsets_active'), 2);
  });

  test('fallback keys must be some of the selector’s, not all', () => {
    const selector = (fallback: string): string =>
      read(`subset_selectors: [{keys: [a, b], fallback_policy: KEYS_SUBSET, ${fallback}}]`).problems.join();
    match(selector('fallback_keys_subset: [c]'), /must be a subset/);
    match(selector('fallback_keys_subset: [b, a]'), /cannot be equal/);
    match(selector(''), /cannot be empty/);
  });
});
