import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { HeadersStatus, type HttpFilterContext } from '../../../../../../src/api/http-filter.js';
import { compositeFilter } from '../../../../../../src/extensions/filters/http/composite/composite.js';
import { faultFilter } from '../../../../../../src/extensions/filters/http/fault/fault.js';
import { readText, testRegistry } from '../../../../../support/config-text.js';
import { filterThread } from '../../../../../support/filter-stream.js';
import { requestHeaders } from '../../../../../support/stream-info.js';

const filters = { 'http.filter': [faultFilter] };
const url = 'type.googleapis.com/envoy';

function begin(sample: string) {
  const text = `{ matcher: { on_no_match: { action: { name: run, typed_config: {
    "@type": ${url}.extensions.filters.http.composite.v3.ExecuteFilterAction, ${sample}
    typed_config: { name: f, typed_config: { "@type": ${url}.extensions.filters.http.fault.v3.HTTPFault,
      abort: { http_status: 451, percentage: { numerator: 100 } } } } } } },
    matcher_list: { matchers: [{ predicate: { single_predicate: {
      input: { name: i, typed_config: { "@type": ${url}.type.matcher.v3.HttpRequestHeaderMatchInput, header_name: x-none } },
      value_match: { exact: a } } }, on_match: { action: { name: s, typed_config: {
        "@type": ${url}.extensions.filters.common.matcher.action.v3.SkipFilter } } } }] } } }`;
  const read = readText(compositeFilter.typeUrl, text, compositeFilter.parse, filters);
  deepEqual(read.problems, []);
  const parts: Partial<HttpFilterContext> = { extensions: testRegistry(filters) };
  const thread = filterThread({}, parts);
  return { ...thread.build(compositeFilter, read.value)(), stats: thread.stats };
}

test('the filter that the tree names runs in this place', () => {
  const { filter, replies, stats } = begin('');
  equal(filter.onRequestHeaders?.(requestHeaders('/'), true), HeadersStatus.Stop);
  equal(replies[0]?.status, 451);
  equal(stats.get('http.test.composite.filter_delegation_success'), 1);
  filter.onDestroy?.();
  equal(stats.get('http.test.fault.active_faults'), 0);
});

test('a share of the requests may be left out', () => {
  const { filter } = begin('sample_percent: { default_value: { numerator: 0 } },');
  equal(filter.onRequestHeaders?.(requestHeaders('/'), true), HeadersStatus.Continue);
});
