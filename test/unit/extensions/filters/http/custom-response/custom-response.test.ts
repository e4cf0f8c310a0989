import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { HeadersStatus } from '../../../../../../src/api/http-filter.js';
import { ResponseHeaders } from '../../../../../../src/base/header-map.js';
import {
  parseCustomResponse,
  splitUri,
} from '../../../../../../src/extensions/filters/http/custom-response/config.js';
import { customResponseFilter } from '../../../../../../src/extensions/filters/http/custom-response/custom-response.js';
import { readText } from '../../../../../support/config-text.js';
import { fieldsOf, filterThread } from '../../../../../support/filter-stream.js';
import { requestHeaders } from '../../../../../support/stream-info.js';

const policies = 'type.googleapis.com/envoy.extensions.http.custom_response';

function read(status: number, type: string, fields: string) {
  const text = `custom_response_matcher: { matcher_list: { matchers: [{
    predicate: { single_predicate: {
      input: { name: i, typed_config: { "@type": type.googleapis.com/envoy.type.matcher.v3.HttpResponseStatusCodeMatchInput } },
      value_match: { exact: "${status}" } } },
    on_match: { action: { name: a, typed_config: { "@type": ${policies}.${type}, ${fields} } } } }] } }`;
  return readText(
    'envoy.extensions.filters.http.custom_response.v3.CustomResponse',
    text,
    parseCustomResponse,
  );
}

const local = (status: number, fields: string) =>
  read(status, 'local_response_policy.v3.LocalResponsePolicy', fields);

test('a response of that status is replaced by the policy’s, others pass', () => {
  const config = local(
    404,
    'status_code: 499, body: { inline_string: gone }, response_headers_to_add: [{ header: { key: x-a, value: b } }]',
  ).value;
  const start = filterThread().build(customResponseFilter, config);
  const replaced = start();
  replaced.filter.onRequestHeaders?.(requestHeaders('/'), true);
  equal(replaced.filter.onResponseHeaders?.(new ResponseHeaders(404), true), HeadersStatus.Stop);
  deepEqual(
    replaced.replies.map(({ status, body, headers }) => [status, body, fieldsOf(headers)]),
    [[499, 'gone', ['x-a: b']]],
  );
  const passed = start();
  equal(passed.filter.onResponseHeaders?.(new ResponseHeaders(403), true), HeadersStatus.Continue);
});

test('the most specific level that has a policy for the response decides', () => {
  const start = filterThread().build(customResponseFilter, local(404, 'status_code: 490').value);
  const answered = (status: number): number | undefined => {
    const { filter, replies } = start([
      local(404, 'status_code: 491').value,
      local(405, 'status_code: 492').value,
    ]);
    filter.onResponseHeaders?.(new ResponseHeaders(status), true);
    return replies[0]?.status;
  };
  deepEqual([404, 405, 406].map(answered), [491, 492, undefined]);
});

test('a redirect that goes nowhere is refused', () => {
  const redirect = (fields: string) => read(500, 'redirect_policy.v3.RedirectPolicy', fields).problems;
  deepEqual(redirect('uri: "http://host/path"'), []);
  equal(redirect('uri: host').length, 1);
  equal(redirect('redirect_action: { https_redirect: true }').length, 1);
  equal(redirect('redirect_action: { path_redirect: "/a#b" }').length, 1);
});

test('a URI is taken apart without its fragment', () => {
  deepEqual(splitUri('HTTP://host:1?x#y'), { scheme: 'http', authority: 'host:1', path: '/?x' });
  equal(splitUri('/path'), undefined);
});
