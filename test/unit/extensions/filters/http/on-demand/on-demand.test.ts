import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { alternateProtocolsCacheFilter } from '../../../../../../src/extensions/filters/http/alternate-protocols-cache/alternate-protocols-cache.js';
import { onDemandFilter } from '../../../../../../src/extensions/filters/http/on-demand/on-demand.js';
import { readText } from '../../../../../support/config-text.js';
import { filterThread } from '../../../../../support/filter-stream.js';

test('the filters that have nothing to do here have no hooks', () => {
  deepEqual(filterThread().build(onDemandFilter, null)().filter, {});
  deepEqual(filterThread().build(alternateProtocolsCacheFilter, null)().filter, {});
});

test('discovery of clusters on demand is named as not supported', () => {
  const { unsupported } = readText(
    onDemandFilter.typeUrl,
    '{ odcds: { source: { ads: {} } } }',
    onDemandFilter.parse,
  );
  deepEqual(unsupported, ['odcds']);
});
