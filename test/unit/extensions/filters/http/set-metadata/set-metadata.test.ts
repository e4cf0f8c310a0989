import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { parseSetMetadata } from '../../../../../../src/extensions/filters/http/set-metadata/config.js';
import { setMetadataFilter } from '../../../../../../src/extensions/filters/http/set-metadata/set-metadata.js';
import { readText } from '../../../../../support/config-text.js';
import { filterThread } from '../../../../../support/filter-stream.js';
import { requestHeaders } from '../../../../../support/stream-info.js';

test('structures are merged where that is allowed, and kept where it is not', () => {
  const text = `metadata: [
    { metadata_namespace: ns, value: { a: 1, list: [1], deep: { x: 1 } } },
    { metadata_namespace: ns, value: { a: 2 } },
    { metadata_namespace: ns, allow_overwrite: true, value: { list: [2], deep: { y: 2 } } }]`;
  const type = 'envoy.extensions.filters.http.set_metadata.v3.Config';
  const thread = filterThread();
  const { filter, info } = thread.build(setMetadataFilter, readText(type, text, parseSetMetadata).value)();
  filter.onRequestHeaders?.(requestHeaders('/'), true);
  deepEqual(info.dynamicMetadata?.get('ns'), { a: 1, list: [1, 2], deep: { x: 1, y: 2 } });
  equal(thread.stats.get('http.test.set_metadata.overwrite_denied'), 1);
});
