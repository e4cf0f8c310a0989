import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { parseSetFilterState } from '../../../../../../src/extensions/filters/http/set-filter-state/config.js';
import { setFilterStateFilter } from '../../../../../../src/extensions/filters/http/set-filter-state/set-filter-state.js';
import { readText } from '../../../../../support/config-text.js';
import { filterThread } from '../../../../../support/filter-stream.js';
import { requestHeaders } from '../../../../../support/stream-info.js';

function read(key: string, format: string, rest = '') {
  const text = `{ on_request_headers: [{ ${key}, format_string: { text_format_source: { inline_string: "${format}" },
    omit_empty_values: true } ${rest} }] }`;
  return readText('envoy.extensions.filters.http.set_filter_state.v3.Config', text, parseSetFilterState);
}

const own = 'object_key: k, factory_key: envoy.string';

test('the filter’s values are written first, then those of the route', () => {
  const start = filterThread().build(setFilterStateFilter, read(own, '%REQ(x-a)%').value);
  const plain = start();
  plain.filter.onRequestHeaders?.(requestHeaders('/', [['x-a', 'seen']]), true);
  deepEqual([...(plain.info.filterState ?? [])], [['k', 'seen']]);
  const onRoute = start([read(own, 'route').value]);
  onRoute.filter.onRequestHeaders?.(requestHeaders('/'), true);
  equal(onRoute.info.filterState?.get('k'), 'route');
});

test('an empty value is written unless it is to be skipped', () => {
  const run = (rest: string): unknown => {
    const { filter, info } = filterThread().build(
      setFilterStateFilter,
      read(own, '%REQ(x-a)%', rest).value,
    )();
    filter.onRequestHeaders?.(requestHeaders('/'), true);
    return info.filterState?.get('k');
  };
  equal(run(''), '');
  equal(run(', skip_if_empty: true'), undefined);
});

test('a key that no factory makes objects for is refused', () => {
  deepEqual(read('object_key: my.key', 'x').problems, ["'my.key' does not have an object factory"]);
  deepEqual(read('object_key: envoy.tcp_proxy.cluster', 'x').problems, []);
});
