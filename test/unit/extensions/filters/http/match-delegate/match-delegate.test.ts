import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { HttpFilterContext } from '../../../../../../src/api/http-filter.js';
import { ResponseHeaders } from '../../../../../../src/base/header-map.js';
import { headerMutationFilter } from '../../../../../../src/extensions/filters/http/header-mutation/header-mutation.js';
import { matchDelegateFilter } from '../../../../../../src/extensions/filters/http/match-delegate/match-delegate.js';
import { readText, testRegistry } from '../../../../../support/config-text.js';
import { fieldsOf, filterThread } from '../../../../../support/filter-stream.js';
import { requestHeaders } from '../../../../../support/stream-info.js';

const filters = { 'http.filter': [headerMutationFilter] };
const url = 'type.googleapis.com/envoy';

function begin(inputType: string, value: string) {
  const text = `{ extension_config: { name: inner, typed_config: {
      "@type": ${url}.extensions.filters.http.header_mutation.v3.HeaderMutation,
      mutations: { request_mutations: [{ append: { header: { key: x-in, value: a } } }],
        response_mutations: [{ append: { header: { key: x-out, value: b } } }] } } },
    xds_matcher: { matcher_list: { matchers: [{
      predicate: { single_predicate: { input: { name: i, typed_config: { "@type": ${url}.type.matcher.v3.${inputType} } },
        value_match: { exact: "${value}" } } },
      on_match: { action: { name: skip, typed_config: {
        "@type": ${url}.extensions.filters.common.matcher.action.v3.SkipFilter } } } }] } } }`;
  const read = readText(matchDelegateFilter.typeUrl, text, matchDelegateFilter.parse, filters);
  deepEqual(read.problems, []);
  const parts: Partial<HttpFilterContext> = { extensions: testRegistry(filters) };
  return filterThread({}, parts).build(matchDelegateFilter, read.value);
}

function through(inputType: string, value: string, headers = requestHeaders('/'), status = 200) {
  const { filter, request } = begin(inputType, value)();
  request.headers = headers;
  filter.onRequestHeaders?.(headers, true);
  const response = new ResponseHeaders(status);
  filter.onResponseHeaders?.(response, true);
  return [...fieldsOf(headers), ...fieldsOf(response)];
}

test('a request that the tree chooses does not see the filter, others do', () => {
  const input = 'HttpRequestHeaderMatchInput, header_name: x-skip';
  deepEqual(through(input, 'yes'), ['x-in: a', 'x-out: b']);
  deepEqual(through(input, 'yes', requestHeaders('/', [['x-skip', 'yes']])), ['x-skip: yes']);
});

test('a tree that asks for the response leaves the request to the filter', () => {
  deepEqual(through('HttpResponseStatusCodeMatchInput', '404', requestHeaders('/'), 404), ['x-in: a']);
  equal(through('HttpResponseStatusCodeMatchInput', '404').length, 2);
});
