import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { Host } from '../../../../src/api/upstream.js';
import { omitHostMetadata, previousHosts } from '../../../../src/extensions/retry/host-predicates.js';
import { previousPriorities } from '../../../../src/extensions/retry/previous-priorities.js';
import { readText } from '../../../support/config-text.js';

function hostOf(priority: number, labels: { readonly [key: string]: string | string[] } = {}): Host {
  const host: Partial<Host> = { priority, metadata: { filter_metadata: { 'envoy.lb': labels } } };
  return host as Host;
}

test('a host that was tried is refused', () => {
  const [a, b] = [hostOf(0), hostOf(0)];
  equal(previousHosts.refuses({}, a, [a]), true);
  equal(previousHosts.refuses({}, b, [a]), false);
});

test('a host is refused when it has all of the labels', () => {
  const yaml = '{metadata_match: {filter_metadata: {envoy.lb: {zone: a, kind: old}}}}';
  const { value: config } = readText(
    'envoy.extensions.retry.host.omit_host_metadata.v3.OmitHostMetadataConfig',
    yaml,
    omitHostMetadata.parse,
  );
  const refuses = (labels: { [key: string]: string | string[] }): boolean =>
    omitHostMetadata.refuses(config, hostOf(0, labels), []);
  equal(refuses({ zone: 'a', kind: 'old', more: 'x' }), true);
  equal(refuses({ zone: ['b', 'a'], kind: 'old' }), true);
  equal(refuses({ zone: 'a' }), false);
  equal(omitHostMetadata.refuses({ labels: {} }, hostOf(0), []), false);
});

test('levels that were tried are left out until none is left', () => {
  const excluded = (updateFrequency: number, ...tried: number[]): number[] => {
    const set = previousPriorities.excludedLevels(
      { updateFrequency },
      tried.map((priority) => hostOf(priority)),
      (level) => level < 3,
    );
    return set === null ? [] : [...set];
  };
  deepEqual(excluded(1, 0), [0]);
  deepEqual(excluded(1, 0, 2), [0, 2]);
  deepEqual(excluded(1, 0, 2, 1), []);
  deepEqual(excluded(2, 0), []);
  deepEqual(excluded(2, 0, 1), [0, 1]);
  deepEqual(excluded(2, 0, 1, 2), [0, 1]);
});
